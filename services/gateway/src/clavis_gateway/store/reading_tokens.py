"""SQL of reading tokens: what lets a technical contact read the refusal log of a relying party."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from clavis_kit.db import Connection, Pool


@dataclass(frozen=True, slots=True)
class ReadingToken:
    """What is kept of the one token of a relying party; the token itself was shown once."""

    client_id: str
    mac: str
    created_at: datetime
    created_by: str
    expires_at: datetime


async def put(connection: Connection, token: ReadingToken) -> None:
    """Keep a token in place of the one before."""
    await connection.execute(
        """
        INSERT INTO reading_token (client_id, mac, created_at, created_by, expires_at)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (client_id) DO UPDATE
           SET mac = excluded.mac, created_at = excluded.created_at,
               created_by = excluded.created_by, expires_at = excluded.expires_at
        """,
        token.client_id,
        token.mac,
        token.created_at,
        token.created_by,
        token.expires_at,
    )


async def find(connection: Connection | Pool, client_id: str) -> ReadingToken | None:
    """Read the token of a relying party, one that has expired included."""
    row = await connection.fetchrow(
        """
        SELECT client_id, mac, created_at, created_by, expires_at FROM reading_token
         WHERE client_id = $1
        """,
        client_id,
    )
    return ReadingToken(**row) if row else None


async def remove(connection: Connection, client_id: str) -> None:
    """Forget the token of a relying party."""
    await connection.execute("DELETE FROM reading_token WHERE client_id = $1", client_id)
