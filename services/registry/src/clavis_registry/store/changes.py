"""Changes of phone or e-mail address in progress: rows, on the caller's transaction."""

from dataclasses import dataclass
from datetime import datetime

import asyncpg
from clavis_kit.db import Connection

from clavis_registry.rules.identification import IdentifiedBy


@dataclass(frozen=True)
class ContactChange:
    """A change as stored; `new_value` is None once it ended."""

    change_id: str
    kind: str
    subject_id: str
    new_value: str | None
    state: str
    identified_by: IdentifiedBy
    officer_subject_id: str | None
    office_id: str | None
    reason: str | None
    person_version: int
    contact_version: int
    created_at: datetime
    expires_at: datetime
    proved_by: str | None = None


_COLUMNS = """
    change_id::text, kind, subject_id::text, new_value, state, identified_by,
    officer_subject_id::text, office_id::text, reason, person_version, contact_version,
    created_at, expires_at, proved_by::text
"""
_SELECT = f"SELECT {_COLUMNS} FROM contact_change"  # noqa: S608  constants only


def _change(row: asyncpg.Record) -> ContactChange:
    fields = dict(row)
    fields["identified_by"] = IdentifiedBy(fields["identified_by"])
    return ContactChange(**fields)


class ContactChangeStore:
    """Changes by their id, for the person or for the office that began them."""

    def __init__(self, db: Connection) -> None:
        """Use a connection that the caller commits."""
        self._db = db

    async def add(self, change: ContactChange) -> None:
        """Begin a change."""
        await self._db.execute(
            """
            INSERT INTO contact_change
                (change_id, kind, subject_id, new_value, state, identified_by,
                 officer_subject_id, office_id, reason, person_version, contact_version,
                 created_at, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
            """,
            change.change_id,
            change.kind,
            change.subject_id,
            change.new_value,
            change.state,
            change.identified_by,
            change.officer_subject_id,
            change.office_id,
            change.reason,
            change.person_version,
            change.contact_version,
            change.created_at,
            change.expires_at,
        )

    async def of_person(self, change_id: str, subject_id: str) -> ContactChange | None:
        """Hold a change that the person began alone."""
        row = await self._db.fetchrow(
            f"""
            {_SELECT} WHERE change_id = $1 AND subject_id = $2 AND office_id IS NULL FOR UPDATE
            """,
            change_id,
            subject_id,
        )
        return _change(row) if row else None

    async def of_office(self, change_id: str, office_id: str) -> ContactChange | None:
        """Hold a change that an officer of the office began."""
        row = await self._db.fetchrow(
            f"{_SELECT} WHERE change_id = $1 AND office_id = $2 FOR UPDATE", change_id, office_id
        )
        return _change(row) if row else None

    async def hold(self, change_id: str) -> ContactChange | None:
        """Hold a change, whoever began it."""
        row = await self._db.fetchrow(f"{_SELECT} WHERE change_id = $1 FOR UPDATE", change_id)
        return _change(row) if row else None

    async def open_at(self, office_id: str, now: datetime, limit: int) -> list[ContactChange]:
        """Read what an interruption left behind at an office, newest first."""
        rows = await self._db.fetch(
            f"""
            {_SELECT}
             WHERE office_id = $1 AND state NOT IN ('done', 'rejected') AND expires_at > $2
             ORDER BY created_at DESC LIMIT $3
            """,
            office_id,
            now,
            limit,
        )
        return [_change(row) for row in rows]

    async def prove(self, change_id: str, officer_id: str | None, now: datetime) -> None:
        """Keep that the code came back, and which officer typed it."""
        await self._db.execute(
            """
            UPDATE contact_change SET state = 'proved', proved_at = $2, proved_by = $3
             WHERE change_id = $1 AND state = 'code_pending'
            """,
            change_id,
            now,
            officer_id,
        )

    async def await_approval(self, change_id: str, until: datetime) -> None:
        """Keep that a second officer has to decide."""
        await self._db.execute(
            """
            UPDATE contact_change SET state = 'awaiting_approval', expires_at = $2
             WHERE change_id = $1 AND state = 'proved'
            """,
            change_id,
            until,
        )

    async def finish(self, change_id: str, state: str, now: datetime) -> None:
        """End the change as done or rejected, and erase the value."""
        await self._db.execute(
            """
            UPDATE contact_change SET state = $2, done_at = $3, new_value = NULL
             WHERE change_id = $1
            """,
            change_id,
            state,
            now,
        )

    async def claim_print(self, change_id: str, now: datetime) -> bool:
        """Take the right to hand out the acceptance document; one taker only."""
        claimed = await self._db.fetchval(
            """
            UPDATE contact_change SET printed_at = $2
             WHERE change_id = $1 AND state = 'done' AND printed_at IS NULL
            RETURNING true
            """,
            change_id,
            now,
        )
        return bool(claimed)
