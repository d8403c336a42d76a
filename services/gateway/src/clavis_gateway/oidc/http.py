"""From an OAuth error to its response."""

from __future__ import annotations

from clavis_kit.logging import get_logger
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from clavis_gateway.deps import get_deps
from clavis_gateway.errors import OAuthError, PageFaultError
from clavis_gateway.pages import PageError

# RFC 6749 section 5.1.
NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_log = get_logger(__name__)


def oauth_error(error: OAuthError) -> JSONResponse:
    """Render an error of a back-channel endpoint (RFC 6749 section 5.2)."""
    if error.private:
        _log.info("oauth_request_refused", code=error.code, reason=error.private)
    body = {"error": error.code, "error_description": error.description}
    return JSONResponse(body, error.status, NO_STORE | error.headers)


async def on_oauth_error(_: Request, error: Exception) -> Response:
    """Handle OAuthError wherever it was raised."""
    if not isinstance(error, OAuthError):
        raise error
    return oauth_error(error)


async def on_page_fault(request: Request, error: Exception) -> Response:
    """Handle PageFaultError: the person sees a page, the relying party gets nothing."""
    if not isinstance(error, PageFaultError):
        raise error
    page = PageError(error.code, error.status, error.detail)
    return get_deps(request).pages.error(request, page)
