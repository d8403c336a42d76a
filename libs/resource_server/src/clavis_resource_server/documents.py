"""The provider's published documents: its metadata and its keys, fetched rarely and safely."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from clavis_resource_server.config import Provider
from clavis_resource_server.jose import BrokenJwtError, PublicKey, public_key

FRESH_SECONDS = 300.0
STALE_SECONDS = 24 * 3600.0
"""How long the last keys serve while the provider does not answer."""
PAUSE_SECONDS = 10.0
"""An unknown key identifier reloads the keys no more often than this."""
MAX_BYTES = 256 * 1024
MAX_KEYS = 64
TIMEOUT = httpx.Timeout(5.0)
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class ProviderUnavailableError(Exception):
    """The provider's documents cannot be had now, and none that are recent enough are here."""


@dataclass(frozen=True, slots=True)
class _Keys:
    by_kid: Mapping[str, PublicKey]
    fetched_at: float


class Documents:
    """Metadata and keys of one provider; one fetch at a time, however many requests wait."""

    def __init__(
        self, provider: Provider, http: httpx.AsyncClient, now: Callable[[], float]
    ) -> None:
        """Fetch with `http`; `now` gives seconds since 1970."""
        self._provider = provider
        self._http = http
        self._now = now
        self._metadata: dict[str, Any] | None = None
        self._keys: _Keys | None = None
        self._tried_at = float("-inf")
        self._lock = asyncio.Lock()

    async def key(self, kid: str) -> PublicKey | None:
        """Return the key of that identifier, or None when the provider has none.

        Raises ProviderUnavailableError.
        """
        keys = await self._current(kid)
        return keys.by_kid.get(kid)

    async def endpoint(self, name: str) -> str:
        """Return an address from the metadata. Raises ProviderUnavailableError."""
        async with self._lock:
            metadata = await self._discovered()
        found = metadata.get(name)
        if not isinstance(found, str) or not _is_safe(found):
            raise ProviderUnavailableError(f"the provider names no {name}")
        return found

    async def _current(self, kid: str) -> _Keys:
        if self._keys is not None and self._good(self._keys, kid):
            return self._keys
        async with self._lock:
            if self._keys is not None and self._good(self._keys, kid):
                return self._keys
            return await self._reload()

    def _good(self, keys: _Keys, kid: str) -> bool:
        """Say whether to answer from memory: fresh and known, or tried a moment ago."""
        age = self._now() - keys.fetched_at
        known = kid in keys.by_kid and age < FRESH_SECONDS
        tried = self._now() - self._tried_at < PAUSE_SECONDS
        return known or (tried and age <= STALE_SECONDS)

    async def _reload(self) -> _Keys:
        now = self._now()
        if now - self._tried_at < PAUSE_SECONDS:
            raise ProviderUnavailableError("the keys could not be had a moment ago")
        self._tried_at = now
        try:
            address = self._provider.jwks_uri or (await self._discovered()).get("jwks_uri")
            self._keys = _Keys(_read_keys(await self._fetch(address)), now)
        except ProviderUnavailableError:
            if self._keys is None or now - self._keys.fetched_at > STALE_SECONDS:
                raise
        return self._keys

    # RFC 8414 section 3.3, OpenID Connect Discovery 1.0 section 4.3: the issuer must be the same.
    async def _discovered(self) -> dict[str, Any]:
        if self._metadata is None:
            issuer = self._provider.issuer.rstrip("/")
            found = await self._fetch(f"{issuer}/.well-known/openid-configuration")
            if found.get("issuer") != self._provider.issuer:
                raise ProviderUnavailableError("the metadata is of another issuer")
            self._metadata = found
        return self._metadata

    async def _fetch(self, address: object) -> dict[str, Any]:
        if not isinstance(address, str) or not _is_safe(address):
            raise ProviderUnavailableError("not an https address")
        try:
            async with self._http.stream(
                "GET", address, timeout=TIMEOUT, follow_redirects=False
            ) as answer:
                answer.raise_for_status()
                body = b""
                async for part in answer.aiter_bytes():
                    body += part
                    if len(body) > MAX_BYTES:
                        raise ProviderUnavailableError("the document is too large")
            document = json.loads(body)
        except (httpx.HTTPError, ValueError, RecursionError) as error:
            raise ProviderUnavailableError(type(error).__name__) from error
        if not isinstance(document, dict):
            raise ProviderUnavailableError("not a JSON object")
        return document


def _is_safe(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)


# RFC 7517 section 5: keys that are not understood are passed over.
def _read_keys(document: dict[str, Any]) -> dict[str, PublicKey]:
    listed = document.get("keys")
    if not isinstance(listed, list) or len(listed) > MAX_KEYS:
        raise ProviderUnavailableError("not a key set")
    keys = {}
    for jwk in listed:
        kid = jwk.get("kid") if isinstance(jwk, dict) else None
        if not isinstance(kid, str) or jwk.get("use", "sig") != "sig":
            continue
        try:
            keys[kid] = public_key(jwk)
        except BrokenJwtError:
            continue
    return keys
