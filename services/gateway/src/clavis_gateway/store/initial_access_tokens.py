"""SQL of initial access tokens: what lets somebody register relying parties (RFC 7591)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from clavis_kit.db import Connection, Pool

from clavis_gateway.records import Profile


@dataclass(frozen=True, slots=True)
class InitialAccessToken:
    """What is known of a token; the token itself was shown once."""

    token_id: str
    label: str
    profile: Profile
    """The loosest profile it can register."""
    uses_left: int
    created_at: datetime
    created_by: str
    expires_at: datetime
    revoked_at: datetime | None = None


_NAMES = "token_id, label, profile, uses_left, created_at, created_by, expires_at, revoked_at"
_USABLE = "uses_left > 0 AND expires_at > $2 AND revoked_at IS NULL"


async def add(pool: Pool, token: InitialAccessToken, token_hash: str) -> None:
    """Keep a new token."""
    await pool.execute(
        """
        INSERT INTO initial_access_token (token_id, token_hash, label, profile, uses_left,
            created_at, created_by, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        token.token_id,
        token_hash,
        token.label,
        token.profile,
        token.uses_left,
        token.created_at,
        token.created_by,
        token.expires_at,
    )


async def usable(pool: Pool, token_hash: str, now: datetime) -> InitialAccessToken | None:
    """Read a token that still has uses, without using it."""
    row = await pool.fetchrow(
        f"SELECT {_NAMES} FROM initial_access_token WHERE token_hash = $1 AND {_USABLE}",  # noqa: S608 -- constant
        token_hash,
        now,
    )
    return InitialAccessToken(**row) if row else None


async def use(connection: Connection, token_hash: str, now: datetime) -> bool:
    """Use a token once; False when nothing of it is left. Of several at once none is counted twice.

    The use comes back when the transaction that registers does not commit.
    """
    return bool(
        await connection.fetchval(
            f"""
            UPDATE initial_access_token SET uses_left = uses_left - 1
             WHERE token_hash = $1 AND {_USABLE}
            RETURNING true
            """,  # noqa: S608 -- constant
            token_hash,
            now,
        )
    )


async def revoke(pool: Pool, token_id: str, now: datetime) -> bool:
    """End a token; False when there is none to end."""
    return bool(
        await pool.fetchval(
            """
            UPDATE initial_access_token SET revoked_at = $2
             WHERE token_id = $1 AND revoked_at IS NULL RETURNING true
            """,
            token_id,
            now,
        )
    )


async def listed(pool: Pool) -> list[InitialAccessToken]:
    """Read all tokens that are kept, newest first."""
    found = await pool.fetch(
        f"SELECT {_NAMES} FROM initial_access_token ORDER BY created_at DESC LIMIT 1000"  # noqa: S608 -- constant
    )
    return [InitialAccessToken(**row) for row in found]
