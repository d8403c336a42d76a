"""SQL of what people were told before data was sent, and of what they answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from clavis_kit.db import Connection, Pool


@dataclass(frozen=True, slots=True)
class Told:
    """One page of data as it was shown, and whether the person went on."""

    record_id: str
    subject_id: str
    client_id: str
    claims: tuple[str, ...]
    shown: dict[str, Any]
    """The purposes as shown; kinds and digest of what was to be authorised."""
    language: str
    agreed: bool
    at: datetime


async def disclosed_claims(pool: Pool, subject_id: str, client_id: str) -> frozenset[str]:
    """Return the claims this person has been shown for this service."""
    claims = await pool.fetchval(
        "SELECT claims FROM disclosure WHERE subject_id = $1 AND client_id = $2",
        subject_id,
        client_id,
    )
    return frozenset(claims or ())


async def record(db: Connection | Pool, told: Told) -> None:
    """Keep what was shown; who went on is told again only of more. Two tabs at once lose none."""
    await db.execute(
        """
        WITH kept AS (
            INSERT INTO disclosure_record
                (record_id, subject_id, client_id, claims, shown, language, agreed, at)
            VALUES ($1, $2::text, $3::text, $4::text[], $5, $6, $7::boolean, $8::timestamptz)
        )
        INSERT INTO disclosure (subject_id, client_id, claims, shown_at)
        SELECT $2::text, $3::text, $4::text[], $8::timestamptz WHERE $7::boolean
        ON CONFLICT (subject_id, client_id) DO UPDATE
           SET claims = ARRAY(SELECT DISTINCT unnest(disclosure.claims || excluded.claims)),
               shown_at = excluded.shown_at
        """,
        told.record_id,
        told.subject_id,
        told.client_id,
        list(told.claims),
        told.shown,
        told.language,
        told.agreed,
        told.at,
    )


async def forget(connection: Connection, subject_id: str, client_id: str) -> None:
    """Forget what a person was told for a service, so that the next login tells them again."""
    await connection.execute(
        "DELETE FROM disclosure WHERE subject_id = $1 AND client_id = $2", subject_id, client_id
    )
