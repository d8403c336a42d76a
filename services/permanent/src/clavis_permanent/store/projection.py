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


@dataclass(frozen=True, slots=True)
class Contact:
    """The contact data of one version."""

    subject_id: str
    version: int
    phone: str | None
    email_hash: str | None
    language: str | None
    activation_code_hash: str | None
    forbidden_words: Sequence[ForbiddenWord]


async def apply_person_fact(db: Connection, fact: PersonFact) -> bool:
    """Take a fact into the projection; False when a newer one is already there."""
    applied = await db.fetchval(
        """
        INSERT INTO person AS p
               (subject_id, person_version, national_id_hash, level, status, phone_verified)
        VALUES ($1, $2, $3, $4, $5, coalesce($6::boolean, true))
        ON CONFLICT (subject_id) DO UPDATE
        SET person_version = excluded.person_version,
            national_id_hash = coalesce(excluded.national_id_hash, p.national_id_hash),
            level = coalesce(excluded.level, p.level),
            status = coalesce(excluded.status, p.status),
            phone_verified = coalesce($6::boolean, p.phone_verified)
        WHERE p.person_version < excluded.person_version
        RETURNING true
        """,
        fact.subject_id,
        fact.version,
        fact.national_id_hash,
        fact.level,
        fact.status,
        fact.phone_verified,
    )
    return applied is True


async def apply_contact(db: Connection, contact: Contact) -> bool:
    """Take contact data into the projection; False when newer data is already there."""
    applied = await db.fetchval(
        """
        INSERT INTO person AS p
               (subject_id, contact_version, phone, email_hash, language, forbidden_words)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (subject_id) DO UPDATE
        SET contact_version = excluded.contact_version,
            phone = excluded.phone,
            email_hash = excluded.email_hash,
            language = excluded.language,
            forbidden_words = excluded.forbidden_words
        WHERE p.contact_version < excluded.contact_version
        RETURNING true
        """,
        contact.subject_id,
        contact.version,
        contact.phone,
        contact.email_hash,
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
            failures = 0
        WHERE c.code_hash IS DISTINCT FROM excluded.code_hash
        """,
        subject_id,
        code_hash,
    )


async def void_pending(db: Connection, subject_id: str, now: datetime) -> None:
    """End the codes and the activation under way: what stood behind them has gone."""
    await db.execute(
        """
        WITH voided AS (
            UPDATE otp
               SET voided_at = $2
             WHERE subject_id = $1
               AND consumed_at IS NULL
               AND voided_at IS NULL
        )
        UPDATE activation
           SET ended_at = $2
         WHERE subject_id = $1
           AND ended_at IS NULL
        """,
        subject_id,
        now,
    )


async def remove_password(db: Connection, subject_id: str) -> int | None:
    """Destroy the password; return the new version, or None when there was none."""
    version: int | None = await db.fetchval(
        """
        UPDATE credential
           SET password_hash = NULL,
               activated_at = NULL,
               expires_at = NULL,
               failures = 0,
               blocked_at = NULL,
               version = version + 1
         WHERE subject_id = $1
           AND password_hash IS NOT NULL
        RETURNING version
        """,
        subject_id,
    )
    return version
