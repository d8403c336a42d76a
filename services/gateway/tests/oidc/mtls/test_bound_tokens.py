"""RFC 8705 sections 3 and 4: tokens bound to the certificate of who asked for them."""

from __future__ import annotations

import base64
import json
from pathlib import Path

from clavis_gateway.rules.client_certificates import x5t_s256

from services.gateway.tests.oidc.fapi_client import Fapi
from services.gateway.tests.oidc.gateway_world import SECRET
from services.gateway.tests.oidc.independent import round_trips
from services.gateway.tests.oidc.mtls.party import CERTIFICATE_URL, Party, certificate_of, shown


# RFC 8705 section 3.1 and 3.2.
async def test_rfc8705_3_tokens_are_bound_to_the_certificate(
    party: Party, client_pki: Path
) -> None:
    await party.register()
    tokens = await party.login()
    described = (await party.post("/introspect", token=tokens["access_token"])).json()
    assert party.certificate is not None
    assert described["cnf"] == {"x5t#S256": x5t_s256(party.certificate)}
    assert described["token_type"] == "Bearer"
    mine = await party.userinfo(tokens["access_token"], party.certificate)
    assert mine.status_code == 200, mine.text
    for other in (None, certificate_of(client_pki, "other")):
        refused = await party.userinfo(tokens["access_token"], other)
        assert refused.status_code == 401
        assert 'error="invalid_token"' in refused.headers["www-authenticate"]


async def test_rfc8705_3_at_the_issuers_own_host_a_bound_token_is_worth_nothing(
    party: Party,
) -> None:
    await party.register()
    tokens = await party.login()
    assert (await party.world.userinfo(tokens["access_token"])).status_code == 401


async def test_rfc8705_3_1_a_jwt_says_what_it_is_bound_to(party: Party) -> None:
    await party.register(audiences=["clavis-registry"])
    token = (await party.credentials()).json()["access_token"]
    payload = token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert party.certificate is not None
    assert claims["cnf"] == {"x5t#S256": x5t_s256(party.certificate)}


async def test_rfc8705_4_a_public_client_refreshes_with_the_same_certificate(
    party: Party, client_pki: Path
) -> None:
    await party.register(
        profile="basic",
        token_endpoint_auth_method="none",
        tls_client_auth_subject_dn=None,
        grant_types=["authorization_code", "refresh_token"],
    )
    tokens = await party.login("openid offline_access")
    mine, party.certificate = party.certificate, certificate_of(client_pki, "other")
    stolen = await party.post(
        "/token", grant_type="refresh_token", refresh_token=tokens["refresh_token"]
    )
    assert (stolen.status_code, stolen.json()["error"]) == (400, "invalid_grant")
    party.certificate = mine
    own = await party.post(
        "/token", grant_type="refresh_token", refresh_token=tokens["refresh_token"]
    )
    assert own.status_code == 200, own.text


async def test_rfc8705_3_who_asked_for_bound_tokens_gets_no_others(party: Party) -> None:
    await party.register(
        profile="basic", token_endpoint_auth_method="client_secret_post", client_secret=SECRET,
        tls_client_auth_subject_dn=None,
    )  # fmt: skip
    party.certificate = None
    answer = await party.credentials(client_secret=SECRET)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_a_certificate_costs_no_further_round_trip(party: Party) -> None:
    await party.register()
    tokens = await party.login()
    async with round_trips(party.world.deps.pool) as queries:
        assert (await party.credentials()).status_code == 200
    assert len(queries) <= 2
    async with round_trips(party.world.deps.pool) as queries:
        assert (await party.userinfo(tokens["access_token"], party.certificate)).is_success
    assert len(queries) <= 2


async def test_a_dpop_proof_names_the_address_it_is_sent_to(party: Party) -> None:
    await party.register(tls_client_certificate_bound_access_tokens=False)
    signer = Fapi(party.world, "demo-mtls")
    good = shown(party.certificate) | {"DPoP": signer.proof(htu=f"{CERTIFICATE_URL}/token")}
    bad = shown(party.certificate) | {"DPoP": signer.proof()}
    assert (await party.credentials(headers=bad)).json()["error"] == "invalid_dpop_proof"
    answer = await party.credentials(headers=good)
    assert (answer.status_code, answer.json()["token_type"]) == (200, "DPoP")
