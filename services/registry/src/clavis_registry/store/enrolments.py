"""Enrolments at an office: rows, on the caller's transaction."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg
from clavis_kit.db import Connection


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
