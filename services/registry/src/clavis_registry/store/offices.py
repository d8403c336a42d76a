"""Organisations, offices and officers: rows, on the caller's transaction."""

from dataclasses import dataclass
from datetime import datetime

from clavis_kit.db import Connection

from clavis_registry.rules.permissions import Role


@dataclass(frozen=True)
class Officer:
    """A public employee enabled to enrol, at one office."""

    subject_id: str
    name: str
    role: Role
    office_id: str
    office_name: str


class OfficeStore:
    """Who may enrol, and where."""

    def __init__(self, db: Connection) -> None:
        """Use a connection that the caller commits."""
        self._db = db

    async def active_officer(self, subject_id: str) -> Officer | None:
        """Read an officer who is active and whose own identity has neither ended nor stopped."""
        row = await self._db.fetchrow(
            """
            SELECT officer.subject_id::text, officer.name, officer.role,
                   office.office_id::text, office.name AS office_name
              FROM officer
              JOIN office USING (office_id)
              JOIN person USING (subject_id)
             WHERE officer.subject_id = $1 AND officer.active
               AND person.status IN ('none', 'registered') AND person.frozen_at IS NULL
               AND office.closed_at IS NULL
            """,
            subject_id,
        )
        return Officer(**{**row, "role": Role(row["role"])}) if row else None

    async def office_id(self, code: str) -> str | None:
        """Find an open office by its handle."""
        office_id: str | None = await self._db.fetchval(
            "SELECT office_id::text FROM office WHERE code = $1 AND closed_at IS NULL", code
        )
        return office_id

    async def office_name(self, office_id: str) -> str:
        """Read the name of an office."""
        name: str = await self._db.fetchval(
            "SELECT name FROM office WHERE office_id = $1", office_id
        )
        return name

    async def put_organisation(self, new_id: str, code: str, name: str) -> str:
        """Add or rename an organisation; return its id."""
        organisation_id: str = await self._db.fetchval(
            """
            INSERT INTO organisation (organisation_id, code, name) VALUES ($1, $2, $3)
            ON CONFLICT (code) DO UPDATE SET name = excluded.name
            RETURNING organisation_id::text
            """,
            new_id,
            code,
            name,
        )
        return organisation_id

    async def put_office(self, new_id: str, organisation_id: str, code: str, name: str) -> str:
        """Add or rename an office; return its id."""
        office_id: str = await self._db.fetchval(
            """
            INSERT INTO office (office_id, organisation_id, code, name) VALUES ($1, $2, $3, $4)
            ON CONFLICT (code) DO UPDATE
               SET name = excluded.name, organisation_id = excluded.organisation_id
            RETURNING office_id::text
            """,
            new_id,
            organisation_id,
            code,
            name,
        )
        return office_id

    async def open(self, new_id: str, organisation_id: str, code: str, name: str) -> bool:
        """Add an office; False when its handle is taken. Of two at once, one is kept."""
        opened = await self._db.fetchval(
            """
            INSERT INTO office (office_id, organisation_id, code, name) VALUES ($1, $2, $3, $4)
            ON CONFLICT (code) DO NOTHING RETURNING true
            """,
            new_id,
            organisation_id,
            code,
            name,
        )
        return bool(opened)

    async def hold(self, office_id: str) -> None:
        """Hold an office, so that to close it and to appoint there take turns."""
        await self._db.execute("SELECT FROM office WHERE office_id = $1 FOR UPDATE", office_id)

    async def is_open(self, office_id: str) -> bool:
        """Say whether an office is open, and keep it so until the transaction ends."""
        found = await self._db.fetchval(
            "SELECT true FROM office WHERE office_id = $1 AND closed_at IS NULL FOR SHARE",
            office_id,
        )
        return bool(found)

    async def staffed(self, office_id: str) -> bool:
        """Say whether anybody has powers at an office."""
        found = await self._db.fetchval(
            "SELECT true FROM officer WHERE office_id = $1 AND active LIMIT 1", office_id
        )
        return bool(found)

    async def close(self, office_id: str, at: datetime | None) -> None:
        """Close an office, or open it again with None."""
        await self._db.execute(
            "UPDATE office SET closed_at = $2 WHERE office_id = $1", office_id, at
        )

    async def put_officer(
        self, subject_id: str, office_id: str, name: str, role: str, now: datetime
    ) -> None:
        """Enable an officer, or move one to another office or role."""
        await self._db.execute(
            """
            INSERT INTO officer (subject_id, office_id, name, role, active, added_at)
            VALUES ($1, $2, $3, $4, true, $5)
            ON CONFLICT (subject_id) DO UPDATE
               SET office_id = excluded.office_id, name = excluded.name, role = excluded.role,
                   active = true
            """,
            subject_id,
            office_id,
            name,
            role,
            now,
        )

    async def disable_officer(self, subject_id: str) -> bool:
        """Withdraw an officer's powers; False when there were none."""
        found = await self._db.fetchval(
            "UPDATE officer SET active = false WHERE subject_id = $1 RETURNING true", subject_id
        )
        return bool(found)
