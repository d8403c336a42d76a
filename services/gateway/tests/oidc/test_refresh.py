"""Refresh tokens: rotated, ended as a family when stolen, forgiving when an answer was lost."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from clavis_gateway.settings import GatewaySettings

from services.gateway.tests.oidc.fapi_client import Fapi
from services.gateway.tests.oidc.gateway_world import SECRET, World, pkce

GRACE = timedelta(seconds=GatewaySettings.model_fields["refresh_grace_seconds"].default)
MOMENT = timedelta(seconds=1)


def refused(response: Any) -> bool:
    return bool(response.status_code == 400 and response.json()["error"] == "invalid_grant")


async def test_rfc9700_4_14_2_a_lost_answer_is_given_once_more(world: World) -> None:
    await world.register()
    first = await world.tokens()
    await world.refresh(first["refresh_token"])
    world.clock.advance(GRACE - MOMENT)
    again = await world.refresh(first["refresh_token"])
    assert again.status_code == 200, again.text
    successor = again.json()["refresh_token"]
    assert (await world.userinfo(again.json()["access_token"])).status_code == 200
    following = await world.refresh(successor)
    assert following.status_code == 200, "the family lives on"


async def test_rfc9700_4_14_2_only_once(world: World) -> None:
    await world.register()
    first = await world.tokens()
    await world.refresh(first["refresh_token"])
    second = (await world.refresh(first["refresh_token"])).json()
    assert refused(await world.refresh(first["refresh_token"]))
    assert refused(await world.refresh(second["refresh_token"])), "the family has ended"


async def test_rfc9700_4_14_2_after_the_window_the_family_ends(world: World) -> None:
    await world.register()
    first = await world.tokens()
    second = (await world.refresh(first["refresh_token"])).json()
    world.clock.advance(GRACE)
    assert refused(await world.refresh(first["refresh_token"]))
    assert refused(await world.refresh(second["refresh_token"]))
    assert (await world.userinfo(second["access_token"])).status_code == 401


async def test_rfc9700_4_14_2_once_a_successor_was_used_the_family_ends(world: World) -> None:
    await world.register()
    first = await world.tokens()
    second = (await world.refresh(first["refresh_token"])).json()
    third = (await world.refresh(second["refresh_token"])).json()
    assert refused(await world.refresh(first["refresh_token"]))
    assert (await world.userinfo(third["access_token"])).status_code == 401


async def test_rfc9700_4_14_2_of_two_successors_one_goes_on_and_the_other_ends_all(
    world: World,
) -> None:
    """Thief and owner both got one in the window: whoever comes second is noticed."""
    await world.register()
    first = await world.tokens()
    one = (await world.refresh(first["refresh_token"])).json()
    other = (await world.refresh(first["refresh_token"])).json()
    going_on = await world.refresh(other["refresh_token"])
    assert going_on.status_code == 200
    assert refused(await world.refresh(one["refresh_token"]))
    assert refused(await world.refresh(going_on.json()["refresh_token"]))
    assert (await world.userinfo(going_on.json()["access_token"])).status_code == 401


async def test_rfc9700_4_14_2_of_two_successors_used_at_once_one_wins(world: World) -> None:
    await world.register()
    first = await world.tokens()
    one = (await world.refresh(first["refresh_token"])).json()["refresh_token"]
    other = (await world.refresh(first["refresh_token"])).json()["refresh_token"]
    answers = await asyncio.gather(*(world.refresh(token) for token in (one, other) * 5))
    assert sum(answer.status_code == 200 for answer in answers) <= 2, "one, and its one retry"
    assert any(refused(answer) for answer in answers)


async def test_rfc9700_4_14_2_of_twenty_at_once_one_and_its_retry_win(world: World) -> None:
    await world.register()
    token = (await world.tokens())["refresh_token"]
    answers = await asyncio.gather(*(world.refresh(token) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [200] * 2 + [400] * 18
    given = await world.deps.pool.fetchval("SELECT count(*) FROM access_token")
    assert given == 3, "that of the code and two"


async def test_rfc9449_5_another_key_gets_no_second_answer(world: World) -> None:
    owner, thief = Fapi(world, "demo-spa"), Fapi(world, "demo-spa")
    verifier, challenge = pkce()
    await world.register(
        "demo-spa", token_endpoint_auth_method="none", client_secret=None,
        dpop_bound_access_tokens=True,
    )  # fmt: skip
    code = await world.code("demo-spa", code_challenge=challenge, code_challenge_method="S256")

    async def ask(holder: Fapi, **form: str) -> Any:
        return await world.http.post(
            "/token", data={"client_id": "demo-spa"} | form, headers={"DPoP": holder.proof()}
        )

    first = await ask(
        owner, grant_type="authorization_code", code=code, code_verifier=verifier,
        redirect_uri="https://rp.test/callback",
    )  # fmt: skip
    again = {"grant_type": "refresh_token", "refresh_token": first.json()["refresh_token"]}
    assert (await ask(owner, **again)).status_code == 200
    assert refused(await ask(thief, **again)), "within the window, but by another key"
    assert (await ask(owner, **again)).status_code == 200, "a thief without the key burns nothing"


async def test_fapi2_5_3_2_1_a_bound_token_is_not_rotated(world: World) -> None:
    client = Fapi(world)
    await client.register()
    first = (await client.token(code=await client.code())).json()
    form = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    for _ in range(2):
        world.clock.advance(timedelta(seconds=30))
        response = await client.token(**form, code_verifier=None, redirect_uri=None)
        assert response.status_code == 200, response.text
        assert "refresh_token" not in response.json()


async def test_rfc6749_6_a_stranger_cannot_use_the_window(world: World) -> None:
    await world.register()
    await world.register("other")
    first = await world.tokens()
    await world.refresh(first["refresh_token"])
    stolen = await world.http.post(
        "/token",
        data={"grant_type": "refresh_token", "refresh_token": first["refresh_token"]},
        auth=("other", SECRET),
    )
    assert refused(stolen)
    assert (await world.refresh(first["refresh_token"])).status_code == 200
