"""DPoP proofs seen, so that none works twice (RFC 9449 section 11.1)."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import Protocol


class Replays(Protocol):
    """Remembers identifiers until they could not be accepted anyway.

    Several processes that serve one API need one that they share, such as a table with a unique
    key or a cache with "set if absent".
    """

    async def first_use(self, identifier: str, until: float) -> bool:
        """Remember an identifier until a time (seconds since 1970); False when it is known."""
        ...


class MemoryReplays:
    """Remembers in this process. When full, it refuses rather than forget too early."""

    def __init__(self, now: Callable[[], float], most: int = 100_000) -> None:
        """Use a clock; `most` bounds the memory."""
        self._now = now
        self._most = most
        self._known: set[str] = set()
        self._ends: list[tuple[float, str]] = []

    async def first_use(self, identifier: str, until: float) -> bool:
        """Remember an identifier; False when it is known, or when there is no room."""
        now = self._now()
        while self._ends and self._ends[0][0] <= now:
            self._known.discard(heapq.heappop(self._ends)[1])
        if identifier in self._known or len(self._known) >= self._most:
            return False
        self._known.add(identifier)
        heapq.heappush(self._ends, (until, identifier))
        return True
