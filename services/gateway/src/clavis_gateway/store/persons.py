"""SQL of the projection of persons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from clavis_kit.db import Connection, Pool

from clavis_gateway.rules.standing import Standing


@dataclass(frozen=True, slots=True)
class PersonFact:
    """What one event says; None leaves a column as it is. `at` is when the registry knew it."""

    subject_id: str
    version: int
    at: datetime
    status: str | None
    level: str | None
    national_id_hash: str | None
    last_strong_identification_at: datetime | None
    frozen: bool | None = None


async def apply(connection: Connection, fact: PersonFact, now: datetime) -> bool:
    """Apply a fact unless a newer one was applied; say whether it was."""
    return bool(
        await connection.fetchval(
            """
            INSERT INTO person AS p (subject_id, version, status, level, national_id_hash,
                last_strong_identification_at, updated_at, status_since, frozen_since)
            VALUES ($1, $2, coalesce($3::text, 'active'), $4, $5, $6, $7, $8,
                CASE WHEN $9::boolean THEN $8::timestamptz END)
            ON CONFLICT (subject_id) DO UPDATE
               SET version = excluded.version,
                   status = coalesce($3::text, p.status),
                   level = coalesce($4, p.level),
                   national_id_hash = coalesce($5, p.national_id_hash),
                   last_strong_identification_at =
                       coalesce($6, p.last_strong_identification_at),
                   updated_at = excluded.updated_at,
                   status_since =
                       CASE WHEN $3::text IS NULL THEN p.status_since ELSE $8::timestamptz END,
                   frozen_since = CASE WHEN $9::boolean IS NULL THEN p.frozen_since
                                       WHEN $9::boolean THEN $8::timestamptz END
             WHERE p.version < excluded.version
            RETURNING true
            """,
            fact.subject_id,
            fact.version,
            fact.status,
            fact.level,
            fact.national_id_hash,
            fact.last_strong_identification_at,
            now,
            fact.at,
            fact.frozen,
        )
    )


_STANDING = "SELECT status, status_since, frozen_since FROM person WHERE subject_id = $1"


async def standing(pool: Pool, subject_id: str) -> Standing | None:
    """Read how a person stands now; None when nothing is known here."""
    row = await pool.fetchrow(_STANDING, subject_id)
    return Standing(*row) if row else None


async def hold_standing(connection: Connection, subject_id: str) -> Standing | None:
    """Read how a person stands and keep it from changing until the transaction ends.

    None when the person is not known here: the event has not come yet, or only a certificate has.
    """
    row = await connection.fetchrow(f"{_STANDING} FOR SHARE", subject_id)
    return Standing(*row) if row else None
