"""A typed password, judged and counted in one statement."""

from dataclasses import dataclass
from datetime import datetime

import asyncpg
from clavis_kit.bus import EventRecord
from clavis_kit.db import Pool

from clavis_permanent.passwords import StoredPassword
from clavis_permanent.rules import PasswordPolicy, Verdict
from clavis_permanent.rules.facts import FactKind

DECOY_SLOTS = 64


@dataclass(frozen=True, slots=True)
class BlockTrace:
    """What is recorded if this attempt blocks the password: the event of this version, a notice."""

    event: EventRecord
    notice_id: str


@dataclass(frozen=True, slots=True)
class Permission:
    """What lets a proved password be replaced, if it ends within the notice."""

    change_id: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Attempt:
    """What Argon2 said of a typed password, about a hash read before."""

    subject_id: str
    compared: StoredPassword
    matches: bool
    renewed: StoredPassword | None
    decoy_slot: int
    at: datetime
    block: BlockTrace
    permission: Permission | None


@dataclass(frozen=True, slots=True)
class Settled:
    """How the attempt was judged, and whether the password is blocked now.

    `overtaken` means that the person's stream of events moved on: nothing was written, judge again.
    """

    verdict: Verdict
    blocked: bool = False
    may_change: bool = False
    overtaken: bool = False


# Locked first, so parallel attempts take turns and none beyond the allowed number of wrong ones is
# answered by its password. One row is written in every case, one of the decoys where there is no
# credential; the attempt that blocks writes its event in the same statement.
_SETTLE = """
    WITH target AS MATERIALIZED (
        SELECT c.subject_id, c.failures, c.blocked_at, c.activated_at, c.expires_at, c.version,
               -- Replaced, ended or frozen since it was read: the answer of Argon2 is void.
               coalesce(stands(p) AND c.password_hash = $2, false)
                   AND c.blocked_at IS NULL AS judged
          FROM credential AS c
          JOIN person AS p USING (subject_id)
         WHERE c.subject_id = $1
           FOR UPDATE OF c
    ), weighed AS (
        SELECT *, judged AND NOT $4 AND failures + 1 >= $7 AS blocks,
               judged AND NOT $4 AND failures + 1 >= $7 AND version + 1 <> $11 AS overtaken
          FROM target
    ), settled AS (
        UPDATE credential AS c
           SET last_attempt_at = $3::timestamptz,
               failures = CASE WHEN NOT w.judged THEN w.failures
                               WHEN $4 THEN 0
                               ELSE w.failures + 1 END,
               blocked_at = CASE WHEN w.blocks THEN $3 ELSE w.blocked_at END,
               version = c.version + w.blocks::integer,
               password_hash = CASE WHEN w.judged AND $4 THEN coalesce($5::text, c.password_hash)
                                    ELSE c.password_hash END,
               pepper_id = CASE WHEN w.judged AND $4 THEN coalesce($6::text, c.pepper_id)
                                ELSE c.pepper_id END
          FROM weighed AS w
         WHERE c.subject_id = w.subject_id
           AND NOT w.overtaken
        RETURNING c.blocked_at
    ), told AS (
        INSERT INTO outbox (event_id, topic, key, type, sequence, payload, occurred_at, traceparent)
        SELECT $9::uuid, $10, $1::uuid::text, $12, $11::bigint, $13, $3::timestamptz, $14::text
          FROM weighed
         WHERE blocks AND NOT overtaken
    ), remembered AS (
        INSERT INTO credential_history (subject_id, at, kind)
        SELECT $1::uuid, $3, $16::text FROM weighed WHERE blocks AND NOT overtaken
    ), noticed AS (
        INSERT INTO notice (notice_id, subject_id, kind, about, created_at, due_at)
        SELECT $15::uuid, $1::uuid, $16::text, $15::uuid::text, $3, $3
          FROM weighed
         WHERE blocks AND NOT overtaken
    ), permitted AS (
        INSERT INTO password_change (subject_id, change_id, password_set_at, expires_at)
        SELECT $1::uuid, $17::uuid, activated_at, $18::timestamptz
          FROM weighed
         WHERE judged AND $4 AND $17::uuid IS NOT NULL AND expires_at <= $3 + $19::interval
        ON CONFLICT (subject_id) DO UPDATE
        SET change_id = excluded.change_id,
            password_set_at = excluded.password_set_at,
            expires_at = excluded.expires_at,
            used_at = NULL
        RETURNING 1
    ), decoyed AS (
        UPDATE decoy
           SET touched = touched + 1
         WHERE slot = $8
           AND NOT EXISTS (SELECT FROM target)
    )
    SELECT CASE WHEN NOT $4 OR NOT w.judged THEN 'wrong'
                WHEN w.expires_at <= $3 THEN 'expired'
                ELSE 'accepted'
           END AS verdict,
           coalesce(s.blocked_at, w.blocked_at) IS NOT NULL AS blocked,
           EXISTS (SELECT FROM permitted) AS may_change,
           w.overtaken
      FROM weighed AS w
      LEFT JOIN settled AS s ON true
"""


async def settle_attempt(pool: Pool, attempt: Attempt, policy: PasswordPolicy) -> Settled:
    """Judge an attempt on the row as it is now and keep its consequence."""
    event, permission = attempt.block.event, attempt.permission
    row = await pool.fetchrow(
        _SETTLE,
        attempt.subject_id,
        attempt.compared.hash,
        attempt.at,
        attempt.matches,
        attempt.renewed.hash if attempt.renewed else None,
        attempt.renewed.pepper_id if attempt.renewed else None,
        policy.max_failures,
        attempt.decoy_slot,
        event.event_id,
        event.topic,
        event.sequence,
        event.type,
        event.payload,
        event.traceparent,
        attempt.block.notice_id,
        FactKind.PASSWORD_BLOCKED,
        permission.change_id if permission else None,
        permission.expires_at if permission else None,
        policy.change_window,
    )
    return _settled(row) if row else Settled(Verdict.WRONG)


def _settled(row: asyncpg.Record) -> Settled:
    return Settled(
        verdict=Verdict(row["verdict"]),
        blocked=row["blocked"],
        may_change=row["may_change"],
        overtaken=row["overtaken"],
    )
