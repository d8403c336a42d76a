"""SQL of tokens in use: reading one with all that decides whether it still lives, ending one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from clavis_kit.db import Pool

from clavis_gateway.records import AccessToken, Grant, RefreshToken, RelyingParty
from clavis_gateway.store import rows


@dataclass(frozen=True, slots=True)
class Held:
    """A token and what it hangs from."""

    client: RelyingParty
    access_token: AccessToken | None
    refresh_token: RefreshToken | None
    grant: Grant | None
    enrolment_level: str | None

    def alive(self, now: datetime) -> bool:
        """Say whether the token can be used at this moment."""
        token = self.access_token or self.refresh_token
        if token is None or token.expires_at <= now or not self.client.active:
            return False
        ended = (
            self.access_token.revoked_at if self.access_token
            else self.refresh_token.consumed_at if self.refresh_token
            else None
        )  # fmt: skip
        return ended is None and (self.grant is None or self.grant.revoked_at is None)


_HELD = f"""
    SELECT {rows.columns(rows.RELYING_PARTY, "c")},
           {rows.columns(rows.ACCESS_TOKEN, "t")},
           {rows.columns(rows.REFRESH_TOKEN, "r")},
           {rows.columns(rows.GRANT, "g")},
           p.level
      FROM (SELECT 1) AS one
      LEFT JOIN access_token t ON t.handle_hash = $1
      LEFT JOIN refresh_token r ON r.token_hash = $1
      LEFT JOIN authorization_grant g ON g.grant_id = coalesce(t.grant_id, r.grant_id)
      LEFT JOIN relying_party c ON c.client_id = coalesce(t.client_id, g.client_id)
      LEFT JOIN person p ON p.subject_id = g.subject_id
"""  # noqa: S608 -- the interpolated text is constant column names


async def find(pool: Pool, handle_hash: str) -> Held | None:
    """Read an access or refresh token by the digest of its handle."""
    row = await pool.fetchrow(_HELD, handle_hash)
    client = rows.relying_party(row)
    if row is None or client is None:
        return None
    return Held(
        client, rows.access_token(row), rows.refresh_token(row), rows.grant(row), row["level"]
    )


_ASKED = f"""
    SELECT {rows.columns(rows.RELYING_PARTY, "k")},
           {rows.columns(rows.RELYING_PARTY, "c")},
           {rows.columns(rows.ACCESS_TOKEN, "t")},
           {rows.columns(rows.REFRESH_TOKEN, "r")},
           {rows.columns(rows.GRANT, "g")},
           p.level
      FROM (SELECT 1) AS one
      LEFT JOIN relying_party k ON k.client_id = $1
      LEFT JOIN access_token t ON t.handle_hash = $2
      LEFT JOIN refresh_token r ON r.token_hash = $2
      LEFT JOIN authorization_grant g ON g.grant_id = coalesce(t.grant_id, r.grant_id)
      LEFT JOIN relying_party c
             ON c.client_id = coalesce(t.client_id, g.client_id) AND c.client_id <> $1
      LEFT JOIN person p ON p.subject_id = g.subject_id
"""  # noqa: S608 -- the interpolated text is constant column names


async def find_for(
    pool: Pool, client_id: str, handle_hash: str | None
) -> tuple[RelyingParty | None, Held | None]:
    """Read who asks about a token, and the token, in one round trip."""
    row = await pool.fetchrow(_ASKED, client_id, handle_hash)
    asking = rows.relying_party(row, "k")
    access_token, refresh_token = rows.access_token(row), rows.refresh_token(row)
    if row is None or (access_token is None and refresh_token is None):
        return asking, None
    # Most ask about tokens of their own: those rows are read once.
    owner = rows.relying_party(row) or asking
    if owner is None:
        return None, None
    return asking, Held(owner, access_token, refresh_token, rows.grant(row), row["level"])


async def revoke_access_token(pool: Pool, handle_hash: str, now: datetime) -> None:
    """End one access token."""
    await pool.execute(
        "UPDATE access_token SET revoked_at = $2 WHERE handle_hash = $1 AND revoked_at IS NULL",
        handle_hash,
        now,
    )


async def use_jtis(pool: Pool, jtis: list[tuple[str, datetime]]) -> bool:
    """Record identifiers; False when any had been seen. One statement, so one of two wins."""
    if not jtis:
        return True
    fresh = await pool.fetchval(
        """
        WITH fresh AS (
            INSERT INTO used_jti (jti_hash, expires_at)
            SELECT * FROM unnest($1::text[], $2::timestamptz[])
            ON CONFLICT DO NOTHING
            RETURNING jti_hash
        )
        SELECT count(*) FROM fresh
        """,
        [jti for jti, _ in jtis],
        [expiry for _, expiry in jtis],
    )
    return bool(fresh == len(jtis))


async def load_client(pool: Pool, client_id: str) -> RelyingParty | None:
    """Read one client."""
    row = await pool.fetchrow(
        f"SELECT {rows.columns(rows.RELYING_PARTY, 'c')}"  # noqa: S608 -- constant column names
        " FROM relying_party c WHERE client_id = $1",
        client_id,
    )
    return rows.relying_party(row)
