"""SQL of the services a person is connected to: what they may still read, and its withdrawal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from clavis_kit.db import Connection, Pool


@dataclass(frozen=True, slots=True)
class Connected:
    """One service that was told something, or still holds a token."""

    client_id: str
    names: dict[str, str]
    purpose: dict[str, str]
    client_uri: str | None
    claims: tuple[str, ...]
    """What the person was told the service receives."""
    first_at: datetime | None
    last_at: datetime | None
    times: int
    acr: str | None
    loa: int | None
    method: str | None
    holds_tokens: bool


async def connected(pool: Pool, subject_id: str, now: datetime) -> list[Connected]:
    """List the services of a person, the last entered first; our own applications are not told."""
    found = await pool.fetch(
        """
        WITH live AS (
            SELECT DISTINCT client_id FROM authorization_grant
             WHERE subject_id = $1 AND revoked_at IS NULL AND expires_at > $2
        ), mine AS (
            SELECT client_id FROM disclosure WHERE subject_id = $1 UNION SELECT client_id FROM live
        )
        SELECT c.client_id, c.names, c.purpose, c.metadata ->> 'client_uri' AS client_uri,
               coalesce(d.claims, '{}') AS claims, seen.first_at, seen.last_at, seen.times,
               latest.acr, latest.loa, latest.method, live.client_id IS NOT NULL AS holds_tokens
          FROM mine
          JOIN relying_party c USING (client_id)
          LEFT JOIN live USING (client_id)
          LEFT JOIN disclosure d ON d.subject_id = $1 AND d.client_id = c.client_id
          CROSS JOIN LATERAL (
                SELECT min(at) AS first_at, max(at) AS last_at, count(*) AS times
                  FROM access_record a WHERE a.subject_id = $1 AND a.client_id = c.client_id
               ) seen
          LEFT JOIN LATERAL (
                SELECT acr, loa, method
                  FROM access_record a WHERE a.subject_id = $1 AND a.client_id = c.client_id
                 ORDER BY at DESC LIMIT 1
               ) latest ON true
         WHERE NOT c.first_party
         ORDER BY seen.last_at DESC NULLS LAST, c.client_id
        """,
        subject_id,
        now,
    )
    return [Connected(**dict(row) | {"claims": tuple(sorted(row["claims"]))}) for row in found]


async def revoke(connection: Connection, subject_id: str, client_id: str, now: datetime) -> int:
    """End every family of tokens a service holds of a person, offline ones too."""
    status = await connection.execute(
        """
        UPDATE authorization_grant SET revoked_at = $3, revoked_reason = 'withdrawn'
         WHERE subject_id = $1 AND client_id = $2 AND revoked_at IS NULL
        """,
        subject_id,
        client_id,
        now,
    )
    return int(status.rpartition(" ")[2])


async def leave(connection: Connection, subject_id: str, client_id: str) -> list[tuple[str, str]]:
    """Take a service out of the person's live sessions; return (session_id, sub) of each."""
    found = await connection.fetch(
        """
        DELETE FROM connected_service cs
         USING sso_session s
         WHERE s.session_id = cs.session_id AND s.subject_id = $1 AND s.ended_at IS NULL
           AND cs.client_id = $2
        RETURNING cs.session_id, cs.sub
        """,
        subject_id,
        client_id,
    )
    return [(row["session_id"], row["sub"]) for row in found]


async def is_known(connection: Connection, client_id: str) -> bool:
    """Say whether there is such a service, and it is not one of our own applications."""
    return bool(
        await connection.fetchval(
            "SELECT true FROM relying_party WHERE client_id = $1 AND NOT first_party", client_id
        )
    )
