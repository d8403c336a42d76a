"""SQL of a request that was answered with a code: all that it leaves, in one statement."""

from __future__ import annotations

from dataclasses import dataclass

from clavis_kit.db import Connection
from clavis_kit.loa import Loa

from clavis_gateway.records import Code, Grant


@dataclass(frozen=True, slots=True)
class Entry:
    """What the person's history tells of an access beyond the grant."""

    loa: Loa
    claims: tuple[str, ...]
    """Names of what the service may read of the person."""
    anew: bool
    """The person acted for it; else a live session answered."""


async def add(connection: Connection, grant: Grant, code: Code, entry: Entry) -> None:
    """Keep a grant, its code, the service among those entered, and the access for its person."""
    await connection.execute(
        """
        WITH granted AS (
            INSERT INTO authorization_grant (grant_id, client_id, subject_id, sub, session_id,
                scope, claims, acr, method, amr, auth_time, nonce, created_at, expires_at,
                resources, authorization_details, claims_locales)
            VALUES ($1::text, $2::text, $3::text, $4::text, $5::text, $6, $7, $8::text, $9::text,
                $10, $11, $12, $13::timestamptz, $14, $20, $21, $22)
            RETURNING grant_id
        ), entered AS (
            INSERT INTO connected_service (session_id, client_id, sub, since)
            VALUES ($5::text, $2::text, $4::text, $13::timestamptz)
            ON CONFLICT (session_id, client_id) DO NOTHING
        ), told AS (
            INSERT INTO access_record
                (access_id, client_id, subject_id, at, acr, method, loa, claims, anew)
            VALUES ($1::text, $2::text, $3::text, $13::timestamptz, $8::text, $9::text,
                $23, $24, $25)
        )
        INSERT INTO authorization_code
            (code_hash, grant_id, redirect_uri, code_challenge, dpop_jkt, expires_at)
        SELECT $15::text, grant_id, $16::text, $17::text, $18::text, $19::timestamptz FROM granted
        """,
        grant.grant_id,
        grant.client_id,
        grant.subject_id,
        grant.sub,
        grant.session_id,
        grant.scope,
        grant.claims,
        grant.acr,
        grant.method,
        list(grant.amr),
        grant.auth_time,
        grant.nonce,
        grant.created_at,
        grant.expires_at,
        code.code_hash,
        code.redirect_uri,
        code.code_challenge,
        code.dpop_jkt,
        code.expires_at,
        list(grant.resources),
        grant.authorization_details,
        list(grant.claims_locales),
        int(entry.loa),
        list(entry.claims),
        entry.anew,
    )
