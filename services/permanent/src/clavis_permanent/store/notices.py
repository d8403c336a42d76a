"""Notices that wait to be sent: each is claimed by one sender at a time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg
from clavis_kit.db import Connection, Pool

from clavis_permanent.rules.notices import EndingWindow, Reminder

_BATCH = 50


@dataclass(frozen=True, slots=True)
class Claimed:
    """A notice to be sent now, and where to."""

    notice_id: str
    subject_id: str
    kind: str
    created_at: datetime
    attempts: int
    email: str | None
    phone: str | None
    language: str | None
    password_ends_at: datetime | None


async def claim(pool: Pool, now: datetime, lease: timedelta) -> list[Claimed]:
    """Take some notices that are due; nobody else gets them before the lease is over."""
    rows = await pool.fetch(
        """
        WITH due AS (
            SELECT notice_id
              FROM notice
             WHERE ended_at IS NULL
               AND due_at <= $1
             ORDER BY due_at
             LIMIT $3
               FOR UPDATE SKIP LOCKED
        )
        UPDATE notice AS n
           SET attempts = n.attempts + 1,
               due_at = $1 + $2::interval
          FROM due
          JOIN notice USING (notice_id)
          JOIN person AS p USING (subject_id)
          LEFT JOIN credential AS c USING (subject_id)
         WHERE n.notice_id = due.notice_id
        RETURNING n.notice_id, n.subject_id, n.kind, n.created_at, n.attempts, p.email,
                  CASE WHEN p.phone_verified THEN p.phone END AS phone, p.language, c.expires_at
        """,
        now,
        lease,
        _BATCH,
    )
    return [_claimed(row) for row in rows]


def _claimed(row: asyncpg.Record) -> Claimed:
    return Claimed(
        notice_id=str(row["notice_id"]),
        subject_id=str(row["subject_id"]),
        kind=row["kind"],
        created_at=row["created_at"],
        attempts=row["attempts"],
        email=row["email"],
        phone=row["phone"],
        language=row["language"],
        password_ends_at=row["expires_at"],
    )


async def end(pool: Pool, notice_id: str, now: datetime, *, sent: bool) -> None:
    """Note that a notice was handed over, or given up."""
    await pool.execute(
        """
        UPDATE notice
           SET ended_at = $2::timestamptz,
               sent_at = CASE WHEN $3 THEN $2::timestamptz END
         WHERE notice_id = $1
        """,
        notice_id,
        now,
        sent,
    )


async def postpone(pool: Pool, notice_id: str, until: datetime) -> None:
    """Try a notice again later."""
    await pool.execute("UPDATE notice SET due_at = $2 WHERE notice_id = $1", notice_id, until)


async def plan_endings(
    pool: Pool, window: EndingWindow, now: datetime, new_id: Callable[[], str]
) -> int:
    """Put a notice among those to be sent for each password that ends in this window, once each.

    Return how many there are more; the caller asks again while a whole batch came.
    """
    rows = await pool.fetch(
        """
        SELECT c.subject_id, c.expires_at
          FROM credential AS c
          JOIN person AS p USING (subject_id)
         WHERE c.password_hash IS NOT NULL
           AND c.expires_at > $1::timestamptz + $2::interval
           AND c.expires_at <= $1::timestamptz + $3::interval
           AND stands(p)
           AND NOT EXISTS (SELECT FROM notice AS n
                            WHERE n.subject_id = c.subject_id
                              AND n.kind = $4
                              AND n.about = extract(epoch FROM c.expires_at)::bigint::text
                                               || $5::text)
         LIMIT $6
        """,
        now,
        window.after,
        window.until,
        Reminder.PASSWORD_ENDING,
        f" {window.name}",
        _BATCH,
    )
    await pool.executemany(
        """
        INSERT INTO notice (notice_id, subject_id, kind, about, created_at, due_at)
        VALUES ($1, $2, $3, extract(epoch FROM $4::timestamptz)::bigint::text || $5::text, $6, $6)
        ON CONFLICT (subject_id, kind, about) DO NOTHING
        """,
        [
            (new_id(), row["subject_id"], Reminder.PASSWORD_ENDING, row["expires_at"],
             f" {window.name}", now)
            for row in rows
        ],
    )  # fmt: skip
    return len(rows)


async def find_answerable(pool: Pool, notice_id: str, since: datetime) -> str | None:
    """Return whose notice this is, if it was not answered yet and is not too old."""
    subject_id = await pool.fetchval(
        """
        SELECT n.subject_id
          FROM notice AS n
          JOIN person AS p USING (subject_id)
         WHERE n.notice_id = $1
           AND n.created_at > $2
           AND n.reported_at IS NULL
           AND p.status = 'active'
        """,
        notice_id,
        since,
    )
    return str(subject_id) if subject_id else None


async def answer(db: Connection, notice_id: str, since: datetime, now: datetime) -> str | None:
    """Answer a notice that it was not them, once; return whose it is.

    None for somebody whose identity ended: a report that freezes nobody is never lifted.
    """
    subject_id = await db.fetchval(
        """
        UPDATE notice AS n
           SET reported_at = $3
          FROM person AS p
         WHERE n.notice_id = $1
           AND n.created_at > $2
           AND n.reported_at IS NULL
           AND p.subject_id = n.subject_id
           AND p.status = 'active'
        RETURNING n.subject_id
        """,
        notice_id,
        since,
        now,
    )
    return str(subject_id) if subject_id else None


async def oldest(pool: Pool, now: datetime) -> timedelta | None:
    """Say how long the notice that waits longest has waited; None when none waits."""
    created_at: datetime | None = await pool.fetchval(
        "SELECT min(created_at) FROM notice WHERE ended_at IS NULL"
    )
    return None if created_at is None else now - created_at


async def forget(pool: Pool, before: datetime) -> None:
    """Drop notices older than their use."""
    await pool.execute("DELETE FROM notice WHERE created_at < $1 AND ended_at IS NOT NULL", before)
