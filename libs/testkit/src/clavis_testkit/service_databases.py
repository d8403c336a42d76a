"""A fresh, migrated database per test: one template per service, copied."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import asyncpg
from clavis_kit.migrations import migrate

from clavis_testkit.launchers import databases
from clavis_testkit.launchers.postgres import Postgres


@dataclass(frozen=True)
class Database:
    """A database of one test. `dsn` has the rights of the running service, no more."""

    name: str
    dsn: str
    owner_dsn: str
    runtime_role: str


DatabaseFactory = Callable[[str], Awaitable[Database]]
"""What the fixture `database` gives: the name of a service in, its fresh database out."""


class ServiceDatabases:
    """Makes and drops the databases of a test run; `services` is the folder of the services."""

    def __init__(self, server: Postgres, services: Path) -> None:
        self._server = server
        self._services = services
        # Two runs may share a given server.
        self._run = secrets.token_hex(4)
        self._templates: dict[str, str] = {}
        self._made = 0

    async def create(self, service: str) -> Database:
        """Copy the migrated template of a service; it is migrated at its first use."""
        template = self._templates.get(service) or await self._make_template(service)
        self._made += 1
        name = f"clavis_test_{self._run}_{self._made}"
        runtime_role, owner_role = _roles(service)
        connection = await asyncpg.connect(self._server.admin_dsn)
        try:
            await databases.create_database(connection, name, owner_role, template)
            await databases.restrict_connections(connection, name, runtime_role)
        finally:
            await connection.close()
        return self._database(name, service)

    async def drop(self, *names: str) -> None:
        """Drop databases, ending connections that a test left open."""
        connection = await asyncpg.connect(self._server.admin_dsn)
        try:
            for name in names:
                await databases.drop_database(connection, name)
        finally:
            await connection.close()

    async def drop_templates(self) -> None:
        """Leave a given server as it was found, except for the roles."""
        await self.drop(*self._templates.values())

    async def _make_template(self, service: str) -> str:
        name = f"clavis_test_{self._run}_{service}"
        runtime_role, owner_role = _roles(service)
        await databases.ensure_database(
            self._server.admin_dsn, name, owner_role, runtime_role, self._server.secret
        )
        self._templates[service] = name
        template = self._database(name, service)
        migrations = self._services / service / "migrations"
        await migrate(template.owner_dsn, migrations, runtime_role=runtime_role)
        return name

    def _database(self, name: str, service: str) -> Database:
        runtime_role, owner_role = _roles(service)
        return Database(
            name,
            self._server.dsn(name, runtime_role),
            self._server.dsn(name, owner_role),
            runtime_role,
        )


def _roles(service: str) -> tuple[str, str]:
    """Name the runtime role and the owner role of a service."""
    return f"clavis_{service}", f"clavis_{service}_owner"
