"""Forwarding of API requests: an explicit list of places, bounded, nothing leaks through."""

from collections.abc import AsyncIterator

import httpx
from fastapi import Request
from fastapi.responses import StreamingResponse
from starlette.background import BackgroundTask

from clavis_kit.bff import rules
from clavis_kit.bff.deps import BffDeps
from clavis_kit.bff.rules import Upstream
from clavis_kit.errors import ServiceError

LANGUAGE_COOKIE = "__Host-lang"
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
_API_HEADERS = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin",
}


def find_target(deps: BffDeps, request: Request) -> tuple[Upstream, str]:
    """Return the API and the address that a request means. Raises ServiceError 404."""
    name = str(request.path_params["service"])
    upstream = deps.upstreams.get(name)
    # The path as it was sent: decoding it here and again at the API could mean two things.
    raw_path = request.scope["raw_path"].decode("ascii", "replace").split("?", 1)[0]
    path = (
        rules.upstream_path(raw_path.removeprefix(f"/api/{name}"), upstream.prefix)
        if upstream
        else None
    )
    if upstream is None or path is None:
        raise ServiceError("not-found", 404)
    query = request.scope["query_string"].decode("ascii", "replace")
    return upstream, f"{upstream.base_url}{path}" + (f"?{query}" if query else "")


async def forward(
    deps: BffDeps, request: Request, upstream: Upstream, url: str, access_token: str
) -> StreamingResponse:
    """Send a request on with the person's token and stream the answer back."""
    outgoing = deps.http.build_request(
        request.method,
        url,
        headers={
            **rules.forwarded_request_headers(request.headers.items()),
            **_language(deps, request),
            "authorization": f"Bearer {access_token}",
            "accept-encoding": "identity",
        },
        content=None if request.method == "GET" else _bounded(request, upstream.max_body_bytes),
    )
    try:
        answer = await deps.http.send(outgoing, stream=True)
    except httpx.TimeoutException as error:
        raise ServiceError("upstream-timeout", 504, private=upstream.name) from error
    except httpx.HTTPError as error:
        raise ServiceError("upstream-unavailable", 502, private=upstream.name) from error
    return StreamingResponse(
        answer.aiter_raw(),
        answer.status_code,
        {**rules.forwarded_response_headers(answer.headers.multi_items()), **_API_HEADERS},
        background=BackgroundTask(answer.aclose),
    )


def _language(deps: BffDeps, request: Request) -> dict[str, str]:
    # A link to a document cannot carry a header of the page: the choice is in the cookie.
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    return {"accept-language": deps.files.language(chosen)} if chosen else {}


def check_length(request: Request, upstream: Upstream) -> None:
    """Refuse early what says that it is too large. Raises ServiceError 413."""
    declared = request.headers.get("content-length", "0")
    if not declared.isdigit() or int(declared) > upstream.max_body_bytes:
        raise ServiceError("body-too-large", 413)


async def _bounded(request: Request, limit: int) -> AsyncIterator[bytes]:
    read = 0
    async for chunk in request.stream():
        read += len(chunk)
        if read > limit:
            raise ServiceError("body-too-large", 413)
        yield chunk
