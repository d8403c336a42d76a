"""Schema changes: plain SQL files, applied once, in order, under an advisory lock.

A file is named `0007_pre_add_locked_until.sql` or `0008_post_drop_old.sql`. `pre` files must suit
the running release and the next one; `post` files run when the old release is gone. The text
`{{runtime_role}}` becomes the quoted role to grant to. A first line `-- no transaction` runs the
file outside one (for CREATE INDEX CONCURRENTLY).
"""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from clavis_kit.db import Connection
from clavis_kit.logging import get_logger

LOCK_KEY = 0x436C61766973  # "Clavis": one migrator per database at a time
LOCK_TIMEOUT = "4s"
STATEMENT_TIMEOUT = "60s"
KIT_MIGRATIONS = Path(__file__).parent / "sql"
_NAME = re.compile(r"(\d{4})_(pre|post)_[a-z0-9_]+\.sql")
_ROLE = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_log = get_logger(__name__)


class MigrationError(RuntimeError):
    """The files and the database disagree."""


@dataclass(frozen=True)
class Migration:
    """One file: its name orders it, its checksum proves that it never changed."""

    name: str
    phase: str
    sql: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the file as committed."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def load(directory: Path) -> list[Migration]:
    """Read the kit's files (outbox, inbox …) and then the service's, each in order of name."""
    return [
        *_load_one(KIT_MIGRATIONS, prefix="kit/"),
        *_load_one(directory, prefix=""),
    ]


def _load_one(directory: Path, *, prefix: str) -> list[Migration]:
    migrations = []
    for path in sorted(directory.glob("*.sql")):
        match = _NAME.fullmatch(path.name)
        if match is None:
            raise MigrationError(
                f"{path.name} is not named NNNN_pre_what.sql or NNNN_post_what.sql"
            )
        migrations.append(Migration(prefix + path.name, match[2], path.read_text()))
    return migrations


def pending(migrations: list[Migration], applied: dict[str, str], phase: str) -> list[Migration]:
    """Choose what to run. Raises MigrationError when an applied file was edited afterwards."""
    for migration in migrations:
        if applied.get(migration.name, migration.checksum) != migration.checksum:
            raise MigrationError(f"{migration.name} was changed after it had been applied")
    return [m for m in migrations if m.name not in applied and phase in ("all", m.phase)]


async def migrate(dsn: str, directory: Path, *, phase: str = "all", runtime_role: str) -> list[str]:
    """Bring the database up to date as its owner; return the names of the files applied."""
    if not _ROLE.fullmatch(runtime_role):
        raise MigrationError("the runtime role must be a plain lower-case name")
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", LOCK_KEY)
        await connection.execute(
            """
            CREATE TABLE IF NOT EXISTS schema_migration (
                name       text PRIMARY KEY,
                checksum   text NOT NULL,
                applied_at timestamptz NOT NULL DEFAULT now()
            )
            """
        )
        rows = await connection.fetch("SELECT name, checksum FROM schema_migration")
        applied = {row["name"]: row["checksum"] for row in rows}
        todo = pending(load(directory), applied, phase)
        for migration in todo:
            await _apply(connection, migration, runtime_role)
        return [migration.name for migration in todo]
    finally:
        await connection.close()


async def _apply(
    connection: "asyncpg.Connection[asyncpg.Record]", migration: Migration, runtime_role: str
) -> None:
    sql = migration.sql.replace("{{runtime_role}}", f'"{runtime_role}"')
    record = "INSERT INTO schema_migration (name, checksum) VALUES ($1, $2)"
    if sql.startswith("-- no transaction"):
        await connection.execute(sql)
        await connection.execute(record, migration.name, migration.checksum)
    else:
        async with connection.transaction():
            await connection.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
            await connection.execute(f"SET LOCAL statement_timeout = '{STATEMENT_TIMEOUT}'")
            await connection.execute(sql)
            await connection.execute(record, migration.name, migration.checksum)
    _log.info("migration_applied", name=migration.name)


async def is_current(connection: Connection, directory: Path) -> bool:
    """Say whether every `pre` file is applied: a service starts only on such a schema."""
    rows = await connection.fetch("SELECT name, checksum FROM schema_migration")
    applied = {row["name"]: row["checksum"] for row in rows}
    return not pending(load(directory), applied, "pre")
