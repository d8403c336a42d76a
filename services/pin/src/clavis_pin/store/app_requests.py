"""SQL of login requests to the app. What is used once is consumed by one statement."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg
from clavis_kit.db import Connection, Pool

from clavis_pin.rules.app_requests import RequestState


@dataclass(frozen=True, slots=True)
class NewRequest:
    """A login that asks for an answer; `subject_id` is known only without a QR."""

    app_request_id: str
    browser_hash: str
    number: str
    handle: str
    rp_name: str
    rp_domain: str
    purpose: str | None
    place: str | None
    language: str
    holder_hash: str | None
    subject_id: str | None
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class AppRequest:
    """A request as it is stored."""

    app_request_id: str
    browser_hash: str
    number: str
    handle: str
    rp_name: str
    rp_domain: str
    purpose: str | None
    place: str | None
    subject_id: str | None
    device_id: str | None
    state: RequestState
    number_failures: int
    created_at: datetime
    expires_at: datetime
    completed_at: datetime | None


_COLUMNS = """app_request_id, browser_hash, number, handle, rp_name, rp_domain, purpose, place,
              subject_id, device_id, state, number_failures, created_at, expires_at, completed_at"""


def _request(row: asyncpg.Record) -> AppRequest:
    values: dict[str, Any] = dict(row)
    for name in ("app_request_id", "subject_id", "device_id"):
        values[name] = str(values[name]) if values[name] else None
    return AppRequest(**(values | {"state": RequestState(values["state"])}))


async def close_overdue(
    db: Connection, subject_id: str | None, holder_hash: str | None, now: datetime
) -> None:
    """Let what waited too long make room for the next request of the same person."""
    await db.execute(
        """
        UPDATE app_request
           SET state = 'expired'
         WHERE (subject_id = $1 OR holder_hash = $2)
           AND state IN ('pending', 'scanned')
           AND expires_at <= $3
        """,
        subject_id,
        holder_hash,
        now,
    )


async def insert_request(db: Connection, request: NewRequest) -> bool:
    """Store a request; False when the person or the pair of data has one under way."""
    stored = await db.fetchval(
        """
        INSERT INTO app_request (app_request_id, browser_hash, number, handle, rp_name, rp_domain,
                                 purpose, place, language, holder_hash, subject_id, state,
                                 created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'pending', $12, $13)
        ON CONFLICT DO NOTHING
        RETURNING true
        """,
        request.app_request_id,
        request.browser_hash,
        request.number,
        request.handle,
        request.rp_name,
        request.rp_domain,
        request.purpose,
        request.place,
        request.language,
        request.holder_hash,
        request.subject_id,
        request.created_at,
        request.expires_at,
    )
    return stored is True


async def open_until(db: Connection, holder_hash: str, now: datetime) -> datetime | None:
    """Return until when a request by these data is under way, or None."""
    until: datetime | None = await db.fetchval(
        """
        SELECT expires_at
          FROM app_request
         WHERE holder_hash = $1
           AND state IN ('pending', 'scanned')
           AND expires_at > $2
        """,
        holder_hash,
        now,
    )
    return until


async def find_request(pool: Pool, app_request_id: str) -> AppRequest | None:
    """Return a request, or None."""
    row = await pool.fetchrow(
        f"SELECT {_COLUMNS} FROM app_request WHERE app_request_id = $1",  # noqa: S608 - constant
        app_request_id,
    )
    return _request(row) if row else None


async def find_by_handle(pool: Pool, handle: str, now: datetime) -> list[AppRequest]:
    """Return the open requests whose typed code begins so; few, mostly one."""
    rows = await pool.fetch(
        f"""
        SELECT {_COLUMNS}
          FROM app_request
         WHERE handle = $1
           AND state IN ('pending', 'scanned')
           AND expires_at > $2
        """,  # noqa: S608 - constant
        handle,
        now,
    )
    return [_request(row) for row in rows]


async def claim(
    db: Connection, app_request_id: str, subject_id: str, device_id: str, now: datetime
) -> AppRequest | None:
    """Bind a request to the device that scanned it; None when another was first.

    The same device may scan again. Raises UniqueViolationError when the person has another one.
    """
    row = await db.fetchrow(
        f"""
        UPDATE app_request
           SET state = 'scanned', subject_id = $2, device_id = $3
         WHERE app_request_id = $1
           AND holder_hash IS NULL
           AND expires_at > $4
           AND (state = 'pending' OR state = 'scanned' AND device_id = $3)
        RETURNING {_COLUMNS}, pg_notify('app_request', app_request_id::text)
        """,  # noqa: S608 - constant
        app_request_id,
        subject_id,
        device_id,
        now,
    )
    return _request_of_claim(row) if row else None


def _request_of_claim(row: asyncpg.Record) -> AppRequest:
    values: dict[str, Any] = {name: value for name, value in row.items() if name != "pg_notify"}
    for name in ("app_request_id", "subject_id", "device_id"):
        values[name] = str(values[name])
    return AppRequest(**(values | {"state": RequestState(values["state"])}))


async def list_open(pool: Pool, subject_id: str, device_id: str, now: datetime) -> list[AppRequest]:
    """Return what waits for this device: claimed by it, or asked for by number."""
    rows = await pool.fetch(
        f"""
        SELECT {_COLUMNS}
          FROM app_request
         WHERE subject_id = $1
           AND (device_id = $2 OR device_id IS NULL)
           AND state IN ('pending', 'scanned')
           AND expires_at > $3
         ORDER BY created_at
        """,  # noqa: S608 - constant
        subject_id,
        device_id,
        now,
    )
    return [_request(row) for row in rows]


async def cancel(pool: Pool, app_request_id: str) -> None:
    """End a request that its browser gave up; one that is answered stays as it is."""
    await pool.execute(
        """
        UPDATE app_request
           SET state = 'cancelled'
         WHERE app_request_id = $1
           AND state IN ('pending', 'scanned')
        """,
        app_request_id,
    )


async def close_all(db: Connection, subject_id: str) -> None:
    """End every request under way of a person."""
    await db.execute(
        """
        UPDATE app_request
           SET state = 'cancelled'
         WHERE subject_id = $1
           AND state IN ('pending', 'scanned')
        """,
        subject_id,
    )
