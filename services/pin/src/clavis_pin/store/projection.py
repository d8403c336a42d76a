"""The registry's facts as this service keeps them: who may log in, and how to reach them."""

from dataclasses import dataclass
from datetime import datetime

from clavis_kit.db import Connection

from clavis_pin.rules.people import Level, PersonStatus


@dataclass(frozen=True, slots=True)
class PersonFact:
    """A fact of the person topic; None leaves what is known as it is."""

    subject_id: str
    version: int
    national_id_hash: str | None = None
    level: Level | None = None
    status: PersonStatus | None = None
    phone_verified: bool | None = None
    frozen: bool | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """The contact data of one version."""

    subject_id: str
    version: int
    phone: str | None
    contrast_hash: str | None
    language: str | None


async def apply_person_fact(db: Connection, fact: PersonFact) -> bool:
    """Take a fact into the projection; False when a newer one is already there."""
    applied = await db.fetchval(
        """
        INSERT INTO person AS p
               (subject_id, person_version, national_id_hash, level, status, phone_verified,
                frozen)
        VALUES ($1, $2, $3, $4, $5, coalesce($6::boolean, true), coalesce($7::boolean, false))
        ON CONFLICT (subject_id) DO UPDATE
        SET person_version = excluded.person_version,
            national_id_hash = coalesce(excluded.national_id_hash, p.national_id_hash),
            level = coalesce(excluded.level, p.level),
            status = coalesce(excluded.status, p.status),
            phone_verified = coalesce($6::boolean, p.phone_verified),
            frozen = coalesce($7::boolean, p.frozen)
        WHERE p.person_version < excluded.person_version
        RETURNING true
        """,
        fact.subject_id,
        fact.version,
        fact.national_id_hash,
        fact.level,
        fact.status,
        fact.phone_verified,
        fact.frozen,
    )
    return applied is True


async def report_fraud(db: Connection, subject_id: str, now: datetime) -> None:
    """Refuse the person from now on, before the registry has frozen them."""
    await db.execute(
        "UPDATE person SET reported_at = coalesce(reported_at, $2) WHERE subject_id = $1",
        subject_id,
        now,
    )


async def forget_reports(db: Connection, subject_id: str, until: datetime) -> None:
    """Drop a report that the person answered by proving who they are."""
    await db.execute(
        "UPDATE person SET reported_at = NULL WHERE subject_id = $1 AND reported_at <= $2",
        subject_id,
        until,
    )


async def apply_contact(db: Connection, contact: Contact) -> bool:
    """Take contact data into the projection; False when newer data is already there."""
    applied = await db.fetchval(
        """
        INSERT INTO person AS p (subject_id, contact_version, phone, contrast_hash, language)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (subject_id) DO UPDATE
        SET contact_version = excluded.contact_version,
            phone = excluded.phone,
            contrast_hash = excluded.contrast_hash,
            language = excluded.language
        WHERE p.contact_version < excluded.contact_version
        RETURNING true
        """,
        contact.subject_id,
        contact.version,
        contact.phone,
        contact.contrast_hash,
        contact.language,
    )
    return applied is True
