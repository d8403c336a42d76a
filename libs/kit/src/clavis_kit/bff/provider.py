"""Calls to the identity provider: discovery, pushed requests, tokens, revocation."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
from joserfc import jwt

from clavis_kit.bff.errors import ProviderUnavailableError
from clavis_kit.clock import Clock
from clavis_kit.ids import new_id
from clavis_kit.service_tokens import ServiceTokenSigner

ASSERTION_SECONDS = 60
_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_METADATA_MAX_AGE = timedelta(minutes=10)
_SERVER_ERROR = 500


@dataclass(frozen=True, slots=True)
class ProviderMetadata:
    """What this backend needs of a discovery document (OpenID Connect Discovery 1.0 section 3)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    pushed_authorization_request_endpoint: str | None
    revocation_endpoint: str | None
    end_session_endpoint: str | None
    sends_issuer: bool


@dataclass(frozen=True, slots=True)
class TokenSet:
    """The tokens of one session."""

    access_token: str
    refresh_token: str | None
    id_token: str | None
    access_expires_at: datetime


class Provider:
    """One client of one identity provider, known by its own key (private_key_jwt)."""

    def __init__(
        self,
        *,
        issuer: str,
        internal_url: str | None,
        client_id: str,
        signer: ServiceTokenSigner,
        http: httpx.AsyncClient,
        clock: Clock,
    ) -> None:
        """Use a client that the application owns; `internal_url` replaces the issuer's address."""
        self._issuer = issuer
        self._internal_url = internal_url or issuer
        self._client_id = client_id
        self._signer = signer
        self._http = http
        self._clock = clock
        self._metadata: tuple[datetime, ProviderMetadata] | None = None

    async def metadata(self) -> ProviderMetadata:
        """Return the discovery document, read again every ten minutes."""
        now = self._clock.now()
        if self._metadata and now < self._metadata[0] + _METADATA_MAX_AGE:
            return self._metadata[1]
        url = f"{self._internal_url}/.well-known/openid-configuration"
        try:
            response = await self._http.get(url)
            response.raise_for_status()
            metadata = self._read(response.json())
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            if self._metadata:
                return self._metadata[1]
            raise ProviderUnavailableError(f"no metadata: {type(error).__name__}") from error
        self._metadata = (now, metadata)
        return metadata

    def _read(self, document: dict[str, Any]) -> ProviderMetadata:
        # OpenID Connect Discovery 1.0 section 4.3: the issuer must be the one that was asked.
        if document["issuer"] != self._issuer:
            raise ValueError("another issuer answered")
        return ProviderMetadata(
            issuer=document["issuer"],
            authorization_endpoint=document["authorization_endpoint"],
            token_endpoint=self._inside(document["token_endpoint"]),
            jwks_uri=self._inside(document["jwks_uri"]),
            pushed_authorization_request_endpoint=self._optional(
                document, "pushed_authorization_request_endpoint"
            ),
            revocation_endpoint=self._optional(document, "revocation_endpoint"),
            end_session_endpoint=document.get("end_session_endpoint"),
            sends_issuer=bool(document.get("authorization_response_iss_parameter_supported")),
        )

    def _optional(self, document: dict[str, Any], name: str) -> str | None:
        return self._inside(document[name]) if document.get(name) else None

    def _inside(self, url: str) -> str:
        if url.startswith(self._issuer):
            return self._internal_url + url.removeprefix(self._issuer)
        return url

    async def push(self, parameters: dict[str, str]) -> dict[str, str]:
        """Return the parameters for the browser: a reference to pushed ones where supported."""
        endpoint = (await self.metadata()).pushed_authorization_request_endpoint
        if endpoint is None:
            return {**parameters, "client_id": self._client_id}
        # RFC 9126 section 2.1: the request goes by the back channel, authenticated.
        answer = await self._post(endpoint, parameters)
        if "request_uri" not in answer:
            raise ProviderUnavailableError(f"push refused: {answer.get('error')}")
        return {"client_id": self._client_id, "request_uri": str(answer["request_uri"])}

    async def redeem(self, code: str, verifier: str, redirect_uri: str) -> TokenSet | None:
        """Exchange a code for tokens; None when the provider refuses it."""
        return await self._tokens(
            {
                "grant_type": "authorization_code",
                "code": code,
                "code_verifier": verifier,
                "redirect_uri": redirect_uri,
            }
        )

    async def refresh(self, refresh_token: str) -> TokenSet | None:
        """Renew the tokens; None when the grant has ended (RFC 6749 section 5.2)."""
        return await self._tokens({"grant_type": "refresh_token", "refresh_token": refresh_token})

    async def revoke(self, token: str) -> None:
        """Tell the provider that a token is no longer needed; a failure changes nothing here."""
        try:
            endpoint = (await self.metadata()).revocation_endpoint
            if endpoint:
                await self._post(endpoint, {"token": token, "token_type_hint": "refresh_token"})
        except ProviderUnavailableError:
            return

    async def _tokens(self, grant: dict[str, str]) -> TokenSet | None:
        answer = await self._post((await self.metadata()).token_endpoint, grant)
        if answer.get("error") == "invalid_grant":
            return None
        try:
            lifetime = timedelta(seconds=int(answer["expires_in"]))
            # RFC 6749 section 7.1: a token of a type that is not understood must not be used.
            if str(answer["token_type"]).lower() != "bearer":
                raise ProviderUnavailableError("unknown token type")
            return TokenSet(
                access_token=str(answer["access_token"]),
                refresh_token=answer.get("refresh_token"),
                id_token=answer.get("id_token"),
                access_expires_at=self._clock.now() + lifetime,
            )
        except (KeyError, ValueError, TypeError) as error:
            raise ProviderUnavailableError(f"token refused: {answer.get('error')}") from error

    async def _post(self, endpoint: str, form: dict[str, str]) -> dict[str, Any]:
        try:
            response = await self._http.post(endpoint, data={**form, **self._authentication()})
            if response.status_code >= _SERVER_ERROR:
                raise ProviderUnavailableError(f"status {response.status_code}")
            answer = response.json() if response.content else {}
        except (httpx.HTTPError, ValueError) as error:
            raise ProviderUnavailableError(type(error).__name__) from error
        return answer if isinstance(answer, dict) else {}

    # RFC 7523 section 3, with the issuer as the only audience (FAPI 2.0 section 5.3.3.1).
    def _authentication(self) -> dict[str, str]:
        issued = int(self._clock.now().timestamp())
        key = self._signer.key
        assertion = jwt.encode(
            {"alg": "ES256", "kid": key.thumbprint(), "typ": "JWT"},
            {
                "iss": self._client_id,
                "sub": self._client_id,
                "aud": self._issuer,
                "iat": issued,
                "exp": issued + ASSERTION_SECONDS,
                "jti": new_id(),
            },
            key,
        )
        return {
            "client_id": self._client_id,
            "client_assertion_type": _ASSERTION_TYPE,
            "client_assertion": assertion,
        }
