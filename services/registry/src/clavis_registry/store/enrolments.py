"""Enrolments at an office and the codes that prove a phone: rows, on the caller's transaction."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg
from clavis_kit.db import Connection

from clavis_registry.rules.contact import PhoneCode, PhoneCodePolicy


@dataclass(frozen=True)
class EnrolmentRow:
    """An act of enrolment; draft and mobile are None once it is completed."""

    enrolment_id: str
    office_id: str
    officer_subject_id: str
    mobile: str | None
    draft: dict[str, Any] | None
    reason: str
    state: str
    subject_id: str | None
    terms_version: str | None
    terms_language: str | None
    created_at: datetime
    expires_at: datetime
    phone_proved_at: datetime | None
    completed_at: datetime | None
    acceptance_printed_at: datetime | None
    purpose: str
    with_code: bool


@dataclass(frozen=True)
class NewEnrolment:
    """What starting an enrolment writes."""

    enrolment_id: str
    office_id: str
    officer_subject_id: str
    national_id_hash: str
    mobile: str
    draft: dict[str, Any]
    reason: str
    created_at: datetime
    expires_at: datetime
    purpose: str = "enrol"


@dataclass(frozen=True)
class RecentCodes:
    """What was sent lately: the newest to this enrolment and how many to this number."""

    newest_sent_at: datetime | None
    sent_to_number: int
    oldest_sent_to_number: datetime | None


_SELECT = """
    SELECT enrolment_id::text, office_id::text, officer_subject_id::text, mobile, draft, reason,
           state, subject_id::text, terms_version, terms_language, created_at, expires_at,
           phone_proved_at, completed_at, acceptance_printed_at,
           purpose, with_code
      FROM enrolment
"""


def _enrolment(row: asyncpg.Record | None) -> EnrolmentRow | None:
    return EnrolmentRow(**row) if row else None


class EnrolmentStore:
    """Enrolments of one office at a time: another office sees none of them."""

    def __init__(self, db: Connection) -> None:
        """Use a connection that the caller commits."""
        self._db = db

    async def add(self, new: NewEnrolment) -> None:
        """Start an enrolment."""
        await self._db.execute(
            """
            INSERT INTO enrolment
                (enrolment_id, office_id, officer_subject_id, national_id_hash, mobile, draft,
                 reason, state, created_at, expires_at, purpose)
            VALUES ($1, $2, $3, $4, $5, $6, $7, 'phone_pending', $8, $9, $10)
            """,
            new.enrolment_id,
            new.office_id,
            new.officer_subject_id,
            new.national_id_hash,
            new.mobile,
            new.draft,
            new.reason,
            new.created_at,
            new.expires_at,
            new.purpose,
        )

    async def get(self, enrolment_id: str, office_id: str) -> EnrolmentRow | None:
        """Read an enrolment."""
        return _enrolment(
            await self._db.fetchrow(
                f"{_SELECT} WHERE enrolment_id = $1 AND office_id = $2",
                enrolment_id,
                office_id,
            )
        )

    async def open_drafts(self, office_id: str, now: datetime) -> list[EnrolmentRow]:
        """Read the enrolments of an office that lack a step, the print included, newest first."""
        rows = await self._db.fetch(
            f"""
            {_SELECT}
             WHERE office_id = $1 AND acceptance_printed_at IS NULL AND expires_at > $2
             ORDER BY created_at DESC LIMIT 50
            """,
            office_id,
            now,
        )
        return [EnrolmentRow(**row) for row in rows]

    async def phone_proved(self, enrolment_id: str, now: datetime) -> None:
        """Keep that the person read out the code."""
        await self._db.execute(
            """
            UPDATE enrolment SET state = 'phone_proved', phone_proved_at = $2
             WHERE enrolment_id = $1 AND state = 'phone_pending'
            """,
            enrolment_id,
            now,
        )

    async def lock(self, enrolment_id: str, office_id: str) -> EnrolmentRow | None:
        """Read an enrolment and hold it: completing it twice at once takes turns."""
        return _enrolment(
            await self._db.fetchrow(
                f"""
                {_SELECT}
                 WHERE enrolment_id = $1 AND office_id = $2 FOR UPDATE
                """,
                enrolment_id,
                office_id,
            )
        )

    async def complete(
        self,
        enrolment_id: str,
        subject_id: str,
        terms: tuple[str, str],
        now: datetime,
        *,
        with_code: bool = True,
    ) -> None:
        """Close the enrolment and erase what was typed."""
        await self._db.execute(
            """
            UPDATE enrolment
               SET state = 'completed', subject_id = $2, terms_version = $3, terms_language = $4,
                   completed_at = $5, with_code = $6, draft = NULL, mobile = NULL
             WHERE enrolment_id = $1
            """,
            enrolment_id,
            subject_id,
            *terms,
            now,
            with_code,
        )

    async def claim_print(self, enrolment_id: str, now: datetime) -> bool:
        """Take the right to hand out the acceptance document; one taker only."""
        claimed = await self._db.fetchval(
            """
            UPDATE enrolment SET acceptance_printed_at = $2
             WHERE enrolment_id = $1 AND state = 'completed' AND acceptance_printed_at IS NULL
            RETURNING true
            """,
            enrolment_id,
            now,
        )
        return bool(claimed)

    async def allow_print_again(self, enrolment_id: str) -> bool:
        """Give the right back after a lost print; False when it was not taken."""
        allowed = await self._db.fetchval(
            """
            UPDATE enrolment SET acceptance_printed_at = NULL
             WHERE enrolment_id = $1 AND acceptance_printed_at IS NOT NULL
            RETURNING true
            """,
            enrolment_id,
        )
        return bool(allowed)


class PhoneCodeStore:
    """Codes sent by SMS; the newest of an enrolment is the one that counts."""

    def __init__(self, db: Connection) -> None:
        """Use a connection that the caller commits."""
        self._db = db

    async def recent(self, enrolment_id: str, mobile_hash: str, since: datetime) -> RecentCodes:
        """Count what was delivered; sends to one number take turns until the transaction ends."""
        await self._db.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 2))", mobile_hash)
        row = await self._db.fetchrow(
            """
            SELECT max(sent_at) FILTER (WHERE enrolment_id = $1) AS newest,
                   count(*) AS total, min(sent_at) AS oldest
              FROM phone_code
             WHERE mobile_hash = $2 AND sent_at > $3 AND undelivered_at IS NULL
            """,
            enrolment_id,
            mobile_hash,
            since,
        )
        if row is None:
            return RecentCodes(None, 0, None)
        return RecentCodes(row["newest"], row["total"], row["oldest"])

    async def add(
        self,
        phone_code_id: str,
        enrolment_id: str,
        hashes: tuple[str, str],
        sent_at: datetime,
        expires_at: datetime,
    ) -> None:
        """Keep a code about to be sent; `hashes` are those of the number and of the code."""
        await self._db.execute(
            """
            INSERT INTO phone_code
                (phone_code_id, enrolment_id, mobile_hash, code_hash, sent_at, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6)
            """,
            phone_code_id,
            enrolment_id,
            *hashes,
            sent_at,
            expires_at,
        )

    async def undelivered(self, phone_code_id: str, now: datetime) -> None:
        """Leave out a code whose message could not be sent."""
        await self._db.execute(
            "UPDATE phone_code SET undelivered_at = $2 WHERE phone_code_id = $1",
            phone_code_id,
            now,
        )

    async def attempt(
        self, enrolment_id: str, code_hash: str, policy: PhoneCodePolicy, now: datetime
    ) -> bool:
        """Try the newest code: one statement counts the try and consumes the code."""
        proved = await self._db.fetchval(
            """
            UPDATE phone_code
               SET tries = tries + 1,
                   proved_at = CASE WHEN code_hash = $2 THEN $4::timestamptz END
             WHERE phone_code_id = (
                       SELECT phone_code_id FROM phone_code
                        WHERE enrolment_id = $1 AND undelivered_at IS NULL
                        ORDER BY sent_at DESC LIMIT 1)
               AND proved_at IS NULL AND tries < $3 AND expires_at > $4
            RETURNING proved_at IS NOT NULL
            """,
            enrolment_id,
            code_hash,
            policy.tries,
            now,
        )
        return bool(proved)

    async def proved_by(self, enrolment_id: str, code_hash: str, policy: PhoneCodePolicy) -> bool:
        """Say whether this is the code that proved the phone; one statement counts the try."""
        same = await self._db.fetchval(
            """
            UPDATE phone_code SET tries = tries + 1
             WHERE enrolment_id = $1 AND proved_at IS NOT NULL AND tries < $3
            RETURNING code_hash = $2
            """,
            enrolment_id,
            code_hash,
            policy.tries,
        )
        return bool(same)

    async def newest(self, enrolment_id: str) -> PhoneCode | None:
        """Read the newest unproved code, to explain a failed attempt."""
        row = await self._db.fetchrow(
            """
            SELECT expires_at, tries FROM phone_code
             WHERE enrolment_id = $1 AND undelivered_at IS NULL AND proved_at IS NULL
             ORDER BY sent_at DESC LIMIT 1
            """,
            enrolment_id,
        )
        return PhoneCode(**row) if row else None
