"""The verbs every service's command line has: serve and migrate."""

import argparse
import asyncio
import sys
from pathlib import Path

import asyncpg
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from clavis_kit import logging, migrations, settings


class MigrationSettings(BaseSettings):
    """What `migrate` needs, and nothing else: the job holds no other secret."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    migration_database_url: str = Field(description="DSN of the owner role")
    runtime_role: str | None = None


def add_migrate(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]", service: str, directory: Path
) -> None:
    """Add `migrate [--phase pre|post|all]` to a service's command line."""
    parser = verbs.add_parser("migrate", help="bring the database up to date")
    parser.add_argument("--phase", choices=("pre", "post", "all"), default="all")

    def run(arguments: argparse.Namespace) -> int:
        return migrate(service, directory, arguments.phase)

    parser.set_defaults(run=run)


def migrate(service: str, directory: Path, phase: str) -> int:
    """Apply what is pending and name it. Returns the exit code."""
    logging.configure(service)
    config = settings.load(MigrationSettings, _env_prefix=f"CLAVIS_{service.upper()}_")
    try:
        applied = asyncio.run(
            migrations.migrate(
                config.migration_database_url,
                directory,
                phase=phase,
                runtime_role=config.runtime_role or f"clavis_{service}",
            )
        )
    except (migrations.MigrationError, asyncpg.PostgresError, OSError) as error:
        sys.stderr.write(f"{service}: migration failed: {error}\n")
        return 1
    sys.stdout.write(f"{service}: {len(applied)} migration(s) applied\n")
    return 0
