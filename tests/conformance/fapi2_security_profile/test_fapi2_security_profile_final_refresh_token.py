"""Refresh tokens work for both clients, but only with authentication and the key they are bound to.

After a refresh whose answer was lost the previous token still works (FAPI 2.0 Security Profile
section 5.3.2.1, number 9).
"""

import re
from typing import Any

from tests.conformance.harness import checks, jws
from tests.conformance.harness.citizen import Citizen
from tests.conformance.harness.fapi import FapiClient, Flow

ALLOWED = re.compile(r"[\x20-\x7E]+")  # RFC 6749 appendix A.17


def refreshed(fapi: FapiClient, flow: Flow, token: str) -> dict[str, Any]:
    """Refresh, and check what comes (OpenID Connect Core 1.0 section 12.2)."""
    tokens = checks.granted(fapi.refresh(token))
    assert tokens["access_token"] != flow.access_token
    assert tokens["token_type"].lower() == ("dpop" if fapi.variant.dpop else "bearer")
    if "id_token" in tokens:
        nonce = jws.read(tokens["id_token"])[1].get("nonce")
        assert nonce in (None, flow.request.params["nonce"])
        asked = flow.request if nonce else flow.request.without("nonce")
        claims = fapi.id_token(tokens, asked)
        for name in ("iss", "sub", "aud", "auth_time"):
            assert claims[name] == flow.id_token[name]
    return tokens


def login(fapi: FapiClient, citizen: Citizen) -> Flow:
    request = fapi.request(scope="openid offline_access", prompt="consent")
    flow = fapi.complete(citizen, request)
    assert ALLOWED.fullmatch(flow.tokens["refresh_token"])
    return flow


def test_refresh_tokens_work_for_both_clients_and_belong_to_one(
    fapi: FapiClient, second_fapi: FapiClient, citizen: Citizen
) -> None:
    assert "refresh_token" in fapi.provider.metadata["grant_types_supported"]
    for client in (fapi, second_fapi):
        flow = login(client, citizen)
        first = flow.tokens["refresh_token"]
        tokens = refreshed(client, flow, first)
        client.resource_answers(client.resource(tokens["access_token"]), flow)
        again = refreshed(client, flow, first)
        client.resource_answers(client.resource(again["access_token"]), flow)
        last = again.get("refresh_token", first)
    assert fapi.resource(again["access_token"]).status_code in {400, 401}
    checks.denied(fapi.refresh(last), "invalid_grant")


def test_a_refresh_needs_the_client(fapi: FapiClient, citizen: Citizen) -> None:
    token = login(fapi, citizen).tokens["refresh_token"]
    errors = ("invalid_client", "invalid_request", "invalid_grant")
    if fapi.variant.client_auth != "private_key_jwt":
        fapi.http = fapi.provider.http
    checks.denied(fapi.refresh(token, client_id=fapi.client_id), *errors)


def test_a_refresh_needs_the_key(fapi: FapiClient, citizen: Citizen) -> None:
    token = login(fapi, citizen).tokens["refresh_token"]
    errors = ("invalid_request", "invalid_grant", "invalid_dpop_proof", "invalid_client")
    if not fapi.variant.dpop:
        fapi.http = fapi.provider.http
    checks.denied(fapi.refresh(token, proof=False), *errors)
