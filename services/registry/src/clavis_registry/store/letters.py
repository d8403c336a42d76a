"""Invitation letters in the printer's spool: rows, on the caller's transaction."""

from dataclasses import dataclass
from datetime import datetime

import asyncpg
from clavis_kit.db import Connection

from clavis_registry.rules.letter import LetterEvent, LetterState, before


@dataclass(frozen=True)
class NewLetter:
    """What queueing a letter writes."""

    letter_id: str
    national_id_hash: str
    origin: str
    origin_reference: str | None
    language: str
    office_id: str | None = None
    officer_id: str | None = None


@dataclass(frozen=True)
class Printer:
    """Whose letters an office prints: its organisation's, and those of no office if it is named."""

    office_id: str
    organisation_of_rest: str | None


@dataclass(frozen=True)
class Letter:
    """A letter as stored."""

    letter_id: str
    national_id_hash: str
    origin: str
    language: str
    state: LetterState
    csv_hash: str | None
    requested_at: datetime
    printed_at: datetime | None
    sent_at: datetime | None
    expires_at: datetime | None
    ended_at: datetime | None
    officer_id: str | None = None


_COLUMNS = """
    letter_id::text, national_id_hash, origin, language, state, csv_hash, requested_at,
    printed_at, sent_at, expires_at, ended_at, officer_id::text
"""
_SELECT = f"SELECT {_COLUMNS} FROM letter"  # noqa: S608  constants only
# Of office $1: letters of offices of its organisation, or of no office when $2 names that one.
_ITS_OWN = """
    EXISTS (SELECT FROM office AS own
              JOIN organisation USING (organisation_id)
             WHERE own.office_id = $1
               AND (letter.office_id IN (SELECT office.office_id FROM office
                                          WHERE office.organisation_id = own.organisation_id)
                    OR letter.office_id IS NULL AND organisation.code = $2))
"""


def _letter(row: asyncpg.Record) -> Letter:
    return Letter(**{**dict(row), "state": LetterState(row["state"])})


class LetterStore:
    """The spool."""

    def __init__(self, db: Connection) -> None:
        """Use a connection that the caller commits."""
        self._db = db

    async def queue(self, new: NewLetter, now: datetime) -> bool:
        """Put a letter into the spool; the newest one replaces any other that is open."""
        await self._db.execute(
            """
            UPDATE letter SET state = 'replaced', ended_at = $2
             WHERE national_id_hash = $1 AND state = ANY($3::text[])
            """,
            new.national_id_hash,
            now,
            before(LetterEvent.REPLACE),
        )
        queued = await self._db.fetchval(
            """
            INSERT INTO letter (letter_id, national_id_hash, origin, origin_reference, language,
                                state, requested_at, office_id, officer_id)
            VALUES ($1, $2, $3, $4, $5, 'queued', $6, $7, $8)
            ON CONFLICT (national_id_hash) WHERE state IN ('queued', 'printed', 'sent') DO NOTHING
            RETURNING true
            """,
            new.letter_id,
            new.national_id_hash,
            new.origin,
            new.origin_reference,
            new.language,
            now,
            new.office_id,
            new.officer_id,
        )
        return bool(queued)

    async def get(self, letter_id: str) -> Letter | None:
        """Read a letter."""
        row = await self._db.fetchrow(f"{_SELECT} WHERE letter_id = $1", letter_id)
        return _letter(row) if row else None

    async def by_csv(self, csv_hash: str) -> Letter | None:
        """Read the letter that a code was printed on."""
        row = await self._db.fetchrow(f"{_SELECT} WHERE csv_hash = $1", csv_hash)
        return _letter(row) if row else None

    async def spool(self, state: LetterState, limit: int) -> list[Letter]:
        """Read the letters in a state, oldest first."""
        rows = await self._db.fetch(
            f"{_SELECT} WHERE state = $1 ORDER BY requested_at LIMIT $2", state, limit
        )
        return [_letter(row) for row in rows]

    async def spool_of(self, printer: Printer, state: LetterState, limit: int) -> list[Letter]:
        """Read the letters in a state that an office may print, oldest first."""
        rows = await self._db.fetch(
            f"{_SELECT} WHERE state = $3 AND {_ITS_OWN} ORDER BY requested_at LIMIT $4",
            printer.office_id,
            printer.organisation_of_rest,
            state,
            limit,
        )
        return [_letter(row) for row in rows]

    async def is_of(self, printer: Printer, letter_id: str) -> bool:
        """Say whether an office may print a letter."""
        found = await self._db.fetchval(
            f"SELECT true FROM letter WHERE letter_id = $3 AND {_ITS_OWN}",  # noqa: S608  constant
            printer.office_id,
            printer.organisation_of_rest,
            letter_id,
        )
        return bool(found)

    async def printed(
        self, letter_id: str, csv_hash: str, now: datetime, expires_at: datetime
    ) -> bool:
        """Keep the code that went to paper; False when the letter is no longer queued."""
        done = await self._db.fetchval(
            """
            UPDATE letter SET state = 'printed', csv_hash = $2, printed_at = $3, expires_at = $4
             WHERE letter_id = $1 AND state = ANY($5::text[])
            RETURNING true
            """,
            letter_id,
            csv_hash,
            now,
            expires_at,
            before(LetterEvent.PRINT),
        )
        return bool(done)

    async def sent(self, letter_id: str, now: datetime) -> bool:
        """Keep that the post took the letter; False when it could not."""
        done = await self._db.fetchval(
            """
            UPDATE letter SET state = 'sent', sent_at = $2
             WHERE letter_id = $1 AND state = ANY($3::text[])
            RETURNING true
            """,
            letter_id,
            now,
            before(LetterEvent.SEND),
        )
        return bool(done)

    async def end(
        self, letter_id: str, event: LetterEvent, state: LetterState, now: datetime
    ) -> bool:
        """End a letter by an event; of two at once, one does."""
        done = await self._db.fetchval(
            """
            UPDATE letter SET state = $2, ended_at = $3
             WHERE letter_id = $1 AND state = ANY($4::text[])
            RETURNING true
            """,
            letter_id,
            state,
            now,
            before(event),
        )
        return bool(done)

    async def expire(self, now: datetime) -> int:
        """End the letters whose time is over; return how many."""
        rows = await self._db.fetch(
            """
            UPDATE letter SET state = 'expired', ended_at = $1
             WHERE expires_at <= $1 AND state IN ('printed', 'sent')
            RETURNING letter_id
            """,
            now,
        )
        return len(rows)
