"""SQL of PINs. Each function is one statement, so what it decides is atomic."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg
from clavis_kit.db import Connection, Pool

from clavis_pin.rules.people import Level
from clavis_pin.rules.pins import Channel, PinPolicy, Verdict


@dataclass(frozen=True, slots=True)
class Pin:
    """A PIN as it is stored: never the PIN itself."""

    pin_request_id: str
    subject_id: str
    code_hash: str
    pepper_id: str
    channel: Channel
    sent_at: datetime
    expires_at: datetime
    relying_party: str | None = None
    consumed_at: datetime | None = None
    voided_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Placing:
    """A PIN about to be stored, and what its message counts against."""

    pin: Pin
    phone_hash: str
    slot: int


@dataclass(frozen=True, slots=True)
class Placed:
    """Whether the PIN was stored and, if not, why; `earlier` is the one it replaced."""

    usable: bool
    within_budget: bool
    budget_since: datetime | None
    sent: tuple[datetime, ...]
    stored: bool
    earlier: Pin | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on one attempt and what follows from it."""

    verdict: Verdict
    subject_id: str
    level: Level
    failures: int
    locked_until: datetime | None


# The messages of all are summed over this while, in steps of the bucket.
BUDGET_WINDOW = timedelta(hours=1)
BUDGET_BUCKET = timedelta(minutes=5)
BUDGET_SLOTS = 16
# A bucket counts until its last message is an hour old.
BUDGET_SPAN = BUDGET_WINDOW + BUDGET_BUCKET
_EPOCH_BUCKET = int(BUDGET_BUCKET.total_seconds())


def bucket_of(at: datetime) -> datetime:
    """Return the beginning of the minutes in which a message is counted."""
    seconds = int(at.timestamp())
    return datetime.fromtimestamp(seconds - seconds % _EPOCH_BUCKET, at.tzinfo)


async def place_pin(pool: Pool, placing: Placing, policy: PinPolicy) -> Placed:
    """Count a message against its limits and store the PIN in place of any older, or do neither.

    The budget of all is read and not locked: messages under way at one moment may pass it.
    """
    pin = placing.pin
    row = await pool.fetchrow(
        """
        WITH holder AS MATERIALIZED (
            SELECT subject_id FROM usable_person WHERE subject_id = $1 FOR SHARE
        ), budget AS MATERIALIZED (
            SELECT $3 = 'app' OR coalesce(sum(sends), 0) < $10 AS open, min(bucket) AS since
              FROM send_count
             WHERE bucket > $4::timestamptz - $11::interval
        ), quota AS (
            INSERT INTO phone_quota AS q (phone_hash, sent_at, last_ticket, last_send_at)
            SELECT $12, ARRAY[$4::timestamptz], $2, $4
              FROM holder, budget
             WHERE $3 = 'sms' AND budget.open
            ON CONFLICT (phone_hash) DO UPDATE
            SET (sent_at, last_ticket, last_send_at) = (
                SELECT CASE WHEN s.admitted THEN s.recent || $4::timestamptz ELSE s.recent END,
                       CASE WHEN s.admitted THEN $2::uuid ELSE q.last_ticket END,
                       CASE WHEN s.admitted THEN $4 ELSE q.last_send_at END
                  FROM (SELECT coalesce(array_agg(at) FILTER (WHERE at > $4 - interval '1 day'),
                                        '{}') AS recent,
                               count(*) FILTER (WHERE at > $4 - $13::interval) = 0
                           AND count(*) FILTER (WHERE at > $4 - interval '1 hour') < $14
                           AND count(*) FILTER (WHERE at > $4 - interval '1 day') < $15 AS admitted
                          FROM unnest(q.sent_at) AS at) AS s)
            RETURNING sent_at, last_ticket = $2 AS admitted
        ), stored AS (
            INSERT INTO pin (subject_id, pin_request_id, channel, sent_at, code_hash, pepper_id,
                             expires_at, relying_party)
            SELECT holder.subject_id, $2, $3, $4, $5, $6, $7, $8
              FROM holder
              LEFT JOIN quota ON true
             WHERE $3 = 'app' OR quota.admitted
            ON CONFLICT (subject_id) DO UPDATE
            SET pin_request_id = excluded.pin_request_id,
                channel = excluded.channel,
                sent_at = excluded.sent_at,
                code_hash = excluded.code_hash,
                pepper_id = excluded.pepper_id,
                expires_at = excluded.expires_at,
                relying_party = excluded.relying_party,
                consumed_at = NULL,
                voided_at = NULL
            RETURNING true AS done
        ), counted AS (
            INSERT INTO send_count AS c (bucket, slot, sends)
            SELECT $16, $9, 1 FROM stored WHERE $3 = 'sms'
            ON CONFLICT (bucket, slot) DO UPDATE SET sends = c.sends + 1
        )
        SELECT holder.subject_id IS NOT NULL AS usable, budget.open, budget.since,
               quota.sent_at AS sent, coalesce(stored.done, false) AS stored, earlier.*
          FROM budget
          LEFT JOIN holder ON true
          LEFT JOIN quota ON true
          LEFT JOIN stored ON true
          LEFT JOIN pin AS earlier ON earlier.subject_id = $1
        """,
        pin.subject_id,
        pin.pin_request_id,
        pin.channel,
        pin.sent_at,
        pin.code_hash,
        pin.pepper_id,
        pin.expires_at,
        pin.relying_party,
        placing.slot,
        policy.all_sends_per_hour,
        BUDGET_SPAN,
        placing.phone_hash,
        policy.resend_after,
        policy.sends_per_hour,
        policy.sends_per_day,
        bucket_of(pin.sent_at),
    )
    if row is None:  # the budget is an aggregate: there is always one
        raise RuntimeError("the placing statement returned nothing")
    return _placed(row)


def _placed(row: asyncpg.Record) -> Placed:
    return Placed(
        usable=row["usable"],
        within_budget=row["open"],
        budget_since=row["since"],
        sent=tuple(row["sent"] or ()),
        stored=row["stored"],
        earlier=_pin(row) if row["pin_request_id"] else None,
    )


def _pin(row: asyncpg.Record) -> Pin:
    return Pin(
        pin_request_id=str(row["pin_request_id"]),
        subject_id=str(row["subject_id"]),
        code_hash=row["code_hash"],
        pepper_id=row["pepper_id"],
        channel=Channel(row["channel"]),
        sent_at=row["sent_at"],
        expires_at=row["expires_at"],
        relying_party=row["relying_party"],
        consumed_at=row["consumed_at"],
        voided_at=row["voided_at"],
    )


async def judge_attempt(
    pool: Pool,
    pin_request_id: str,
    hashes: dict[str, str],
    now: datetime,
    policy: PinPolicy,
) -> Judgement | None:
    """Judge one attempt and keep its consequence; None when the PIN was replaced or never was.

    `hashes` holds the hash of what was typed under each key of the pepper. The row is locked
    before it is judged, so parallel attempts take turns: one consumes the PIN, and no more than
    the allowed number of wrong ones is ever judged.
    """
    row = await pool.fetchrow(
        """
        WITH target AS MATERIALIZED (
            SELECT r.subject_id, p.level, r.locked_until,
                   CASE WHEN p.subject_id IS NULL THEN 'expired'
                        WHEN r.voided_at IS NOT NULL THEN 'expired'
                        WHEN r.locked_until > $3 THEN 'locked'
                        WHEN r.consumed_at IS NOT NULL THEN 'used'
                        WHEN r.expires_at <= $3 THEN 'expired'
                        -- Without its key a PIN can no longer be told right from wrong.
                        WHEN r.pepper_id <> ALL ($2::text[]) THEN 'expired'
                        WHEN r.code_hash = ANY ($6::text[]) THEN 'accepted'
                        ELSE 'wrong'
                   END AS verdict,
                   -- A lock that is over starts the count anew.
                   CASE WHEN r.locked_until IS NULL THEN r.failures ELSE 0 END + 1 AS failures
              FROM pin AS r
              LEFT JOIN usable_person AS p USING (subject_id)
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
        list(hashes),
        now,
        policy.max_failures,
        policy.lockout,
        list(hashes.values()),
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


async def waiting_pin(pool: Pool, subject_id: str, now: datetime) -> Pin | None:
    """Return the live PIN that the person's app is to show, if there is one."""
    row = await pool.fetchrow(
        """
        SELECT pin.*
          FROM pin
          JOIN usable_person USING (subject_id)
         WHERE subject_id = $1
           AND channel = 'app'
           AND consumed_at IS NULL
           AND voided_at IS NULL
           AND expires_at > $2
           AND (locked_until IS NULL OR locked_until <= $2)
        """,
        subject_id,
        now,
    )
    return _pin(row) if row else None


async def void_pin(db: Connection, subject_id: str, now: datetime) -> None:
    """End a PIN under way: the identity or the phone behind it has gone."""
    await void_pins(db, [subject_id], now)


async def void_pins(db: Connection, subject_ids: Sequence[str], now: datetime) -> None:
    """End the PINs under way of several people."""
    await db.execute(
        """
        UPDATE pin
           SET voided_at = $2
         WHERE subject_id = ANY ($1::uuid[])
           AND consumed_at IS NULL
           AND voided_at IS NULL
        """,
        list(subject_ids),
        now,
    )
