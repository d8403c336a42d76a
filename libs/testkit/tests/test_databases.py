import asyncpg
import pytest
from clavis_testkit.launchers.postgres import Postgres
from clavis_testkit.service_databases import DatabaseFactory


async def test_a_service_gets_its_own_migrated_database(database: DatabaseFactory) -> None:
    first, second = await database("pin"), await database("pin")
    assert first.name != second.name
    connection = await asyncpg.connect(first.dsn)
    try:
        assert await connection.fetchval("SELECT current_user") == "clavis_pin"
        assert await connection.fetchval("SELECT to_regclass('outbox') IS NOT NULL")
    finally:
        await connection.close()


async def test_the_runtime_role_cannot_change_the_schema(database: DatabaseFactory) -> None:
    made = await database("pin")
    connection = await asyncpg.connect(made.dsn)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("CREATE TABLE intruder (x int)")
    finally:
        await connection.close()


async def test_a_service_cannot_connect_to_the_database_of_another(
    database: DatabaseFactory, postgres_server: Postgres
) -> None:
    pin = await database("pin")
    await database("registry")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(postgres_server.dsn(pin.name, "clavis_registry"))
