"""Retention: what has had its time is taken out, and how much is on record."""

import asyncio
from collections import Counter

from clavis_kit.logging import get_logger

from clavis_registry.deps import Deps
from clavis_registry.rules.retention import Datum
from clavis_registry.store.evidence import Actor

BATCH = 1_000
SECONDS_PER_HOUR = 3600
_log = get_logger(__name__)


async def retain(deps: Deps, batch: int = BATCH) -> Counter[Datum]:
    """Take out everything that has had its time; return how many of each kind."""
    removed: Counter[Datum] = Counter()
    for datum in Datum:
        while count := await _one_batch(deps, datum, batch):
            removed[datum] += count
    return removed


async def _one_batch(deps: Deps, datum: Datum, batch: int) -> int:
    now = deps.clock.now()
    before = deps.settings.retention_policy.cutoff(datum, now)
    async with deps.transaction() as unit:
        if not await unit.retention.may_run():
            return 0
        count = await unit.retention.remove(datum, before, now, batch)
        if count:
            facts = {"datum": datum, "before": before.isoformat(), "count": count}
            await unit.evidence.audit(None, Actor("operator"), "retention", now, facts)
    return count


async def retain_forever(deps: Deps) -> None:
    """Run at intervals; a lost database is awaited."""
    while True:
        try:
            removed = await retain(deps)
            _log.info("retention_ran", count=removed.total())
        except Exception as error:  # noqa: BLE001  whatever it was, the next turn tries again
            _log.warning("retention_interrupted", error_type=type(error).__name__)
        await asyncio.sleep(deps.settings.retention_hours * SECONDS_PER_HOUR)
