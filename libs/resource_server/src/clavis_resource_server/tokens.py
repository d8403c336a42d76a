"""Verifying access tokens: JWTs by themselves, others by asking the provider."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from clavis_resource_server.access import Access, access_of, is_time
from clavis_resource_server.config import Introspection, Provider
from clavis_resource_server.documents import TIMEOUT, Documents, ProviderUnavailableError
from clavis_resource_server.jose import MAX_TOKEN, BrokenJwtError, read_header, verified_claims

_TYPES = frozenset({"at+jwt", "application/at+jwt"})
_MAX_ANSWER = 64 * 1024


class TokenVerifier:
    """Verifies tokens of one provider for one API."""

    def __init__(
        self,
        provider: Provider,
        documents: Documents,
        http: httpx.AsyncClient,
        now: Callable[[], float],
    ) -> None:
        """Trust a provider; `now` gives seconds since 1970."""
        self._provider = provider
        self._documents = documents
        self._http = http
        self._now = now

    async def verify(self, token: str) -> Access | None:
        """Return what a token says; None when it is no good. Raises ProviderUnavailableError."""
        if len(token) > MAX_TOKEN:
            return None
        introspection = self._provider.introspection
        if token.count(".") == 2:  # noqa: PLR2004 -- RFC 7515 section 7.1: three parts
            claims = await self._read(token)
        elif introspection is not None:
            claims = await self._ask(token, introspection)
        else:
            claims = None
        if claims is None or not self._is_ours(claims):
            return None
        return access_of(claims)

    # RFC 9068 section 4: the type keeps an ID token from being taken for an access token.
    async def _read(self, token: str) -> dict[str, Any] | None:
        try:
            header = read_header(token)
            kid = header.get("kid")
            if str(header.get("typ", "")).lower() not in _TYPES or not isinstance(kid, str):
                return None
            if header.get("alg") not in self._provider.algorithms:
                return None
            key = await self._documents.key(kid)
            if key is None:
                return None
            claims = verified_claims(token, key, self._provider.algorithms)
        except BrokenJwtError:
            return None
        # Section 2.2: these are required in a JWT, where an introspection may leave them out.
        required = claims.get("iss") == self._provider.issuer and "aud" in claims
        return claims if required and is_time(claims.get("exp")) else None

    # RFC 7662 section 2: inactive is all that is told of a token that is no good.
    async def _ask(self, token: str, introspection: Introspection) -> dict[str, Any] | None:
        address = introspection.endpoint or await self._documents.endpoint("introspection_endpoint")
        try:
            answer = await self._http.post(
                address,
                data={"token": token, "token_type_hint": "access_token"},
                auth=(introspection.client_id, introspection.client_secret),
                headers={"Accept": "application/json"},
                timeout=TIMEOUT,
                follow_redirects=False,
            )
            answer.raise_for_status()
            claims = json.loads(answer.content[:_MAX_ANSWER])
        except (httpx.HTTPError, ValueError, RecursionError) as error:
            raise ProviderUnavailableError(type(error).__name__) from error
        if not isinstance(claims, dict) or claims.get("active") is not True:
            return None
        # Section 2.2: `aud` may be left out; the provider tells us only of tokens that concern us.
        return {"aud": self._provider.audience} | claims

    # RFC 9068 section 4; RFC 7662 section 2.2: what an answer holds must hold.
    def _is_ours(self, claims: Mapping[str, Any]) -> bool:
        now, leeway = self._now(), self._provider.leeway_seconds
        expires, begins = claims.get("exp", now + 1), claims.get("nbf", 0)
        if not is_time(begins) or begins > now + leeway:
            return False
        if not isinstance(expires, int | float) or expires + leeway <= now:
            return False
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        issuer = claims.get("iss", self._provider.issuer)
        return issuer == self._provider.issuer and self._provider.audience in audiences
