"""People of another census in bulk: set-based SQL, on the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from clavis_kit.bus import EventRecord
from clavis_kit.db import Connection

from clavis_registry.rules.identity import Document
from clavis_registry.store.persons import Person


@dataclass(frozen=True)
class Run:
    """One file with one reference of consent."""

    run_id: str
    chunk_lines: int


@dataclass(frozen=True)
class Counts:
    """What became of the lines."""

    imported: int = 0
    unchanged: int = 0
    rejected: int = 0


@dataclass(frozen=True)
class Entered:
    """One person ready to be written."""

    person: Person
    document_id: str
    document: Document
    email: str
    mobile: str
    evidence: str
    events: tuple[EventRecord, EventRecord]


@dataclass(frozen=True)
class KnownPeople:
    """Who of some is known already: numbers with their status, the dead, the phones in use."""

    statuses: dict[str, str]
    dead: frozenset[str]
    mobiles: frozenset[str]


class ConvalidationStore:
    """Files on their way in, and the people of one chunk at once."""

    def __init__(self, db: Connection) -> None:
        """Use a connection that the caller commits."""
        self._db = db

    async def obtain_run(
        self, run_id: str, file_hash: str, consent_reference: str, chunk_lines: int, now: datetime
    ) -> Run:
        """Return the run of this file, making it when it is new."""
        row = await self._db.fetchrow(
            """
            INSERT INTO convalidation_run
                (run_id, file_hash, consent_reference, chunk_lines, started_at)
            VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (file_hash, consent_reference) DO UPDATE
               SET file_hash = excluded.file_hash
            RETURNING run_id::text, chunk_lines
            """,
            run_id,
            file_hash,
            consent_reference,
            chunk_lines,
            now,
        )
        if row is None:
            raise LookupError("a run just made is not there")
        return Run(**row)

    async def chunks_done(self, run_id: str) -> set[int]:
        """Read which chunks are entered."""
        rows = await self._db.fetch(
            "SELECT chunk FROM convalidation_chunk WHERE run_id = $1", run_id
        )
        return {row["chunk"] for row in rows}

    async def claim_chunk(self, run_id: str, chunk: int) -> bool:
        """Make a chunk this transaction's; False when another has entered it."""
        claimed = await self._db.fetchval(
            """
            INSERT INTO convalidation_chunk (run_id, chunk) VALUES ($1, $2)
            ON CONFLICT DO NOTHING RETURNING true
            """,
            run_id,
            chunk,
        )
        return bool(claimed)

    async def close_chunk(
        self, run_id: str, chunk: int, counts: Counts, rejections: Sequence[tuple[int, str]]
    ) -> None:
        """Keep what became of the lines of a chunk."""
        await self._db.execute(
            """
            UPDATE convalidation_chunk SET imported = $3, unchanged = $4, rejected = $5
             WHERE run_id = $1 AND chunk = $2
            """,
            run_id,
            chunk,
            counts.imported,
            counts.unchanged,
            counts.rejected,
        )
        if rejections:
            await self._db.execute(
                """
                INSERT INTO convalidation_rejection (run_id, line, code)
                SELECT $1::uuid, line, code FROM unnest($2::integer[], $3::text[])
                       AS rejected (line, code)
                """,
                run_id,
                [line for line, _ in rejections],
                [code for _, code in rejections],
            )

    async def finish(self, run_id: str, now: datetime) -> Counts:
        """Close a run; return what became of all its lines."""
        await self._db.execute(
            """
            UPDATE convalidation_run SET finished_at = coalesce(finished_at, $2)
             WHERE run_id = $1
            """,
            run_id,
            now,
        )
        row = await self._db.fetchrow(
            """
            SELECT coalesce(sum(imported), 0)::integer AS imported,
                   coalesce(sum(unchanged), 0)::integer AS unchanged,
                   coalesce(sum(rejected), 0)::integer AS rejected
              FROM convalidation_chunk WHERE run_id = $1
            """,
            run_id,
        )
        return Counts(**row) if row else Counts()

    async def rejections(self, run_id: str) -> dict[int, str]:
        """Read the lines that were not entered, and why."""
        rows = await self._db.fetch(
            "SELECT line, code FROM convalidation_rejection WHERE run_id = $1", run_id
        )
        return {row["line"]: row["code"] for row in rows}

    async def known(
        self, national_ids: Sequence[str], hashes: Sequence[str], mobiles: Sequence[str]
    ) -> KnownPeople:
        """Ask at once for everybody of a chunk."""
        people = await self._db.fetch(
            "SELECT national_id, status FROM person WHERE national_id = ANY ($1::text[])",
            national_ids,
        )
        dead = await self._db.fetch(
            """
            SELECT national_id_hash FROM death_notice
             WHERE national_id_hash = ANY ($1::text[]) AND corrected_at IS NULL
            """,
            hashes,
        )
        used = await self._db.fetch(
            """
            SELECT mobile FROM contact
             WHERE mobile = ANY ($1::text[]) AND phone_verified_at IS NOT NULL
            """,
            mobiles,
        )
        return KnownPeople(
            {row["national_id"]: row["status"] for row in people},
            frozenset(row["national_id_hash"] for row in dead),
            frozenset(row["mobile"] for row in used),
        )

    async def add(self, people: Sequence[Entered], now: datetime) -> None:
        """Write new people with documents, contact data, evidence, audit trail and events."""
        await self._copy_persons(people, now)
        await self._copy_documents(people, now)
        await self._db.copy_records_to_table(
            "contact",
            columns=("subject_id", "email", "mobile", "phone_verified_at"),
            records=[(e.person.subject_id, e.email, e.mobile, now) for e in people],
        )
        await self._prove(people, now)
        await self._db.copy_records_to_table(
            "outbox",
            columns=("event_id", "topic", "key", "type", "sequence", "payload", "occurred_at"),
            records=[
                (r.event_id, r.topic, r.key, r.type, r.sequence, r.payload, r.occurred_at)
                for entered in people
                for r in entered.events
            ],
        )

    async def _copy_persons(self, people: Sequence[Entered], now: datetime) -> None:
        await self._db.copy_records_to_table(
            "person",
            columns=(
                "subject_id", "national_id", "national_id_hash", "given_name", "first_surname",
                "second_surname", "birth_date", "language", "status", "level", "channel",
                "enrolled_at", "last_strong_identification_at", "version", "contact_version",
                "created_at",
            ),
            records=[
                (
                    p.subject_id, p.national_id, p.national_id_hash, p.given_name, p.first_surname,
                    p.second_surname, p.birth_date, p.language, p.status, p.level, p.channel,
                    p.enrolled_at, p.last_strong_identification_at, p.version, p.contact_version,
                    now,
                )
                for p in (entered.person for entered in people)
            ],
        )  # fmt: skip

    async def _copy_documents(self, people: Sequence[Entered], now: datetime) -> None:
        await self._db.copy_records_to_table(
            "document",
            columns=(
                "document_id", "subject_id", "kind", "support_number", "issued_on", "expires_on",
                "checked_at",
            ),
            records=[
                (
                    e.document_id, e.person.subject_id, e.document.kind, e.document.support_number,
                    e.document.issued_on, e.document.expires_on, now,
                )
                for e in people
            ],
        )  # fmt: skip

    async def _prove(self, people: Sequence[Entered], now: datetime) -> None:
        subjects = [entered.person.subject_id for entered in people]
        await self._db.execute(
            """
            INSERT INTO evidence (subject_id, kind, facts, recorded_at)
            SELECT subject_id, 'enrolment', facts::jsonb, $3
              FROM unnest($1::uuid[], $2::text[]) AS entered (subject_id, facts)
            """,
            subjects,
            [entered.evidence for entered in people],
            now,
        )
        await self._db.execute(
            """
            INSERT INTO audit_event (subject_id, actor_kind, action, facts, at)
            SELECT subject_id, 'operator', 'enrolled', '{}', $2
              FROM unnest($1::uuid[]) AS subject_id
            """,
            subjects,
            now,
        )
