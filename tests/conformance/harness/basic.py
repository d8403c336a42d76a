"""The suite as an OpenID Connect client with a secret: the basic and form post plans."""

import secrets
import time
from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import quote_plus

import httpx

from tests.conformance.harness import checks, jws
from tests.conformance.harness.browser import Browser, Callback
from tests.conformance.harness.citizen import Citizen
from tests.conformance.harness.provider import Provider
from tests.conformance.harness.registration import Registered


def pkce() -> tuple[str, str]:
    """A verifier and its S256 challenge (RFC 7636 section 4)."""
    verifier = secrets.token_urlsafe(48)
    return verifier, jws.encode(sha256(verifier.encode()).digest())


@dataclass(frozen=True)
class Flow:
    """A completed flow: what was asked and all that came back."""

    request: dict[str, str]
    answer: Callback
    code: str
    tokens: dict[str, Any]
    id_token: dict[str, Any]

    @property
    def access_token(self) -> str:
        """The access token."""
        return str(self.tokens["access_token"])


@dataclass(frozen=True)
class BasicClient:
    """One client in one plan: `response_mode` is what tells the plans apart."""

    provider: Provider
    registered: Registered
    response_mode: str | None = None
    alg: str = "RS256"

    @property
    def client_id(self) -> str:
        """Its identifier."""
        return self.registered.client_id

    def request(self, **changes: str | None) -> dict[str, str]:
        """Make an authorization request as the plan sends it; None leaves a parameter out."""
        usual: dict[str, str | None] = {
            "client_id": self.client_id,
            "redirect_uri": self.registered.redirect_uri,
            "scope": "openid",
            "state": secrets.token_urlsafe(8),
            "nonce": secrets.token_urlsafe(8),
            "response_type": "code",
            "response_mode": self.response_mode,
        }
        return {name: value for name, value in (usual | changes).items() if value is not None}

    def address(self, request: dict[str, str]) -> str:
        """Where the browser is sent."""
        return str(httpx.URL(self.provider.metadata["authorization_endpoint"], params=request))

    def post(self, browser: Browser, request: dict[str, str]) -> Any:
        """Send the request as a form from the suite's own page."""
        return browser.post_from_elsewhere(
            self.provider.metadata["authorization_endpoint"], request
        )

    def answered(self, answer: Callback, request: dict[str, str]) -> str:
        """Check that the answer came as the plan asks, and return the code."""
        assert answer.mode == (self.response_mode or "query")
        return checks.answered(answer, request, self.provider.issuer)

    def refused(self, answer: object, request: dict[str, str], *errors: str) -> None:
        """Check that one of these errors came as the plan asks."""
        assert isinstance(answer, Callback), answer
        assert answer.mode == (self.response_mode or "query")
        checks.refused(answer, request, self.provider.issuer, *errors)

    def request_object(self, request: dict[str, str]) -> str:
        """Sign the request (RFC 9101)."""
        now = int(time.time())
        about = {"iss": self.client_id, "aud": self.provider.issuer, "nbf": now, "exp": now + 300}
        assert self.registered.key is not None
        return jws.sign({"typ": "oauth-authz-req+jwt"}, request | about, self.registered.key)

    def call(self, endpoint: str, **form: str) -> httpx.Response:
        """Call an endpoint with the client's own authentication."""
        headers = {}
        if self.registered.document["token_endpoint_auth_method"] == "client_secret_post":
            form |= {"client_id": self.client_id, "client_secret": self.registered.secret}
        else:
            # RFC 6749 section 2.3.1: both are form-encoded first.
            pair = f"{quote_plus(self.client_id)}:{quote_plus(self.registered.secret)}"
            headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
        address = self.provider.metadata[endpoint]
        return self.provider.http.post(address, data=form, headers=headers)

    def exchange(self, code: str, request: dict[str, str], **more: str) -> httpx.Response:
        """Present a code."""
        return self.call(
            "token_endpoint",
            grant_type="authorization_code",
            code=code,
            redirect_uri=request["redirect_uri"],
            **more,
        )

    def refresh(self, token: str, **more: str) -> httpx.Response:
        """Present a refresh token."""
        return self.call("token_endpoint", grant_type="refresh_token", refresh_token=token, **more)

    def userinfo(self, access_token: str, method: str = "GET") -> httpx.Response:
        """Ask the protected resource."""
        address = self.provider.metadata["userinfo_endpoint"]
        headers = {"Authorization": f"Bearer {access_token}"}
        return self.provider.http.request(method, address, headers=headers)

    def complete(self, citizen: Citizen, **changes: str | None) -> Flow:
        """Run the whole flow with all its checks, as every module does."""
        request = self.request(**changes)
        return self.settle(citizen.enter(self.address(request)), request)

    def settle(self, answer: Callback, request: dict[str, str], **more: str) -> Flow:
        """Go on from an answer: code, tokens, ID token, protected resource."""
        code = self.answered(answer, request)
        tokens = checks.granted(self.exchange(code, request, **more))
        assert tokens["token_type"].lower() == "bearer"
        claims = self.id_token(tokens, request)
        checks.userinfo(self.userinfo(tokens["access_token"]), claims["sub"])
        return Flow(request, answer, code, tokens, claims)

    def id_token(self, tokens: dict[str, Any], request: dict[str, str]) -> dict[str, Any]:
        """Check the ID token of a response."""
        return checks.id_token(
            tokens["id_token"],
            request,
            self.provider,
            alg=self.alg,
            access_token=tokens["access_token"],
        )
