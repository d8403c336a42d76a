"""Databases, roles and schema of the five services."""

import asyncio
from pathlib import Path

import asyncpg
from clavis_kit import migrations

from dev.infrastructure import Infrastructure
from dev.layout import ROOT
from dev.processes import DemoError
from dev.services import CORE, Service


def migrate_all(infrastructure: Infrastructure) -> None:
    """Create what is missing and bring every schema up to date, side by side. DemoError."""
    for service in CORE:
        database = str(service.database)
        infrastructure.postgres.create_database(database, f"{database}_owner", database)
    asyncio.run(_migrate(infrastructure))


async def _migrate(infrastructure: Infrastructure) -> None:
    await asyncio.gather(*(_migrate_one(infrastructure, service) for service in CORE))


async def _migrate_one(infrastructure: Infrastructure, service: Service) -> None:
    directory = migrations_of(service)
    role = str(service.database)
    try:
        await migrations.migrate(infrastructure.owner_url(service), directory, runtime_role=role)
    except (migrations.MigrationError, asyncpg.PostgresError) as error:
        raise DemoError(
            f"The {service.name} database does not suit this version ({error}); "
            "make demo-reset starts with fresh data."
        ) from error


def migrations_of(service: Service) -> Path:
    """Name the folder with a service's migrations."""
    return ROOT / "services" / service.name / "migrations"
