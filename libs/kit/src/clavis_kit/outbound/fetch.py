"""Reading a small document, and posting a small form, within limits of time and size."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx

from clavis_kit import strict_json
from clavis_kit.outbound.rules import OutboundRefusedError

TOTAL_SECONDS = 3.0
MAX_BYTES = 65536


class FetchError(Exception):
    """A document that could not be had. `reason` is stable and holds nothing of the answer."""

    def __init__(self, reason: str) -> None:
        """Keep why: unreachable, timeout, refused, status, content_type, too_large or not_json."""
        super().__init__(reason)
        self.reason = reason


async def fetch_json(
    http: httpx.AsyncClient,
    url: str,
    *,
    max_bytes: int = MAX_BYTES,
    total_seconds: float = TOTAL_SECONDS,
) -> Any:
    """Return a JSON document from an address, names unique. Raises FetchError."""
    try:
        async with asyncio.timeout(total_seconds):
            body = await _read(http, url, max_bytes)
    except TimeoutError as error:
        raise FetchError("timeout") from error
    except OutboundRefusedError as error:
        raise FetchError("refused") from error
    except httpx.TimeoutException as error:
        raise FetchError("timeout") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise FetchError("unreachable") from error
    try:
        return strict_json.loads(body, strict_json.Limits(bytes=max_bytes))
    except strict_json.JsonRefusedError as error:
        raise FetchError("not_json") from error


async def _read(http: httpx.AsyncClient, url: str, max_bytes: int) -> bytes:
    # An encoded answer could unfold to any size: none is asked for, none is taken.
    headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
    async with http.stream("GET", url, headers=headers, follow_redirects=False) as response:
        if response.status_code != httpx.codes.OK:
            raise FetchError("status")
        if not _is_json(response.headers):
            raise FetchError("content_type")
        body = bytearray()
        async for piece in response.aiter_bytes():
            body += piece
            if len(body) > max_bytes:
                raise FetchError("too_large")
        return bytes(body)


# RFC 7517 section 8.5.2 registers jwk-set+json; RFC 6839 section 3.1 the suffix.
def _is_json(headers: httpx.Headers) -> bool:
    kind: str = headers.get("content-type", "").partition(";")[0].strip().lower()
    plain: bool = headers.get("content-encoding", "identity").strip().lower() == "identity"
    return plain and (kind == "application/json" or kind.endswith("+json"))


async def post_form(
    http: httpx.AsyncClient,
    url: str,
    form: Mapping[str, str],
    *,
    total_seconds: float = TOTAL_SECONDS,
) -> int:
    """Post a form and return the status; the answer's body is not read. Raises FetchError."""
    try:
        async with (
            asyncio.timeout(total_seconds),
            http.stream("POST", url, data=dict(form), follow_redirects=False) as response,
        ):
            return response.status_code
    except (TimeoutError, httpx.TimeoutException) as error:
        raise FetchError("timeout") from error
    except OutboundRefusedError as error:
        raise FetchError("refused") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise FetchError("unreachable") from error
