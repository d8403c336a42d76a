"""The dependency that protects routes."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx
from fastapi import APIRouter, Request

from clavis_resource_server import certificates, dpop
from clavis_resource_server.access import Access
from clavis_resource_server.certificates import CertificateSource
from clavis_resource_server.config import Provider
from clavis_resource_server.documents import Documents, ProviderUnavailableError
from clavis_resource_server.errors import Challenge, unavailable
from clavis_resource_server.levels import reaches, recent
from clavis_resource_server.replay import MemoryReplays, Replays
from clavis_resource_server.tokens import TokenVerifier

METADATA_PATH = "/.well-known/oauth-protected-resource"
_SCHEMES = {"bearer": "Bearer", "dpop": "DPoP"}
Dependency = Callable[[Request], Awaitable[Access]]


@dataclass(frozen=True, slots=True)
class Needs:
    """What one route asks of a token."""

    scopes: frozenset[str] = frozenset()
    acr: str | None = None
    max_age: int | None = None


class ResourceServer:
    """Protects an API with the access tokens of one provider.

    `base_url` is the public address of this API, needed behind a proxy: DPoP proofs are made for
    it. `replays` remembers proofs; several processes need one they share. `certificate` finds the
    client certificate of a request; without it, tokens bound to one are refused.
    """

    def __init__(
        self,
        provider: Provider,
        *,
        http: httpx.AsyncClient | None = None,
        base_url: str | None = None,
        replays: Replays | None = None,
        certificate: CertificateSource = lambda _: None,
        now: Callable[[], float] = time.time,
    ) -> None:
        """Trust a provider. Nothing is fetched before the first request."""
        self._provider = provider
        self._http = http or httpx.AsyncClient()
        self._base_url = base_url.rstrip("/") if base_url else None
        self._replays = replays or MemoryReplays(now)
        self._certificate = certificate
        self._now = now
        documents = Documents(provider, self._http, now)
        self._verifier = TokenVerifier(provider, documents, self._http, now)

    def require(
        self, *scopes: str, acr: str | None = None, max_age: int | None = None
    ) -> Dependency:
        """Make the dependency of a route: these scopes, this level or a higher one, so recent.

        A route gets the `Access`. A login that is too low or too old (`max_age` in seconds) is
        answered with the challenge of RFC 9470, from which a client steps up.
        """
        needs = Needs(frozenset(scopes), acr, max_age)

        async def access(request: Request) -> Access:
            return await self._admit(request, needs)

        return access

    async def close(self) -> None:
        """Close the connections to the provider."""
        await self._http.aclose()

    async def _admit(self, request: Request, needs: Needs) -> Access:
        scheme, token = self._presented(request)
        challenge = self._challenge(scheme)
        try:
            access = await self._verifier.verify(token)
        except ProviderUnavailableError as error:
            raise unavailable() from error
        if access is None:
            raise challenge.invalid()
        await self._check_binding(request, scheme, token, access)
        if not needs.scopes <= access.scopes:
            raise challenge.scope(needs.scopes)
        self._check_login(access, needs, challenge)
        return access

    # RFC 6750 section 2.1: in the header, once. The form and the query are not read: the first
    # would consume the body, the second ends in logs (RFC 9700 section 2.5).
    def _presented(self, request: Request) -> tuple[str, str]:
        sent = request.headers.getlist("authorization")
        default = self._challenge("DPoP" if self._provider.bound_only else "Bearer")
        if not sent:
            raise default.missing()
        word, _, token = sent[0].partition(" ")
        scheme, token = _SCHEMES.get(word.lower()), token.strip()
        if len(sent) > 1 or scheme is None or not token or " " in token:
            raise default.malformed("One access token is needed, in the Authorization header.")
        return scheme, token

    # RFC 9449 section 7.2 and RFC 8705 section 3: a bound token is worth nothing without its key.
    async def _check_binding(
        self, request: Request, scheme: str, token: str, access: Access
    ) -> None:
        bound = access.confirmation
        key, certificate = bound.get("jkt"), bound.get("x5t#S256")
        if (key is not None) != (scheme == "DPoP"):
            raise self._challenge("DPoP" if key is not None else "Bearer").invalid()
        if certificate is not None and not (
            isinstance(certificate, str)
            and certificates.matches(self._certificate(request), certificate)
        ):
            raise self._challenge(scheme).invalid("The token is bound to another certificate.")
        if key is not None:
            await self._check_proof(request, token, str(key))
        # RFC 7800 section 3.1: a binding that is not understood is no licence to ignore it.
        known = key is not None or certificate is not None
        if not known and (bound or self._provider.bound_only):
            raise self._challenge("DPoP").invalid("The token must be bound to a key.")

    async def _check_proof(self, request: Request, token: str, thumbprint: str) -> None:
        try:
            await dpop.check_proof(
                request.headers.getlist("dpop"),
                method=request.method,
                url=self._address(request),
                token=token,
                thumbprint=thumbprint,
                replays=self._replays,
                now=self._now,
            )
        except dpop.ProofError as error:
            raise self._challenge("DPoP").proof(str(error)) from error

    def _address(self, request: Request) -> str:
        if self._base_url is None:
            return str(request.url)
        return self._base_url + request.url.path

    def _check_login(self, access: Access, needs: Needs, challenge: Challenge) -> None:
        provider = self._provider
        low = needs.acr is not None and not reaches(access.acr, needs.acr, provider.levels)
        old = needs.max_age is not None and not recent(
            access.auth_time, needs.max_age, self._now(), provider.leeway_seconds
        )
        if low or old:
            raise challenge.level(needs.acr, needs.max_age)

    def _challenge(self, scheme: str) -> Challenge:
        where = self._base_url + METADATA_PATH if self._base_url else None
        return Challenge(scheme, dpop.ALGORITHMS, where)

    # RFC 9728 section 2: what a client must know to get a token for this API.
    def metadata_router(self, *scopes: str) -> APIRouter:
        """Publish the API's own metadata at its well-known address. Needs `base_url`."""
        if self._base_url is None:
            raise ValueError("base_url is needed to name the resource")
        document: dict[str, Any] = {
            "resource": self._base_url,
            "authorization_servers": [self._provider.issuer],
            "bearer_methods_supported": ["header"],
            "dpop_signing_alg_values_supported": list(dpop.ALGORITHMS),
            "dpop_bound_access_tokens_required": self._provider.bound_only,
        }
        if scopes:
            document["scopes_supported"] = sorted(scopes)
        router = APIRouter()

        @router.get(METADATA_PATH)
        async def metadata() -> dict[str, Any]:
            return document

        return router
