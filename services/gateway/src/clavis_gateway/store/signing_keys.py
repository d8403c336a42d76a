"""SQL of the signing keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from clavis_kit.db import Pool


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A stored key; `private_key` is encrypted."""

    kid: str
    alg: str
    state: str
    public_jwk: dict[str, Any]
    private_key: bytes


async def fetch_all(pool: Pool) -> list[KeyRow]:
    """Read every key."""
    rows = await pool.fetch("SELECT kid, alg, state, public_jwk, private_key FROM signing_key")
    return [KeyRow(**dict(row)) for row in rows]


async def add(
    pool: Pool,
    kid: str,
    alg: str,
    state: str,
    public_jwk: dict[str, Any],
    private_key: bytes,
    now: datetime,
) -> None:
    """Keep a key unless its place is taken."""
    await pool.execute(
        """
        INSERT INTO signing_key (kid, alg, state, public_jwk, private_key, created_at, activated_at)
        VALUES ($1, $2, $3::text, $4, $5, $6::timestamptz,
                CASE WHEN $3::text = 'active' THEN $6::timestamptz END)
        ON CONFLICT DO NOTHING
        """,
        kid,
        alg,
        state,
        public_jwk,
        private_key,
        now,
    )


async def promote(pool: Pool, now: datetime) -> None:
    """Retire the active keys that have a successor, and activate the successors."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(
            """
            UPDATE signing_key SET state = 'retired', retired_at = $1
             WHERE state = 'active'
               AND alg IN (SELECT alg FROM signing_key WHERE state = 'next')
            """,
            now,
        )
        await connection.execute(
            """
            UPDATE signing_key SET state = 'active', activated_at = $1
             WHERE state = 'next'
               AND alg NOT IN (SELECT alg FROM signing_key WHERE state = 'active')
            """,
            now,
        )


async def drop_retired(pool: Pool, before: datetime) -> None:
    """Forget keys retired so long ago that nothing signed by them can still live."""
    await pool.execute(
        "DELETE FROM signing_key WHERE state = 'retired' AND retired_at < $1", before
    )
