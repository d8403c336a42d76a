"""One-time codes: at most one valid for each person and action, consumed by one statement."""

from dataclasses import dataclass
from datetime import datetime

import asyncpg
from clavis_kit.db import Pool

from clavis_permanent.rules import HOUR, Action, Level, OtpPolicy, Verdict
from clavis_permanent.rules.codes import NEEDS_ADVANCED
from clavis_permanent.store.facts import Executor


@dataclass(frozen=True, slots=True)
class NewOtp:
    """A code to be stored: never the code itself."""

    otp_id: str
    subject_id: str
    action: Action
    otp_hash: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Slot:
    """The person a code is for, and whether it took the place of the former one."""

    level: Level
    phone: str | None
    language: str | None
    admitted: bool
    sends: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on one attempt at a code."""

    verdict: Verdict
    subject_id: str
    failures: int


async def reserve_otp(pool: Pool, otp: NewOtp, policy: OtpPolicy) -> Slot | None:
    """Put a code in place of the former one, if one may be sent now; None when nobody stands there.

    Only a person with a phone gets a row, and one of basic level only where the action allows it.
    """
    row = await pool.fetchrow(
        """
        WITH owner AS (
            SELECT subject_id, level, language, CASE WHEN phone_verified THEN phone END AS phone
              FROM person
             WHERE subject_id = $1
               AND stands(person)
        ), placed AS (
            INSERT INTO otp AS o (subject_id, action, otp_id, otp_hash, sends, expires_at)
            SELECT subject_id, $2, $3, $4, ARRAY[$5::timestamptz], $5 + $6::interval
              FROM owner
             WHERE (level = 'advanced' OR NOT $10)
               AND phone IS NOT NULL
            ON CONFLICT (subject_id, action) DO UPDATE
            SET (otp_id, otp_hash, sends, expires_at, failures, consumed_at, voided_at) = (
                SELECT CASE WHEN s.admitted THEN excluded.otp_id ELSE o.otp_id END,
                       CASE WHEN s.admitted THEN excluded.otp_hash ELSE o.otp_hash END,
                       CASE WHEN s.admitted THEN s.recent || $5::timestamptz ELSE s.recent END,
                       CASE WHEN s.admitted THEN excluded.expires_at ELSE o.expires_at END,
                       CASE WHEN s.admitted THEN 0 ELSE o.failures END,
                       CASE WHEN s.admitted THEN NULL ELSE o.consumed_at END,
                       CASE WHEN s.admitted THEN NULL ELSE o.voided_at END
                  FROM (SELECT coalesce(array_agg(at) FILTER (WHERE at > $5 - $7::interval), '{}')
                                   AS recent,
                               count(*) FILTER (WHERE at > $5 - $7::interval) < $9
                           -- The pause is between two pending codes, not after a used one.
                           AND (o.consumed_at IS NOT NULL
                            OR count(*) FILTER (WHERE at > $5 - $8::interval) = 0) AS admitted
                          FROM unnest(o.sends) AS at) AS s)
            RETURNING otp_id, sends
        )
        SELECT owner.level, owner.phone, owner.language,
               coalesce(placed.otp_id = $3, false) AS admitted,
               coalesce(placed.sends, '{}') AS sends
          FROM owner
          LEFT JOIN placed ON true
        """,
        otp.subject_id,
        otp.action,
        otp.otp_id,
        otp.otp_hash,
        otp.now,
        policy.lifetime,
        HOUR,
        policy.resend_after,
        policy.sends_per_hour,
        otp.action in NEEDS_ADVANCED,
    )
    return _slot(row) if row else None


def _slot(row: asyncpg.Record) -> Slot:
    return Slot(
        level=Level(row["level"] or Level.BASIC),
        phone=row["phone"],
        language=row["language"],
        admitted=row["admitted"],
        sends=tuple(row["sends"]),
    )


async def void_otp(pool: Pool, otp_id: str, now: datetime) -> None:
    """Withdraw a code that could not be sent; its place may be taken at once."""
    await pool.execute(
        """
        UPDATE otp
           SET voided_at = $2,
               sends = array_remove(sends, $2)
         WHERE otp_id = $1
        """,
        otp_id,
        now,
    )


async def judge_otp(
    db: Executor,
    otp_id: str,
    otp_hashes: list[str],
    now: datetime,
    policy: OtpPolicy,
    *,
    consume: bool,
) -> Judgement | None:
    """Judge one attempt and keep its consequence; None when the code was replaced or never was.

    A wrong code always counts; a right one stays usable unless it is to be consumed.
    """
    row = await db.fetchrow(
        """
        WITH target AS MATERIALIZED (
            SELECT o.otp_id, o.subject_id, o.failures,
                   CASE WHEN NOT stands(p) THEN 'expired'
                        WHEN o.voided_at IS NOT NULL THEN 'expired'
                        WHEN o.consumed_at IS NOT NULL THEN 'used'
                        WHEN o.failures >= $4 THEN 'locked'
                        WHEN o.expires_at <= $3 THEN 'expired'
                        WHEN o.otp_hash = ANY($2::text[]) THEN 'accepted'
                        ELSE 'wrong'
                   END AS verdict
              FROM otp AS o
              JOIN person AS p USING (subject_id)
             WHERE o.otp_id = $1
               FOR UPDATE OF o
        ), settled AS (
            UPDATE otp
               SET consumed_at = CASE WHEN target.verdict = 'accepted' AND $5 THEN $3 END,
                   failures = target.failures + (target.verdict = 'wrong')::integer
              FROM target
             WHERE otp.otp_id = target.otp_id
               AND target.verdict IN ('accepted', 'wrong')
            RETURNING otp.failures
        )
        SELECT target.verdict, target.subject_id,
               coalesce(settled.failures, target.failures) AS failures
          FROM target
          LEFT JOIN settled ON true
        """,
        otp_id,
        otp_hashes,
        now,
        policy.max_tries,
        consume,
    )
    if row is None:
        return None
    return Judgement(Verdict(row["verdict"]), str(row["subject_id"]), row["failures"])
