"""SQL of who may ask for a PIN, and how often. Each function is one statement."""

from dataclasses import dataclass
from datetime import datetime

import asyncpg
from clavis_kit.db import Pool

from clavis_pin.rules.pins import DAY, HOUR, PinPolicy
from clavis_pin.store.pins import BUDGET_SPAN, Pin, Placing, bucket_of


@dataclass(frozen=True, slots=True)
class Asking:
    """A request about to be counted; without a source it is not counted by source."""

    ticket: str
    national_id_hash: str
    source_hash: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Person:
    """What the projection knows of a person whose identity stands."""

    subject_id: str
    contrast_hash: str
    phone: str | None
    language: str | None
    device_id: str | None
    locked_until: datetime | None


@dataclass(frozen=True, slots=True)
class Admission:
    """Whether a request is within the limits, and the person it names, if there is one.

    `source_full_until` is set when the limit of the source refused it.
    """

    admitted: bool
    recent: tuple[datetime, ...]
    source_full_until: datetime | None
    person: Person | None


async def admit_request(pool: Pool, asking: Asking, policy: PinPolicy) -> Admission:
    """Count a request against its limits and read the person, whether there is one or not.

    Rows are locked in one order, source before person: requests never wait in a circle.
    """
    row = await pool.fetchrow(
        """
        WITH source AS (
            INSERT INTO source_quota AS q (source_hash, empty_at, last_ticket)
            SELECT $8, $3::timestamptz + $9::interval, $2 WHERE $8::text IS NOT NULL
            ON CONFLICT (source_hash) DO UPDATE
            SET (empty_at, last_ticket) = (
                SELECT CASE WHEN s.fits THEN s.filled ELSE q.empty_at END,
                       CASE WHEN s.fits THEN $2::uuid ELSE q.last_ticket END
                  FROM (SELECT greatest(q.empty_at, $3) + $9 AS filled,
                               greatest(q.empty_at, $3) + $9 <= $3 + $4::interval AS fits) AS s)
            RETURNING empty_at, last_ticket = $2 AS admitted
        ), quota AS (
            INSERT INTO pin_quota AS q
                   (national_id_hash, requested_at, last_ticket, last_request_at)
            SELECT $1, ARRAY[$3::timestamptz], $2, $3
             WHERE coalesce((SELECT admitted FROM source), true)
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
        SELECT coalesce(quota.admitted, false) AS admitted, quota.requested_at,
               CASE WHEN NOT source.admitted THEN source.empty_at + $9 - $4 END
                   AS source_full_until,
               p.subject_id, p.contrast_hash, p.phone, p.language,
               device.device_id, pin.locked_until
          FROM (VALUES (true)) AS one
          LEFT JOIN source ON true
          LEFT JOIN quota ON true
          LEFT JOIN (SELECT subject_id, contrast_hash, language, phone
                       FROM usable_person
                      WHERE national_id_hash = $1
                        AND contrast_hash IS NOT NULL
                      ORDER BY person_version DESC
                      LIMIT 1) AS p ON true
          LEFT JOIN pin ON pin.subject_id = p.subject_id
          LEFT JOIN LATERAL (SELECT device_id
                               FROM device
                              WHERE device.subject_id = p.subject_id
                                AND state = 'active'
                              LIMIT 1) AS device ON true
        """,
        asking.national_id_hash,
        asking.ticket,
        asking.at,
        HOUR,
        DAY,
        policy.requests_per_hour,
        policy.requests_per_day,
        asking.source_hash,
        HOUR / policy.source_requests_per_hour,
    )
    if row is None:  # it is joined to a row that is always there
        raise RuntimeError("the quota statement returned nothing")
    return Admission(
        admitted=row["admitted"],
        recent=tuple(row["requested_at"] or ()),
        source_full_until=row["source_full_until"],
        person=_person(row),
    )


def _person(row: asyncpg.Record) -> Person | None:
    if row["subject_id"] is None:
        return None
    return Person(
        subject_id=str(row["subject_id"]),
        contrast_hash=row["contrast_hash"],
        phone=row["phone"],
        language=row["language"],
        device_id=str(row["device_id"]) if row["device_id"] else None,
        locked_until=row["locked_until"],
    )


async def take_back(pool: Pool, placing: Placing, asking: Asking, earlier: Pin | None) -> None:
    """Undo a PIN whose message could not be sent: as if it had never been asked for."""
    pin = placing.pin
    await pool.execute(
        """
        WITH asked AS (
            UPDATE pin_quota SET requested_at = array_remove(requested_at, $1)
             WHERE national_id_hash = $2 AND last_ticket = $3
        ), sent AS (
            UPDATE phone_quota SET sent_at = array_remove(sent_at, $4)
             WHERE phone_hash = $5 AND last_ticket = $6
        ), counted AS (
            UPDATE send_count SET sends = sends - 1 WHERE bucket = $7 AND slot = $8
        ), removed AS (
            DELETE FROM pin WHERE pin_request_id = $6 AND $9::uuid IS NULL
        )
        UPDATE pin
           SET pin_request_id = $9, code_hash = $10, pepper_id = $11, channel = $12,
               sent_at = $13, expires_at = $14, relying_party = $15, consumed_at = $16,
               -- The identity may have ended while the message was tried.
               voided_at = coalesce(voided_at, $17)
         WHERE pin_request_id = $6
           AND $9::uuid IS NOT NULL
        """,
        asking.at,
        asking.national_id_hash,
        asking.ticket,
        pin.sent_at,
        placing.phone_hash,
        pin.pin_request_id,
        bucket_of(pin.sent_at),
        placing.slot,
        *_stored_fields(earlier),
    )


def _stored_fields(pin: Pin | None) -> tuple[object, ...]:
    if pin is None:
        return (None,) * 9
    return (
        pin.pin_request_id, pin.code_hash, pin.pepper_id, pin.channel, pin.sent_at,
        pin.expires_at, pin.relying_party, pin.consumed_at, pin.voided_at,
    )  # fmt: skip


async def forget_quotas(pool: Pool, now: datetime) -> None:
    """Drop the counts that limit nothing any more."""
    await pool.execute("DELETE FROM pin_quota WHERE last_request_at < $1", now - DAY)
    await pool.execute("DELETE FROM phone_quota WHERE last_send_at < $1", now - DAY)
    await pool.execute("DELETE FROM source_quota WHERE empty_at < $1", now)
    await pool.execute("DELETE FROM send_count WHERE bucket < $1", now - BUDGET_SPAN)
