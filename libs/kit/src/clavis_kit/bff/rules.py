"""What a browser backend may accept and forward. Pure: no I/O, no clock, no randomness."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from clavis_kit.loa import Loa, from_acr

CSRF_HEADER = "x-clavis-csrf"
REFRESH_AHEAD = timedelta(seconds=60)
_SAFE_METHODS = frozenset({"GET", "HEAD"})
_MAX_PATH = 2048
_LOCAL_PATH = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*")
_API_SEGMENT = re.compile(r"[A-Za-z0-9._~-]+")
_RESERVED = ("/bff", "/api")
_REQUEST_HEADERS = frozenset(
    {"accept", "accept-language", "content-type", "content-length", "idempotency-key", "if-match"}
)
_RESPONSE_HEADERS = frozenset(
    {
        "content-type", "content-length", "content-disposition", "content-language", "etag",
        "cache-control", "retry-after", "www-authenticate", "last-modified", "allow",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Upstream:
    """One API that the browser may reach: `/api/<name><prefix>...` becomes `<base_url><prefix>...`.

    `max_body_bytes` bounds what the browser may send to it.
    """

    name: str
    base_url: str
    prefix: str
    max_body_bytes: int = 64 * 1024


def is_local_path(path: str) -> bool:
    """Say whether a return address stays in this application and is a page of it.

    An open redirector would let a stranger's link end on a stranger's site (RFC 9700 section 4.11).
    """
    if len(path) > _MAX_PATH or not _LOCAL_PATH.fullmatch(path):
        return False
    page = path.split("?", 1)[0].split("#", 1)[0]
    return not any(page == root or page.startswith(root + "/") for root in _RESERVED)


# RFC 10017 section 6.1.3.3: a defence against cross-site request forgery is a MUST; the custom
# header forces a CORS preflight, and the browser's own word on the request's site backs it up.
def is_same_origin_request(method: str, headers: Mapping[str, str], origin: str) -> bool:
    """Say whether a request comes from this application's own pages."""
    site = headers.get("sec-fetch-site")
    if method in _SAFE_METHODS:
        return site in (None, "same-origin", "none")
    if headers.get(CSRF_HEADER) != "1":
        return False
    if site is not None:
        return site == "same-origin"
    return headers.get("origin") == origin


def upstream_path(raw_path: str, prefix: str) -> str | None:
    """Return the path to ask the API for, or None when it is outside the allowed prefix.

    RFC 10017 section 6.1.3.4: only a listed resource may be reached. Percent signs, empty and dot
    segments are refused, so that what is checked here is what the API sees.
    """
    if not raw_path.startswith(prefix) or len(raw_path) > _MAX_PATH:
        return None
    segments = raw_path.removeprefix("/").split("/")
    plain = all(_API_SEGMENT.fullmatch(part) and part.strip(".") for part in segments)
    return raw_path if plain else None


def forwarded_request_headers(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Keep what an API may see of a browser's request: no cookie, nothing hop-by-hop.

    RFC 9110 section 5.5: what is not US-ASCII means nothing here, and is not passed on.
    """
    return {
        name: value
        for name, value in headers
        if name.lower() in _REQUEST_HEADERS and value.isascii()
    }


# RFC 9110 section 7.6.1: an intermediary removes what is meant for one connection only.
def forwarded_response_headers(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Keep what a browser may see of an API's answer; unless it says more, never cached."""
    kept = {name.lower(): value for name, value in headers if name.lower() in _RESPONSE_HEADERS}
    kept.setdefault("cache-control", "no-store")
    return kept


def refresh_is_due(access_expires_at: datetime, now: datetime) -> bool:
    """Say whether an access token should be renewed before it is used again."""
    return now >= access_expires_at - REFRESH_AHEAD


# OpenID Connect Core 1.0 section 5.5.1.1: the client checks that the level it asked for was met.
def acr_suffices(required: Loa | None, acr: str | None) -> bool:
    """Say whether the level in an ID token reaches the one that was asked for."""
    if required is None:
        return True
    reached = from_acr(acr) if acr else None
    return reached is not None and reached >= required


def loa_named(name: str | None) -> Loa | None:
    """Return the level of a short name (low, substantial, high), or None for any other text."""
    try:
        return Loa[name.upper()] if name else None
    except KeyError:
        return None
