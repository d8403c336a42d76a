"""The discovery document is complete and true to its schema, and the keys it names are usable.

What the suite only warns about is asserted, too: the recommended members, the syntax of locales,
and that no member is unknown.
"""

import re
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.conformance.harness.provider import ISSUER_PATH, Provider

ENDPOINTS = {
    "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri",
    "registration_endpoint", "end_session_endpoint", "introspection_endpoint",
    "revocation_endpoint", "pushed_authorization_request_endpoint", "check_session_iframe",
    "backchannel_authentication_endpoint", "device_authorization_endpoint",
}  # fmt: skip
REQUIRED = {
    "issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "response_types_supported",
    "subject_types_supported", "id_token_signing_alg_values_supported",
}  # fmt: skip
RECOMMENDED = {"userinfo_endpoint", "scopes_supported", "claims_supported"}
BOOLEANS = {
    "claims_parameter_supported", "request_parameter_supported", "request_uri_parameter_supported",
    "require_request_uri_registration", "require_pushed_authorization_requests",
    "require_signed_request_object", "authorization_response_iss_parameter_supported",
    "backchannel_logout_supported", "backchannel_logout_session_supported",
    "frontchannel_logout_supported", "frontchannel_logout_session_supported",
    "tls_client_certificate_bound_access_tokens",
}  # fmt: skip
ADDRESSES = {"service_documentation", "op_policy_uri", "op_tos_uri"}
# Lists of strings that OpenID Connect Discovery 1.0 section 3, RFC 8414 section 2 or the
# registrations made since then define.
LISTS = {
    "scopes_supported", "response_types_supported", "response_modes_supported",
    "grant_types_supported", "acr_values_supported", "subject_types_supported",
    "display_values_supported", "claim_types_supported", "claims_supported",
    "claims_locales_supported", "ui_locales_supported", "code_challenge_methods_supported",
    "prompt_values_supported", "dpop_signing_alg_values_supported", "protected_resources",
    "authorization_details_types_supported",
}  # fmt: skip
ALGORITHMS = re.compile(
    r"(id_token|userinfo|request_object|authorization|introspection|token_endpoint_auth"
    r"|introspection_endpoint_auth|revocation_endpoint_auth"
    r"|backchannel_authentication_request)"
    r"_(signing|encryption)_(alg|enc)_values_supported"
    r"|(token|introspection|revocation)_endpoint_auth_methods_supported"
)
LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")  # RFC 5646 section 2.1
PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}


@pytest.fixture(scope="module")
def document(provider: Provider) -> dict[str, Any]:
    answer = provider.discover()
    assert answer.status_code == 200
    assert answer.headers["content-type"].partition(";")[0] == "application/json"
    read: dict[str, Any] = answer.json()
    return read


def test_the_issuer_is_the_address_it_was_found_under(
    provider: Provider, document: dict[str, Any]
) -> None:
    assert document["issuer"] == provider.issuer
    parts = urlsplit(document["issuer"])
    assert (parts.scheme, parts.query, parts.fragment) == ("https", "", "")


def test_what_must_and_should_be_there_is_there(document: dict[str, Any]) -> None:
    assert document.keys() >= REQUIRED | RECOMMENDED


def test_every_address_uses_https(document: dict[str, Any]) -> None:
    addresses = {name: document[name] for name in (ENDPOINTS | ADDRESSES) & document.keys()}
    addresses |= document.get("mtls_endpoint_aliases", {})
    for name, address in addresses.items():
        parts = urlsplit(address)
        assert (parts.scheme, parts.fragment) == ("https", ""), name
        assert parts.hostname


def test_every_list_is_one_of_strings_and_not_empty(document: dict[str, Any]) -> None:
    for name, value in document.items():
        if name in LISTS or ALGORITHMS.fullmatch(name):
            assert isinstance(value, list), name
            assert value, f"{name}: a member without values is left out"
            assert all(isinstance(one, str) and one for one in value), name
            assert len(set(value)) == len(value), f"{name} repeats itself"


def test_every_switch_is_true_or_false(document: dict[str, Any]) -> None:
    for name in BOOLEANS & document.keys():
        assert isinstance(document[name], bool), name


def test_no_member_is_unknown(document: dict[str, Any]) -> None:
    known = ENDPOINTS | BOOLEANS | LISTS | ADDRESSES | {"issuer", "mtls_endpoint_aliases"}
    assert not [n for n in document if n not in known and not ALGORITHMS.fullmatch(n)]


def test_the_basics_are_supported(document: dict[str, Any]) -> None:
    assert "openid" in document["scopes_supported"]
    assert "code" in document["response_types_supported"]
    assert set(document["subject_types_supported"]) <= {"pairwise", "public"}
    assert "RS256" in document["id_token_signing_alg_values_supported"]
    assert "authorization_code" in document["grant_types_supported"]
    assert {"sub", "iss", "aud", "exp", "iat"} <= set(document["claims_supported"])


def test_locales_are_language_tags(document: dict[str, Any]) -> None:
    for name in ("ui_locales_supported", "claims_locales_supported"):
        for tag in document.get(name, []):
            assert LANGUAGE.fullmatch(tag), tag


def test_the_keys_are_public_distinct_and_named(
    provider: Provider, document: dict[str, Any]
) -> None:
    answer = provider.http.get(document["jwks_uri"])
    assert answer.status_code == 200
    keys = answer.json()["keys"]
    assert keys
    assert len({key["kid"] for key in keys}) == len(keys)
    for key in keys:
        assert not PRIVATE & key.keys()
        assert key["kty"] in {"RSA", "EC", "OKP"}
        assert key["use"] in {"sig", "enc"}
    algorithms = {key["alg"] for key in keys if key["use"] == "sig"}
    advertised = {
        # RFC 9864 gave EdDSA over Ed25519 a name of its own; a key bears one of the two.
        "Ed25519" if alg == "EdDSA" else alg
        for alg in document["id_token_signing_alg_values_supported"]
    }
    assert advertised <= {"Ed25519" if alg == "EdDSA" else alg for alg in algorithms}


def test_rfc_8414_says_the_same(provider: Provider, document: dict[str, Any]) -> None:
    place = provider.issuer + "/.well-known/oauth-authorization-server"
    assert provider.http.get(place).json() == document
    assert ISSUER_PATH.endswith("openid-configuration")
