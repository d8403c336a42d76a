"""Rows of persons and their documents, on a connection whose transaction belongs to the caller."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import asyncpg
from clavis_kit.db import Connection

from clavis_registry.rules.credentials import FreezeOrigin
from clavis_registry.rules.identity import Document, DocumentKind
from clavis_registry.rules.life import Life
from clavis_registry.rules.person import Cause, Channel, Level, PersonName, Status


@dataclass(frozen=True)
class Person:
    """A person as stored. Names and dates are None for one who never enrolled."""

    subject_id: str
    national_id: str
    national_id_hash: str
    given_name: str | None
    first_surname: str | None
    second_surname: str | None
    birth_date: date | None
    language: str | None
    status: Status
    level: Level | None
    channel: Channel | None
    enrolled_at: datetime | None
    ended_at: datetime | None
    last_strong_identification_at: datetime | None
    version: int
    contact_version: int
    frozen_at: datetime | None = None
    frozen_origin: FreezeOrigin | None = None
    revocation_cause: Cause | None = None
    cause_gone_at: datetime | None = None
    former_status: Status | None = None
    former_ended_at: datetime | None = None

    @property
    def life(self) -> Life:
        """What the rules of a life look at."""
        return Life(
            status=self.status,
            level=self.level,
            cause=self.revocation_cause,
            cause_gone=self.cause_gone_at is not None,
            former_status=self.former_status,
        )

    @property
    def frozen(self) -> bool:
        """Whether every method of the person is stopped."""
        return self.frozen_at is not None

    @property
    def name(self) -> PersonName | None:
        """The name, when it is known."""
        if self.given_name is None or self.first_surname is None:
            return None
        return PersonName(self.given_name, self.first_surname, self.second_surname)


@dataclass(frozen=True)
class Enrolled:
    """What an enrolment writes to a person."""

    name: PersonName
    birth_date: date
    language: str
    level: Level
    channel: Channel
    enrolled_at: datetime
    last_strong_identification_at: datetime | None


def person_of(row: asyncpg.Record) -> Person:
    """Read a person from a row of COLUMNS."""
    fields: dict[str, Any] = dict(row)
    fields["status"] = Status(fields["status"])
    fields["level"] = Level(fields["level"]) if fields["level"] else None
    fields["channel"] = Channel(fields["channel"]) if fields["channel"] else None
    cause, former = fields["revocation_cause"], fields["former_status"]
    origin = fields["frozen_origin"]
    fields["frozen_origin"] = FreezeOrigin(origin) if origin else None
    fields["revocation_cause"] = Cause(cause) if cause else None
    fields["former_status"] = Status(former) if former else None
    return Person(**fields)


COLUMNS = """
    subject_id::text, national_id, national_id_hash, given_name, first_surname, second_surname,
    birth_date, language, status, level, channel, enrolled_at, ended_at,
    last_strong_identification_at, version, contact_version, frozen_at, frozen_origin,
    revocation_cause, cause_gone_at, former_status, former_ended_at
"""
_SELECT = f"SELECT {COLUMNS} FROM person"  # noqa: S608  constants only


class PersonStore:
    """Persons by subject id and by identity number."""

    def __init__(self, db: Connection) -> None:
        """Use a connection that the caller commits."""
        self._db = db

    async def get(self, subject_id: str) -> Person | None:
        """Read a person."""
        row = await self._db.fetchrow(f"{_SELECT} WHERE subject_id = $1", subject_id)
        return person_of(row) if row else None

    async def lock(self, subject_id: str) -> Person | None:
        """Read a person and hold the row, so that changes take turns."""
        row = await self._db.fetchrow(f"{_SELECT} WHERE subject_id = $1 FOR UPDATE", subject_id)
        return person_of(row) if row else None

    async def find(self, national_id: str) -> Person | None:
        """Read a person by the canonical identity number."""
        row = await self._db.fetchrow(f"{_SELECT} WHERE national_id = $1", national_id)
        return person_of(row) if row else None

    async def by_hash(self, national_id_hash: str) -> Person | None:
        """Read a person by the keyed hash of the number."""
        row = await self._db.fetchrow(f"{_SELECT} WHERE national_id_hash = $1", national_id_hash)
        return person_of(row) if row else None

    async def obtain(
        self, national_id: str, national_id_hash: str, new_subject_id: str, now: datetime
    ) -> Person:
        """Return the person of this number, making one that never enrolled; the row is held.

        Of two at once, one makes the row and the other waits for it.
        """
        await self._db.execute(
            """
            INSERT INTO person (subject_id, national_id, national_id_hash, status, created_at)
            VALUES ($1, $2, $3, 'none', $4)
            ON CONFLICT (national_id) DO NOTHING
            """,
            new_subject_id,
            national_id,
            national_id_hash,
            now,
        )
        row = await self._db.fetchrow(f"{_SELECT} WHERE national_id = $1 FOR UPDATE", national_id)
        if row is None:
            raise LookupError("a person just made is not there")
        return person_of(row)

    async def save_enrolled(self, subject_id: str, enrolled: Enrolled) -> Person:
        """Make the person registered; the version rises."""
        return await self._changed(
            """
            UPDATE person
               SET given_name = $2, first_surname = $3, second_surname = $4, birth_date = $5,
                   language = $6, status = 'registered', level = $7, channel = $8,
                   enrolled_at = $9, last_strong_identification_at = $10, ended_at = NULL,
                   revocation_cause = NULL, cause_gone_at = NULL, version = version + 1
             WHERE subject_id = $1
            """,
            subject_id,
            enrolled.name.given_name,
            enrolled.name.first_surname,
            enrolled.name.second_surname,
            enrolled.birth_date,
            enrolled.language,
            enrolled.level,
            enrolled.channel,
            enrolled.enrolled_at,
            enrolled.last_strong_identification_at,
        )

    async def save_name(self, subject_id: str, name: PersonName) -> None:
        """Keep the name a certificate showed, for a person who never enrolled."""
        await self._db.execute(
            """
            UPDATE person SET given_name = $2, first_surname = $3, second_surname = $4
             WHERE subject_id = $1 AND status = 'none'
            """,
            subject_id,
            name.given_name,
            name.first_surname,
            name.second_surname,
        )

    async def end(self, subject_id: str, status: Status, at: datetime) -> Person:
        """End the person's identity; the version rises."""
        return await self._changed(
            """
            UPDATE person SET status = $2, ended_at = $3, version = version + 1
             WHERE subject_id = $1
            """,
            subject_id,
            status,
            at,
        )

    async def raise_version(self, subject_id: str) -> Person:
        """Count one more published fact."""
        return await self._changed(
            "UPDATE person SET version = version + 1 WHERE subject_id = $1", subject_id
        )

    async def raise_contact_version(self, subject_id: str) -> Person:
        """Count one more published change of contact data."""
        return await self._changed(
            "UPDATE person SET contact_version = contact_version + 1 WHERE subject_id = $1",
            subject_id,
        )

    async def _changed(self, update: str, *arguments: object) -> Person:
        row = await self._db.fetchrow(f"{update} RETURNING {COLUMNS}", *arguments)
        if row is None:
            raise LookupError("the person to change is not there")
        return person_of(row)


class DocumentStore:
    """The identity documents that were shown."""

    def __init__(self, db: Connection) -> None:
        """Use a connection that the caller commits."""
        self._db = db

    async def current(self, subject_id: str) -> Document | None:
        """Read the document in use."""
        row = await self._db.fetchrow(
            """
            SELECT kind, support_number, issued_on, expires_on
              FROM document
             WHERE subject_id = $1 AND replaced_at IS NULL
            """,
            subject_id,
        )
        if row is None:
            return None
        return Document(
            DocumentKind(row["kind"]), row["support_number"], row["issued_on"], row["expires_on"]
        )

    async def replace(
        self, document_id: str, subject_id: str, document: Document, now: datetime
    ) -> None:
        """Make this the document in use; the former one is kept as history."""
        await self._db.execute(
            "UPDATE document SET replaced_at = $2 WHERE subject_id = $1 AND replaced_at IS NULL",
            subject_id,
            now,
        )
        await self._db.execute(
            """
            INSERT INTO document
                (document_id, subject_id, kind, support_number, issued_on, expires_on, checked_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            """,
            document_id,
            subject_id,
            document.kind,
            document.support_number,
            document.issued_on,
            document.expires_on,
            now,
        )
