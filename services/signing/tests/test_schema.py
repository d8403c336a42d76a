from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from clavis_testkit.service_databases import DatabaseFactory


@pytest.fixture
async def connection(database: DatabaseFactory) -> AsyncIterator[Any]:
    opened = await asyncpg.connect((await database("signing")).dsn)
    yield opened
    await opened.close()


async def test_every_column_says_how_sensitive_it_is(connection: asyncpg.Connection) -> None:
    rows = await connection.fetch(
        """
        SELECT c.relname || '.' || a.attname AS name,
               col_description(c.oid, a.attnum) AS comment
          FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
         WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0
           AND c.relname = ANY($1::text[])
        """,
        ["person", "password", "signer", "certificate", "crl", "signing_transaction", "document"],
    )
    assert len(rows) > 40
    unsaid = [
        r["name"]
        for r in rows
        if not (r["comment"] or "").startswith(("public", "personal", "secret"))
    ]
    assert unsaid == []


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM certificate",
        "DELETE FROM signing_transaction",
        "UPDATE crl SET crl_number = 1",
        "UPDATE document SET content = ''",
        "DROP TABLE person",
    ],
)
async def test_the_running_service_cannot_rewrite_its_records(
    connection: asyncpg.Connection, statement: str
) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute(statement)


@pytest.mark.parametrize(
    "change",
    [
        "state = 'revoked'",
        "state = 'retired'",
        "revoked_at = now()",
        "key_ciphertext = NULL",
        "serial_number = '0AB'",
    ],
)
async def test_no_row_contradicts_itself(connection: asyncpg.Connection, change: str) -> None:
    await connection.execute(
        """
        INSERT INTO certificate (serial_number, subject_id, credential_id, certificate, state,
            issued_at, not_before, not_after, policy_oid, key_salt, key_nonce, key_ciphertext,
            argon2_memory_kib, argon2_time_cost, argon2_parallelism)
        VALUES ('ab', gen_random_uuid(), gen_random_uuid(), '', 'active', now(), now(), now(),
                '2.25.1', 's', 'n', 'c', 1024, 1, 1)
        """
    )
    with pytest.raises(asyncpg.CheckViolationError):
        await connection.execute(f"UPDATE certificate SET {change}")  # noqa: S608  of this test
