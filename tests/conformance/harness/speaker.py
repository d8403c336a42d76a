"""What a FAPI 2.0 client says: requests, request objects, client assertions, DPoP proofs."""

import secrets
import time
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from tests.conformance.harness import jws
from tests.conformance.harness.basic import pkce
from tests.conformance.harness.jws import Key, new_key
from tests.conformance.harness.provider import Provider
from tests.conformance.harness.registration import Registered
from tests.conformance.harness.variants import Variant

Form = dict[str, str]
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass(frozen=True)
class Request:
    """What the suite asks for, and the secret behind its code_challenge."""

    params: Form
    verifier: str

    def without(self, *names: str) -> "Request":
        """The same request with parameters left out."""
        return replace(self, params={k: v for k, v in self.params.items() if k not in names})


@dataclass
class Speaker:
    """One client of the suite in one variant of the plan: what it can say."""

    provider: Provider
    registered: Registered
    variant: Variant
    dpop_key: Key = field(default_factory=new_key)
    nonce: str | None = None

    @property
    def client_id(self) -> str:
        """Its identifier."""
        return self.registered.client_id

    @property
    def key(self) -> Key:
        """What it signs assertions and request objects with."""
        assert self.registered.key is not None
        return self.registered.key

    # ---- the request

    def request(self, **changes: str | None) -> Request:
        """Make an authorization request; None leaves a parameter out."""
        verifier, challenge = pkce()
        usual: dict[str, str | None] = {
            "client_id": self.client_id,
            "redirect_uri": self.registered.redirect_uri,
            "scope": "openid",
            "state": secrets.token_urlsafe(16),
            "nonce": secrets.token_urlsafe(16),
            "response_type": "code",
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            "response_mode": "jwt" if self.variant.jarm else None,
        }
        params = {name: value for name, value in (usual | changes).items() if value is not None}
        return Request(params, verifier)

    def object_claims(self, request: Request, **changes: Any) -> dict[str, Any]:
        """The claims of a request object (FAPI 2.0 Message Signing section 5.3.1)."""
        now = int(time.time())
        about = {"iss": self.client_id, "aud": self.provider.issuer, "nbf": now, "exp": now + 300}
        claims = request.params | about | changes
        return {name: value for name, value in claims.items() if value is not None}

    def request_object(self, request: Request, **changes: Any) -> str:
        """Sign a request object; None leaves a claim out."""
        header = {"typ": "oauth-authz-req+jwt"}
        return jws.sign(header, self.object_claims(request, **changes), self.key)

    def pushable(self, request: Request, **claims: Any) -> Form:
        """What is pushed: the parameters, or a request object with them."""
        if not self.variant.signing:
            return request.params | {k: str(v) for k, v in claims.items()}
        return {"client_id": self.client_id, "request": self.request_object(request, **claims)}

    # ---- authentication and binding

    def assertion(self, *, key: Key | None = None, alg: str | None = None, **changes: Any) -> str:
        """A client assertion (RFC 7523 section 3); None leaves a claim out."""
        return jws.sign({}, self.assertion_claims(**changes), key or self.key, alg)

    def assertion_claims(self, **changes: Any) -> dict[str, Any]:
        """What a client assertion says."""
        now = int(time.time())
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": self.provider.issuer,
            "jti": secrets.token_urlsafe(16),
            "iat": now,
            "exp": now + 60,
        } | changes
        return {name: value for name, value in claims.items() if value is not None}

    def authentication(self, assertion: str | None = None) -> Form:
        """How the client says who it is, apart from its certificate."""
        if self.variant.client_auth != "private_key_jwt":
            return {"client_id": self.client_id}
        return {
            "client_assertion_type": _ASSERTION,
            "client_assertion": assertion or self.assertion(),
        }

    def proof(
        self,
        method: str,
        address: str,
        *,
        access_token: str | None = None,
        key: Key | None = None,
        header: dict[str, Any] | None = None,
        **changes: Any,
    ) -> str:
        """A DPoP proof (RFC 9449 section 4.2); None leaves a claim or header member out."""
        signer = key or self.dpop_key
        about = {"typ": "dpop+jwt", "jwk": signer.bare_jwk, "kid": None}
        claims = {
            "jti": secrets.token_urlsafe(16),
            "htm": method,
            "htu": address,
            "iat": int(time.time()),
            "nonce": self.nonce,
            "ath": jws.encode(sha256(access_token.encode()).digest()) if access_token else None,
        } | changes
        kept = {name: value for name, value in claims.items() if value is not None}
        return jws.sign(about | (header or {}), kept, signer)
