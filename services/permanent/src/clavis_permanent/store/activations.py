"""An activation under way: placed, phone proved, consumed. Each step is one statement."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from clavis_kit.db import Connection, Pool

from clavis_permanent.rules import HOUR, ActivationPolicy, OtpPolicy, Verdict


@dataclass(frozen=True, slots=True)
class NewActivation:
    """An activation to be stored: never the one-time code itself."""

    activation_id: str
    subject_id: str
    code_hash: str
    otp_hash: str
    recovery: bool
    now: datetime


@dataclass(frozen=True, slots=True)
class Placed:
    """Whether the activation took its place, or must wait after these sends."""

    admitted: bool
    sends: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on one attempt at the one-time code."""

    verdict: Verdict
    failures: int


@dataclass(frozen=True, slots=True)
class Proved:
    """An activation whose phone is proved, and whether it recovers a forgotten password."""

    subject_id: str
    recovery: bool


async def place_activation(
    pool: Pool, activation: NewActivation, otp: OtpPolicy, policy: ActivationPolicy
) -> Placed | None:
    """Put an activation in place of the former one, if a code may be sent now.

    None when the activation code is blocked or replaced, or the identity ended meanwhile.
    """
    row = await pool.fetchrow(
        """
        INSERT INTO activation AS a
               (subject_id, activation_id, otp_hash, sends, expires_at, recovery)
        SELECT c.subject_id, $2, $3, ARRAY[$4::timestamptz], $4 + $5::interval, $11
          FROM activation_code AS c
          JOIN person AS p USING (subject_id)
         WHERE c.subject_id = $1
           AND c.code_hash = $9
           AND c.ended_at IS NULL
           AND c.failures < $10
           AND stands(p)
           FOR SHARE OF p
        ON CONFLICT (subject_id) DO UPDATE
        SET (activation_id, otp_hash, sends, expires_at, recovery,
             otp_failures, proved_at, choose_until, ended_at) = (
            SELECT CASE WHEN s.admitted THEN excluded.activation_id ELSE a.activation_id END,
                   CASE WHEN s.admitted THEN excluded.otp_hash ELSE a.otp_hash END,
                   CASE WHEN s.admitted THEN s.recent || $4::timestamptz ELSE s.recent END,
                   CASE WHEN s.admitted THEN excluded.expires_at ELSE a.expires_at END,
                   CASE WHEN s.admitted THEN excluded.recovery ELSE a.recovery END,
                   CASE WHEN s.admitted THEN 0 ELSE a.otp_failures END,
                   CASE WHEN s.admitted THEN NULL ELSE a.proved_at END,
                   CASE WHEN s.admitted THEN NULL ELSE a.choose_until END,
                   CASE WHEN s.admitted THEN NULL ELSE a.ended_at END
              FROM (SELECT coalesce(array_agg(at) FILTER (WHERE at > $4 - $6::interval), '{}')
                               AS recent,
                           count(*) FILTER (WHERE at > $4 - $6::interval) < $8
                       -- The pause is between two pending codes, not after a used one.
                       AND (a.proved_at IS NOT NULL
                        OR count(*) FILTER (WHERE at > $4 - $7::interval) = 0) AS admitted
                      FROM unnest(a.sends) AS at) AS s)
        RETURNING activation_id = $2 AS admitted, sends
        """,
        activation.subject_id,
        activation.activation_id,
        activation.otp_hash,
        activation.now,
        otp.lifetime,
        HOUR,
        otp.resend_after,
        otp.sends_per_hour,
        activation.code_hash,
        policy.max_code_failures,
        activation.recovery,
    )
    return Placed(row["admitted"], tuple(row["sends"])) if row else None


async def void_activation(pool: Pool, activation_id: str, now: datetime) -> None:
    """Withdraw an activation whose code could not be sent; its place may be taken at once."""
    await pool.execute(
        """
        UPDATE activation
           SET ended_at = $2,
               sends = array_remove(sends, $2)
         WHERE activation_id = $1
        """,
        activation_id,
        now,
    )


async def judge_otp(
    pool: Pool,
    activation_id: str,
    otp_hashes: list[str],
    now: datetime,
    otp: OtpPolicy,
    time_to_choose: timedelta,
) -> Judgement | None:
    """Judge one attempt and keep its consequence; None when it was replaced or never was."""
    row = await pool.fetchrow(
        """
        WITH target AS MATERIALIZED (
            SELECT a.subject_id, a.otp_failures,
                   CASE WHEN NOT stands(p) THEN 'expired'
                        WHEN a.ended_at IS NOT NULL OR a.proved_at IS NOT NULL THEN 'expired'
                        WHEN a.otp_failures >= $4 THEN 'locked'
                        WHEN a.expires_at <= $3 THEN 'expired'
                        WHEN a.otp_hash = ANY($2::text[]) THEN 'accepted'
                        ELSE 'wrong'
                   END AS verdict
              FROM activation AS a
              JOIN person AS p USING (subject_id)
             WHERE a.activation_id = $1
               FOR UPDATE OF a
        ), settled AS (
            UPDATE activation AS a
               SET proved_at = CASE WHEN t.verdict = 'accepted' THEN $3 END,
                   choose_until = CASE WHEN t.verdict = 'accepted' THEN $3 + $5::interval END,
                   otp_failures = t.otp_failures + (t.verdict = 'wrong')::integer
              FROM target AS t
             WHERE a.subject_id = t.subject_id
               AND t.verdict IN ('accepted', 'wrong')
            RETURNING a.otp_failures
        )
        SELECT target.verdict, coalesce(settled.otp_failures, target.otp_failures) AS failures
          FROM target
          LEFT JOIN settled ON true
        """,
        activation_id,
        otp_hashes,
        now,
        otp.max_tries,
        time_to_choose,
    )
    return Judgement(Verdict(row["verdict"]), row["failures"]) if row else None


async def find_proved(pool: Pool, activation_id: str, now: datetime) -> Proved | None:
    """Find an activation whose password may be chosen; None when it may not (any more)."""
    row = await pool.fetchrow(
        """
        SELECT a.subject_id, a.recovery
          FROM activation AS a
          JOIN person AS p USING (subject_id)
         WHERE a.activation_id = $1
           AND a.ended_at IS NULL
           AND a.choose_until > $2
           AND stands(p)
        """,
        activation_id,
        now,
    )
    return Proved(str(row["subject_id"]), row["recovery"]) if row else None


async def consume_activation(db: Connection, activation_id: str, now: datetime) -> bool:
    """End a proved activation; False for every caller but the first."""
    consumed = await db.fetchval(
        """
        UPDATE activation AS a
           SET ended_at = $2
          FROM person AS p
         WHERE a.activation_id = $1
           AND a.ended_at IS NULL
           AND a.choose_until > $2
           AND p.subject_id = a.subject_id
           AND stands(p)
        RETURNING true
        """,
        activation_id,
        now,
    )
    return consumed is True
