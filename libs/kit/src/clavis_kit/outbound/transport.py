"""An HTTP client that connects to the very address it has checked."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import httpcore
import httpx
from prometheus_client import Counter

from clavis_kit.outbound.rules import Allowed, OutboundRefusedError, check_address, check_url

TIMEOUT_SECONDS = 3.0
MAX_CONNECTIONS = 128
NAME_WORKERS = 8
Resolver = Callable[[str, int], Awaitable[list[str]]]

REFUSED = Counter(
    "clavis_outbound_refused_total", "Calls not made because of where they would go", ["reason"]
)


class SystemResolver:
    """Asks the machine's resolver, in threads of its own: a name that hangs delays nobody else."""

    def __init__(self) -> None:
        """Start no thread before the first name."""
        self._workers = ThreadPoolExecutor(NAME_WORKERS, "names")

    async def __call__(self, host: str, port: int) -> list[str]:
        """Return the numeric addresses of a host, in the order to try them."""
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._workers, _look_up, host, port)
        return list(dict.fromkeys(found))

    def close(self) -> None:
        """Let the threads end."""
        self._workers.shutdown(wait=False, cancel_futures=True)


def _look_up(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


class _PinnedBackend(httpcore.AsyncNetworkBackend):
    """Resolves a name once per connection, judges every answer, connects to one of those judged.

    The name stays what TLS and the Host header speak of, and nobody asks for it a second time: a
    DNS answer that changes between the check and the connection changes nothing.
    """

    def __init__(self, allowed: Allowed, resolve: Resolver) -> None:
        self._allowed = allowed
        self._resolve = resolve
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 -- the signature is httpcore's
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        addresses = await self._judged(host, port, timeout)
        failure: Exception | None = None
        for address in addresses:
            try:
                return await self._inner.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore.ConnectError("the name has no address")

    async def _judged(self, host: str, port: int, seconds: float | None) -> list[str]:
        try:
            async with asyncio.timeout(seconds):
                addresses = await self._resolve(host, port)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout("the name is not resolved") from error
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError("the name is not resolved") from error
        # One bad answer among good ones is a name that is being turned: none of them is used.
        for address in addresses:
            check_address(address, host, self._allowed)
        return addresses

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)


class GuardedTransport(httpx.AsyncHTTPTransport):
    """Checks each request's address, then its numeric addresses, and pins the connection."""

    def __init__(self, allowed: Allowed, resolve: Resolver, context: ssl.SSLContext) -> None:
        """Replace the connections of httpx by pinned ones."""
        super().__init__(verify=context, trust_env=False)
        self._allowed = allowed
        self._resolve = resolve
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context,
            max_connections=MAX_CONNECTIONS,
            keepalive_expiry=5.0,
            network_backend=_PinnedBackend(allowed, resolve),
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request that may be sent. Raises OutboundRefusedError."""
        try:
            check_url(str(request.url), self._allowed)
            return await super().handle_async_request(request)
        except OutboundRefusedError as error:
            REFUSED.labels(error.reason).inc()
            raise

    async def aclose(self) -> None:
        """Close the connections and end the resolver."""
        await super().aclose()
        if isinstance(self._resolve, SystemResolver):
            self._resolve.close()


# Reading a hundred authorities takes a twentieth of a second; they are the same for every client.
@cache
def _authorities() -> ssl.SSLContext:
    return httpx.create_ssl_context()


def guarded_client(
    allowed: Allowed, *, resolve: Resolver | None = None, context: ssl.SSLContext | None = None
) -> httpx.AsyncClient:
    """Make the client for addresses that others name: no redirects, no proxies.

    Authorities are trusted as everywhere in this process (SSL_CERT_FILE, else the bundled list).
    """
    trust = context or _authorities()
    return httpx.AsyncClient(
        transport=GuardedTransport(allowed, resolve or SystemResolver(), trust),
        timeout=TIMEOUT_SECONDS,
        follow_redirects=False,
        trust_env=False,
    )
