"""The registry's facts, on a connection whose transaction belongs to the consumer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from clavis_kit.db import Connection

from clavis_permanent.rules import ForbiddenWord, Level, PersonStatus


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
    email: str | None
    language: str | None
    activation_code_hash: str | None
    forbidden_words: Sequence[ForbiddenWord]


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


async def apply_contact(db: Connection, contact: Contact) -> bool:
    """Take contact data into the projection; False when newer data is already there."""
    applied = await db.fetchval(
        """
        INSERT INTO person AS p
               (subject_id, contact_version, phone, email, language, forbidden_words)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (subject_id) DO UPDATE
        SET contact_version = excluded.contact_version,
            phone = excluded.phone,
            email = excluded.email,
            language = excluded.language,
            forbidden_words = excluded.forbidden_words
        WHERE p.contact_version < excluded.contact_version
        RETURNING true
        """,
        contact.subject_id,
        contact.version,
        contact.phone,
        contact.email,
        contact.language,
        [[word.length, word.hash] for word in contact.forbidden_words],
    )
    if applied is True:
        await _replace_activation_code(db, contact.subject_id, contact.activation_code_hash)
    return applied is True


async def _replace_activation_code(db: Connection, subject_id: str, code_hash: str | None) -> None:
    """Put the code in force; only a different one starts without failures."""
    await db.execute(
        """
        INSERT INTO activation_code AS c (subject_id, code_hash)
        VALUES ($1, $2)
        ON CONFLICT (subject_id) DO UPDATE
        SET code_hash = excluded.code_hash,
            failures = 0,
            recovery_failures = 0,
            used_at = NULL,
            ended_at = NULL
        WHERE c.code_hash IS DISTINCT FROM excluded.code_hash
        """,
        subject_id,
        code_hash,
    )


async def void_pending(db: Connection, subject_id: str, now: datetime) -> None:
    """End the codes, changes and the activation under way: what stood behind them has gone."""
    await db.execute(
        """
        WITH voided AS (
            UPDATE otp
               SET voided_at = $2
             WHERE subject_id = $1
               AND consumed_at IS NULL
               AND voided_at IS NULL
        ), changes AS (
            UPDATE password_change
               SET used_at = $2
             WHERE subject_id = $1
               AND used_at IS NULL
        )
        UPDATE activation
           SET ended_at = $2
         WHERE subject_id = $1
           AND ended_at IS NULL
        """,
        subject_id,
        now,
    )


async def report_person(db: Connection, subject_id: str, now: datetime) -> bool:
    """Refuse the person here and now, until the registry lifts it; False when nobody is there."""
    reported = await db.fetchval(
        "UPDATE person SET reported_at = $2 WHERE subject_id = $1 RETURNING true", subject_id, now
    )
    return reported is True


async def forget_report(db: Connection, subject_id: str, proved_at: datetime) -> None:
    """Lift a report the person answered by proving who they are; a later one stays."""
    await db.execute(
        """
        UPDATE person
           SET reported_at = NULL
         WHERE subject_id = $1
           AND reported_at <= $2
        """,
        subject_id,
        proved_at,
    )
