"""Requests for letters, and what decides on them: rows, on the caller's transaction."""

from dataclasses import dataclass
from datetime import date, datetime

import asyncpg
from clavis_kit.db import Connection

from clavis_registry.rules.identity import Document, DocumentKind
from clavis_registry.rules.letter import LetterState, RequestOutcome
from clavis_registry.store.letters import Letter


@dataclass(frozen=True)
class LetterRequest:
    """A request that waits to be judged."""

    request_id: str
    national_id_hash: str
    contrast_hash: str
    language: str


@dataclass(frozen=True)
class OnRecord:
    """What a number leads to, all of it None where it leads to nobody; one read tells it."""

    national_id: str | None
    subject_id: str | None
    deceased: bool
    documents: tuple[Document, ...]
    birth_date: date | None
    has_address: bool
    letter: Letter | None
    letter_failures: int

    @property
    def in_census(self) -> bool:
        """Whether the register tells who the person is."""
        return self.birth_date is not None


def _document(row: asyncpg.Record, prefix: str) -> Document | None:
    if row[f"{prefix}_kind"] is None:
        return None
    return Document(
        DocumentKind(row[f"{prefix}_kind"]),
        row[f"{prefix}_support"],
        row[f"{prefix}_issued"],
        row[f"{prefix}_expires"],
    )


def _on_record(row: asyncpg.Record, national_id_hash: str) -> OnRecord:
    documents = (_document(row, "shown"), _document(row, "census"))
    letter = None
    if row["letter_id"] is not None:
        letter = Letter(
            row["letter_id"], national_id_hash, row["origin"], row["language"],
            LetterState(row["state"]), row["csv_hash"], row["requested_at"], row["printed_at"],
            row["sent_at"], row["expires_at"], row["ended_at"], row["officer_id"],
        )  # fmt: skip
    return OnRecord(
        national_id=row["national_id"],
        subject_id=row["subject_id"],
        deceased=row["deceased"],
        documents=tuple(document for document in documents if document),
        birth_date=row["birth_date"],
        has_address=row["has_address"],
        letter=letter,
        letter_failures=row["letter_failures"],
    )


class LetterRequestStore:
    """Requests, judged after the answer went out."""

    def __init__(self, db: Connection) -> None:
        """Use a connection that the caller commits."""
        self._db = db

    async def ask(
        self, request: LetterRequest, source_hash: str, limit: int, now: datetime
    ) -> bool:
        """Keep a request to be judged later; False when its source asked too often.

        Requests of one source take turns until the transaction ends.
        """
        kept = await self._db.fetchval(
            """
            INSERT INTO letter_request
                (request_id, national_id_hash, contrast_hash, source_hash, language, requested_at)
            SELECT $1, $2, $3, $4, $5, $6::timestamptz
             WHERE letter_requests_of_source($4, $6::timestamptz - interval '1 hour') < $7
            RETURNING true
            """,
            request.request_id,
            request.national_id_hash,
            request.contrast_hash,
            source_hash,
            request.language,
            now,
            limit,
        )
        return bool(kept)

    async def open_requests(self, limit: int) -> list[LetterRequest]:
        """Take requests to judge; they stay with this transaction."""
        rows = await self._db.fetch(
            """
            SELECT request_id::text, national_id_hash, contrast_hash, language
              FROM letter_request WHERE outcome IS NULL
             ORDER BY requested_at LIMIT $1 FOR UPDATE SKIP LOCKED
            """,
            limit,
        )
        return [LetterRequest(**row) for row in rows]

    async def judged(self, request_id: str, outcome: RequestOutcome, now: datetime) -> None:
        """Keep what became of a request."""
        await self._db.execute(
            "UPDATE letter_request SET outcome = $2, judged_at = $3 WHERE request_id = $1",
            request_id,
            outcome,
            now,
        )

    async def last_request(self, national_id_hash: str) -> tuple[datetime, str | None] | None:
        """Read when a letter was last asked for, and what became of it."""
        row = await self._db.fetchrow(
            """
            SELECT requested_at, outcome FROM letter_request
             WHERE national_id_hash = $1 ORDER BY requested_at DESC LIMIT 1
            """,
            national_id_hash,
        )
        return (row["requested_at"], row["outcome"]) if row else None

    async def on_record(self, national_id_hash: str) -> OnRecord:
        """Read all that decides on a letter: one row, also for a number of nobody."""
        row = await self._db.fetchrow(
            """
            SELECT census.national_id, census.birth_date,
                   person.subject_id::text,
                   notice.national_id_hash IS NOT NULL AS deceased,
                   document.kind AS shown_kind, document.support_number AS shown_support,
                   document.issued_on AS shown_issued, document.expires_on AS shown_expires,
                   census.document_kind AS census_kind, census.support_number AS census_support,
                   census.issued_on AS census_issued, census.expires_on AS census_expires,
                   address.national_id_hash IS NOT NULL AS has_address,
                   letter.letter_id::text, letter.origin, letter.language, letter.state,
                   letter.csv_hash, letter.requested_at, letter.printed_at, letter.sent_at,
                   letter.expires_at, letter.ended_at, letter.officer_id::text,
                   CASE WHEN tried.letter_id = letter.letter_id THEN tried.letter_failures
                        ELSE 0 END AS letter_failures
              FROM (VALUES ($1::text)) AS asked (national_id_hash)
              LEFT JOIN census_record AS census USING (national_id_hash)
              LEFT JOIN person USING (national_id_hash)
              LEFT JOIN death_notice AS notice
                     ON notice.national_id_hash = asked.national_id_hash
                    AND notice.corrected_at IS NULL
              LEFT JOIN document ON document.subject_id = person.subject_id
                                AND document.replaced_at IS NULL
              LEFT JOIN postal_address AS address
                     ON address.national_id_hash = asked.national_id_hash
              LEFT JOIN way_in_try AS tried
                     ON tried.national_id_hash = asked.national_id_hash
              LEFT JOIN LATERAL (
                        SELECT * FROM letter
                         WHERE letter.national_id_hash = asked.national_id_hash
                         ORDER BY requested_at DESC LIMIT 1) AS letter ON true
            """,
            national_id_hash,
        )
        if row is None:
            raise LookupError("a row of one value is always there")
        return _on_record(row, national_id_hash)
