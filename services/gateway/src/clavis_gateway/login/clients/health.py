"""Which methods can be used now."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping

from clavis_gateway.login.clients.sibling import Sibling
from clavis_gateway.rules.levels import Method

_METHODS_OF_SERVICE: Mapping[str, tuple[Method, ...]] = {
    "pin": (Method.PIN, Method.APP),
    "permanent": (Method.PERMANENT, Method.PERMANENT_OTP, Method.PASSKEY),
    "registry": (Method.CERTIFICATE_SOFTWARE, Method.CERTIFICATE_QSCD),
}


class MethodHealth:
    """Which methods can be used now, asked of their services and remembered for seconds."""

    def __init__(self, services: list[Sibling], cache_seconds: float) -> None:
        """Watch these services."""
        self._services = services
        self._cache_seconds = cache_seconds
        self._asked_at = float("-inf")
        self._available: frozenset[Method] = frozenset()
        self._lock = asyncio.Lock()

    async def available(self) -> frozenset[Method]:
        """Return the methods whose service answers."""
        async with self._lock:
            if time.monotonic() - self._asked_at > self._cache_seconds:
                ready = await asyncio.gather(*(service.is_ready() for service in self._services))
                self._available = frozenset(
                    method
                    for service, answers in zip(self._services, ready, strict=True)
                    if answers
                    for method in _METHODS_OF_SERVICE[service.name]
                )
                self._asked_at = time.monotonic()
        return self._available
