"""SQL of relying parties, for the command line."""

from __future__ import annotations

from datetime import datetime

from clavis_kit.db import Pool

from clavis_gateway.records import RelyingParty


async def save(pool: Pool, party: RelyingParty, now: datetime) -> None:
    """Insert or replace a client."""
    await pool.execute(
        """
        INSERT INTO relying_party (client_id, metadata, profile, secret_hash, minimum_loa,
            allowed_methods, sso_allowed, first_party, sector, names, purpose, audiences, status,
            created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14)
        ON CONFLICT (client_id) DO UPDATE
           SET metadata = excluded.metadata, profile = excluded.profile,
               secret_hash = excluded.secret_hash, minimum_loa = excluded.minimum_loa,
               allowed_methods = excluded.allowed_methods, sso_allowed = excluded.sso_allowed,
               first_party = excluded.first_party, sector = excluded.sector,
               names = excluded.names, purpose = excluded.purpose,
               audiences = excluded.audiences, status = excluded.status,
               updated_at = excluded.updated_at
        """,
        party.client_id,
        party.metadata,
        party.profile,
        party.secret_hash,
        int(party.minimum_loa),
        sorted(party.allowed_methods),
        party.sso_allowed,
        party.first_party,
        party.sector,
        party.names,
        party.purpose,
        list(party.audiences),
        party.status,
        now,
    )
