"""OpenID Connect Back-Channel Logout 1.0 at a browser backend."""

import asyncio
from datetime import timedelta

import httpx
import pytest
from clavis_kit.bff.tokens import LEEWAY_SECONDS

from libs.kit.tests.bff.bff_world import Provider, World


async def _send(world: World, token: str) -> httpx.Response:
    return await world.browser.post("/bff/backchannel-logout", data={"logout_token": token})


@pytest.mark.parametrize("absent", ["sid", "sub"])
async def test_a_logout_token_ends_the_session(world: World, absent: str) -> None:
    await world.sign_in()
    response = await _send(world, world.provider.logout_token(**{absent: None}))
    assert response.status_code == 200
    assert not await world.is_signed_in()


@pytest.mark.parametrize("claims", [{"sid": "other"}, {"sub": "other", "sid": None}])
async def test_a_logout_token_for_another_leaves_the_session(
    world: World, claims: dict[str, object]
) -> None:
    await world.sign_in()
    assert (await _send(world, world.provider.logout_token(**claims))).status_code == 200
    assert await world.is_signed_in()


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.test"},
        {"aud": "other"},
        {"exp": 1},
        {"iat": 4102444800},
        {"exp": None},
        {"jti": None},
        {"sid": None, "sub": None},
        {"events": None},
        {"events": {"other": {}}},
        {"events": []},
        {"nonce": "n"},
    ],
)
async def test_backchannel_2_6_a_wrong_logout_token_is_refused(
    world: World, claims: dict[str, object]
) -> None:
    await world.sign_in()
    response = await _send(world, world.provider.logout_token(**claims))
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")
    assert response.headers["cache-control"] == "no-store"
    assert await world.is_signed_in()


async def test_a_logout_token_signed_by_another_key_is_refused(world: World) -> None:
    await world.sign_in()
    other = Provider(world.clock)
    claims = {"sid": "sid-1"}
    forged = world.provider.signed(claims, key=other.key)
    for token in (forged, world.provider.id_token(), "", "a.b.c", "x" * 20000):
        assert (await _send(world, token)).status_code in {400, 422}
    assert await world.is_signed_in()


async def test_a_logout_token_works_once(world: World) -> None:
    token = world.provider.logout_token()
    assert (await _send(world, token)).status_code == 200
    await world.sign_in()
    assert (await _send(world, token)).status_code == 400
    assert await world.is_signed_in()


async def test_a_logout_token_is_remembered_while_clocks_that_differ_would_take_it(
    world: World,
) -> None:
    token = world.provider.logout_token()
    assert (await _send(world, token)).status_code == 200
    world.clock.advance(timedelta(seconds=120 + LEEWAY_SECONDS - 1))
    await world.app.state.bff.store.purge(world.clock.now())
    await world.sign_in()
    assert (await _send(world, token)).status_code == 400
    assert await world.is_signed_in()


async def test_one_of_many_concurrent_copies_of_a_logout_token_works(world: World) -> None:
    token = world.provider.logout_token()
    responses = await asyncio.gather(*(_send(world, token) for _ in range(8)))
    assert sorted(response.status_code for response in responses) == [200] + [400] * 7
