"""A trust store that follows its source without a restart."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from clavis_kit.logging import get_logger
from prometheus_client import Counter, Gauge

from clavis_certificates.path import NoAnchorsError, TrustStore

_READ = Counter(
    "clavis_trust_store_reads_total",
    "Readings of a trust store; of a failed one the anchors at hand stay in force",
    ["store", "outcome"],
)
_SIZE = Gauge("clavis_trust_store_anchors", "Anchors in force", ["store"])
_log = get_logger(__name__)


class TrustSource(Protocol):
    """Whoever knows which issuers are trusted now."""

    def current(self) -> TrustStore:
        """Return the anchors and intermediates in force."""


class Anchors:
    """The anchors of one source, read at the start and again from time to time."""

    def __init__(self, name: str, read: Callable[[], TrustStore]) -> None:
        """`read` blocks; it raises NoAnchorsError or OSError. `name` labels the metrics."""
        self._name = name
        self._read = read
        self._store: TrustStore | None = None

    def load(self) -> None:
        """Read for the first time. Blocking. Raises NoAnchorsError and OSError with a sentence."""
        self._keep(self._read())

    def current(self) -> TrustStore:
        """Return the anchors in force; `load` has been called."""
        if self._store is None:
            raise RuntimeError("the trust store was never loaded")
        return self._store

    async def reload(self) -> bool:
        """Read again; on failure keep what there is and say so. True when it was read."""
        try:
            store = await asyncio.to_thread(self._read)
        except (NoAnchorsError, OSError) as error:
            _READ.labels(self._name, "failed").inc()
            _log.warning("trust_store_not_reloaded", store=self._name, reason=str(error))
            return False
        self._keep(store)
        return True

    async def keep_fresh(self, every_seconds: float) -> None:
        """Reload for as long as the service runs."""
        while True:
            await asyncio.sleep(every_seconds)
            await self.reload()

    def _keep(self, store: TrustStore) -> None:
        self._store = store
        _READ.labels(self._name, "read").inc()
        _SIZE.labels(self._name).set(len(store.anchors))
