"""Discovery holds what FAPI 2.0 asks: PAR, S256, iss, strong algorithms, bound tokens."""

from tests.conformance.harness.fapi import FapiClient
from tests.conformance.harness.variants import Variant

ALLOWED = {"PS256", "ES256", "EdDSA", "Ed25519"}


def test_discovery_holds_what_the_profile_asks(fapi: FapiClient, variant: Variant) -> None:
    said = fapi.provider.metadata
    assert "code" in said["response_types_supported"]
    assert "authorization_code" in said["grant_types_supported"]
    assert said["authorization_response_iss_parameter_supported"] is True
    assert said["pushed_authorization_request_endpoint"].startswith("https://")
    assert isinstance(said["require_pushed_authorization_requests"], bool)
    assert said["code_challenge_methods_supported"] == ["S256"]
    assert variant.client_auth in said["token_endpoint_auth_methods_supported"]
    assert ALLOWED & set(said["token_endpoint_auth_signing_alg_values_supported"])
    assert ALLOWED & set(said["id_token_signing_alg_values_supported"])
    assert "openid" in said["scopes_supported"]
    assert said["subject_types_supported"]
    assert said["claims_parameter_supported"] is True


def test_discovery_says_what_binds_tokens(fapi: FapiClient, variant: Variant) -> None:
    said = fapi.provider.metadata
    if variant.dpop:
        assert set(said["dpop_signing_alg_values_supported"]) <= ALLOWED
    else:
        assert said["tls_client_certificate_bound_access_tokens"] is True
        for name in ("token_endpoint", "pushed_authorization_request_endpoint"):
            assert said["mtls_endpoint_aliases"][name].startswith("https://")


def test_discovery_says_how_messages_are_signed(fapi: FapiClient, variant: Variant) -> None:
    said = fapi.provider.metadata
    if not variant.signing:
        return
    assert said["request_parameter_supported"] is True
    assert ALLOWED & set(said["request_object_signing_alg_values_supported"])
    assert "none" not in said["request_object_signing_alg_values_supported"]
    if not variant.jarm:
        return
    assert "jwt" in said["response_modes_supported"]
    assert ALLOWED & set(said["authorization_signing_alg_values_supported"])
    for name in ("alg", "enc"):
        assert isinstance(said.get(f"authorization_encryption_{name}_values_supported", []), list)
