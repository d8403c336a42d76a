"""Sealing: rows get their place in the chain, and each batch a signed checkpoint.

Whoever adds a row never waits for the chain: the sealer alone orders the rows, after they are
committed, so enrolments do not take turns.
"""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from clavis_kit.logging import get_logger

from clavis_registry.deps import Deps
from clavis_registry.errors import refuse
from clavis_registry.rules import checkpoint, trail
from clavis_registry.rules.checkpoint import Statement
from clavis_registry.store import Unit
from clavis_registry.store.trail import Checkpoint, Entry, Pending

BATCH = 5_000
_log = get_logger(__name__)


async def seal_batch(deps: Deps, limit: int = BATCH) -> int:
    """Seal what waits, up to `limit` rows; return how many. Of two sealers one does nothing."""
    async with deps.transaction() as unit:
        if not await unit.trail.may_seal():
            return 0
        pending = await unit.trail.take_pending(limit)
        if not pending:
            return 0
        head, former = await unit.trail.head(), await unit.trail.latest_checkpoint()
        entries = _linked(pending, head)
        await unit.trail.append(entries)
        made = await asyncio.to_thread(_checkpoint, deps, entries, former)
        await unit.trail.add_checkpoint(made)
    return len(entries)


def _linked(pending: list[Pending], head: Entry | None) -> list[Entry]:
    position, chain = (head.position, head.chain) if head else (0, trail.GENESIS)
    entries = []
    for row in pending:
        position, chain = position + 1, trail.link(chain, row.digest)
        entries.append(Entry(position=position, chain=chain, **vars(row)))
    return entries


def _checkpoint(deps: Deps, entries: list[Entry], former: Checkpoint | None) -> Checkpoint:
    now = deps.clock.now()
    statement = Statement(
        iss=deps.settings.public_url,
        iat=int(now.timestamp()),
        batch=former.batch + 1 if former else 1,
        first=entries[0].position,
        last=entries[-1].position,
        root=trail.merkle_root([entry.digest for entry in entries]).hex(),
        chain=entries[-1].chain.hex(),
        previous=checkpoint.fingerprint(former.statement if former else None),
    )
    signed = checkpoint.sign(statement, deps.keys.checkpoint)
    return Checkpoint(statement.batch, statement.first, statement.last, now, signed)


async def copy_out(deps: Deps, file: Path, limit: int = 1_000) -> int:
    """Append to a file the checkpoints that it has not yet; return how many."""
    last = await asyncio.to_thread(_last_line, file)
    batch = checkpoint.read(last, checkpoint.public_keys(deps.keys.checkpoint)).batch if last else 0
    async with deps.reading() as unit:
        new = await unit.trail.checkpoints_after(batch, limit)
    if new:
        await asyncio.to_thread(_append, file, [made.statement for made in new])
    return len(new)


def _last_line(file: Path) -> str | None:
    lines = file.read_text().split() if file.exists() else []
    return lines[-1] if lines else None


def _append(file: Path, lines: list[str]) -> None:
    with file.open("a") as log:
        log.writelines(line + "\n" for line in lines)


async def seal_forever(deps: Deps) -> None:
    """Seal at intervals; a lost database is awaited, and nothing is sealed twice."""
    while True:
        try:
            while await seal_batch(deps) == BATCH:
                pass
            if deps.settings.checkpoint_file is not None:
                await copy_out(deps, deps.settings.checkpoint_file)
        except Exception as error:  # noqa: BLE001  whatever it was, the next turn tries again
            _log.warning("sealing_interrupted", error_type=type(error).__name__)
        await asyncio.sleep(deps.settings.seal_seconds)


@dataclass(frozen=True)
class Inclusion:
    """Why a row belongs to the trail: anyone with the checkpoint's key can check it."""

    entry: Entry
    index: int
    size: int
    path: list[bytes]
    statement: str


async def inclusion_of(deps: Deps, source: str, row_key: str) -> Inclusion:
    """Prove that a row is sealed. Raises trail-entry-not-found; one that waits is not found yet."""
    async with deps.reading() as unit:
        entry = await unit.trail.find(source, row_key)
        made = await unit.trail.checkpoint_over(entry.position) if entry else None
        if entry is None or made is None:
            raise refuse("trail-entry-not-found")
        leaves = await _leaves(unit, made)
    index = entry.position - made.first_position
    return Inclusion(entry, index, len(leaves), trail.inclusion_path(index, leaves), made.statement)


async def _leaves(unit: Unit, made: Checkpoint) -> list[bytes]:
    entries = await unit.trail.entries(made.first_position, made.last_position)
    return [entry.digest for entry in entries]


async def checkpoints(deps: Deps, after: int, limit: int) -> list[Checkpoint]:
    """Read signed checkpoints in order."""
    async with deps.reading() as unit:
        return await unit.trail.checkpoints_after(after, limit)
