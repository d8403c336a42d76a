"""The refusal log: noted on the request's path in memory, written beside it in batches.

Whatever goes wrong here costs entries, never an answer: the queue is bounded, a client that is
refused all the time fills only its share, and a database that is away is asked again later.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable

import structlog
from clavis_kit.clock import Clock
from clavis_kit.db import Pool
from clavis_kit.logging import get_logger
from prometheus_client import Counter

from clavis_gateway.errors import OAuthError, PageFaultError
from clavis_gateway.oidc.asking import Asking
from clavis_gateway.oidc.refusals.catalogue import rule_of
from clavis_gateway.rules.refusals import redact
from clavis_gateway.store import refusals as store
from clavis_gateway.store.refusals import Refusal

QUEUE = 5000
BATCH = 500
EVERY_SECONDS = 0.5
PER_CLIENT_A_MINUTE = 60
MAX_CLIENTS = 10_000
_log = get_logger(__name__)

REFUSALS = Counter("clavis_refusals_total", "Refused protocol requests", ["endpoint", "rule"])
NOT_KEPT = Counter(
    "clavis_refusals_not_kept_total", "Refusals that are in no relying party's log", ["reason"]
)


class RefusalLog:
    """Takes refusals and keeps them for their relying parties. Several processes may each run one.

    `note` never waits and never raises; `run` writes until cancelled.
    """

    def __init__(self, pool: Pool, clock: Clock, new_id: Callable[[], str]) -> None:
        """Start with nothing noted."""
        self._pool = pool
        self._clock = clock
        self._new_id = new_id
        self._queue: deque[Refusal] = deque()
        self._shares: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def note(self, endpoint: str, error: OAuthError | PageFaultError, asking: Asking) -> None:
        """Keep a refusal if it is one of a registered client; count it in any case."""
        rule = rule_of(error)
        REFUSALS.labels(endpoint, rule).inc()
        client = asking.client
        if client is None:
            NOT_KEPT.labels("unknown_client").inc()
            return
        if not self._has_share(client.client_id):
            NOT_KEPT.labels("rate").inc()
            return
        if len(self._queue) >= QUEUE:
            NOT_KEPT.labels("queue_full").inc()
            return
        registered = {
            "redirect_uri": client.redirect_uris,
            "post_logout_redirect_uri": tuple(client.metadata.get("post_logout_redirect_uris", ())),
        }
        self._queue.append(
            Refusal(
                refusal_id=self._new_id(),
                client_id=client.client_id,
                occurred_at=self._clock.now(),
                endpoint=endpoint,
                rule=rule,
                error=error.code,
                authenticated=asking.authenticated,
                parameters=redact(asking.parameters, asking.repeated, registered),
                request_id=str(structlog.contextvars.get_contextvars().get("request_id", "")),
            )
        )

    def _has_share(self, client_id: str) -> bool:
        minute = int(self._clock.now().timestamp() // 60)
        then, noted = self._shares.pop(client_id, (minute, 0))
        noted = noted + 1 if then == minute else 1
        self._shares[client_id] = (minute, noted)
        if len(self._shares) > MAX_CLIENTS:
            self._shares.popitem(last=False)
        return noted <= PER_CLIENT_A_MINUTE

    async def run(self) -> None:
        """Write what was noted, every half second, until cancelled; then what is left."""
        try:
            while True:
                await asyncio.sleep(EVERY_SECONDS)
                await self.flush()
        finally:
            await asyncio.shield(asyncio.wait_for(self.flush(), EVERY_SECONDS))

    async def flush(self) -> None:
        """Write all that is noted; what cannot be written stays for the next time."""
        while self._queue:
            batch = [self._queue[index] for index in range(min(BATCH, len(self._queue)))]
            try:
                await store.add(self._pool, batch)
            except Exception as error:  # noqa: BLE001 -- the database may be away; we come back
                _log.warning("refusals_not_written", error_type=type(error).__name__)
                return
            for _ in batch:
                self._queue.popleft()
