"""Nonces of DPoP proofs (RFC 9449 sections 8 and 9)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest_asyncio
from clavis_gateway.oidc.dpop_nonces import NONCE_BYTES, STEP_SECONDS, DpopNonces
from clavis_kit.clock import FrozenClock
from clavis_kit.keyed_hash import KeyedHash
from clavis_testkit.service_databases import Database
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import ECKey

from services.gateway.tests.oidc.conftest import emptied, running_gateway
from services.gateway.tests.oidc.fapi_client import Fapi
from services.gateway.tests.oidc.gateway_world import World
from services.gateway.tests.oidc.peer import Peer

MOMENTS = st.datetimes(
    min_value=datetime(2026, 1, 1),  # noqa: DTZ001 -- hypothesis adds the zone
    max_value=datetime(2040, 1, 1),  # noqa: DTZ001 -- hypothesis adds the zone
    timezones=st.just(UTC),
)
STEP = timedelta(seconds=STEP_SECONDS)


@pytest_asyncio.fixture
async def fapi(world: World) -> Fapi:
    client = Fapi(world)
    await client.register(dpop_nonce_required=True)
    return client


def error(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, str(response.json()["error"])


async def resource(client: Fapi, token: str, **proof: Any) -> httpx.Response:
    proved = client.proof("GET", "/userinfo", access_token=token, **proof)
    headers = {"Authorization": f"DPoP {token}", "DPoP": proved}
    return await client.world.http.get("/userinfo", headers=headers)


async def push(client: Fapi, **proof: Any) -> httpx.Response:
    form = {
        "response_type": "code", "scope": "openid", "redirect_uri": "https://rp.test/callback",
        "code_challenge": client.challenge, "code_challenge_method": "S256",
    } | client.auth()  # fmt: skip
    headers = {"DPoP": client.proof(path="/par", **proof)}
    return await client.world.http.post("/par", data=form, headers=headers)


@given(now=MOMENTS, later=st.integers(min_value=0, max_value=STEP_SECONDS))
def test_8_a_nonce_is_good_for_at_least_one_step(now: datetime, later: int) -> None:
    nonces = DpopNonces(KeyedHash(b"k" * 32))
    assert nonces.fresh(now) in nonces.accepted(now + timedelta(seconds=later))


@given(now=MOMENTS, later=st.integers(min_value=2 * STEP_SECONDS, max_value=10**7))
def test_8_and_for_less_than_two(now: datetime, later: int) -> None:
    nonces = DpopNonces(KeyedHash(b"k" * 32))
    assert nonces.fresh(now) not in nonces.accepted(now + timedelta(seconds=later))
    assert nonces.fresh(now) not in nonces.accepted(now - STEP)


@given(now=MOMENTS)
def test_8_only_who_holds_the_key_can_make_one(now: datetime) -> None:
    ours, other = DpopNonces(KeyedHash(b"k" * 32)), DpopNonces(KeyedHash(b"o" * 32))
    assert other.fresh(now) not in ours.accepted(now)
    assert len(ours.fresh(now)) == NONCE_BYTES * 4 // 3


async def test_8_the_token_endpoint_asks_for_one_and_takes_it(fapi: Fapi) -> None:
    code = await fapi.code()
    asked = await fapi.token(code=code)
    assert error(asked) == (400, "use_dpop_nonce")
    nonce = asked.headers["DPoP-Nonce"]
    assert asked.headers["cache-control"] == "no-store"
    granted = await fapi.token({"DPoP": fapi.proof(nonce=nonce)}, code=code)
    assert granted.status_code == 200, granted.text
    assert granted.headers["DPoP-Nonce"] == nonce, "the next one comes along (section 8.2)"


async def test_8_par_asks_for_one_and_takes_it(fapi: Fapi) -> None:
    asked = await push(fapi)
    assert error(asked) == (400, "use_dpop_nonce")
    pushed = await push(fapi, nonce=asked.headers["DPoP-Nonce"])
    assert pushed.status_code == 201, pushed.text
    assert (await fapi.push()).status_code == 201, "who brings no proof needs no nonce"


async def test_9_a_resource_asks_for_one_and_takes_it(fapi: Fapi) -> None:
    nonce = (await push(fapi)).headers["DPoP-Nonce"]
    tokens = await fapi.token({"DPoP": fapi.proof(nonce=nonce)}, code=await fapi.code())
    token = tokens.json()["access_token"]
    asked = await resource(fapi, token)
    assert error(asked) == (401, "use_dpop_nonce")
    assert 'error="use_dpop_nonce"' in asked.headers["WWW-Authenticate"]
    given_now = asked.headers["DPoP-Nonce"]
    answered = await resource(fapi, token, nonce=given_now)
    assert answered.status_code == 200, answered.text
    assert answered.headers["DPoP-Nonce"]


async def test_8_2_an_old_nonce_is_answered_with_a_new_one(world: World) -> None:
    client = Fapi(world)
    await client.register()
    old = (await push(client)).headers["DPoP-Nonce"]
    world.clock.advance(2 * STEP)
    code = await client.code()
    refused = await client.token({"DPoP": client.proof(nonce=old)}, code=code)
    assert error(refused) == (400, "use_dpop_nonce"), "also of who needs none"
    new = refused.headers["DPoP-Nonce"]
    assert new != old
    world.clock.advance(STEP)
    code = await client.code()
    granted = await client.token({"DPoP": client.proof(nonce=new)}, code=code)
    assert granted.status_code == 200, "that of the step before is still good"


async def test_4_3_a_nonce_that_is_not_ours_is_refused(world: World) -> None:
    client = Fapi(world)
    await client.register()
    for nonce in ("", "guessed", 7, True, ["x"], {"a": 1}):
        refused = await push(client, nonce=nonce)
        assert error(refused) == (400, "use_dpop_nonce"), nonce


async def test_8_by_default_it_is_offered_and_not_required(world: World) -> None:
    client = Fapi(world)
    await client.register()
    first = await client.token(code=await client.code())
    assert first.status_code == 200
    proof = client.proof(nonce=first.headers["DPoP-Nonce"])
    second = await client.token({"DPoP": proof}, code=await client.code())
    assert second.status_code == 200
    plain = await world.http.get("/.well-known/openid-configuration")
    assert "DPoP-Nonce" not in plain.headers


async def test_8_an_operator_may_require_it_of_everybody(
    gateway_database: Database,
    gateway_keys: dict[str, Path],
    frozen_clock: FrozenClock,
    peer: Peer,
) -> None:
    await emptied(gateway_database)
    strict = running_gateway(
        gateway_database, gateway_keys, frozen_clock, peer, dpop_nonce_required=True
    )
    async with strict as world:
        client = Fapi(world)
        await client.register()
        asked = await push(client)
        assert error(asked) == (400, "use_dpop_nonce")
        assert (await push(client, nonce=asked.headers["DPoP-Nonce"])).status_code == 201


async def test_7_1_a_bad_proof_at_a_resource_is_a_challenge(world: World) -> None:
    client = Fapi(world)
    await client.register()
    token = (await client.token(code=await client.code())).json()["access_token"]
    for changes in ({"htm": "POST"}, {"ath": "x"}, {"iat": 1}, {"jti": None}):
        refused = await resource(client, token, **changes)
        assert error(refused) == (401, "invalid_dpop_proof"), changes
        assert 'error="invalid_dpop_proof"' in refused.headers["WWW-Authenticate"]
        assert refused.headers["DPoP-Nonce"]
    other = await resource(client, token, key=ECKey.generate_key("P-256"))
    assert error(other) == (401, "invalid_token")


async def test_11_1_at_par_and_at_a_resource_clocks_may_differ(world: World) -> None:
    client = Fapi(world)
    await client.register()
    token = (await client.token(code=await client.code())).json()["access_token"]
    for seconds in (-10, 10):
        issued = int(world.clock.now().timestamp()) + seconds
        assert (await push(client, iat=issued)).status_code == 201
        assert (await resource(client, token, iat=issued)).status_code == 200


async def test_4_3_the_address_is_compared_without_query_fragment_and_default_port(
    world: World,
) -> None:
    client = Fapi(world)
    await client.register()
    for htu in ("/par?x=1", "/par#f", ":443/par"):
        assert (await push(client, htu=f"https://gateway.test{htu}")).status_code == 201, htu


async def test_10_1_a_proof_and_a_thumbprint_that_differ_are_refused(world: World) -> None:
    client = Fapi(world)
    await client.register()
    other = ECKey.generate_key("P-256").thumbprint()
    for thumbprint, status in ((other, 400), (client.dpop_key.thumbprint(), 201)):
        form = {
            "response_type": "code", "scope": "openid", "dpop_jkt": thumbprint,
            "redirect_uri": "https://rp.test/callback",
            "code_challenge": client.challenge, "code_challenge_method": "S256",
        } | client.auth()  # fmt: skip
        headers = {"DPoP": client.proof(path="/par")}
        response = await world.http.post("/par", data=form, headers=headers)
        assert response.status_code == status, response.text
