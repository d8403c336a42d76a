"""What an auditor reads: the audit trail and look-ups, by filters, a page at a time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from clavis_kit.db import Connection


@dataclass(frozen=True)
class AuditFilter:
    """Which entries; None stands for all. `organisation_id` bounds what a supervisor may see."""

    since: datetime
    until: datetime
    action: str | None = None
    actor_id: str | None = None
    subject_id: str | None = None
    office_id: str | None = None
    organisation_id: str | None = None
    before_id: int | None = None


@dataclass(frozen=True)
class AuditRow:
    """One act."""

    audit_event_id: int
    at: datetime
    action: str
    actor_kind: str
    actor_id: str | None
    office_id: str | None
    office: str | None
    subject_id: str | None
    facts: dict[str, Any] | None


@dataclass(frozen=True)
class LookupRow:
    """One look-up with what is needed to judge it."""

    lookup_id: int
    at: datetime
    officer_id: str
    officer_name: str
    officer_surnames: list[str]
    office_id: str
    office: str
    hours: dict[str, list[list[str]]]
    closures: list[Any]
    subject_id: str | None
    subject_surnames: list[str]
    reason: str


class AuditStore:
    """Reading only."""

    def __init__(self, db: Connection) -> None:
        """Use a connection that the caller commits."""
        self._db = db

    async def events(self, wanted: AuditFilter, limit: int) -> list[AuditRow]:
        """Read acts, newest first."""
        rows = await self._db.fetch(
            """
            SELECT audit_event_id, at, action, actor_kind, actor_id::text, event.office_id::text,
                   office.name AS office, subject_id::text, facts
              FROM audit_event AS event LEFT JOIN office USING (office_id)
             WHERE at >= $1 AND at < $2
               AND ($3::text IS NULL OR action = $3)
               AND ($4::uuid IS NULL OR actor_id = $4)
               AND ($5::uuid IS NULL OR subject_id = $5)
               AND ($6::uuid IS NULL OR event.office_id = $6)
               AND ($7::uuid IS NULL OR office.organisation_id = $7)
               AND ($8::bigint IS NULL OR (at, audit_event_id)
                        < ((SELECT at FROM audit_event WHERE audit_event_id = $8), $8))
             ORDER BY at DESC, audit_event_id DESC LIMIT $9
            """,
            wanted.since,
            wanted.until,
            wanted.action,
            wanted.actor_id,
            wanted.subject_id,
            wanted.office_id,
            wanted.organisation_id,
            wanted.before_id,
            limit,
        )
        return [AuditRow(**row) for row in rows]

    async def lookups(
        self, since: datetime, until: datetime, organisation_id: str | None, limit: int
    ) -> list[LookupRow]:
        """Read look-ups of a period, newest first, with surnames and hours."""
        rows = await self._db.fetch(
            """
            SELECT lookup_id, at, lookup.officer_subject_id::text AS officer_id,
                   officer.name AS officer_name,
                   array_remove(ARRAY[own.first_surname, own.second_surname], NULL)
                       AS officer_surnames,
                   office.office_id::text, office.name AS office, office.hours, office.closures,
                   lookup.subject_id::text,
                   array_remove(ARRAY[person.first_surname, person.second_surname], NULL)
                       AS subject_surnames,
                   lookup.reason
              FROM lookup
              JOIN officer ON officer.subject_id = lookup.officer_subject_id
              JOIN person AS own ON own.subject_id = officer.subject_id
              JOIN office ON office.office_id = lookup.office_id
              LEFT JOIN person ON person.subject_id = lookup.subject_id
             WHERE at >= $1 AND at < $2 AND ($3::uuid IS NULL OR office.organisation_id = $3)
             ORDER BY at DESC LIMIT $4
            """,
            since,
            until,
            organisation_id,
            limit,
        )
        return [LookupRow(**row) for row in rows]
