"""SQL of PINs. Each function is one statement, so what it decides is atomic."""

from dataclasses import dataclass
from datetime import datetime

import asyncpg
from clavis_kit.db import Connection, Pool

from clavis_pin.rules.people import Level
from clavis_pin.rules.pins import DAY, HOUR, PinPolicy, Verdict


@dataclass(frozen=True, slots=True)
class Person:
    """What the projection knows of a person whose identity stands."""

    subject_id: str
    contrast_hash: str
    phone: str | None
    language: str | None
    locked_until: datetime | None


@dataclass(frozen=True, slots=True)
class Admission:
    """Whether a request is within the limits, and the person it names, if there is one."""

    admitted: bool
    recent: tuple[datetime, ...]
    person: Person | None


@dataclass(frozen=True, slots=True)
class NewPin:
    """A PIN to be stored: never the PIN itself."""

    pin_request_id: str
    subject_id: str
    code_hash: str
    sent_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on one attempt and what follows from it."""

    verdict: Verdict
    subject_id: str
    level: Level
    failures: int
    locked_until: datetime | None


async def admit_request(
    pool: Pool, national_id_hash: str, ticket: str, now: datetime, policy: PinPolicy
) -> Admission:
    """Count a request against its limits and read the person, whether there is one or not."""
    row = await pool.fetchrow(
        """
        WITH quota AS (
            INSERT INTO pin_quota AS q
                   (national_id_hash, requested_at, last_ticket, last_request_at)
            VALUES ($1, ARRAY[$3::timestamptz], $2, $3)
            ON CONFLICT (national_id_hash) DO UPDATE
            SET (requested_at, last_ticket, last_request_at) = (
                SELECT CASE WHEN s.admitted THEN s.recent || $3::timestamptz ELSE s.recent END,
                       CASE WHEN s.admitted THEN $2::uuid ELSE q.last_ticket END,
                       CASE WHEN s.admitted THEN $3 ELSE q.last_request_at END
                  FROM (SELECT coalesce(array_agg(at) FILTER (WHERE at > $3 - $5::interval), '{}')
                                   AS recent,
                               count(*) FILTER (WHERE at > $3 - $4::interval) < $6
                           AND count(*) FILTER (WHERE at > $3 - $5::interval) < $7 AS admitted
                          FROM unnest(q.requested_at) AS at) AS s)
            RETURNING requested_at, last_ticket = $2 AS admitted
        )
        SELECT quota.admitted, quota.requested_at, p.subject_id, p.contrast_hash, p.phone,
               p.language, pin.locked_until
          FROM quota
          LEFT JOIN (SELECT subject_id, contrast_hash, language,
                            CASE WHEN phone_verified THEN phone END AS phone
                       FROM person
                      WHERE national_id_hash = $1
                        AND status = 'active'
                        AND contrast_hash IS NOT NULL
                      ORDER BY person_version DESC
                      LIMIT 1) AS p ON true
          LEFT JOIN pin ON pin.subject_id = p.subject_id
        """,
        national_id_hash,
        ticket,
        now,
        HOUR,
        DAY,
        policy.requests_per_hour,
        policy.requests_per_day,
    )
    if row is None:  # an upsert that always writes always returns
        raise RuntimeError("the quota statement returned nothing")
    return Admission(row["admitted"], tuple(row["requested_at"]), _person(row))


def _person(row: asyncpg.Record) -> Person | None:
    if row["subject_id"] is None:
        return None
    return Person(
        subject_id=str(row["subject_id"]),
        contrast_hash=row["contrast_hash"],
        phone=row["phone"],
        language=row["language"],
        locked_until=row["locked_until"],
    )


async def replace_pin(pool: Pool, pin: NewPin) -> bool:
    """Store the newest PIN in place of any older; False when the identity ended meanwhile."""
    stored = await pool.fetchval(
        """
        INSERT INTO pin (subject_id, pin_request_id, code_hash, sent_at, expires_at)
        SELECT subject_id, $2, $3, $4, $5
          FROM person
         WHERE subject_id = $1
           AND status = 'active'
           FOR SHARE
        ON CONFLICT (subject_id) DO UPDATE
        SET pin_request_id = excluded.pin_request_id,
            code_hash = excluded.code_hash,
            sent_at = excluded.sent_at,
            expires_at = excluded.expires_at,
            consumed_at = NULL,
            voided_at = NULL
        RETURNING true
        """,
        pin.subject_id,
        pin.pin_request_id,
        pin.code_hash,
        pin.sent_at,
        pin.expires_at,
    )
    return stored is True


async def judge_attempt(
    pool: Pool, pin_request_id: str, code_hash: str, now: datetime, policy: PinPolicy
) -> Judgement | None:
    """Judge one attempt and keep its consequence; None when the PIN was replaced or never was.

    The row is locked before it is judged, so parallel attempts take turns: one consumes the PIN,
    and no more than the allowed number of wrong ones is ever judged.
    """
    row = await pool.fetchrow(
        """
        WITH target AS MATERIALIZED (
            SELECT r.subject_id, p.level, r.locked_until,
                   CASE WHEN p.status IS DISTINCT FROM 'active' THEN 'expired'
                        WHEN r.voided_at IS NOT NULL THEN 'expired'
                        WHEN r.locked_until > $3 THEN 'locked'
                        WHEN r.consumed_at IS NOT NULL THEN 'used'
                        WHEN r.expires_at <= $3 THEN 'expired'
                        WHEN r.code_hash = $2 THEN 'accepted'
                        ELSE 'wrong'
                   END AS verdict,
                   -- A lock that is over starts the count anew.
                   CASE WHEN r.locked_until IS NULL THEN r.failures ELSE 0 END + 1 AS failures
              FROM pin AS r
              JOIN person AS p USING (subject_id)
             WHERE r.pin_request_id = $1
               FOR UPDATE OF r
        ), settled AS (
            UPDATE pin
               SET consumed_at = CASE WHEN target.verdict = 'accepted' THEN $3 END,
                   failures = CASE WHEN target.verdict = 'accepted' THEN 0
                                   ELSE target.failures END,
                   locked_until = CASE WHEN target.verdict = 'wrong' AND target.failures >= $4
                                       THEN $3 + $5::interval END
              FROM target
             WHERE pin.subject_id = target.subject_id
               AND target.verdict IN ('accepted', 'wrong')
            RETURNING pin.failures, pin.locked_until
        )
        SELECT target.verdict, target.subject_id, target.level,
               coalesce(settled.failures, 0) AS failures,
               coalesce(settled.locked_until, target.locked_until) AS locked_until
          FROM target
          LEFT JOIN settled ON true
        """,
        pin_request_id,
        code_hash,
        now,
        policy.max_failures,
        policy.lockout,
    )
    return _judgement(row) if row else None


def _judgement(row: asyncpg.Record) -> Judgement:
    return Judgement(
        verdict=Verdict(row["verdict"]),
        subject_id=str(row["subject_id"]),
        level=Level(row["level"] or Level.BASIC),
        failures=row["failures"],
        locked_until=row["locked_until"],
    )


async def forget_quotas(pool: Pool, before: datetime) -> None:
    """Drop the counts of identity numbers not asked about since then."""
    await pool.execute("DELETE FROM pin_quota WHERE last_request_at < $1", before)


async def void_pin(db: Connection, subject_id: str, now: datetime) -> None:
    """End a PIN under way: the identity or the phone behind it has gone."""
    await db.execute(
        """
        UPDATE pin
           SET voided_at = $2
         WHERE subject_id = $1
           AND consumed_at IS NULL
           AND voided_at IS NULL
        """,
        subject_id,
        now,
    )
