"""SQL of the authorization endpoint: what a request needs to be judged, and what it leaves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from clavis_kit.db import Connection, Pool

from clavis_gateway.records import RelyingParty, Session
from clavis_gateway.store import rows


@dataclass(frozen=True, slots=True)
class Pushed:
    """A pushed request as stored."""

    uri_hash: str
    client_id: str
    parameters: dict[str, str]
    expires_at: datetime
    consumed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Known:
    """What one query tells about an authorization request."""

    client: RelyingParty | None
    session: Session | None
    pushed: Pushed | None


_LOAD = f"""
    SELECT {rows.columns(rows.RELYING_PARTY, "c")},
           {rows.columns(rows.SESSION, "s")},
           p.uri_hash, p.client_id AS pushed_client, p.parameters,
           p.expires_at AS pushed_expires, p.consumed_at
      FROM (SELECT 1) AS one
      LEFT JOIN relying_party c ON c.client_id = $1
      LEFT JOIN sso_session s
             ON s.cookie_hash = $2 AND s.ended_at IS NULL
            AND s.expires_at > $4 AND s.last_seen_at > $5
      LEFT JOIN pushed_request p ON p.uri_hash = $3
"""  # noqa: S608 -- the interpolated text is constant column names


async def load(
    pool: Pool,
    client_id: str,
    cookie_hash: str | None,
    uri_hash: str | None,
    *,
    now: datetime,
    idle_since: datetime,
) -> Known:
    """Read client, live session of the browser and pushed request in one round trip."""
    row = await pool.fetchrow(_LOAD, client_id, cookie_hash, uri_hash, now, idle_since)
    if row is None:
        return Known(None, None, None)
    pushed = None
    if row["uri_hash"] is not None:
        pushed = Pushed(
            row["uri_hash"], row["pushed_client"], row["parameters"],
            row["pushed_expires"], row["consumed_at"],
        )  # fmt: skip
    return Known(rows.relying_party(row), rows.session(row), pushed)


async def add_pushed_request(
    pool: Pool,
    uri_hash: str,
    client_id: str,
    parameters: dict[str, str],
    expires_at: datetime,
    jtis: list[tuple[str, datetime]],
) -> bool:
    """Keep a pushed request unless one of the identifiers was seen before."""
    # ON CONFLICT DO NOTHING lets exactly one of two equal assertions through.
    row = await pool.fetchrow(
        """
        WITH fresh AS (
            INSERT INTO used_jti (jti_hash, expires_at)
            SELECT * FROM unnest($5::text[], $6::timestamptz[])
            ON CONFLICT DO NOTHING
            RETURNING jti_hash
        )
        INSERT INTO pushed_request (uri_hash, client_id, parameters, expires_at)
        SELECT $1::text, $2::text, $3::jsonb, $4::timestamptz
         WHERE (SELECT count(*) FROM fresh) = cardinality($5::text[])
        RETURNING uri_hash
        """,
        uri_hash,
        client_id,
        parameters,
        expires_at,
        [jti for jti, _ in jtis],
        [expiry for _, expiry in jtis],
    )
    return row is not None


async def consume_pushed_request(connection: Connection, uri_hash: str, now: datetime) -> bool:
    """Use up a pushed request; False when another answer was faster.

    RFC 9126 section 4: one use. It is consumed when the person has answered, so that a reload of
    the login page still works; it may by then have passed its expiry, which bounds only the start.
    """
    return bool(
        await connection.fetchval(
            """
            UPDATE pushed_request SET consumed_at = $2
             WHERE uri_hash = $1 AND consumed_at IS NULL
            RETURNING true
            """,
            uri_hash,
            now,
        )
    )


async def add_interaction(pool: Pool, values: dict[str, Any]) -> None:
    """Keep a request that awaits the person."""
    await pool.execute(
        """
        INSERT INTO interaction (interaction_id, client_id, browser_hash, request, required_loa,
            essential, reasons, session_id, state, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open', $9, $10)
        """,
        values["interaction_id"],
        values["client_id"],
        values["browser_hash"],
        values["request"],
        values["required_loa"],
        values["essential"],
        values["reasons"],
        values["session_id"],
        values["created_at"],
        values["expires_at"],
    )
