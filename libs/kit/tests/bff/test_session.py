"""How long a session of a browser backend lives, and how its tokens are renewed."""

import asyncio

import httpx
import pytest

from libs.kit.tests.bff.bff_world import ISSUER, OWN_PAGE, PORTAL, World


async def test_a_session_ends_when_idle(world: World) -> None:
    await world.sign_in()
    world.pass_time(minutes=14)
    assert (await world.call()).status_code == 200
    world.pass_time(minutes=14)
    assert (await world.call()).status_code == 200
    world.pass_time(minutes=15)
    assert (await world.call()).status_code == 401


async def test_a_session_ends_after_its_limit(world: World) -> None:
    await world.sign_in()
    for _ in range(49):
        world.pass_time(minutes=10)
        last = await world.call()
    assert last.status_code == 401


async def test_asking_for_the_session_does_not_prolong_it(world: World) -> None:
    await world.sign_in()
    for _ in range(3):
        world.pass_time(minutes=5)
        await world.browser.get("/bff/session")
    assert not await world.is_signed_in()


async def test_tokens_are_renewed_before_they_end(world: World) -> None:
    await world.sign_in()
    world.pass_time(seconds=239)
    await world.call()
    assert world.provider.refreshes == 0
    world.pass_time(seconds=1)
    await world.call()
    assert world.provider.refreshes == 1
    assert world.api.requests[-1].headers["authorization"] == "Bearer access-1"


@pytest.mark.parametrize("seconds", [250, 400])
async def test_concurrent_calls_renew_once(world: World, seconds: int) -> None:
    await world.sign_in()
    world.pass_time(seconds=seconds)
    responses = await asyncio.gather(*(world.call() for _ in range(10)))
    assert {response.status_code for response in responses} == {200}
    assert world.provider.refreshes == 1


async def test_a_grant_that_ended_ends_the_session(world: World) -> None:
    await world.sign_in()
    world.provider.grant_ended = True
    world.pass_time(minutes=5)
    assert (await world.call()).status_code == 401
    assert not await world.is_signed_in()


async def test_a_provider_that_is_away_keeps_the_session(world: World) -> None:
    await world.sign_in()
    world.provider.is_down = True
    world.pass_time(minutes=5)
    assert (await world.call()).status_code == 503
    world.provider.is_down = False
    assert (await world.call()).status_code == 200


async def test_logout_ends_the_session_and_revokes_the_grant(world: World) -> None:
    await world.sign_in()
    response = await world.browser.post("/bff/logout", headers=OWN_PAGE)
    address = httpx.URL(response.json()["redirect"])
    assert str(address).startswith(f"{ISSUER}/logout?")
    assert address.params["post_logout_redirect_uri"] == f"{PORTAL}/"
    assert not await world.is_signed_in()
    assert world.provider.revoked == list(world.provider.refresh_tokens)
