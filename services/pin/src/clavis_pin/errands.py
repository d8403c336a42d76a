"""Work that an answer does not wait for: its time would tell what the answer does not."""

import asyncio
from collections.abc import Coroutine

from clavis_kit.errors import Overloaded
from clavis_kit.logging import get_logger

MOST = 500
_log = get_logger(__name__)


class Errands:
    """Runs messages in the background, so many at once and no more."""

    def __init__(self) -> None:
        """Nothing is under way."""
        self._running: set[asyncio.Task[None]] = set()

    def check_room(self) -> None:
        """Refuse before anything is done when too much is under way. Raises Overloaded."""
        if len(self._running) >= MOST:
            raise Overloaded

    def run(self, work: Coroutine[None, None, None]) -> None:
        """Begin; a failure is logged."""
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._running.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            _log.warning("errand_failed", error_type=type(error).__name__)

    async def settle(self) -> None:
        """Wait until all that is under way has ended."""
        while self._running:
            await asyncio.gather(*self._running, return_exceptions=True)
