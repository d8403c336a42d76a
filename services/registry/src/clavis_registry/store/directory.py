"""The directory of offices and who works there: rows, on the caller's transaction."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import asyncpg
from clavis_kit.db import Connection

from clavis_registry.rules.permissions import Role


@dataclass(frozen=True)
class Office:
    """An office as the directory has it."""

    office_id: str
    organisation_id: str
    organisation: str
    code: str
    name: str
    street: str | None
    postcode: str | None
    municipality: str | None
    province: str | None
    phone: str | None
    hours: dict[str, list[list[str]]]
    closures: list[date]
    languages: list[str]
    services: list[str]
    listed: bool
    closed_at: datetime | None


@dataclass(frozen=True)
class Colleague:
    """An officer as a supervisor sees one."""

    subject_id: str
    name: str
    role: Role
    office_id: str
    office: str
    organisation_id: str
    active: bool
    added_at: datetime
    suspended_at: datetime | None


_OFFICE = """
    SELECT office.office_id::text, office.organisation_id::text, organisation.name AS organisation,
           office.code, office.name, street, postcode, municipality, province, phone, hours,
           closures, languages, services, listed, closed_at
      FROM office JOIN organisation USING (organisation_id)
"""
_COLLEAGUE = """
    SELECT officer.subject_id::text, officer.name, officer.role, office.office_id::text,
           office.name AS office, office.organisation_id::text, officer.active, officer.added_at,
           officer.suspended_at
      FROM officer JOIN office USING (office_id)
"""


def _colleague(row: asyncpg.Record) -> Colleague:
    return Colleague(**{**row, "role": Role(row["role"])})


class DirectoryStore:
    """Offices and officers."""

    def __init__(self, db: Connection) -> None:
        """Use a connection that the caller commits."""
        self._db = db

    async def search(self, text: str, province: str, after: str, limit: int) -> list[Office]:
        """Find listed offices whose name or place holds the text, in order of code."""
        rows = await self._db.fetch(
            f"""
            {_OFFICE}
             WHERE listed AND closed_at IS NULL AND office.code > $3
               AND ($1 = '' OR strpos(lower(concat_ws(' ', office.name, organisation.name, street,
                                                      postcode, municipality)), lower($1)) > 0)
               AND ($2 = '' OR lower(province) = lower($2))
             ORDER BY office.code LIMIT $4
            """,
            text,
            province,
            after,
            limit,
        )
        return [Office(**row) for row in rows]

    async def office(self, office_id: str) -> Office | None:
        """Read an office, listed or not."""
        row = await self._db.fetchrow(f"{_OFFICE} WHERE office.office_id = $1", office_id)
        return Office(**row) if row else None

    async def offices_of(self, organisation_id: str) -> list[Office]:
        """Read the offices of an organisation, listed or not, in order of code."""
        rows = await self._db.fetch(
            f"{_OFFICE} WHERE office.organisation_id = $1 ORDER BY office.code", organisation_id
        )
        return [Office(**row) for row in rows]

    async def organisation_of(self, office_id: str) -> str | None:
        """Return whose office it is."""
        found: str | None = await self._db.fetchval(
            "SELECT organisation_id::text FROM office WHERE office_id = $1", office_id
        )
        return found

    async def describe(self, office_id: str, entry: dict[str, Any]) -> None:
        """Write the directory entry of an office."""
        await self._db.execute(
            """
            UPDATE office
               SET name = $2, street = $3, postcode = $4, municipality = $5, province = $6,
                   phone = $7, hours = $8, closures = $9, languages = $10, services = $11,
                   listed = $12
             WHERE office_id = $1
            """,
            office_id,
            entry["name"],
            entry["street"],
            entry["postcode"],
            entry["municipality"],
            entry["province"],
            entry["phone"],
            entry["hours"],
            entry["closures"],
            entry["languages"],
            entry["services"],
            entry["listed"],
        )

    async def colleagues(self, organisation_id: str) -> list[Colleague]:
        """Read the officers of an organisation."""
        rows = await self._db.fetch(
            f"{_COLLEAGUE} WHERE office.organisation_id = $1 ORDER BY officer.name, subject_id",
            organisation_id,
        )
        return [_colleague(row) for row in rows]

    async def lock_colleague(self, subject_id: str) -> Colleague | None:
        """Read an officer and hold the row."""
        row = await self._db.fetchrow(
            f"{_COLLEAGUE} WHERE officer.subject_id = $1 FOR UPDATE OF officer", subject_id
        )
        return _colleague(row) if row else None

    async def change_colleague(self, subject_id: str, office_id: str, role: Role) -> None:
        """Move an officer, or give another role."""
        await self._db.execute(
            "UPDATE officer SET office_id = $2, role = $3 WHERE subject_id = $1",
            subject_id,
            office_id,
            role,
        )

    async def set_active(self, subject_id: str, *, active: bool, now: datetime) -> None:
        """Withdraw or give back an officer's powers."""
        await self._db.execute(
            """
            UPDATE officer
               SET active = $2::boolean,
                   suspended_at = CASE WHEN $2 THEN NULL ELSE $3::timestamptz END
             WHERE subject_id = $1
            """,
            subject_id,
            active,
            now,
        )
