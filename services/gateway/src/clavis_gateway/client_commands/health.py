"""The verb that tells how logout tokens reach relying parties."""

from __future__ import annotations

from argparse import Namespace
from datetime import datetime

from clavis_gateway.client_commands.running import Work, run, say
from clavis_gateway.store import logouts
from clavis_gateway.store.logouts import Health

FAILING = 2


def show_health(arguments: Namespace) -> int:
    """Print one line a relying party; with --exit-code, say by it that one is failing."""

    async def work(work: Work) -> int:
        if arguments.client_id is not None:
            await work.found(arguments.client_id)
        found = await logouts.health(work.pool, arguments.client_id)
        say(*(_line(one) for one in found))
        failing = any(one.consecutive_failures for one in found)
        return FAILING if failing and arguments.exit_code else 0

    return run(work)


def _line(health: Health) -> str:
    last = f"last delivered {_when(health.last_success_at)}"
    if health.consecutive_failures:
        last += (
            f", {health.consecutive_failures} failures in a row ({health.last_outcome}),"
            f" next attempt {_when(health.paused_until) if health.paused_until else 'soon'}"
        )
    return f"{health.client_id}: {last}, {health.owed} owed, {health.abandoned} given up"


def _when(moment: datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment else "never"
