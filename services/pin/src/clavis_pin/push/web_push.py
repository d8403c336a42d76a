"""Web Push (RFC 8030): an encrypted message to the push service of the device's browser."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence

import httpx
from clavis_kit.clock import Clock
from clavis_kit.logging import get_logger
from clavis_kit.metrics import MESSAGES
from cryptography.hazmat.primitives.asymmetric import ec

from clavis_pin.push import encryption
from clavis_pin.push.port import PushOutcome
from clavis_pin.rules.push_addresses import HTTPS_PORT, all_public, push_host
from clavis_pin.store.app_upkeep import Subscription

TIMEOUT_SECONDS = 5.0
_GONE = (404, 410)
_log = get_logger(__name__)
Resolve = Callable[[str], Awaitable[Sequence[str]]]


async def resolve(host: str) -> Sequence[str]:
    """Return the addresses of a host. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, HTTPS_PORT)
    return [str(entry[4][0]) for entry in found]


class WebPush:
    """Sends to HTTPS endpoints in the public Internet and to nothing else."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        key: ec.EllipticCurvePrivateKey,
        contact: str,
        clock: Clock,
        *,
        resolve: Resolve = resolve,
        admits: Callable[[Sequence[str]], bool] = all_public,
    ) -> None:
        """`contact` is how a push service reaches the operator: an address of mail or web."""
        self._http = http
        self._key = key
        self._contact = contact
        self._clock = clock
        self._resolve = resolve
        self._admits = admits

    async def send(
        self, subscription: Subscription, message: bytes, *, ttl_seconds: int
    ) -> PushOutcome:
        """Send one message within five seconds; failures are outcomes."""
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                outcome = await self._send(subscription, message, ttl_seconds)
        except (OSError, httpx.HTTPError, ValueError) as error:
            _log.info("push_failed", error_type=type(error).__name__)
            outcome = PushOutcome.FAILED
        MESSAGES.labels("push", outcome.value).inc()
        return outcome

    async def _send(
        self, subscription: Subscription, message: bytes, ttl_seconds: int
    ) -> PushOutcome:
        host = push_host(subscription.endpoint)
        addresses = await self._resolve(host) if host else ()
        if host is None or not self._admits(addresses):
            return PushOutcome.GONE
        body = encryption.encrypt(
            message,
            subscription.public_key,
            subscription.auth,
            own_key=ec.generate_private_key(ec.SECP256R1()),
            salt=secrets.token_bytes(encryption.SALT_BYTES),
        )
        # The address that was looked at is the one that is called: a name that changes its mind
        # between the two (DNS rebinding) gains nothing.
        address = httpx.URL(subscription.endpoint).copy_with(host=addresses[0])
        request = self._http.build_request(
            "POST",
            address,
            content=body,
            headers=self._headers(subscription.endpoint, host, ttl_seconds),
            extensions={"sni_hostname": host},
        )
        response = await self._http.send(request, stream=True)
        await response.aclose()  # what it says beyond the status is not read
        return _outcome(response.status_code)

    def _headers(self, endpoint: str, host: str, ttl_seconds: int) -> dict[str, str]:
        return {
            "Host": host,
            "TTL": str(ttl_seconds),
            "Urgency": "high",
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "Authorization": encryption.vapid_header(
                self._key, endpoint, self._contact, self._clock.now()
            ),
        }


def _outcome(status: int) -> PushOutcome:
    # RFC 8030 sections 5 and 7.3: 201 is taken over; 404 and 410 end the subscription.
    if status in _GONE:
        return PushOutcome.GONE
    return PushOutcome.SENT if httpx.codes.is_success(status) else PushOutcome.FAILED
