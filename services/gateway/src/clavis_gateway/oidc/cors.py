"""Answers to scripts of other origins (Fetch standard, CORS protocol).

RFC 9700 section 2.6: endpoints that clients call directly may be opened to scripts; the
authorization endpoint never, because browsers go there and are not read by others. No page of ours
is open either, and no answer allows credentials: a cookie, or a client certificate (Fetch counts it
among credentials), never goes along.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import urlsplit

from clavis_kit.db import Pool
from clavis_kit.ids import is_id
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from clavis_gateway.deps import Deps
from clavis_gateway.oidc.asking import asking
from clavis_gateway.records import RelyingParty
from clavis_gateway.store.origins import redirect_uris

# Harmless for anyone to read: the same public document for all (metadata, keys), or closed by a
# token that a script must hold itself (registration).
PUBLIC: Final = "public"
# Read by the relying parties' own pages alone. Nothing here hangs on what a browser sends by
# itself, but who stole a code or a token by script does not redeem it from a page elsewhere.
REGISTERED: Final = "registered"
Who = Literal["public", "registered"]

REGISTRATION = "/connect/register"
_OPEN: dict[str, tuple[Who, tuple[str, ...]]] = {
    "/.well-known/openid-configuration": (PUBLIC, ("GET",)),
    "/.well-known/oauth-authorization-server": (PUBLIC, ("GET",)),
    "/jwks": (PUBLIC, ("GET",)),
    REGISTRATION: (PUBLIC, ("POST",)),
    "/token": (REGISTERED, ("POST",)),
    "/par": (REGISTERED, ("POST",)),
    "/revoke": (REGISTERED, ("POST",)),
    "/userinfo": (REGISTERED, ("GET", "POST")),
}
# The address of one registration (RFC 7592).
_MANAGED: tuple[Who, tuple[str, ...]] = (PUBLIC, ("GET", "PUT", "DELETE"))
ALLOWED_HEADERS = "Authorization, Content-Type, DPoP"
EXPOSED_HEADERS = "DPoP-Nonce, WWW-Authenticate, Retry-After, X-Request-ID"
PREFLIGHT_SECONDS = 600
BOOK_SECONDS = 10.0
UNKNOWN_SECONDS = 1.0


# RFC 6454 section 6.2: scheme, host and port, the port left out where it is the scheme's own.
def origin_of(uri: str) -> str | None:
    """Return the origin of a web address; None for what has none that a browser states."""
    try:
        parts = urlsplit(uri)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in {"https", "http"} or not host:
        return None
    spelled = f"[{host}]" if ":" in host else host
    default = {"https": 443, "http": 80}[parts.scheme]
    return f"{parts.scheme}://{spelled}" + (f":{port}" if port not in (None, default) else "")


def origins_of(uris: Iterable[str]) -> frozenset[str]:
    """Return the origins of web addresses."""
    return frozenset(origin for uri in uris if (origin := origin_of(uri)) is not None)


class OriginBook:
    """The origins of all relying parties, read anew every ten seconds.

    A preflight names no client, so whether any has the origin is all that can be asked. An origin
    that is not in the book makes it be read at once, for who has registered just now, but not more
    than once a second.
    """

    def __init__(self, pool: Pool, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Start empty; the first question fills it."""
        self._pool = pool
        self._now = monotonic
        self._read_at = float("-inf")
        self._origins: frozenset[str] = frozenset()
        self._reading = asyncio.Lock()

    async def knows(self, origin: str) -> bool:
        """Say whether a relying party lives there."""
        async with self._reading:
            known = origin in self._origins
            if self._now() - self._read_at > (BOOK_SECONDS if known else UNKNOWN_SECONDS):
                self._origins = origins_of(await redirect_uris(self._pool))
                self._read_at = self._now()
        return origin in self._origins


@dataclass(frozen=True, slots=True)
class Opening:
    """What a request from another origin may do at this path."""

    who: Who
    methods: tuple[str, ...]


def opening(path: str) -> Opening | None:
    """Return how a path is open to other origins; None: not at all."""
    head, _, client_id = path.rpartition("/")
    managed = _MANAGED if head == REGISTRATION and is_id(client_id) else None
    found = _OPEN.get(path) or managed
    return Opening(*found) if found else None


class Cors:
    """ASGI middleware around everything: answers preflights, and opens answers to scripts."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap the application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; answer preflights here."""
        opened = opening(scope["path"]) if scope["type"] == "http" else None
        if opened is None:
            await self._app(scope, receive, send)
            return
        scope.setdefault("state", {})  # what is learnt of the request is needed here afterwards
        origin = Headers(scope=scope).get("origin")
        if scope["method"] == "OPTIONS":
            await (await _preflight(scope, opened, origin))(scope, receive, send)
            return
        await self._app(scope, receive, _opening(scope, opened, origin, send))


def _opening(scope: Scope, opened: Opening, origin: str | None, send: Send) -> Send:
    async def opening_send(message: Message) -> None:
        if message["type"] == "http.response.start":
            allowed = await _allowed(scope, opened, origin)
            headers = MutableHeaders(raw=list(message["headers"]))
            headers.update(_reading_headers(allowed))
            if opened.who == REGISTERED:
                headers.add_vary_header("Origin")
            message["headers"] = headers.raw
        await send(message)

    return opening_send


def _reading_headers(allowed: str | None) -> Mapping[str, str]:
    if allowed is None:
        return {}
    return {
        "Access-Control-Allow-Origin": allowed,
        "Access-Control-Expose-Headers": EXPOSED_HEADERS,
    }


async def _preflight(scope: Scope, opened: Opening, origin: str | None) -> Response:
    allowed = await _allowed(scope, opened, origin)
    headers = {"Vary": "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"}
    if allowed is not None:
        headers |= {
            "Access-Control-Allow-Origin": allowed,
            "Access-Control-Allow-Methods": ", ".join(opened.methods),
            "Access-Control-Allow-Headers": ALLOWED_HEADERS,
            "Access-Control-Max-Age": str(PREFLIGHT_SECONDS),
        }
    return Response(status_code=204, headers=headers)


async def _allowed(scope: Scope, opened: Opening, origin: str | None) -> str | None:
    """Return the value of Access-Control-Allow-Origin, or None."""
    if opened.who == PUBLIC:
        return "*"
    if origin is None or origin == "null":
        return None
    deps: Deps = scope["app"].state.deps
    client = asking(HTTPConnection(scope)).client
    here = _lives_at(client, origin) if client else await deps.origins.knows(origin)
    return origin if here else None


def _lives_at(client: RelyingParty, origin: str) -> bool:
    return origin in origins_of(client.redirect_uris)
