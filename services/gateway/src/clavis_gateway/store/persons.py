"""SQL of the projection of persons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from clavis_kit.db import Connection


@dataclass(frozen=True, slots=True)
class PersonFact:
    """What one event says; None leaves a column as it is."""

    subject_id: str
    version: int
    status: str | None
    level: str | None
    national_id_hash: str | None
    last_strong_identification_at: datetime | None


async def apply(connection: Connection, fact: PersonFact, now: datetime) -> bool:
    """Apply a fact unless a newer one was applied; say whether it was."""
    return bool(
        await connection.fetchval(
            """
            INSERT INTO person AS p (subject_id, version, status, level, national_id_hash,
                last_strong_identification_at, updated_at)
            VALUES ($1, $2, coalesce($3::text, 'active'), $4, $5, $6, $7)
            ON CONFLICT (subject_id) DO UPDATE
               SET version = excluded.version,
                   status = coalesce($3::text, p.status),
                   level = coalesce($4, p.level),
                   national_id_hash = coalesce($5, p.national_id_hash),
                   last_strong_identification_at =
                       coalesce($6, p.last_strong_identification_at),
                   updated_at = excluded.updated_at
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
        )
    )


async def hold_status(connection: Connection, subject_id: str) -> str | None:
    """Read a person's status and keep it from changing until the transaction ends.

    None when the person is not known here: the event has not come yet, or only a certificate has.
    """
    status: str | None = await connection.fetchval(
        "SELECT status FROM person WHERE subject_id = $1 FOR SHARE", subject_id
    )
    return status
