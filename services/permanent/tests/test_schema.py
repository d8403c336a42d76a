"""The schema says of every column whether it is public, personal or secret."""

import asyncpg
from clavis_testkit.plugin import DatabaseFactory


async def test_every_column_is_classified(database: DatabaseFactory) -> None:
    made = await database("permanent")
    connection = await asyncpg.connect(made.owner_dsn)
    rows = await connection.fetch(
        """
        SELECT c.relname || '.' || a.attname AS column, col_description(c.oid, a.attnum) AS comment
          FROM pg_class AS c
          JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
         WHERE c.relnamespace = 'public'::regnamespace
           AND c.relkind = 'r'
           AND c.relname NOT IN ('schema_migration', 'event_log_default')
        """
    )
    await connection.close()
    kinds = ("public", "personal", "secret")
    unclassified = [r["column"] for r in rows if not (r["comment"] or "").startswith(kinds)]
    assert unclassified == []


async def test_the_service_may_neither_change_its_schema_nor_delete_persons(
    database: DatabaseFactory,
) -> None:
    made = await database("permanent")
    connection = await asyncpg.connect(made.dsn)
    refused = []
    for statement in ("DELETE FROM person", "DROP TABLE person", "CREATE TABLE x (y int)"):
        try:
            await connection.execute(statement)
        except asyncpg.InsufficientPrivilegeError:
            refused.append(statement)
    await connection.close()
    assert len(refused) == 3
