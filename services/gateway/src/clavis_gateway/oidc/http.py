"""From an OAuth error to its response."""

from __future__ import annotations

from clavis_kit.logging import get_logger
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from clavis_gateway.deps import Deps, get_deps
from clavis_gateway.errors import OAuthError, PageFaultError
from clavis_gateway.oidc.asking import Asking, asking
from clavis_gateway.pages import PageError
from clavis_gateway.records import RelyingParty

# RFC 6749 section 5.1.
NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
PROTOCOL_PATHS = frozenset(
    {
        "/authorize", "/par", "/token", "/userinfo", "/introspect", "/revoke", "/logout",
        "/logout/confirmation", "/connect/register", "/connect/register/{client_id}",
        "/rp/refusals",
    }
)  # fmt: skip
_log = get_logger(__name__)


def oauth_error(error: OAuthError) -> JSONResponse:
    """Render an error of a back-channel endpoint (RFC 6749 section 5.2)."""
    if error.private:
        _log.info("oauth_request_refused", code=error.code, reason=error.private)
    body = {"error": error.code, "error_description": error.description}
    return JSONResponse(body, error.status, NO_STORE | error.headers)


def note_refusal(request: Request, error: OAuthError | PageFaultError) -> None:
    """Keep a refusal for its relying party, if the endpoint is one of the protocol."""
    path = getattr(request.scope.get("route"), "path", "")
    if path in PROTOCOL_PATHS:
        get_deps(request).refusals.note(path, error, asking(request))


def note_late(deps: Deps, client: RelyingParty, error: OAuthError) -> None:
    """Keep a refusal of an authorization request that showed only when the person had acted."""
    deps.refusals.note("/authorize", error, Asking(client=client))


async def on_oauth_error(request: Request, error: Exception) -> Response:
    """Handle OAuthError wherever it was raised."""
    if not isinstance(error, OAuthError):
        raise error
    note_refusal(request, error)
    return oauth_error(error)


async def on_page_fault(request: Request, error: Exception) -> Response:
    """Handle PageFaultError: the person sees a page, the relying party gets nothing."""
    if not isinstance(error, PageFaultError):
        raise error
    note_refusal(request, error)
    page = PageError(error.code, error.status, error.detail)
    return get_deps(request).pages.error(request, page)
