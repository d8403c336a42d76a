"""SQL of interactions: what a login page shows, and answering exactly once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from clavis_kit.db import Connection, Pool
from clavis_kit.loa import Loa

from clavis_gateway.records import AuthorizationRequest, RelyingParty, Session
from clavis_gateway.store import rows


@dataclass(frozen=True, slots=True)
class Stored:
    """An interaction with its client and, if still alive, the session it builds on."""

    interaction_id: str
    browser_hash: str
    client: RelyingParty
    request: AuthorizationRequest
    required_loa: Loa
    essential: bool
    reasons: frozenset[str]
    language: str | None
    progress: dict[str, Any]
    state: str
    created_at: datetime
    expires_at: datetime
    session: Session | None


_FIND = f"""
    SELECT i.interaction_id, i.browser_hash, i.request, i.required_loa, i.essential, i.reasons,
           i.language, i.progress, i.state, i.created_at, i.expires_at,
           {rows.columns(rows.RELYING_PARTY, "c")},
           {rows.columns(rows.SESSION, "s")}
      FROM interaction i
      JOIN relying_party c USING (client_id)
      LEFT JOIN sso_session s
             ON s.session_id = i.session_id AND s.ended_at IS NULL AND s.expires_at > $2
     WHERE i.interaction_id = $1
"""  # noqa: S608 -- the interpolated text is constant column names


async def find(pool: Pool, interaction_id: str, now: datetime) -> Stored | None:
    """Read an interaction, whatever its state."""
    row = await pool.fetchrow(_FIND, interaction_id, now)
    client = rows.relying_party(row)
    if row is None or client is None:
        return None
    return Stored(
        interaction_id=row["interaction_id"],
        browser_hash=row["browser_hash"],
        client=client,
        request=read_request(row["request"]),
        required_loa=Loa(row["required_loa"]),
        essential=row["essential"],
        reasons=frozenset(row["reasons"]),
        language=row["language"],
        progress=row["progress"],
        state=row["state"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        session=rows.session(row),
    )


def read_request(value: dict[str, Any]) -> AuthorizationRequest:
    """Read a stored request; JSON has lists where the record has tuples."""
    values: dict[str, Any] = {
        key: tuple(item) if isinstance(item, list) else item for key, item in value.items()
    }
    return AuthorizationRequest(**values)


async def answer(connection: Connection, interaction_id: str, now: datetime) -> bool:
    """Close an open interaction; False when it was closed or has expired.

    One statement: of two answers at the same moment one finds it open.
    """
    return bool(
        await connection.fetchval(
            """
            UPDATE interaction SET state = 'answered', progress = '{}'
             WHERE interaction_id = $1 AND state = 'open' AND expires_at > $2
            RETURNING true
            """,
            interaction_id,
            now,
        )
    )


async def reopen(
    pool: Pool, interaction_id: str, new_id: str, now: datetime, expires_at: datetime
) -> bool:
    """Close an expired interaction and open another like it; False when there is none.

    One statement: of two at the same moment one finds it open.
    """
    return bool(
        await pool.fetchval(
            """
            WITH closed AS (
                UPDATE interaction SET state = 'answered', progress = '{}'
                 WHERE interaction_id = $1 AND state = 'open' AND expires_at <= $3
                RETURNING client_id, browser_hash, request, required_loa, essential, reasons,
                          session_id, language
            )
            INSERT INTO interaction (interaction_id, client_id, browser_hash, request,
                required_loa, essential, reasons, session_id, language, state, created_at,
                expires_at)
            SELECT $2, client_id, browser_hash, request, required_loa, essential, reasons,
                   session_id, language, 'open', $3, $4
              FROM closed
            RETURNING true
            """,
            interaction_id,
            new_id,
            now,
            expires_at,
        )
    )


async def save_progress(pool: Pool, interaction_id: str, progress: dict[str, Any]) -> None:
    """Replace the login pages' own state while the interaction is open."""
    await pool.execute(
        "UPDATE interaction SET progress = $2 WHERE interaction_id = $1 AND state = 'open'",
        interaction_id,
        progress,
    )


async def save_language(pool: Pool, interaction_id: str, language: str) -> None:
    """Remember the language chosen while the interaction is open."""
    await pool.execute(
        "UPDATE interaction SET language = $2 WHERE interaction_id = $1 AND state = 'open'",
        interaction_id,
        language,
    )
