"""A second application on the backend's origin that needs no session: the app on a phone.

It has files of its own under a prefix and a short list of calls to one service. What it sends is
signed by itself; the person's cookies and tokens are never part of it.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address

import httpx
from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from clavis_kit.bff import rules
from clavis_kit.bff.deps import BffDeps
from clavis_kit.bff.files import PAGE_HEADERS, SiteFiles
from clavis_kit.errors import ServiceError
from clavis_kit.service_tokens import ServiceTokenSigner

SOURCE_HEADER = "clavis-source"
MAX_BODY_BYTES = 32 * 1024
MAX_ANSWER_BYTES = 256 * 1024
_FORWARDED_FOR = "x-forwarded-for"
_MAX_ADDRESS = 64
_NOT_MODIFIED = 304
# A page that installs itself: besides the usual, a manifest, a worker of its own and the camera.
_PAGE_HEADERS = {
    **PAGE_HEADERS,
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=()",
}
_API_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
}
Networks = Sequence[IPv4Network | IPv6Network]


@dataclass(frozen=True, slots=True)
class Guest:
    """`/<name>/api<path>` becomes `<base_url><api_prefix><path>` for the listed calls only.

    `calls` are methods with a pattern of the whole path; `headers` what is let through beside the
    usual; `proxies` are networks whose word on where a request came from is believed.
    """

    name: str
    files: SiteFiles
    base_url: str
    api_prefix: str
    audience: str
    calls: Sequence[tuple[str, re.Pattern[str]]]
    headers: frozenset[str]
    proxies: Networks = ()


def guest_router(
    guest: Guest, deps_of: Callable[[Request], BffDeps], signer_of: Callable[
        [Request], ServiceTokenSigner
    ]
) -> APIRouter:  # fmt: skip
    """Make the routes of a guest. They come before the backend's own, which answer any path."""
    router = APIRouter(include_in_schema=False)
    root = f"/{guest.name}"

    @router.get(root)
    async def without_slash() -> Response:
        return RedirectResponse(f"{root}/", 308)

    @router.api_route(f"{root}/api/{{path:path}}", methods=["GET", "POST", "DELETE"])
    async def api(request: Request) -> Response:
        return await _forward(guest, request, deps_of(request), signer_of(request))

    @router.get(f"{root}/{{path:path}}")
    async def site(request: Request, path: str) -> Response:
        return _file(guest.files, request, path)

    return router


def _file(files: SiteFiles, request: Request, path: str) -> Response:
    found = files.find(f"/{path or 'index.html'}")
    if found is None:
        raise ServiceError("not-found", 404)
    headers = {**found.headers, **_PAGE_HEADERS}
    if request.headers.get("if-none-match") == found.headers["ETag"]:
        return Response(status_code=_NOT_MODIFIED, headers=headers)
    return Response(found.content, media_type=found.media_type, headers=headers)


async def _forward(
    guest: Guest, request: Request, deps: BffDeps, signer: ServiceTokenSigner
) -> Response:
    if not rules.is_same_origin_request(request.method, request.headers, deps.settings.public_url):
        raise ServiceError("cross-site-request", 403)
    path = _listed_path(guest, request)
    body = await _body(request)
    # RFC 9110 section 5.5: what is not US-ASCII means nothing here, and is not passed on.
    kept = {
        name: value
        for name, value in request.headers.items()
        if value.isascii()
        and (name in guest.headers or name in ("accept", "accept-language", "content-type"))
    }
    source = source_of(request, guest.proxies)
    try:
        answer = await deps.http.request(
            request.method,
            f"{guest.base_url}{guest.api_prefix}{path}",
            content=body,
            headers={**kept, **signer.headers(guest.audience), SOURCE_HEADER: source},
        )
    except httpx.TimeoutException as error:
        raise ServiceError("upstream-timeout", 504, private=guest.audience) from error
    except httpx.HTTPError as error:
        raise ServiceError("upstream-unavailable", 502, private=guest.audience) from error
    if len(answer.content) > MAX_ANSWER_BYTES:
        raise ServiceError("upstream-unavailable", 502, private="too long an answer")
    passed = rules.forwarded_response_headers(answer.headers.multi_items())
    return Response(answer.content, answer.status_code, {**passed, **_API_HEADERS})


def _listed_path(guest: Guest, request: Request) -> str:
    """Return the path of a listed call as it was sent. Raises ServiceError 404.

    RFC 10017 section 6.1.3.4: only a listed resource may be reached. No call has a query.
    """
    raw = request.scope["raw_path"].decode("ascii", "replace").split("?", 1)[0]
    path = str(raw).removeprefix(f"/{guest.name}/api")
    listed = any(
        method == request.method and pattern.fullmatch(path) for method, pattern in guest.calls
    )
    if not listed or request.scope["query_string"]:
        raise ServiceError("not-found", 404)
    return path


async def _body(request: Request) -> bytes:
    read = bytearray()
    async for chunk in request.stream():
        read += chunk
        if len(read) > MAX_BODY_BYTES:
            raise ServiceError("body-too-large", 413)
    return bytes(read)


def source_of(request: Request, proxies: Networks) -> str:
    """Return the address a request came from; behind a proxy of ours, as that proxy says.

    RFC 7239 section 8.1: only the last hop, ours, is believed. Empty when there is none.
    """
    host = request.client.host if request.client else ""
    if _is_within(host, proxies):
        named = request.headers.get(_FORWARDED_FOR, "").rpartition(",")[2].strip()
        host = named or host
    return host[:_MAX_ADDRESS]


def _is_within(host: str, networks: Networks) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return any(address in network for network in networks)
