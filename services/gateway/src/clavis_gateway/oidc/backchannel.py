"""Back-channel logout: relying parties learn within a second that a session ended.

What is owed is in the database with the end of the session; the courier carries it, many at once,
and tries again with growing pauses. OpenID Connect Back-Channel Logout 1.0.
"""

from __future__ import annotations

import asyncio
import contextlib
from datetime import datetime, timedelta
from typing import Any

import httpx
from clavis_kit.clock import Clock
from clavis_kit.db import Pool
from clavis_kit.logging import get_logger
from clavis_kit.outbound import FetchError, post_form
from prometheus_client import Counter, Gauge, Histogram

from clavis_gateway.oidc.keys import KeyRing
from clavis_gateway.store import logouts
from clavis_gateway.store.logouts import Delivery

BATCH = 100
AT_ONCE = 32
POLL_SECONDS = 1.0
TIMEOUT_SECONDS = 3.0
LEASE = timedelta(seconds=15)
TOKEN_LIFETIME_SECONDS = 120
MAX_ATTEMPTS = 12
MAX_PAUSE = timedelta(minutes=10)
# Whatever a relying party kept open without word from us is over by then on its side too.
GIVE_UP_AFTER = timedelta(days=1)
WATCH_EVERY = timedelta(seconds=15)
EVENT = "http://schemas.openid.net/event/backchannel-logout"
_log = get_logger(__name__)

DELIVERIES = Counter(
    "clavis_backchannel_logouts_total", "Logout tokens carried to relying parties", ["outcome"]
)
OWED = Gauge("clavis_backchannel_owed", "Logout tokens not delivered yet", ["client_id"])
FAILURES = Gauge(
    "clavis_backchannel_consecutive_failures", "Attempts since the last success", ["client_id"]
)
SECONDS = Histogram("clavis_backchannel_logout_seconds", "Time to hand over one logout token")


# Section 2.4: iss, aud, iat, exp, jti, events, sub and sid; never a nonce.
def logout_token(issuer: str, delivery: Delivery, now: datetime) -> dict[str, Any]:
    """Compose the claims of a logout token. Its jti stays the same over retries."""
    issued = int(now.timestamp())
    return {
        "iss": issuer,
        "aud": delivery.client.client_id,
        "iat": issued,
        "exp": issued + TOKEN_LIFETIME_SECONDS,
        "jti": delivery.delivery_id,
        "sub": delivery.sub,
        "sid": delivery.sid,
        "events": {EVENT: {}},
    }


def pause_after(attempts: int) -> timedelta | None:
    """Say how long to wait after so many attempts; None when it is time to give up."""
    if attempts >= MAX_ATTEMPTS:
        return None
    return min(timedelta(seconds=2 ** (attempts - 1)), MAX_PAUSE)


class LogoutCourier:
    """Carries logout tokens. Several may run; each takes what no other has taken."""

    def __init__(
        self, pool: Pool, http: httpx.AsyncClient, clock: Clock, keys: KeyRing, issuer: str
    ) -> None:
        """Hold what is needed, `http` guarded; `run` works until cancelled."""
        self._pool = pool
        self._http = http
        self._clock = clock
        self._keys = keys
        self._issuer = issuer
        self._woken = asyncio.Event()
        self._watched_at: datetime | None = None

    def wake(self) -> None:
        """Say that something new is owed, after it was committed."""
        self._woken.set()

    async def run(self) -> None:
        """Carry what is due, at once when woken, until cancelled."""
        while True:
            self._woken.clear()
            try:
                while await self.carry_due() > 0:
                    pass
                await self._watch()
            except Exception as error:  # noqa: BLE001 -- the database may be away; we come back
                _log.warning("logout_courier_interrupted", error_type=type(error).__name__)
            # Not wait_for: before Python 3.12 it loses a cancellation that meets a wake-up.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL_SECONDS):
                    await self._woken.wait()

    async def _watch(self) -> None:
        """Give up what is too old, and show how each relying party is doing, now and then."""
        now = self._clock.now()
        if self._watched_at is not None and now - self._watched_at < WATCH_EVERY:
            return
        self._watched_at = now
        given_up = await logouts.abandon_older(self._pool, now - GIVE_UP_AFTER, now)
        DELIVERIES.labels("abandoned").inc(given_up)
        for one in await logouts.health(self._pool):
            OWED.labels(one.client_id).set(one.owed)
            FAILURES.labels(one.client_id).set(one.consecutive_failures)

    async def carry_due(self) -> int:
        """Carry one batch, side by side; return how many it held."""
        now = self._clock.now()
        deliveries = await logouts.claim_due(self._pool, now, now + LEASE, BATCH)
        gate = asyncio.Semaphore(AT_ONCE)

        async def carry(delivery: Delivery) -> None:
            async with gate:
                await self._carry(delivery)

        await asyncio.gather(*(carry(delivery) for delivery in deliveries))
        return len(deliveries)

    async def _carry(self, delivery: Delivery) -> None:
        outcome, done = await self._post(delivery)
        now = self._clock.now()
        DELIVERIES.labels("delivered" if done else "failed").inc()
        if done:
            await logouts.delivered(self._pool, delivery, outcome, now)
            FAILURES.labels(delivery.client.client_id).set(0)
            return
        pause = pause_after(delivery.attempts)
        _log.warning(
            "logout_not_delivered", client_id=delivery.client.client_id, reason=outcome,
            attempt=delivery.attempts,
        )  # fmt: skip
        retry_at = now + pause if pause else None
        if retry_at is None:
            DELIVERIES.labels("abandoned").inc()
        failures = await logouts.failed(self._pool, delivery, outcome, retry_at=retry_at, now=now)
        FAILURES.labels(delivery.client.client_id).set(failures)

    # Section 2.5: form POST; section 2.8: 200 or 204 is success, 400 a refusal that stays one.
    async def _post(self, delivery: Delivery) -> tuple[str, bool]:
        if delivery.client.logout_uri is None:
            return "no_address", True
        claims = logout_token(self._issuer, delivery, self._clock.now())
        token = await self._keys.sign(delivery.client.id_token_alg, claims, "logout+jwt")
        try:
            with SECONDS.time():
                status = await post_form(
                    self._http,
                    delivery.client.logout_uri,
                    {"logout_token": token},
                    total_seconds=TIMEOUT_SECONDS,
                )
        except FetchError as error:
            return error.reason, False
        return str(status), httpx.codes.is_success(status)
