"""Attempts to begin an activation: the limit by identity number, and wrong activation codes."""

from dataclasses import dataclass
from datetime import datetime

import asyncpg
from clavis_kit.db import Pool

from clavis_permanent.rules import HOUR, ActivationPolicy


@dataclass(frozen=True, slots=True)
class Candidate:
    """Whom an identity number names, and what they must show."""

    subject_id: str
    email_hash: str
    code_hash: str
    phone: str | None
    language: str | None


@dataclass(frozen=True, slots=True)
class Admission:
    """Whether an attempt is within the limit, and whom it names, if anybody."""

    admitted: bool
    recent: tuple[datetime, ...]
    candidate: Candidate | None


async def admit_attempt(
    pool: Pool, national_id_hash: str, ticket: str, now: datetime, policy: ActivationPolicy
) -> Admission:
    """Count an attempt against the limit and read the person, whether there is one or not."""
    row = await pool.fetchrow(
        """
        WITH quota AS (
            INSERT INTO activation_quota AS q
                   (national_id_hash, attempted_at, last_ticket, last_attempt_at)
            VALUES ($1, ARRAY[$3::timestamptz], $2, $3)
            ON CONFLICT (national_id_hash) DO UPDATE
            SET (attempted_at, last_ticket, last_attempt_at) = (
                SELECT CASE WHEN s.admitted THEN s.recent || $3::timestamptz ELSE s.recent END,
                       CASE WHEN s.admitted THEN $2::uuid ELSE q.last_ticket END,
                       CASE WHEN s.admitted THEN $3 ELSE q.last_attempt_at END
                  FROM (SELECT coalesce(array_agg(at), '{}') AS recent, count(*) < $5 AS admitted
                          FROM unnest(q.attempted_at) AS at
                         WHERE at > $3 - $4::interval) AS s)
            RETURNING attempted_at, last_ticket = $2 AS admitted
        )
        SELECT quota.admitted, quota.attempted_at, p.subject_id, p.email_hash, p.code_hash,
               p.phone, p.language
          FROM quota
          LEFT JOIN (SELECT person.subject_id, email_hash, code_hash, language,
                            CASE WHEN phone_verified THEN phone END AS phone
                       FROM person
                       JOIN activation_code USING (subject_id)
                      WHERE national_id_hash = $1
                        AND status = 'active'
                        AND email_hash IS NOT NULL
                        AND code_hash IS NOT NULL
                      ORDER BY person_version DESC
                      LIMIT 1) AS p ON true
        """,
        national_id_hash,
        ticket,
        now,
        HOUR,
        policy.attempts_per_hour,
    )
    if row is None:  # an upsert that always writes always returns
        raise RuntimeError("the quota statement returned nothing")
    return Admission(row["admitted"], tuple(row["attempted_at"]), _candidate(row))


def _candidate(row: asyncpg.Record) -> Candidate | None:
    if row["subject_id"] is None:
        return None
    return Candidate(
        subject_id=str(row["subject_id"]),
        email_hash=row["email_hash"],
        code_hash=row["code_hash"],
        phone=row["phone"],
        language=row["language"],
    )


async def count_code_failure(pool: Pool, subject_id: str | None, decoy_slot: int) -> None:
    """Count a wrong activation code; without a subject a decoy is written in its place."""
    await pool.execute(
        """
        WITH counted AS (
            UPDATE activation_code
               SET failures = failures + 1
             WHERE subject_id = $1
            RETURNING 1
        )
        UPDATE decoy
           SET touched = touched + 1
         WHERE slot = $2
           AND NOT EXISTS (SELECT FROM counted)
        """,
        subject_id,
        decoy_slot,
    )


async def forget_quotas(pool: Pool, before: datetime) -> None:
    """Drop the counts of identity numbers not tried since then."""
    await pool.execute("DELETE FROM activation_quota WHERE last_attempt_at < $1", before)
