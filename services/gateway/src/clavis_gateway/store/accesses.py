"""SQL of the services people entered: kept for the person to see, for a retention."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from clavis_kit.db import Pool


@dataclass(frozen=True, slots=True)
class Access:
    """One entry into a service. `names` are the service's, by language."""

    access_id: str
    client_id: str
    names: dict[str, str]
    at: datetime
    acr: str
    loa: int
    method: str
    claims: tuple[str, ...]
    anew: bool
    """The person acted for it; else a live session answered."""


_COLUMNS = """a.access_id, a.client_id, c.names, a.at, a.acr, a.loa, a.method, a.claims, a.anew
      FROM access_record a JOIN relying_party c USING (client_id)"""


async def last(pool: Pool, subject_id: str) -> Access | None:
    """Return the last time the person logged in by acting, or None when this is the first."""
    row = await pool.fetchrow(
        f"SELECT {_COLUMNS} WHERE a.subject_id = $1 AND a.anew"
        " ORDER BY a.at DESC, a.access_id DESC LIMIT 1",
        subject_id,
    )
    return _access(row) if row else None


async def before_session(pool: Pool, subject_id: str, session_id: str) -> Access | None:
    """Return the last login by acting before a session began; None when there was none."""
    row = await pool.fetchrow(
        f"SELECT {_COLUMNS} WHERE a.subject_id = $1 AND a.anew"  # noqa: S608 -- constant
        " AND a.at < (SELECT started_at FROM sso_session WHERE session_id = $2)"
        " ORDER BY a.at DESC, a.access_id DESC LIMIT 1",
        subject_id,
        session_id,
    )
    return _access(row) if row else None


async def page(
    pool: Pool, subject_id: str, before: tuple[datetime, str] | None, limit: int
) -> list[Access]:
    """List accesses, newest first, from before one that was seen already."""
    at, access_id = before or (None, None)
    found = await pool.fetch(
        f"SELECT {_COLUMNS} WHERE a.subject_id = $1"
        " AND ($2::timestamptz IS NULL OR (a.at, a.access_id) < ($2::timestamptz, $3::text))"
        " ORDER BY a.at DESC, a.access_id DESC LIMIT $4",
        subject_id,
        at,
        access_id,
        limit,
    )
    return [_access(row) for row in found]


def _access(row: object) -> Access:
    values = dict(row)  # type: ignore[call-overload]  # a record is a mapping
    return Access(**values | {"claims": tuple(values["claims"])})
