"""Enrolments without an officer: rows, on the caller's transaction."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg
from clavis_kit.db import Connection


@dataclass(frozen=True)
class OnlineEnrolment:
    """An act of enrolment; draft and mobile are None once it is completed."""

    online_enrolment_id: str
    channel: str
    purpose: str
    origin_id: str | None
    national_id_hash: str
    subject_id: str | None
    draft: dict[str, Any] | None
    mobile: str | None
    language: str
    state: str
    request_pdf: bytes | None
    terms_version: str | None
    terms_language: str | None
    created_at: datetime
    expires_at: datetime
    phone_proved_at: datetime | None
    completed_at: datetime | None
    receipt_with_code: bool | None
    receipt_made_at: datetime | None


@dataclass(frozen=True)
class NewOnlineEnrolment:
    """What starting an act writes."""

    online_enrolment_id: str
    channel: str
    purpose: str
    origin_id: str | None
    national_id_hash: str
    subject_id: str | None
    draft: dict[str, Any]
    mobile: str
    language: str
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class Completed:
    """What completing an act writes."""

    subject_id: str
    terms: tuple[str, str]
    receipt_hash: str
    with_code: bool
    at: datetime


_SELECT = """
    SELECT online_enrolment_id::text, channel, purpose, origin_id::text, national_id_hash,
           subject_id::text, draft, mobile, language, state, request_pdf, terms_version,
           terms_language, created_at, expires_at, phone_proved_at, completed_at,
           receipt_with_code, receipt_made_at
      FROM online_enrolment
"""


def _act(row: asyncpg.Record | None) -> OnlineEnrolment | None:
    return OnlineEnrolment(**row) if row else None


class OnlineEnrolmentStore:
    """Acts of enrolment by id, by person and by receipt."""

    def __init__(self, db: Connection) -> None:
        """Use a connection that the caller commits."""
        self._db = db

    async def add(self, new: NewOnlineEnrolment) -> None:
        """Start an act."""
        await self._db.execute(
            """
            INSERT INTO online_enrolment
                (online_enrolment_id, channel, purpose, origin_id, national_id_hash, subject_id,
                 draft, mobile, language, state, created_at, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'phone_pending', $10, $11)
            """,
            new.online_enrolment_id,
            new.channel,
            new.purpose,
            new.origin_id,
            new.national_id_hash,
            new.subject_id,
            new.draft,
            new.mobile,
            new.language,
            new.created_at,
            new.expires_at,
        )

    async def get(self, act_id: str) -> OnlineEnrolment | None:
        """Read an act."""
        return _act(await self._db.fetchrow(f"{_SELECT} WHERE online_enrolment_id = $1", act_id))

    async def lock(self, act_id: str) -> OnlineEnrolment | None:
        """Read an act and hold it: completing it twice at once takes turns."""
        return _act(
            await self._db.fetchrow(f"{_SELECT} WHERE online_enrolment_id = $1 FOR UPDATE", act_id)
        )

    async def unfinished(self, subject_id: str, now: datetime) -> OnlineEnrolment | None:
        """Read the newest act that this person can still finish."""
        return _act(
            await self._db.fetchrow(
                f"""
                {_SELECT}
                 WHERE subject_id = $1 AND state <> 'completed' AND expires_at > $2
                 ORDER BY created_at DESC LIMIT 1
                """,
                subject_id,
                now,
            )
        )

    async def by_receipt(self, receipt_hash: str) -> OnlineEnrolment | None:
        """Read the act whose receipt a token fetches."""
        return _act(await self._db.fetchrow(f"{_SELECT} WHERE receipt_hash = $1", receipt_hash))

    async def phone_proved(self, act_id: str, now: datetime) -> None:
        """Keep that the code came back."""
        await self._db.execute(
            """
            UPDATE online_enrolment SET state = 'phone_proved', phone_proved_at = $2
             WHERE online_enrolment_id = $1 AND state = 'phone_pending'
            """,
            act_id,
            now,
        )

    async def keep_request(self, act_id: str, pdf: bytes, terms: tuple[str, str]) -> None:
        """Keep the document that the citizen signs, byte by byte; the last one made counts."""
        await self._db.execute(
            """
            UPDATE online_enrolment
               SET request_pdf = $2, terms_version = $3, terms_language = $4
             WHERE online_enrolment_id = $1 AND state = 'phone_proved'
            """,
            act_id,
            pdf,
            *terms,
        )

    async def keep_terms(self, act_id: str, terms: tuple[str, str]) -> None:
        """Keep which terms were accepted, before the act ends."""
        await self._db.execute(
            """
            UPDATE online_enrolment SET terms_version = $2, terms_language = $3
             WHERE online_enrolment_id = $1 AND state <> 'completed'
            """,
            act_id,
            *terms,
        )

    async def complete(self, act_id: str, done: Completed) -> None:
        """Close the act and erase what was typed."""
        await self._db.execute(
            """
            UPDATE online_enrolment
               SET state = 'completed', subject_id = $2, terms_version = $3, terms_language = $4,
                   completed_at = $5, receipt_hash = $6, receipt_with_code = $7,
                   draft = NULL, mobile = NULL
             WHERE online_enrolment_id = $1
            """,
            act_id,
            done.subject_id,
            *done.terms,
            done.at,
            done.receipt_hash,
            done.with_code,
        )

    async def claim_receipt(self, act_id: str, now: datetime) -> bool:
        """Take the right to hand out the receipt; one taker only."""
        claimed = await self._db.fetchval(
            """
            UPDATE online_enrolment SET receipt_made_at = $2
             WHERE online_enrolment_id = $1 AND state = 'completed' AND receipt_made_at IS NULL
            RETURNING true
            """,
            act_id,
            now,
        )
        return bool(claimed)

    async def renew_receipt(
        self, act_id: str, channel: str, receipt_hash: str, since: datetime
    ) -> str | None:
        """Give a receipt that was not made another token; return whose it is, or None."""
        subject_id: str | None = await self._db.fetchval(
            """
            UPDATE online_enrolment SET receipt_hash = $3
             WHERE online_enrolment_id = $1 AND channel = $2 AND state = 'completed'
               AND receipt_with_code AND receipt_made_at IS NULL AND completed_at > $4
            RETURNING subject_id::text
            """,
            act_id,
            channel,
            receipt_hash,
            since,
        )
        return subject_id

    async def drop_expired(self, now: datetime) -> int:
        """Forget what was typed and never finished; return how many acts."""
        rows = await self._db.fetch(
            """
            DELETE FROM online_enrolment WHERE expires_at <= $1 AND state <> 'completed'
            RETURNING online_enrolment_id
            """,
            now,
        )
        return len(rows)
