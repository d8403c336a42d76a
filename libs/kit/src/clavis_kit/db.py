"""PostgreSQL connections."""

import json
from typing import Any, TypeAlias

import asyncpg

from clavis_kit.settings import ServiceSettings

STATEMENT_TIMEOUT_SECONDS = 10
CONNECT_TIMEOUT_SECONDS = 15  # a failover takes that long; a request meanwhile gets 503

# Quoted: only the stubs are generic.
Connection: TypeAlias = (
    "asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"
)
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"


class _Plain(asyncpg.Connection):
    """A pooled connection without the reset query that costs a round trip at each release.

    Nobody keeps state in a pooled session: no SET, LISTEN, cursor or session-level lock.
    """

    def get_reset_query(self) -> str:
        """Return nothing to run."""
        return ""


async def _prepare(connection: Any) -> None:
    for kind in ("json", "jsonb"):
        await connection.set_type_codec(
            kind, encoder=json.dumps, decoder=json.loads, schema="pg_catalog"
        )


async def create_pool(settings: ServiceSettings) -> Pool:
    """Open the pool of the runtime role; json and jsonb columns read as Python values."""
    return await open_pool(settings.database_url, settings.database_pool_size)


async def open_pool(dsn: str, size: int) -> Pool:
    """Open a pool on a DSN."""
    pool: Pool = await asyncpg.create_pool(
        dsn,
        connection_class=_Plain,
        min_size=min(2, size),
        max_size=size,
        init=_prepare,
        timeout=CONNECT_TIMEOUT_SECONDS,
        command_timeout=STATEMENT_TIMEOUT_SECONDS,
    )
    return pool
