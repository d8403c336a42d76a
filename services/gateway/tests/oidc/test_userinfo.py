"""The userinfo endpoint: how the token comes, what is told, and what is refused and how."""

from __future__ import annotations

from email.utils import parsedate_to_datetime

import httpx
import pytest
from clavis_testkit.served import listen, served

from services.gateway.tests.oidc.fapi_client import Fapi
from services.gateway.tests.oidc.gateway_world import World
from services.gateway.tests.oidc.independent import parts


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEaReR"])
async def test_rfc9110_11_1_the_scheme_has_no_case(world: World, scheme: str) -> None:
    await world.register()
    token = (await world.tokens())["access_token"]
    response = await world.http.get("/userinfo", headers={"Authorization": f"{scheme} {token}"})
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"


@pytest.mark.parametrize("scheme", ["DPoP", "dpop", "DPOP"])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_rfc9449_7_1_a_bound_token_with_its_proof(
    world: World, scheme: str, method: str
) -> None:
    client = Fapi(world)
    await client.register()
    token = (await client.token(code=await client.code())).json()["access_token"]
    proof = client.proof(method, "/userinfo", access_token=token)
    headers = {"Authorization": f"{scheme} {token}", "DPoP": proof}
    assert (await world.http.request(method, "/userinfo", headers=headers)).status_code == 200
    again = await world.http.request(method, "/userinfo", headers=headers)
    assert again.status_code == 401
    assert 'error="invalid_dpop_proof"' in again.headers["www-authenticate"]


async def test_rfc9449_7_1_what_is_wrong_with_a_proof_is_a_dpop_challenge(world: World) -> None:
    client, thief = Fapi(world), Fapi(world)
    await client.register()
    token = (await client.token(code=await client.code())).json()["access_token"]
    proofs = {
        "none": None,
        "other key": thief.proof("GET", "/userinfo", access_token=token),
        "other method": client.proof("POST", "/userinfo", access_token=token),
        "other address": client.proof("GET", "/token", access_token=token),
        "other token": client.proof("GET", "/userinfo", access_token="x"),
        "no token": client.proof("GET", "/userinfo"),
    }
    for what, proof in proofs.items():
        headers = {"Authorization": f"DPoP {token}"} | ({"DPoP": proof} if proof else {})
        response = await world.http.get("/userinfo", headers=headers)
        challenge = response.headers["www-authenticate"]
        assert response.status_code == 401, what
        assert challenge.startswith("DPoP "), what
        assert 'algs="' in challenge, what
    downgraded = await world.http.get("/userinfo", headers={"Authorization": f"Bearer {token}"})
    assert downgraded.status_code == 401
    assert downgraded.headers["www-authenticate"].startswith("DPoP "), "section 7.2"


async def test_rfc6750_3_without_a_token_both_ways_in_are_named(world: World) -> None:
    response = await world.http.get("/userinfo")
    challenge = response.headers["www-authenticate"]
    assert response.status_code == 401
    assert "error=" not in challenge
    assert 'Bearer realm="clavis"' in challenge
    assert 'DPoP realm="clavis", algs="' in challenge


async def test_rfc6750_3_1_a_token_without_openid_is_insufficient_scope(world: World) -> None:
    await world.register(scope="openid email")
    refused = await world.userinfo((await world.tokens(scope="email"))["access_token"])
    assert refused.status_code == 403
    challenge = refused.headers["www-authenticate"]
    assert 'error="insufficient_scope"' in challenge
    assert 'scope="openid"' in challenge


async def test_core_5_4_and_5_5_claims_by_scope_and_by_name(world: World) -> None:
    await world.register()
    tokens = await world.tokens(
        scope="openid email",
        claims='{"userinfo": {"given_name": null}, "id_token": {"birthdate": null}}',
    )
    told = (await world.userinfo(tokens["access_token"])).json()
    assert told.keys() == {"sub", "acr", "email", "email_verified", "given_name"}
    assert "given_name" not in parts(tokens["id_token"])[1]
    assert parts(tokens["id_token"])[1]["birthdate"] == "1990-05-17"


async def test_core_5_2_the_grant_remembers_the_languages_wanted(world: World) -> None:
    await world.register()
    await world.tokens(claims_locales="ca es-ES")
    kept = await world.deps.pool.fetchval("SELECT claims_locales FROM authorization_grant")
    assert kept == ["ca", "es-ES"]


async def test_fapi2_5_3_3_a_protected_resource_tells_the_time(world: World) -> None:
    """The server adds Date, so it is asked over a socket."""
    await world.register()
    token = (await world.tokens())["access_token"]
    listener, url = listen()
    async with served(world.app, listener), httpx.AsyncClient() as http:
        response = await http.get(f"{url}/userinfo", headers={"Authorization": f"Bearer {token}"})
    assert response.status_code == 200
    assert len(response.headers.get_list("date")) == 1
    assert parsedate_to_datetime(response.headers["date"]).tzinfo is not None
