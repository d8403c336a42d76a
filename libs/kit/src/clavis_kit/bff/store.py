"""SQL of a browser backend: pending sign-ins, sessions, logout tokens seen."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import asyncpg

_COLUMNS = """session_hash, subject, provider_sid, acr, authenticated_at, sealed_tokens,
              access_expires_at, version, expires_at"""


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One signed-in browser as it is stored; the tokens are sealed."""

    session_hash: str
    subject: str
    provider_sid: str | None
    acr: str | None
    authenticated_at: datetime
    sealed_tokens: bytes
    access_expires_at: datetime
    version: int
    expires_at: datetime


def _session(row: "asyncpg.Record | None") -> SessionRow | None:
    return SessionRow(**dict(row)) if row else None


class SessionStore:
    """The three tables of tables.sql; each method is one statement, atomic by itself."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        """Borrow connections from a pool that its caller closes."""
        self._pool = pool

    async def add_login(
        self, state_hash: str, browser_hash: str, sealed: bytes, expires_at: datetime
    ) -> None:
        """Remember a sign-in that leaves for the provider."""
        await self._pool.execute(
            """
            INSERT INTO bff_login (state_hash, browser_hash, sealed, expires_at)
            VALUES ($1, $2, $3, $4)
            """,
            state_hash,
            browser_hash,
            sealed,
            expires_at,
        )

    # RFC 9700 section 4.7.1: the state is bound to the browser and works once.
    async def take_login(self, state_hash: str, browser_hash: str, now: datetime) -> bytes | None:
        """Consume a pending sign-in of this browser; None when unknown, used or too old."""
        sealed: bytes | None = await self._pool.fetchval(
            """
            DELETE FROM bff_login
             WHERE state_hash = $1 AND browser_hash = $2 AND expires_at > $3
            RETURNING sealed
            """,
            state_hash,
            browser_hash,
            now,
        )
        return sealed

    async def add_session(self, row: SessionRow, replaced_hash: str | None, now: datetime) -> None:
        """Open a session and end, in the same step, the one this browser had before."""
        await self._pool.execute(
            """
            WITH ended AS (DELETE FROM bff_session WHERE session_hash = $10)
            INSERT INTO bff_session (session_hash, subject, provider_sid, acr, authenticated_at,
                                     sealed_tokens, access_expires_at, created_at, last_seen_at,
                                     expires_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9)
            """,
            row.session_hash,
            row.subject,
            row.provider_sid,
            row.acr,
            row.authenticated_at,
            row.sealed_tokens,
            row.access_expires_at,
            now,
            row.expires_at,
            replaced_hash,
        )

    async def touch_session(
        self, session_hash: str, now: datetime, idle_limit: timedelta
    ) -> SessionRow | None:
        """Return a living session and note that it was used; None when it ended."""
        return _session(
            await self._pool.fetchrow(
                f"""
                UPDATE bff_session SET last_seen_at = $2
                 WHERE session_hash = $1 AND expires_at > $2 AND last_seen_at > $3
                RETURNING {_COLUMNS}
                """,  # noqa: S608  a constant list of columns
                session_hash,
                now,
                now - idle_limit,
            )
        )

    async def peek_session(
        self, session_hash: str, now: datetime, idle_limit: timedelta
    ) -> SessionRow | None:
        """Return a living session without prolonging it."""
        return _session(
            await self._pool.fetchrow(
                f"""
                SELECT {_COLUMNS} FROM bff_session
                 WHERE session_hash = $1 AND expires_at > $2 AND last_seen_at > $3
                """,  # noqa: S608  a constant list of columns
                session_hash,
                now,
                now - idle_limit,
            )
        )

    async def claim_refresh(
        self, session_hash: str, version: int, now: datetime, until: datetime
    ) -> bool:
        """Become the only one that renews these tokens, until the given moment at most."""
        claimed = await self._pool.fetchval(
            """
            UPDATE bff_session SET refresh_claimed_until = $4
             WHERE session_hash = $1 AND version = $2
               AND (refresh_claimed_until IS NULL OR refresh_claimed_until < $3)
            RETURNING true
            """,
            session_hash,
            version,
            now,
            until,
        )
        return bool(claimed)

    async def save_refreshed(
        self, session_hash: str, version: int, sealed: bytes, access_expires_at: datetime
    ) -> SessionRow | None:
        """Store renewed tokens and give the claim back; None when the session ended meanwhile."""
        return _session(
            await self._pool.fetchrow(
                f"""
                UPDATE bff_session
                   SET sealed_tokens = $3, access_expires_at = $4, version = version + 1,
                       refresh_claimed_until = NULL
                 WHERE session_hash = $1 AND version = $2
                RETURNING {_COLUMNS}
                """,  # noqa: S608  a constant list of columns
                session_hash,
                version,
                sealed,
                access_expires_at,
            )
        )

    async def release_refresh(self, session_hash: str, version: int) -> None:
        """Give a claim back after a failure that may pass."""
        await self._pool.execute(
            """
            UPDATE bff_session SET refresh_claimed_until = NULL
             WHERE session_hash = $1 AND version = $2
            """,
            session_hash,
            version,
        )

    async def take_session(self, session_hash: str) -> SessionRow | None:
        """End one session and return what it held, for revocation at the provider."""
        return _session(
            await self._pool.fetchrow(
                f"DELETE FROM bff_session WHERE session_hash = $1 RETURNING {_COLUMNS}",  # noqa: S608
                session_hash,
            )
        )

    async def end_sessions(
        self, jti_hash: str, remembered_until: datetime, subject: str | None, sid: str | None
    ) -> bool:
        """Obey a logout token once; False when it was obeyed before.

        With a session id only that session ends, otherwise all of the subject's.
        """
        obeyed: Any = await self._pool.fetchval(
            """
            WITH seen AS (
                INSERT INTO bff_logout_token (jti_hash, expires_at) VALUES ($1, $2)
                ON CONFLICT DO NOTHING RETURNING true
            ), ended AS (
                DELETE FROM bff_session
                 WHERE EXISTS (SELECT FROM seen)
                   AND ($3::text IS NULL OR subject = $3)
                   AND ($4::text IS NULL OR provider_sid = $4)
                   AND ($3::text IS NOT NULL OR $4::text IS NOT NULL)
            )
            SELECT EXISTS (SELECT FROM seen)
            """,
            jti_hash,
            remembered_until,
            subject,
            sid,
        )
        return bool(obeyed)

    async def purge(self, now: datetime) -> None:
        """Remove what has ended by time."""
        await self._pool.execute(
            """
            WITH logins AS (DELETE FROM bff_login WHERE expires_at <= $1),
                 tokens AS (DELETE FROM bff_logout_token WHERE expires_at <= $1)
            DELETE FROM bff_session WHERE expires_at <= $1
            """,
            now,
        )
