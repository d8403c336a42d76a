"""What the civil register tells of people, enrolled or not: rows, on the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import asyncpg
from clavis_kit.db import Connection

from clavis_registry.rules.identity import Document, DocumentKind
from clavis_registry.rules.person import PersonName


@dataclass(frozen=True)
class CensusRecord:
    """A person as the register knows them."""

    national_id: str
    national_id_hash: str
    name: PersonName
    birth_date: date
    document: Document


def _record(row: asyncpg.Record) -> CensusRecord:
    return CensusRecord(
        row["national_id"],
        row["national_id_hash"],
        PersonName(row["given_name"], row["first_surname"], row["second_surname"]),
        row["birth_date"],
        Document(
            DocumentKind(row["document_kind"]),
            row["support_number"],
            row["issued_on"],
            row["expires_on"],
        ),
    )


class CensusStore:
    """Identity data on record."""

    def __init__(self, db: Connection) -> None:
        """Use a connection that the caller commits."""
        self._db = db

    async def get(self, national_id_hash: str) -> CensusRecord | None:
        """Read what is on record of a number."""
        row = await self._db.fetchrow(
            """
            SELECT national_id, national_id_hash, given_name, first_surname, second_surname,
                   birth_date, document_kind, support_number, issued_on, expires_on
              FROM census_record WHERE national_id_hash = $1
            """,
            national_id_hash,
        )
        return _record(row) if row else None

    async def put(self, records: Sequence[CensusRecord], source: str, now: datetime) -> None:
        """Write what the register tells; the last word of a feed counts."""
        await self._db.executemany(
            """
            INSERT INTO census_record
                (national_id, national_id_hash, given_name, first_surname, second_surname,
                 birth_date, document_kind, support_number, issued_on, expires_on, source,
                 received_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            ON CONFLICT (national_id) DO UPDATE
               SET given_name = excluded.given_name, first_surname = excluded.first_surname,
                   second_surname = excluded.second_surname, birth_date = excluded.birth_date,
                   document_kind = excluded.document_kind,
                   support_number = excluded.support_number, issued_on = excluded.issued_on,
                   expires_on = excluded.expires_on, source = excluded.source,
                   received_at = excluded.received_at
            """,
            [
                (
                    record.national_id,
                    record.national_id_hash,
                    record.name.given_name,
                    record.name.first_surname,
                    record.name.second_surname,
                    record.birth_date,
                    record.document.kind,
                    record.document.support_number,
                    record.document.issued_on,
                    record.document.expires_on,
                    source,
                    now,
                )
                for record in records
            ],
        )
