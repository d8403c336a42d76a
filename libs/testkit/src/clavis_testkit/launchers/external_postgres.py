"""A PostgreSQL that somebody else runs: used, never started and never ended."""

import hashlib
from urllib.parse import urlsplit

from clavis_testkit.launchers import databases
from clavis_testkit.launchers.process import LauncherError


class ExternalPostgres:
    """A server that somebody else runs, named by an administrator's address."""

    def __init__(self, admin_dsn: str) -> None:
        self.admin_dsn = admin_dsn
        # Derived from the address, so that every process given it knows the roles' passwords.
        self.secret = hashlib.sha256(admin_dsn.encode()).digest()

    def start(self) -> None:
        """Check that the address answers. Errors: LauncherError."""
        try:
            databases.run_sync(databases.check(self.admin_dsn))
        except Exception as error:
            host = urlsplit(self.admin_dsn).netloc.rpartition("@")[2] or "the given address"
            raise LauncherError(f"PostgreSQL at {host} does not answer: {error}") from error

    def stop(self) -> None:
        """Leave the server alone: it is not ours."""

    def kill(self) -> None:
        """Refuse: only processes started here are ended here."""
        raise LauncherError("a PostgreSQL given by its address is not ours to kill")

    def restart(self) -> None:
        """Refuse like `kill`."""
        self.kill()

    def poll(self) -> int | None:
        """None: its process is not ours to watch."""
        return None

    def remove(self) -> None:
        """Leave the server alone: databases made on it are dropped by who made them."""

    def dsn(self, database: str, user: str) -> str:
        """Return the address of `database` for a role made by `create_database`."""
        password = databases.role_password(self.secret, user)
        return databases.dsn_for(self.admin_dsn, database, user, password)

    def create_database(self, name: str, owner_role: str, runtime_role: str) -> None:
        """Create the database and its roles where they are missing."""
        databases.run_sync(
            databases.ensure_database(self.admin_dsn, name, owner_role, runtime_role, self.secret)
        )

    def drop_database(self, name: str) -> None:
        """Drop the database if it is there, ending the connections to it."""
        databases.run_sync(databases.forget_database(self.admin_dsn, name))
