"""SQL of grants: exchanging a code, rotating, revoking. Issuing stands in `issued.py`.

Every single-use thing is consumed by one statement here, and what its consumption gives is written
by the same statement: there is no moment at which one exists without the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from clavis_kit.db import Connection, Pool

from clavis_gateway.records import (
    AccessToken,
    Code,
    Grant,
    RefreshToken,
    RelyingParty,
    UsedJti,
)
from clavis_gateway.store import rows


@dataclass(frozen=True, slots=True)
class TokenCase:
    """Everything a token request needs to be judged, from one query."""

    client: RelyingParty | None
    code: Code | None
    refresh_token: RefreshToken | None
    grant: Grant | None
    enrolment_level: str | None


_TOKEN_CASE = f"""
    SELECT {rows.columns(rows.RELYING_PARTY, "c")},
           {rows.columns(rows.CODE, "a")},
           {rows.columns(rows.REFRESH_TOKEN, "r")},
           {rows.columns(rows.GRANT, "g")},
           p.level
      FROM (SELECT 1) AS one
      LEFT JOIN relying_party c ON c.client_id = $1
      LEFT JOIN authorization_code a ON a.code_hash = $2
      LEFT JOIN refresh_token r ON r.token_hash = $3
      LEFT JOIN authorization_grant g ON g.grant_id = coalesce(a.grant_id, r.grant_id)
      LEFT JOIN person p ON p.subject_id = g.subject_id
"""  # noqa: S608 -- the interpolated text is constant column names


async def load_token_case(
    pool: Pool, client_id: str, code_hash: str | None, refresh_hash: str | None
) -> TokenCase:
    """Read client, code or refresh token, and grant in one round trip."""
    row = await pool.fetchrow(_TOKEN_CASE, client_id, code_hash, refresh_hash)
    return TokenCase(
        rows.relying_party(row),
        rows.code(row),
        rows.refresh_token(row),
        rows.grant(row),
        row["level"] if row else None,
    )


@dataclass(frozen=True, slots=True)
class TokenWrites:
    """What a granted token request leaves in the database.

    `consume_code`, `consume_refresh` or `retry_refresh` name the single-use thing it used up, if
    any; `succeeds` the refresh token that the consumed one had replaced.
    """

    access_token: AccessToken
    refresh_token: RefreshToken | None
    consume_code: str | None
    consume_refresh: str | None
    jtis: tuple[UsedJti, ...]
    retry_refresh: str | None = None
    succeeds: str | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """Whether the writes took place, and what stood in their way otherwise."""

    fresh: bool
    """No jti had been seen before."""
    written: bool


_SETTLE = """
    WITH fresh AS (
        INSERT INTO used_jti (jti_hash, expires_at)
        SELECT * FROM unnest($1::text[], $2::timestamptz[])
        ON CONFLICT DO NOTHING
        RETURNING jti_hash
    ), ok AS (
        SELECT (SELECT count(*) FROM fresh) = cardinality($1::text[]) AS fresh
    ), code AS (
        UPDATE authorization_code SET consumed_at = $5::timestamptz
         WHERE code_hash = $3::text AND consumed_at IS NULL AND (SELECT fresh FROM ok)
        RETURNING code_hash
    ), succeeded AS (
        UPDATE refresh_token SET succeeded_at = $5::timestamptz
         WHERE token_hash = $21::text AND succeeded_at IS NULL AND (SELECT fresh FROM ok)
        RETURNING token_hash
    ), refresh AS (
        UPDATE refresh_token SET consumed_at = $5::timestamptz
         WHERE token_hash = $4::text AND consumed_at IS NULL AND (SELECT fresh FROM ok)
           AND ($21::text IS NULL OR EXISTS (SELECT FROM succeeded))
        RETURNING token_hash
    ), retried AS (
        UPDATE refresh_token SET retried_at = $5::timestamptz
         WHERE token_hash = $20::text AND consumed_at IS NOT NULL AND retried_at IS NULL
           AND succeeded_at IS NULL AND (SELECT fresh FROM ok)
        RETURNING token_hash
    ), won AS (
        SELECT ok.fresh
               AND ($3::text IS NULL OR EXISTS (SELECT FROM code))
               AND ($4::text IS NULL OR EXISTS (SELECT FROM refresh))
               AND ($20::text IS NULL OR EXISTS (SELECT FROM retried)) AS won
          FROM ok
    ), access AS (
        INSERT INTO access_token
            (handle_hash, grant_id, client_id, scope, audience, jkt, issued_at, expires_at, x5t,
             authorization_details)
        SELECT $6::text, $7::text, $8::text, $9::text, $10::text[], $11::text,
               $5::timestamptz, $12::timestamptz, $17::text, $19::jsonb
          FROM won WHERE won
        RETURNING handle_hash
    ), renewed AS (
        INSERT INTO refresh_token
            (token_hash, grant_id, scope, jkt, created_at, expires_at, x5t, parent_hash)
        SELECT $13::text, $7::text, $14::text, $15::text, $5::timestamptz, $16::timestamptz,
               $18::text, coalesce($4::text, $20::text)
          FROM won WHERE won AND $13::text IS NOT NULL
        RETURNING token_hash
    )
    SELECT ok.fresh, EXISTS (SELECT FROM access) AS written FROM ok
"""


async def settle(pool: Pool, writes: TokenWrites) -> Settled:
    """Consume, and keep what the request gives, in one statement that is one transaction.

    Of any number of equal requests exactly one finds its code, refresh token or jti unused.
    """
    access, refresh = writes.access_token, writes.refresh_token
    row = await pool.fetchrow(
        _SETTLE,
        [jti.jti_hash for jti in writes.jtis],
        [jti.expires_at for jti in writes.jtis],
        writes.consume_code,
        writes.consume_refresh,
        access.issued_at,
        access.handle_hash,
        access.grant_id,
        access.client_id,
        access.scope,
        list(access.audience),
        access.jkt,
        access.expires_at,
        refresh.token_hash if refresh else None,
        refresh.scope if refresh else None,
        refresh.jkt if refresh else None,
        refresh.expires_at if refresh else None,
        access.x5t,
        refresh.x5t if refresh else None,
        access.authorization_details,
        writes.retry_refresh,
        writes.succeeds,
    )
    return Settled(row["fresh"], row["written"]) if row else Settled(fresh=False, written=False)


async def revoke_grant(db: Connection | Pool, grant_id: str, reason: str, now: datetime) -> None:
    """End a family: every code and token under it is dead from here on."""
    await db.execute(
        """
        UPDATE authorization_grant SET revoked_at = $2, revoked_reason = $3
         WHERE grant_id = $1 AND revoked_at IS NULL
        """,
        grant_id,
        now,
        reason,
    )


async def revoke_session_grants(
    connection: Connection, session_ids: list[str], reason: str, now: datetime
) -> None:
    """End the families that live with these sessions.

    OpenID Connect Back-Channel Logout 1.0 section 2.7: what has offline_access outlives a logout.
    """
    await connection.execute(
        """
        UPDATE authorization_grant SET revoked_at = $2, revoked_reason = $3
         WHERE session_id = ANY($1::text[]) AND revoked_at IS NULL
           AND NOT ('offline_access' = ANY(string_to_array(scope, ' ')))
        """,
        session_ids,
        now,
        reason,
    )


async def revoke_subject_grants(
    connection: Connection, subject_id: str, reason: str, now: datetime
) -> None:
    """End every family of a person, offline ones too."""
    await connection.execute(
        """
        UPDATE authorization_grant SET revoked_at = $2, revoked_reason = $3
         WHERE subject_id = $1 AND revoked_at IS NULL
        """,
        subject_id,
        now,
        reason,
    )


async def revoke_method_grants(
    connection: Connection,
    subject_id: str,
    methods: list[str],
    before: datetime,
    now: datetime,
    *,
    kept: list[str],
) -> None:
    """End the families that a changed password opened before a moment, but of `kept` sessions."""
    await connection.execute(
        """
        UPDATE authorization_grant SET revoked_at = $4, revoked_reason = 'password_replaced'
         WHERE subject_id = $1 AND method = ANY($2::text[]) AND auth_time < $3
           AND revoked_at IS NULL AND NOT (session_id = ANY($5::text[]))
        """,
        subject_id,
        methods,
        before,
        now,
        kept,
    )
