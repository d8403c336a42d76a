"""Which data a person was told a service receives, so that they are told again only of more."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from clavis_kit.db import Pool


async def disclosed_claims(pool: Pool, subject_id: str, client_id: str) -> frozenset[str]:
    """Return the claims this person has been shown for this service."""
    claims = await pool.fetchval(
        """
        SELECT claims
          FROM disclosure
         WHERE subject_id = $1 AND client_id = $2
        """,
        subject_id,
        client_id,
    )
    return frozenset(claims or ())


async def record_disclosure(
    pool: Pool, subject_id: str, client_id: str, claims: Iterable[str], now: datetime
) -> None:
    """Add claims to those shown; two tabs at once lose none."""
    await pool.execute(
        """
        INSERT INTO disclosure (subject_id, client_id, claims, shown_at)
        VALUES ($1, $2, $3::text[], $4)
        ON CONFLICT (subject_id, client_id) DO UPDATE
           SET claims = ARRAY(SELECT DISTINCT unnest(disclosure.claims || excluded.claims)),
               shown_at = excluded.shown_at
        """,
        subject_id,
        client_id,
        sorted(claims),
        now,
    )
