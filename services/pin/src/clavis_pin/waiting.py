"""Waiting for an answer: PostgreSQL says which request changed, so nobody has to keep asking."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import TypeVar

import asyncpg
from clavis_kit.logging import get_logger

CHANNEL = "app_request"
# Without the notice an answer is seen this much later; with it, at once.
RECHECK_SECONDS = 2.0
_RETRY_SECONDS = 1.0
_log = get_logger(__name__)
T = TypeVar("T")


class Watch:
    """Wakes those who wait for a request. One connection listens for all of a process."""

    def __init__(self) -> None:
        """Nobody waits yet."""
        self._waiting: dict[str, set[asyncio.Event]] = {}

    async def until(
        self,
        app_request_id: str,
        look: Callable[[], Awaitable[T]],
        is_news: Callable[[T], bool],
        seconds: float,
    ) -> T:
        """Look at the request until there is news or the time is over; return the last look."""
        changed = asyncio.Event()
        self._waiting.setdefault(app_request_id, set()).add(changed)
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        try:
            seen = await look()
            while not is_news(seen) and (left := end - loop.time()) > 0:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(changed.wait(), min(left, RECHECK_SECONDS))
                changed.clear()
                seen = await look()
            return seen
        finally:
            self._leave(app_request_id, changed)

    def _leave(self, app_request_id: str, changed: asyncio.Event) -> None:
        others = self._waiting[app_request_id]
        others.discard(changed)
        if not others:
            del self._waiting[app_request_id]

    def wake(self, app_request_id: str) -> None:
        """Let those who wait for this request look again."""
        for changed in self._waiting.get(app_request_id, ()):
            changed.set()

    async def listen(self, dsn: str) -> None:
        """Listen until cancelled; a lost connection is made again."""
        while True:
            try:
                await self._listen(dsn)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                _log.warning("watch_interrupted", error_type=type(error).__name__)
            await asyncio.sleep(_RETRY_SECONDS)

    async def _listen(self, dsn: str) -> None:
        connection = await asyncpg.connect(dsn, timeout=5)
        lost = asyncio.Event()
        connection.add_termination_listener(lambda _: lost.set())
        try:
            await connection.add_listener(CHANNEL, lambda *notice: self.wake(str(notice[3])))
            await lost.wait()
        finally:
            with contextlib.suppress(Exception):
                await connection.close(timeout=2)
