"""The suite's own clients, as a bundle that the provider reads and as the suite knows them."""

import secrets
from base64 import b64encode
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from tests.conformance.harness.certificates import subject_of
from tests.conformance.harness.jws import Key, new_key
from tests.conformance.harness.provider import Certificate
from tests.conformance.harness.variants import Variant

SUITE = "https://suite.example/test/a/clavis/"
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


def basic_client(
    client_id: str, method: str = "client_secret_basic", *, suite: str = SUITE, **more: Any
) -> Registered:
    """A client with a secret, as the OpenID Connect plans use it."""
    secret, key = secrets.token_urlsafe(32), new_key()
    document = {
        "client_id": client_id,
        "client_secret": secret,
        "client_name": "Conformance suite",
        "profile": "basic",
        "sso_allowed": True,
        "redirect_uris": [f"{suite}callback"],
        "post_logout_redirect_uris": [f"{suite}post_logout_redirect"],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": method,
        "scope": _SCOPE,
        "jwks": {"keys": [key.jwk]},
        **more,
    }
    return Registered(client_id, document, secret=secret, key=key)


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
        "sso_allowed": True,
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
    if variant.client_auth == "tls_client_auth":
        document["tls_client_auth_subject_dn"] = subject_of(client_id).rfc4514_string()
    if variant.client_auth == "self_signed_tls_client_auth" and certificate is not None:
        document["jwks"]["keys"].append(_with_certificate(certificate))
    if variant.signing:
        document["require_signed_request_object"] = True
        document["request_object_signing_alg"] = alg
    if variant.jarm:
        document["authorization_signed_response_alg"] = "ES256"
    return Registered(client_id, document, key=key, certificate=certificate)


def _with_certificate(certificate: Certificate) -> dict[str, Any]:
    """A key with its certificate (RFC 7517 section 4.7, RFC 8705 section 2.2.2)."""
    private = load_pem_private_key(certificate.key_file.read_bytes(), None)
    assert isinstance(private, EllipticCurvePrivateKey)
    chain = [b64encode(certificate.content.public_bytes(Encoding.DER)).decode()]
    return Key(private, "ES256").jwk | {"x5c": chain}
