"""SQL of enrolments: who asks, the proof that is judged once, and tickets of a portal session."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from clavis_kit.db import Connection, Pool

from clavis_pin.rules.people import Level, ProvenBy

ProofVerdict = Literal["accepted", "wrong", "expired", "used", "locked"]


@dataclass(frozen=True, slots=True)
class NewDevice:
    """A device that asks to be enrolled; `subject_id` is None where nobody is known."""

    device_id: str
    subject_id: str | None
    name: str
    signing_key: dict[str, str]
    encryption_key: dict[str, str]
    attestation: str
    code_hash: str | None
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Holder:
    """The person an identity number names, if their digital identity stands."""

    subject_id: str
    contrast_hash: str
    phone: str | None
    language: str | None


@dataclass(frozen=True, slots=True)
class Vouched:
    """Whose session issued a ticket, and how they were enrolled then; None when nobody knows."""

    subject_id: str
    level: Level | None


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict on the proof of an enrolment; `level` is how its person is enrolled."""

    verdict: ProofVerdict
    subject_id: str | None
    level: Level | None
    failures: int


async def find_holder(pool: Pool, national_id_hash: str) -> Holder | None:
    """Return whom a number names, or None; frozen and ended identities are as if unknown."""
    row = await pool.fetchrow(
        """
        SELECT subject_id, contrast_hash, phone, language
          FROM usable_person
         WHERE national_id_hash = $1
           AND contrast_hash IS NOT NULL
         ORDER BY person_version DESC
         LIMIT 1
        """,
        national_id_hash,
    )
    if row is None:
        return None
    return Holder(str(row["subject_id"]), row["contrast_hash"], row["phone"], row["language"])


async def insert_pending(pool: Pool, device: NewDevice) -> None:
    """Store a device that waits for its proof."""
    await pool.execute(
        """
        INSERT INTO device (device_id, subject_id, name, signing_key, encryption_key, attestation,
                            state, code_hash, created_at, enrolment_expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, 'pending', $7, $8, $9)
        """,
        device.device_id,
        device.subject_id,
        device.name,
        device.signing_key,
        device.encryption_key,
        device.attestation,
        device.code_hash,
        device.created_at,
        device.expires_at,
    )


async def judge_code(
    db: Connection, device_id: str, code_hash: str, now: datetime, max_failures: int
) -> Judged | None:
    """Judge a code once the row is locked, so parallel attempts take turns; None when unknown."""
    row = await db.fetchrow(
        """
        WITH target AS MATERIALIZED (
            SELECT d.device_id, d.subject_id, d.failures, p.level,
                   CASE WHEN d.state <> 'pending' THEN 'used'
                        WHEN d.enrolment_expires_at <= $3 THEN 'expired'
                        WHEN d.failures >= $4 THEN 'locked'
                        WHEN d.code_hash = $2 AND p.subject_id IS NOT NULL THEN 'accepted'
                        ELSE 'wrong'
                   END AS verdict
              FROM device AS d LEFT JOIN usable_person AS p USING (subject_id)
             WHERE d.device_id = $1
               FOR UPDATE OF d
        ), counted AS (
            UPDATE device
               SET failures = target.failures + 1
              FROM target
             WHERE device.device_id = target.device_id
               AND target.verdict = 'wrong'
            RETURNING device.failures
        )
        SELECT verdict, subject_id, level, coalesce(counted.failures, target.failures) AS failures
          FROM target LEFT JOIN counted ON true
        """,
        device_id,
        code_hash,
        now,
        max_failures,
    )
    if row is None:
        return None
    subject_id = row["subject_id"]
    return Judged(
        verdict=row["verdict"],
        subject_id=str(subject_id) if subject_id else None,
        level=Level(row["level"]) if row["level"] else None,
        failures=row["failures"],
    )


async def level_of(pool: Pool, subject_id: str) -> Level | None:
    """Return how a person was enrolled, or None when the identity does not stand."""
    level = await pool.fetchval("SELECT level FROM usable_person WHERE subject_id = $1", subject_id)
    return Level(level) if level else None


async def put_ticket(
    pool: Pool,
    subject_id: str,
    level: Level,
    ticket_hash: str,
    now: datetime,
    expires_at: datetime,
) -> bool:
    """Store a ticket in place of any older one; False when no identity of the level stands."""
    stored = await pool.fetchval(
        """
        INSERT INTO device_ticket (subject_id, ticket_hash, expires_at, level)
        SELECT subject_id, $2, $4, $5
          FROM usable_person
         WHERE subject_id = $1
           AND level = $5
           AND $4::timestamptz > $3::timestamptz
        ON CONFLICT (subject_id) DO UPDATE
        SET ticket_hash = excluded.ticket_hash, expires_at = excluded.expires_at,
            level = excluded.level, used_at = NULL
        RETURNING true
        """,
        subject_id,
        ticket_hash,
        now,
        expires_at,
        level,
    )
    return stored is True


async def use_ticket(db: Connection, ticket_hash: str, now: datetime) -> Vouched | None:
    """Consume a ticket and return what it says; None when it is unknown, used or too old."""
    row = await db.fetchrow(
        """
        UPDATE device_ticket AS t
           SET used_at = $2
          FROM usable_person AS p
         WHERE t.ticket_hash = $1
           AND t.used_at IS NULL
           AND t.expires_at > $2
           AND p.subject_id = t.subject_id
        RETURNING t.subject_id, t.level
        """,
        ticket_hash,
        now,
    )
    if row is None:
        return None
    return Vouched(str(row["subject_id"]), Level(row["level"]) if row["level"] else None)


async def activate(
    db: Connection, device_id: str, proven: Vouched, proven_by: ProvenBy, now: datetime
) -> bool:
    """Make a pending device active; False when it is no longer pending."""
    done = await db.fetchval(
        """
        UPDATE device
           SET state = 'active', subject_id = $2, proven_by = $3, activated_at = $4,
               proven_level = $5, code_hash = NULL
         WHERE device_id = $1
           AND state = 'pending'
           AND enrolment_expires_at > $4
        RETURNING true
        """,
        device_id,
        proven.subject_id,
        proven_by,
        now,
        proven.level,
    )
    return done is True
