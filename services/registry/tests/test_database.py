"""What the service's own database role may and may not do, and what the schema says of itself."""

from pathlib import Path

import asyncpg
import pytest
from clavis_kit import bff

from services.registry.tests.world import World

APPEND_ONLY = ("evidence", "audit_event", "lookup", "renunciation", "sealed_document")
SERVICE = Path(__file__).parents[1]


async def test_what_was_proven_can_be_added_and_read_only(world: World) -> None:
    for table in APPEND_ONLY:
        for forbidden in (
            f"DELETE FROM {table}",  # noqa: S608  a name of ours
            f"UPDATE {table} SET {await first_column(world, table)} = DEFAULT",  # noqa: S608
            f"TRUNCATE {table}",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await world.deps.pool.execute(forbidden)


async def first_column(world: World, table: str) -> str:
    name: str = await world.deps.pool.fetchval(
        "SELECT column_name FROM information_schema.columns WHERE table_name = $1"
        " AND ordinal_position = 2",
        table,
    )
    return name


async def test_the_service_owns_nothing_and_creates_nothing(world: World) -> None:
    for forbidden in ("CREATE TABLE mine (a int)", "DROP TABLE person",
                      "ALTER TABLE person ADD COLUMN a int", "DELETE FROM person"):  # fmt: skip
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await world.deps.pool.execute(forbidden)


async def test_every_column_says_how_private_it_is(world: World) -> None:
    rows = await world.deps.pool.fetch(
        """
        SELECT c.table_name, c.column_name,
               col_description(format('public.%I', c.table_name)::regclass,
                               c.ordinal_position) AS comment
          FROM information_schema.columns AS c
         WHERE c.table_schema = 'public'
           AND c.table_name NOT IN ('schema_migration', 'event_log_default')
        """
    )
    silent = [
        f"{row['table_name']}.{row['column_name']}"
        for row in rows
        if (row["comment"] or "").split(":")[0] not in {"public", "personal", "secret"}
    ]
    assert silent == []


def test_the_tables_of_the_browser_backend_are_those_of_the_kit() -> None:
    ours = (SERVICE / "migrations" / "0200_pre_bff_session.sql").read_text()
    assert ours == (Path(bff.__file__).parent / "tables.sql").read_text()
