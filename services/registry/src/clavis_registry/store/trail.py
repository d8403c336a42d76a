"""The trail of append-only rows: what waits, the chain, and the signed checkpoints."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from clavis_kit.db import Connection

SEALING_LOCK = 0x5365616C  # "Seal": one sealer per database at a time
FETCH = 5_000


@dataclass(frozen=True)
class Source:
    """A sealed table: its key with the SQL type of it, and the columns that may be erased.

    `at` is the column with the row's own time, from which its payload is kept `years`.
    """

    table: str
    key: str
    key_type: str
    payload: tuple[str, ...]
    at: str = "at"
    years: int = 15


# As the triggers of the migration have them.
SOURCES: dict[str, Source] = {
    source.table: source
    for source in (
        Source("evidence", "evidence_id", "bigint", ("facts",), at="recorded_at"),
        Source("audit_event", "audit_event_id", "bigint", ("facts",)),
        Source("lookup", "lookup_id", "bigint",
               ("officer_subject_id", "national_id_hash", "subject_id", "reason"), years=3),
        Source("renunciation", "proof_id", "uuid", ()),
        Source("certificate_revocation_request", "request_id", "uuid", ()),
        Source("sealed_document", "document_id", "uuid", ("pdf",), at="sealed_at"),
        Source("redaction", "redaction_id", "bigint", ()),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Pending:
    """A row that waits for its place."""

    source: str
    row_key: str
    payload_digest: bytes
    digest: bytes


@dataclass(frozen=True)
class Entry:
    """A row in its place."""

    position: int
    source: str
    row_key: str
    payload_digest: bytes
    digest: bytes
    chain: bytes


@dataclass(frozen=True)
class Checkpoint:
    """A signed statement about one batch; `statement` is a compact JWS."""

    batch: int
    first_position: int
    last_position: int
    signed_at: datetime
    statement: str


@dataclass(frozen=True)
class Content:
    """A sealed row as canonical text; without salt its payload was erased."""

    row_key: str
    header: str
    payload: str
    salt: str | None


_ENTRY = "SELECT position, source, row_key, payload_digest, digest, chain FROM trail"
_CHECKPOINT = "SELECT batch, first_position, last_position, signed_at, statement FROM checkpoint"


class TrailStore:
    """The chain, on a connection whose transaction belongs to the caller."""

    def __init__(self, db: Connection) -> None:
        """Use a connection that the caller commits."""
        self._db = db

    async def may_seal(self) -> bool:
        """Take the sealer's turn until the transaction ends; False when another has it."""
        taken: bool = await self._db.fetchval("SELECT pg_try_advisory_xact_lock($1)", SEALING_LOCK)
        return taken

    async def take_pending(self, limit: int) -> list[Pending]:
        """Take what waits, in order of arrival."""
        rows = await self._db.fetch(
            """
            WITH taken AS (
                DELETE FROM trail_pending
                 WHERE pending_id IN (
                           SELECT pending_id FROM trail_pending ORDER BY pending_id LIMIT $1)
                RETURNING pending_id, source, row_key, payload_digest, digest)
            SELECT source, row_key, payload_digest, digest FROM taken ORDER BY pending_id
            """,
            limit,
        )
        return [Pending(**row) for row in rows]

    async def head(self) -> Entry | None:
        """Read the last link."""
        row = await self._db.fetchrow(f"{_ENTRY} ORDER BY position DESC LIMIT 1")
        return Entry(**row) if row else None

    async def append(self, entries: Sequence[Entry]) -> None:
        """Write links; a row that has its place already is an error."""
        await self._db.execute(
            """
            INSERT INTO trail (position, source, row_key, payload_digest, digest, chain)
            SELECT * FROM unnest(
                $1::bigint[], $2::text[], $3::text[], $4::bytea[], $5::bytea[], $6::bytea[])
            """,
            [entry.position for entry in entries],
            [entry.source for entry in entries],
            [entry.row_key for entry in entries],
            [entry.payload_digest for entry in entries],
            [entry.digest for entry in entries],
            [entry.chain for entry in entries],
        )

    async def latest_checkpoint(self) -> Checkpoint | None:
        """Read the newest checkpoint."""
        row = await self._db.fetchrow(f"{_CHECKPOINT} ORDER BY batch DESC LIMIT 1")
        return Checkpoint(**row) if row else None

    async def checkpoints_after(self, batch: int, limit: int) -> list[Checkpoint]:
        """Read checkpoints in order, those after a batch."""
        rows = await self._db.fetch(
            f"{_CHECKPOINT} WHERE batch > $1 ORDER BY batch LIMIT $2", batch, limit
        )
        return [Checkpoint(**row) for row in rows]

    async def add_checkpoint(self, checkpoint: Checkpoint) -> None:
        """Keep a signed statement."""
        await self._db.execute(
            """
            INSERT INTO checkpoint (batch, first_position, last_position, signed_at, statement)
            VALUES ($1, $2, $3, $4, $5)
            """,
            checkpoint.batch,
            checkpoint.first_position,
            checkpoint.last_position,
            checkpoint.signed_at,
            checkpoint.statement,
        )

    async def find(self, source: str, row_key: str) -> Entry | None:
        """Read the place of a row."""
        row = await self._db.fetchrow(
            f"{_ENTRY} WHERE source = $1 AND row_key = $2", source, row_key
        )
        return Entry(**row) if row else None

    async def checkpoint_over(self, position: int) -> Checkpoint | None:
        """Read the checkpoint whose batch holds a position."""
        row = await self._db.fetchrow(
            f"{_CHECKPOINT} WHERE last_position >= $1 ORDER BY last_position LIMIT 1", position
        )
        return Checkpoint(**row) if row else None

    async def entries(self, first: int, last: int) -> list[Entry]:
        """Read links in order, both ends included."""
        rows = await self._db.fetch(
            f"{_ENTRY} WHERE position BETWEEN $1 AND $2 ORDER BY position", first, last
        )
        return [Entry(**row) for row in rows]

    async def all_entries(self) -> AsyncIterator[list[Entry]]:
        """Read the whole chain in pieces, in order."""
        position = 0
        while True:
            rows = await self._db.fetch(
                f"{_ENTRY} WHERE position > $1 ORDER BY position LIMIT $2", position, FETCH
            )
            if not rows:
                return
            yield [Entry(**row) for row in rows]
            position = rows[-1]["position"]


class SealedRowStore:
    """Sealed rows as canonical text; the caller's transaction has to be `canonical`."""

    def __init__(self, db: Connection) -> None:
        """Use a connection that the caller commits."""
        self._db = db

    async def canonical(self) -> None:
        """Write times and bytes as the triggers do, until the transaction ends."""
        await self._db.execute("SET LOCAL timezone = 'UTC'")
        await self._db.execute("SET LOCAL bytea_output = 'hex'")
        await self._db.execute("SET LOCAL statement_timeout = 0")

    async def contents(self, source: Source, keys: Sequence[str]) -> dict[str, Content]:
        """Read rows by key."""
        rows = await self._db.fetch(
            f"""
            SELECT body ->> '{source.key}' AS row_key, body ->> 'payload_salt' AS salt,
                   jsonb_strip_nulls(body - $2::text[] - 'payload_salt')::text AS header,
                   coalesce((SELECT jsonb_object_agg(name, body -> name)
                               FROM unnest($2::text[]) AS name), '{{}}')::text AS payload
              FROM (SELECT to_jsonb(sealed) AS body FROM {source.table} AS sealed
                     WHERE {source.key} = ANY ($1::text[]::{source.key_type}[])) AS rows
            """,  # noqa: S608  names of ours
            list(keys),
            list(source.payload),
        )
        return {row["row_key"]: Content(**row) for row in rows}

    async def unchained(self, source: Source, limit: int) -> list[str]:
        """Find rows that neither have a place in the chain nor wait for one."""
        rows = await self._db.fetch(
            f"""
            SELECT sealed.{source.key}::text AS row_key
              FROM {source.table} AS sealed
             WHERE NOT EXISTS (SELECT FROM trail
                                WHERE trail.source = $1
                                  AND trail.row_key = sealed.{source.key}::text)
               AND NOT EXISTS (SELECT FROM trail_pending AS pending
                                WHERE pending.source = $1
                                  AND pending.row_key = sealed.{source.key}::text)
             LIMIT $2
            """,  # noqa: S608  names of ours
            source.table,
            limit,
        )
        return [row["row_key"] for row in rows]

    async def redacted(self, source: str, keys: Sequence[str]) -> dict[str, datetime]:
        """Return when rows were erased, as far as it is on record."""
        rows = await self._db.fetch(
            "SELECT row_key, redacted_at FROM redaction"
            " WHERE source = $1 AND row_key = ANY ($2::text[])",
            source,
            list(keys),
        )
        return {row["row_key"]: row["redacted_at"] for row in rows}
