"""The suite's own clients, as a bundle that the provider reads and as the suite knows them."""

import secrets
from dataclasses import dataclass
from typing import Any

from tests.conformance.harness.jws import Key, new_key
from tests.conformance.harness.provider import Certificate
from tests.conformance.harness.variants import Variant

SUITE = "https://suite.example/test/a/clavis/"
CALLBACK = SUITE + "callback"
SECOND_CALLBACK = CALLBACK + "?dummy1=lorem&dummy2=ipsum"
LOGGED_OUT = SUITE + "post_logout_redirect"
_SCOPE = "openid profile email phone address offline_access"


@dataclass(frozen=True)
class Registered:
    """A client of the suite with what it holds."""

    client_id: str
    document: dict[str, Any]
    secret: str = ""
    key: Key | None = None
    certificate: Certificate | None = None

    @property
    def redirect_uri(self) -> str:
        """Where it is answered."""
        return str(self.document["redirect_uris"][0])


def basic_client(client_id: str, method: str = "client_secret_basic", **more: Any) -> Registered:
    """A client with a secret, as the OpenID Connect plans use it."""
    secret = secrets.token_urlsafe(32)
    document = {
        "client_id": client_id,
        "client_secret": secret,
        "client_name": "Conformance suite",
        "profile": "basic",
        "redirect_uris": [CALLBACK],
        "post_logout_redirect_uris": [LOGGED_OUT],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": method,
        "scope": _SCOPE,
        **more,
    }
    return Registered(client_id, document, secret=secret)


def fapi_client(
    client_id: str,
    variant: Variant,
    callback: str,
    alg: str,
    certificate: Certificate | None,
) -> Registered:
    """A client of the FAPI 2.0 plans for one of their variants."""
    key = new_key(alg)
    document: dict[str, Any] = {
        "client_id": client_id,
        "client_name": "Conformance suite, FAPI 2.0",
        "profile": "fapi2",
        "redirect_uris": [callback],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": variant.client_auth,
        "scope": _SCOPE,
        "jwks": {"keys": [key.jwk]},
    }
    if variant.dpop:
        document["dpop_bound_access_tokens"] = True
    else:
        document["tls_client_certificate_bound_access_tokens"] = True
    if variant.client_auth == "tls_client_auth" and certificate is not None:
        document["tls_client_auth_subject_dn"] = certificate.subject
    if variant.signing:
        document["require_signed_request_object"] = True
        document["request_object_signing_alg"] = alg
        document["authorization_signed_response_alg"] = "ES256"
    return Registered(client_id, document, key=key, certificate=certificate)
