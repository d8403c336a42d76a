"""A refresh token used from two places (RFC 9700 section 4.14): one of them is a thief."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from services.gateway.tests.oidc.fapi_client import Fapi
from services.gateway.tests.oidc.gateway_world import SECRET, World


async def test_a_token_used_long_after_its_successor_ends_the_whole_family(world: World) -> None:
    await world.register()
    stolen = (await world.tokens())["refresh_token"]
    honest = (await world.refresh(stolen)).json()
    later = (await world.refresh(honest["refresh_token"])).json()
    world.clock.advance(timedelta(minutes=10))
    thief = await world.refresh(stolen)
    assert (thief.status_code, thief.json()["error"]) == (400, "invalid_grant")
    for token in (honest["refresh_token"], later["refresh_token"]):
        assert (await world.refresh(token)).status_code == 400
    assert (await world.userinfo(later["access_token"])).status_code == 401


async def test_thief_and_owner_at_the_same_moment_never_both_go_on(world: World) -> None:
    await world.register()
    stolen = (await world.tokens())["refresh_token"]
    answers = await asyncio.gather(*(world.refresh(stolen) for _ in range(6)))
    given = {answer.json()["refresh_token"] for answer in answers if answer.status_code == 200} - {
        stolen
    }
    # Whatever several get within the moment in which a retry is forgiven, it is one line of
    # descent: no two different successors stay alive side by side.
    world.clock.advance(timedelta(minutes=10))
    alive = [token for token in given if (await world.refresh(token)).status_code == 200]
    assert len(alive) <= 1


async def test_a_thief_who_comes_first_is_found_out_when_the_owner_comes(world: World) -> None:
    await world.register()
    stolen = (await world.tokens())["refresh_token"]
    loot = (await world.refresh(stolen)).json()
    world.clock.advance(timedelta(minutes=10))
    assert (await world.refresh(stolen)).status_code == 400
    assert (await world.refresh(loot["refresh_token"])).status_code == 400
    assert (await world.userinfo(loot["access_token"])).status_code == 401


async def test_another_client_cannot_use_it_nor_end_it(world: World) -> None:
    await world.register()
    await world.register("other")
    token = (await world.tokens())["refresh_token"]
    form = {"grant_type": "refresh_token", "refresh_token": token}
    assert (await world.http.post("/token", data=form, auth=("other", SECRET))).status_code == 400
    form = {"token": token}
    assert (await world.http.post("/revoke", data=form, auth=("other", SECRET))).status_code == 200
    assert (await world.refresh(token)).status_code == 200


async def test_of_a_public_client_it_is_bound_to_the_key(world: World) -> None:
    await world.register("spa", token_endpoint_auth_method="none", client_secret=None,
                         dpop_bound_access_tokens=True)  # fmt: skip
    owner, thief = Fapi(world, "spa"), Fapi(world, "spa")
    code = await world.code(
        "spa", code_challenge=owner.challenge, code_challenge_method="S256",
        scope="openid offline_access",
    )  # fmt: skip
    form = {"grant_type": "authorization_code", "code": code, "client_id": "spa",
            "redirect_uri": "https://rp.test/callback",
            "code_verifier": owner.verifier}  # fmt: skip
    tokens = await world.http.post("/token", data=form, headers={"DPoP": owner.proof()})
    assert tokens.status_code == 200, tokens.text
    again = {"grant_type": "refresh_token", "refresh_token": tokens.json()["refresh_token"],
             "client_id": "spa"}  # fmt: skip
    for headers in ({}, {"DPoP": thief.proof()}):
        refused = await world.http.post("/token", data=again, headers=headers)
        assert refused.status_code == 400
    good = await world.http.post("/token", data=again, headers={"DPoP": owner.proof()})
    assert good.status_code == 200, good.text
