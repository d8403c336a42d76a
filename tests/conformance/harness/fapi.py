"""The suite as a FAPI 2.0 client: PAR, then the browser, then bound tokens."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from tests.conformance.harness import checks, jws
from tests.conformance.harness.browser import Callback
from tests.conformance.harness.citizen import Citizen
from tests.conformance.harness.speaker import Form, Request, Speaker

_RESPONSE_SECONDS = 600  # JARM section 2.1


@dataclass(frozen=True)
class Flow:
    """A completed flow."""

    request: Request
    code: str
    tokens: dict[str, Any]
    id_token: dict[str, Any]

    @property
    def access_token(self) -> str:
        """The access token."""
        return str(self.tokens["access_token"])


@dataclass
class FapiClient(Speaker):
    """One client of the suite in one variant of the plan."""

    def __post_init__(self) -> None:
        """Connect with the client's certificate, where it has one."""
        certificate = self.registered.certificate
        self.http = self.provider.http_with(certificate)
        self.metadata = self.provider.mtls_metadata if certificate else self.provider.metadata

    def _call(self, send: Callable[[], httpx.Response]) -> httpx.Response:
        """Send, and once more when the server asks for its nonce (RFC 9449 sections 8 and 9)."""
        response = send()
        if "use_dpop_nonce" not in response.text + response.headers.get("www-authenticate", ""):
            return response
        self.nonce = response.headers["dpop-nonce"]
        return send()

    # ---- the endpoints

    def push(
        self,
        form: Form,
        *,
        authentication: Callable[[], Form] | None = None,
        proof: Callable[[str], str] | None = None,
        method: str = "POST",
    ) -> httpx.Response:
        """Push a request. `proof` makes a DPoP proof for the endpoint's address."""
        address = self.metadata["pushed_authorization_request_endpoint"]

        def send() -> httpx.Response:
            headers = {"DPoP": proof(address)} if proof else {}
            data = form | (authentication or self.authentication)()
            return self.http.request(method, address, data=data, headers=headers)

        return self._call(send)

    def pushed(self, request: Request, **claims: Any) -> str:
        """Push a good request and return its reference."""
        return self.reference(self.push(self.pushable(request, **claims)))

    def reference(self, response: httpx.Response) -> str:
        """Check a successful push (RFC 9126 section 2.2) and return the reference."""
        assert response.status_code == 201, response.text
        body = response.json()
        assert response.headers["content-type"].partition(";")[0] == "application/json"
        assert isinstance(body["expires_in"], int)
        assert 5 <= body["expires_in"] <= 600
        checks.hard_to_guess(body["request_uri"].rpartition(":")[2])
        return str(body["request_uri"])

    def address(self, reference: str, request: Request, **outside: str) -> str:
        """Where the browser goes: as OpenID Connect wants it, with two parameters repeated."""
        repeated = {name: request.params[name] for name in ("scope", "response_type")}
        return self.bare_address(reference, **repeated, **outside)

    def bare_address(self, reference: str, **outside: str) -> str:
        """Where the browser goes, with nothing but who asks and the reference."""
        params = {"client_id": self.client_id, "request_uri": reference, **outside}
        return str(httpx.URL(self.provider.metadata["authorization_endpoint"], params=params))

    def token(
        self, code: str, request: Request, *, proof: str | bool = True, **form: Any
    ) -> httpx.Response:
        """Present a code. A `proof` of False sends none; None leaves out of the form."""
        usual = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": request.params["redirect_uri"],
            "code_verifier": request.verifier,
        }
        return self.call_token(usual | form, proof=proof)

    def refresh(self, token: str, *, proof: str | bool = True, **form: Any) -> httpx.Response:
        """Present a refresh token."""
        usual = {"grant_type": "refresh_token", "refresh_token": token}
        return self.call_token(usual | form, proof=proof)

    def call_token(self, form: dict[str, Any], *, proof: str | bool = True) -> httpx.Response:
        """Call the token endpoint; a form that says who asks is left as it is."""
        address = self.metadata["token_endpoint"]
        says_who = {"client_assertion", "client_id"} & form.keys()

        def send() -> httpx.Response:
            data = form if says_who else form | self.authentication()
            return self.http.post(
                address,
                data={name: value for name, value in data.items() if value is not None},
                headers=self._proof_header(proof, address),
            )

        return self._call(send)

    def _proof_header(self, proof: str | bool, address: str) -> dict[str, str]:
        if proof is False or not (self.variant.dpop or isinstance(proof, str)):
            return {}
        return {"DPoP": proof if isinstance(proof, str) else self.proof("POST", address)}

    def resource(
        self,
        access_token: str,
        *,
        scheme: str | None = None,
        proofs: Callable[[str], list[str]] | None = None,
        headers: dict[str, str] | None = None,
        **params: str,
    ) -> httpx.Response:
        """Ask the protected resource, which is userinfo. `proofs` replaces the usual one."""
        address = self.metadata["userinfo_endpoint"]
        kind = scheme or ("DPoP" if self.variant.dpop else "Bearer")

        def usual(at: str) -> list[str]:
            return [self.proof("GET", at, access_token=access_token)] if self.variant.dpop else []

        def send() -> httpx.Response:
            lines = [("Authorization", f"{kind} {access_token}"), *(headers or {}).items()]
            lines += [("DPoP", one) for one in (proofs or usual)(address)]
            return self.http.get(address, headers=lines, params=params or None)

        return self._call(send)

    # ---- the flow

    def authorize(self, citizen: Citizen, request: Request, **outside: str) -> Callback:
        """Push, send the browser, and open what comes back."""
        reference = self.pushed(request)
        return self.opened(citizen.enter(self.address(reference, request, **outside)), request)

    def opened(self, answer: Callback, request: Request) -> Callback:
        """Read a signed answer (JARM section 2.4); a plain one is returned as it is."""
        answer = _without_own_query(answer, request)
        if not self.variant.jarm:
            assert answer.mode == "query"
            return answer
        assert set(answer.params) == {"response"}, "a plain answer where a signed one was asked"
        header, claims = jws.verify(answer.params["response"], self.provider.jwks())
        assert header["alg"] in {"ES256", "PS256", "EdDSA", "Ed25519"}
        assert claims.pop("aud") == request.params["client_id"]
        assert time.time() < claims.pop("exp") <= time.time() + _RESPONSE_SECONDS
        claims.pop("iat", None)
        return replace(answer, mode="jwt", params=claims)

    def answered(self, answer: Callback, request: Request) -> str:
        """Check a successful answer and return its code."""
        return checks.answered(answer, request.params, self.provider.issuer)

    def refused(self, answer: Callback, request: Request, *errors: str) -> None:
        """Check an error that came back."""
        checks.refused(answer, request.params, self.provider.issuer, *errors)

    def code(self, citizen: Citizen, request: Request) -> str:
        """Run the flow up to the code."""
        return self.answered(self.authorize(citizen, request), request)

    def complete(self, citizen: Citizen, request: Request | None = None) -> Flow:
        """Run the whole flow with all its checks."""
        asked = request or self.request()
        return self.settle(self.code(citizen, asked), asked)

    def settle(self, code: str, request: Request) -> Flow:
        """Go on from a code: tokens, ID token, protected resource."""
        flow = self.read(self.token(code, request), code, request)
        self.resource_answers(self.resource(flow.access_token), flow)
        return flow

    def read(self, response: httpx.Response, code: str, request: Request) -> Flow:
        """Check a token response with its ID token."""
        tokens = checks.granted(response)
        assert tokens["token_type"].lower() == ("dpop" if self.variant.dpop else "bearer")
        claims = self.id_token(tokens, request)
        return Flow(request, code, tokens, claims)

    def id_token(self, tokens: dict[str, Any], request: Request) -> dict[str, Any]:
        """Check the ID token of a response."""
        return checks.id_token(
            tokens["id_token"],
            request.params,
            self.provider,
            alg="ES256",
            access_token=tokens["access_token"],
        )

    def resource_answers(self, response: httpx.Response, flow: Flow) -> dict[str, Any]:
        """Check a good answer of the resource: JSON, and a Date to reckon with."""
        assert "date" in response.headers
        return checks.userinfo(response, flow.id_token["sub"])


# RFC 6749 section 3.1.2: a query in the registered redirect_uri is retained.
def _without_own_query(answer: Callback, request: Request) -> Callback:
    own = parse_qsl(urlsplit(request.params["redirect_uri"]).query)
    assert all(answer.params.get(name) == value for name, value in own)
    names = {name for name, _ in own}
    return replace(answer, params={k: v for k, v in answer.params.items() if k not in names})
