"""What goes on beside the requests: notices that leave, and what is forgotten in time."""

import asyncio
from collections.abc import Awaitable, Callable

import asyncpg
from clavis_kit.logging import get_logger

from clavis_permanent.actions import notices as sending
from clavis_permanent.deps import Deps
from clavis_permanent.rules import HOUR
from clavis_permanent.store import facts, notices
from clavis_permanent.store.attempts import forget_quotas
from clavis_permanent.store.authenticator_apps import forget_app_enrolments
from clavis_permanent.store.passkey_logins import forget_challenges
from clavis_permanent.store.sources import forget_sources

SWEEP_SECONDS = 600
PLAN_SECONDS = 600
SEND_SECONDS = 2
_log = get_logger(__name__)


def notice_jobs(deps: Deps) -> list[Awaitable[None]]:
    """Return the jobs that find what is to be told and send it; several instances may run them."""
    return [
        _again_and_again("notices", SEND_SECONDS, lambda: _send_all(deps)),
        _again_and_again("endings", PLAN_SECONDS, lambda: sending.plan_endings(deps)),
    ]


async def sweep(deps: Deps) -> None:
    """Drop what is of no use any more: counts, notices, history past its retention."""
    await _again_and_again("sweep", SWEEP_SECONDS, lambda: _forget(deps))


async def _send_all(deps: Deps) -> None:
    while await sending.send_due(deps):
        pass


async def _forget(deps: Deps) -> None:
    now = deps.clock.now()
    # A count older than the longest window limits nothing any more.
    await forget_quotas(deps.pool, now - HOUR)
    await forget_sources(deps.pool, now)
    await forget_challenges(deps.pool, now)
    await forget_app_enrolments(deps.pool, now)
    await notices.forget(deps.pool, now - sending.KEPT)
    await facts.forget_history(deps.pool, now - deps.history_kept)


async def _again_and_again(
    name: str, pause_seconds: float, work: Callable[[], Awaitable[None]]
) -> None:
    while True:
        try:
            await work()
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            _log.warning("job_failed", job=name, error_type=type(error).__name__)
        await asyncio.sleep(pause_seconds)
