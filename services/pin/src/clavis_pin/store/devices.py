"""SQL of devices: their life, the proof of an enrolment, tickets, and requests they signed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import asyncpg
from clavis_kit.db import Connection, Pool

from clavis_pin.rules.people import Level, ProvenBy

_NO_DEVICE = "00000000-0000-0000-0000-000000000000"
Ending = Literal["replaced", "removed_on_device", "removed_in_portal", "identity_ended"]


@dataclass(frozen=True, slots=True)
class Device:
    """A device as far as a request of it needs."""

    device_id: str
    state: str
    subject_id: str | None
    name: str
    signing_key: dict[str, str]
    encryption_key: dict[str, str]
    created_at: datetime
    activated_at: datetime | None
    last_used_at: datetime | None
    proven_level: Level | None
    proven_by: ProvenBy | None
    usable: bool
    has_push: bool


async def find_device(pool: Pool, device_id: str) -> Device | None:
    """Return a device with whether its person may log in now."""
    row = await pool.fetchrow(
        """
        SELECT d.device_id, d.state, d.subject_id, d.name, d.signing_key, d.encryption_key,
               d.created_at, d.proven_level, d.proven_by,
               d.activated_at, d.last_used_at, p.subject_id IS NOT NULL AS usable,
               s.device_id IS NOT NULL AS has_push
          FROM device AS d
          LEFT JOIN usable_person AS p USING (subject_id)
          LEFT JOIN push_subscription AS s USING (device_id)
         WHERE d.device_id = $1
        """,
        device_id,
    )
    return _device(row) if row else None


def _device(row: asyncpg.Record) -> Device:
    values: dict[str, Any] = dict(row)
    subject_id = values["subject_id"]
    values |= {
        "device_id": str(values["device_id"]),
        "subject_id": str(subject_id) if subject_id else None,
        "proven_level": Level(values["proven_level"]) if values["proven_level"] else None,
        "proven_by": ProvenBy(values["proven_by"]) if values["proven_by"] else None,
    }
    return Device(**values)


async def use_proof(pool: Pool, device_id: str, jti_hash: str, expires_at: datetime) -> bool:
    """Take a signed request's identifier; False when it was there already."""
    taken = await pool.fetchval(
        """
        INSERT INTO device_proof (device_id, jti_hash, expires_at)
        VALUES ($1, $2, $3)
        ON CONFLICT DO NOTHING
        RETURNING true
        """,
        device_id,
        jti_hash,
        expires_at,
    )
    return taken is True


async def next_fact(db: Connection, subject_id: str) -> int:
    """Count one more fact about a person's devices; whoever holds the row decides alone."""
    version: int = await db.fetchval(
        """
        INSERT INTO device_fact AS f (subject_id, version)
        VALUES ($1, 1)
        ON CONFLICT (subject_id) DO UPDATE SET version = f.version + 1
        RETURNING version
        """,
        subject_id,
    )
    return version


async def deactivate_others(
    db: Connection, subject_id: str, device_id: str, keep: int, now: datetime, because: Ending
) -> list[str]:
    """End the person's active devices but this one and the newest others, `keep` in all."""
    rows = await db.fetch(
        """
        WITH ended AS (
            UPDATE device
               SET state = 'deactivated', deactivated_at = $4, ended_because = $5
             WHERE device_id IN (SELECT device_id
                                   FROM device
                                  WHERE subject_id = $1
                                    AND state = 'active'
                                  ORDER BY device_id = $2 DESC, activated_at DESC
                                 OFFSET $3)
            RETURNING device_id
        ), unsubscribed AS (
            DELETE FROM push_subscription WHERE device_id IN (SELECT device_id FROM ended)
        )
        SELECT device_id FROM ended
        """,
        subject_id,
        device_id,
        keep,
        now,
        because,
    )
    return [str(row["device_id"]) for row in rows]


async def deactivate_all(
    db: Connection, subject_id: str, now: datetime, because: Ending
) -> list[str]:
    """End all active devices of a person; return them."""
    return await deactivate_others(db, subject_id, _NO_DEVICE, 0, now, because)


async def deactivate(
    db: Connection, subject_id: str, device_id: str, now: datetime, because: Ending
) -> bool:
    """End one active device of a person; False when there is no such."""
    done = await db.fetchval(
        """
        WITH ended AS (
            UPDATE device
               SET state = 'deactivated', deactivated_at = $3, ended_because = $4
             WHERE device_id = $2
               AND subject_id = $1
               AND state = 'active'
            RETURNING device_id
        ), unsubscribed AS (
            DELETE FROM push_subscription WHERE device_id IN (SELECT device_id FROM ended)
        )
        SELECT true FROM ended
        """,
        subject_id,
        device_id,
        now,
        because,
    )
    return done is True


async def list_active(pool: Pool, subject_id: str) -> list[Device]:
    """Return the person's active devices, newest first."""
    rows = await pool.fetch(
        """
        SELECT d.device_id, d.state, d.subject_id, d.name, d.signing_key, d.encryption_key,
               d.created_at, d.proven_level, d.proven_by,
               d.activated_at, d.last_used_at, true AS usable,
               s.device_id IS NOT NULL AS has_push
          FROM device AS d
          LEFT JOIN push_subscription AS s USING (device_id)
         WHERE d.subject_id = $1
           AND d.state = 'active'
         ORDER BY d.activated_at DESC
        """,
        subject_id,
    )
    return [_device(row) for row in rows]
