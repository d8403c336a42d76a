"""Verification of the trail: every row, every link, every tree, every signature."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from joserfc.jwk import KeySet

from clavis_registry.deps import Deps
from clavis_registry.rules import checkpoint, trail
from clavis_registry.rules.checkpoint import CheckpointError, Statement
from clavis_registry.store.trail import (
    FETCH,
    SOURCES,
    Content,
    Entry,
    SealedRowStore,
    Source,
    TrailStore,
)

DAYS_OF_A_YEAR = 365
MAX_NAMED = 100  # findings of one kind that are named; the rest are counted


class Fault(StrEnum):
    """What can be wrong."""

    CHANGED = "changed"
    REMOVED = "removed"
    INSERTED = "inserted"
    ERASED = "erased-without-record"
    BROKEN_LINK = "broken-link"
    BROKEN_BATCH = "broken-batch"
    BAD_SIGNATURE = "bad-signature"
    TRUNCATED = "truncated"
    CONTRADICTED = "contradicts-checkpoint"


@dataclass
class Report:
    """What a verification found; `where` names rows and positions, never people."""

    at: datetime
    rows: int = 0
    redacted: int = 0
    batches: int = 0
    pending: int = 0
    faults: Counter[Fault] = field(default_factory=Counter)
    where: list[str] = field(default_factory=list)

    @property
    def intact(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults

    def fault(self, kind: Fault, where: str) -> None:
        """Note a fault."""
        self.faults[kind] += 1
        if self.faults[kind] <= MAX_NAMED:
            self.where.append(f"{kind}: {where}")


async def verify(deps: Deps, keys: KeySet, kept: Iterable[str] = ()) -> Report:
    """Check the whole trail, and it against checkpoints that were kept outside."""
    report = Report(deps.clock.now())
    async with deps.pool.acquire() as connection, connection.transaction(
        isolation="repeatable_read", readonly=True
    ):  # fmt: skip
        chain, rows = TrailStore(connection), SealedRowStore(connection)
        await rows.canonical()
        statements = _Statements(report, keys, kept)
        await _verify_batches(chain, rows, statements, report)
        for source in SOURCES.values():
            for row_key in await rows.unchained(source, FETCH):
                report.fault(Fault.INSERTED, f"{source.table} {row_key}")
        report.pending = await connection.fetchval("SELECT count(*) FROM trail_pending")
    statements.finish()
    return report


async def _verify_batches(
    chain: TrailStore, rows: SealedRowStore, statements: "_Statements", report: Report
) -> None:
    batches = _Batches(chain, statements, report)
    previous, expected = trail.GENESIS, 1
    async for entries in chain.all_entries():
        await _verify_rows(rows, entries, report)
        for entry in entries:
            sound = entry.chain == trail.link(previous, entry.digest)
            if entry.position != expected or not sound:
                report.fault(Fault.BROKEN_LINK, f"position {entry.position}")
            previous, expected = entry.chain, entry.position + 1
            await batches.add(entry)
        report.rows += len(entries)
    await batches.finish(expected - 1)


async def _verify_rows(rows: SealedRowStore, entries: list[Entry], report: Report) -> None:
    for name in sorted({entry.source for entry in entries}):
        of_source = [entry for entry in entries if entry.source == name]
        if name not in SOURCES:
            report.fault(Fault.CHANGED, f"{name} is not a sealed table")
            continue
        contents = await rows.contents(SOURCES[name], [entry.row_key for entry in of_source])
        erased = [key for key, content in contents.items() if content.salt is None]
        recorded = await rows.redacted(name, erased) if erased else {}
        for entry in of_source:
            _verify_row(entry, contents.get(entry.row_key), recorded, report)


def _verify_row(
    entry: Entry, content: Content | None, recorded: dict[str, datetime], report: Report
) -> None:
    where = f"{entry.source} {entry.row_key}"
    if content is None:
        report.fault(Fault.REMOVED, where)
        return
    digest = trail.row_digest(entry.source, content.header, entry.payload_digest)
    if content.salt is None:
        report.redacted += 1
        if not _in_time(SOURCES[entry.source], content, recorded.get(entry.row_key), report.at):
            report.fault(Fault.ERASED, where)
    elif trail.commitment(content.salt, content.payload) != entry.payload_digest:
        report.fault(Fault.CHANGED, where)
        return
    if digest != entry.digest:
        report.fault(Fault.CHANGED, where)


def _in_time(source: Source, content: Content, redacted_at: datetime | None, now: datetime) -> bool:
    """Say whether a payload was kept as long as it must be; a record of the future is none."""
    if redacted_at is None or redacted_at > now:
        return False
    own = datetime.fromisoformat(json.loads(content.header)[source.at])
    return own + timedelta(days=source.years * DAYS_OF_A_YEAR) <= redacted_at


class _Statements:
    """Checkpoints of the database and those kept outside, held against the chain."""

    def __init__(self, report: Report, keys: KeySet, kept: Iterable[str]) -> None:
        self._report, self._keys = report, keys
        self._kept: dict[int, Statement] = {}
        for number, text in enumerate(kept, start=1):
            statement = self.read(text, f"kept checkpoint {number}")
            if statement is not None:
                self._kept[statement.batch] = statement
        self._seen: set[int] = set()

    def read(self, text: str, where: str) -> Statement | None:
        try:
            return checkpoint.read(text, self._keys)
        except CheckpointError:
            self._report.fault(Fault.BAD_SIGNATURE, where)
            return None

    def compare(self, statement: Statement) -> None:
        """Hold a statement of the database, which agrees with the chain, against the kept one."""
        self._seen.add(statement.batch)
        kept = self._kept.get(statement.batch)
        if kept is not None and kept != statement:
            self._report.fault(Fault.CONTRADICTED, f"batch {statement.batch}")

    def finish(self) -> None:
        """Find kept checkpoints of batches that are there no more."""
        for batch in sorted(set(self._kept) - self._seen):
            self._report.fault(Fault.TRUNCATED, f"batch {batch} is gone")


class _Batches:
    """The batches as the chain goes by: each must be what its signed checkpoint says."""

    def __init__(self, chain: TrailStore, statements: _Statements, report: Report) -> None:
        self._chain, self._statements, self._report = chain, statements, report
        self._leaves: list[bytes] = []
        self._batch, self._end = 0, 0
        self._statement: Statement | None = None
        self._previous = checkpoint.fingerprint(None)

    async def add(self, entry: Entry) -> None:
        """Take the next link; a batch is judged at its last one."""
        if not self._leaves and not await self._open(entry):
            return
        self._leaves.append(entry.digest)
        if entry.position >= self._end:
            self._close(entry)

    async def _open(self, entry: Entry) -> bool:
        found = await self._chain.checkpoints_after(self._batch, 1)
        if not found:
            self._report.fault(Fault.BROKEN_BATCH, f"position {entry.position} is in no batch")
            return False
        made = found[0]
        self._statement = self._statements.read(made.statement, f"batch {made.batch}")
        if made.batch != self._batch + 1 or made.first_position != entry.position:
            self._report.fault(Fault.BROKEN_BATCH, f"batch {made.batch}")
        if self._statement is not None and self._statement.previous != self._previous:
            self._report.fault(Fault.BROKEN_BATCH, f"batch {made.batch} follows another")
        self._previous = checkpoint.fingerprint(made.statement)
        self._batch, self._end = made.batch, made.last_position
        return True

    def _close(self, entry: Entry) -> None:
        statement, leaves = self._statement, self._leaves
        self._leaves, self._statement = [], None
        self._report.batches += 1
        if statement is None:
            return
        self._statements.compare(statement)
        root = trail.merkle_root(leaves).hex()
        if (statement.root, statement.chain, statement.last, statement.batch) != (
            root, entry.chain.hex(), entry.position, self._batch,
        ):  # fmt: skip
            self._report.fault(Fault.BROKEN_BATCH, f"batch {statement.batch}")

    async def finish(self, last: int) -> None:
        """Find checkpoints whose rows are there no more."""
        if self._leaves:
            self._report.fault(Fault.TRUNCATED, f"batch {self._batch} ends before its last row")
        for made in await self._chain.checkpoints_after(self._batch, 1):
            self._report.fault(Fault.TRUNCATED, f"batch {made.batch} has no rows after {last}")
