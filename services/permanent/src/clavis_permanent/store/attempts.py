"""Attempts to begin an activation: the limit by identity number, and wrong activation codes."""

from dataclasses import dataclass
from datetime import datetime

import asyncpg
from clavis_kit.db import Connection, Pool

from clavis_permanent.rules import HOUR, ActivationPolicy
from clavis_permanent.store.sources import Visit, source_cte


@dataclass(frozen=True, slots=True)
class Candidate:
    """Whom an identity number names, and what they must show."""

    subject_id: str
    email: str | None
    code_hash: str
    phone: str | None
    language: str | None
    has_password: bool


@dataclass(frozen=True, slots=True)
class CodeFailure:
    """A wrong activation code and whom it is counted against, if anybody."""

    subject_id: str | None
    decoy_slot: int
    recovery: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Admission:
    """Whether an attempt is within the limit, and whom it names, if anybody."""

    admitted: bool
    recent: tuple[datetime, ...]
    source_full_until: datetime | None
    candidate: Candidate | None


_ADMIT = f"""
    WITH {source_cte("$6", "$2", "$3", "$7")}, quota AS (
        INSERT INTO activation_quota AS q
               (national_id_hash, attempted_at, last_ticket, last_attempt_at)
        SELECT $1, ARRAY[$3::timestamptz], $2::uuid, $3
         WHERE coalesce((SELECT admitted FROM source), true)
        ON CONFLICT (national_id_hash) DO UPDATE
        SET (attempted_at, last_ticket, last_attempt_at) = (
            SELECT CASE WHEN s.admitted THEN s.recent || $3::timestamptz ELSE s.recent END,
                   CASE WHEN s.admitted THEN $2::uuid ELSE q.last_ticket END,
                   CASE WHEN s.admitted THEN $3 ELSE q.last_attempt_at END
              FROM (SELECT coalesce(array_agg(at), '{{}}') AS recent, count(*) < $5 AS admitted
                      FROM unnest(q.attempted_at) AS at
                     WHERE at > $3 - $4::interval) AS s)
        RETURNING attempted_at, last_ticket = $2 AS admitted
    )
    SELECT coalesce(quota.admitted, false) AS admitted, quota.attempted_at,
           source.full_until, p.subject_id, p.email, p.code_hash,
           p.phone, p.language, p.has_password
      FROM (VALUES (true)) AS one
      LEFT JOIN source ON true
      LEFT JOIN quota ON true
      LEFT JOIN (SELECT person.subject_id, email, code_hash, language,
                        CASE WHEN phone_verified THEN phone END AS phone,
                        coalesce(c.password_hash IS NOT NULL, false) AS has_password
                   FROM person
                   JOIN activation_code USING (subject_id)
                   LEFT JOIN credential AS c USING (subject_id)
                  WHERE national_id_hash = $1
                    AND stands(person)
                    AND code_hash IS NOT NULL
                  ORDER BY person_version DESC
                  LIMIT 1) AS p ON true
"""  # noqa: S608 -- the interpolated text is constant


async def admit_attempt(
    pool: Pool, national_id_hash: str, visit: Visit, policy: ActivationPolicy
) -> Admission:
    """Count an attempt against the limits and read the person, whether there is one or not.

    Rows are locked in one order, source before person: attempts never wait in a circle.
    """
    row = await pool.fetchrow(
        _ADMIT,
        national_id_hash,
        visit.ticket,
        visit.at,
        HOUR,
        policy.attempts_per_hour,
        visit.source_hash,
        visit.drip,
    )
    if row is None:  # it is joined to a row that is always there
        raise RuntimeError("the quota statement returned nothing")
    recent = tuple(row["attempted_at"] or ())
    return Admission(row["admitted"], recent, row["full_until"], _candidate(row))


def _candidate(row: asyncpg.Record) -> Candidate | None:
    if row["subject_id"] is None:
        return None
    return Candidate(
        subject_id=str(row["subject_id"]),
        email=row["email"],
        code_hash=row["code_hash"],
        phone=row["phone"],
        language=row["language"],
        has_password=row["has_password"],
    )


async def count_code_failure(db: Connection, failure: CodeFailure, limit: int) -> bool:
    """Count a wrong activation code and say whether this one blocked it.

    Without a subject a decoy is written in its place.
    """
    blocked = await db.fetchval(
        """
        WITH counted AS (
            UPDATE activation_code
               SET failures = failures + (NOT $3)::integer,
                   recovery_failures = recovery_failures + $3::integer,
                   ended_at = CASE WHEN $4 <= 1 + CASE WHEN $3 THEN recovery_failures
                                                       ELSE failures END
                                   THEN $5::timestamptz END
             WHERE subject_id = $1
               AND ended_at IS NULL
            RETURNING ended_at IS NOT NULL AS blocked
        ), decoyed AS (
            UPDATE decoy
               SET touched = touched + 1
             WHERE slot = $2
               AND NOT EXISTS (SELECT FROM counted)
        )
        SELECT blocked FROM counted
        """,
        failure.subject_id,
        failure.decoy_slot,
        failure.recovery,
        limit,
        failure.at,
    )
    return blocked is True


async def use_code(db: Connection, subject_id: str, now: datetime) -> bool:
    """Note that the activation code put a password in force; say whether it was the first time."""
    used_before = await db.fetchval(
        """
        WITH former AS (
            SELECT subject_id, used_at FROM activation_code WHERE subject_id = $1 FOR UPDATE
        )
        UPDATE activation_code AS a
           SET used_at = coalesce(a.used_at, $2),
               recovery_failures = 0
          FROM former
         WHERE a.subject_id = former.subject_id
        RETURNING former.used_at IS NOT NULL
        """,
        subject_id,
        now,
    )
    return used_before is False


async def spend_code(db: Connection, subject_id: str, now: datetime) -> None:
    """End the activation code: after a removal only another one serves."""
    await db.execute(
        "UPDATE activation_code SET ended_at = $2 WHERE subject_id = $1 AND ended_at IS NULL",
        subject_id,
        now,
    )


async def forget_quotas(pool: Pool, before: datetime) -> None:
    """Drop the counts of identity numbers not tried since then."""
    await pool.execute("DELETE FROM activation_quota WHERE last_attempt_at < $1", before)
