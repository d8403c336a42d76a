"""Certificate headers that nobody vouches for never reach the application (RFC 9440 section 4)."""

from __future__ import annotations

from prometheus_client import Counter
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from clavis_gateway.certificates.header import CERTIFICATE_HEADER, CHAIN_HEADER, Terminator
from clavis_gateway.oidc.metadata import MTLS_ENDPOINTS

DROPPED = Counter(
    "clavis_gateway_client_certificate_headers_dropped_total",
    "Requests whose client certificate header was dropped, by why it was not believed",
    ["reason"],
)
_NAMES = frozenset({CERTIFICATE_HEADER.encode(), CHAIN_HEADER.encode()})
PAGES = "/cert/"
# RFC 8705 section 5: where relying parties come with their certificates; and their refusal log.
MTLS_PATHS = frozenset({*MTLS_ENDPOINTS.values(), "/rp/refusals"})


def unwelcome(request: Request, terminator: Terminator) -> str | None:
    """Say why the certificate header of a request does not count; None when it does."""
    if not terminator.sent(request):
        return "not_the_terminator"
    if not terminator.at_certificate_host(request):
        return "other_host"
    path = request.scope["path"]
    if not path.startswith(PAGES) and path not in MTLS_PATHS:
        return "other_path"
    return None


class DropForeignCertificates:
    """ASGI middleware: takes certificate headers off requests on which they do not count."""

    def __init__(self, app: ASGIApp, *, terminator: Terminator) -> None:
        """Wrap the application; `terminator` is who may speak of certificates."""
        self._app = app
        self._terminator = terminator

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] == "http" and any(name in _NAMES for name, _ in scope["headers"]):
            reason = unwelcome(Request(scope), self._terminator)
            if reason is not None:
                DROPPED.labels(reason).inc()
                kept = [pair for pair in scope["headers"] if pair[0] not in _NAMES]
                scope = {**scope, "headers": kept}
        await self._app(scope, receive, send)
