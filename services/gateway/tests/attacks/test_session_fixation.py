"""Session fixation: no session begins under a name that somebody else could know."""

from __future__ import annotations

from clavis_gateway.rules.levels import Method
from clavis_kit.ids import new_id
from clavis_kit.loa import Loa

from services.gateway.tests.login.login_world import Browser
from services.gateway.tests.login.test_login_by_pin import PIN, ask_for_pin
from services.gateway.tests.oidc.gateway_world import World, location

FLOW, SESSION = "__Host-Http-flow", "__Host-Http-sso"


def plant(world: World, name: str, value: str) -> None:
    world.http.cookies.set(name, value, domain="gateway.test", path="/")


async def test_a_planted_session_gives_nothing_and_does_not_become_one(browser: Browser) -> None:
    plant(browser.world, SESSION, "planted")
    await ask_for_pin(browser)
    await browser.press("continue", pin=PIN)
    given = browser.http.cookies.get(SESSION)
    assert given not in (None, "planted")
    browser.http.cookies.clear()
    plant(browser.world, SESSION, "planted")
    assert location(await browser.world.authorize(prompt="none"))["error"] == "login_required"


async def test_who_planted_the_flow_does_not_get_the_session(browser: Browser) -> None:
    # The attacker begins a login, plants its own flow in the victim's browser, and waits.
    await browser.authorize()
    planted = browser.http.cookies.get(FLOW)
    assert planted
    await ask_for_pin(browser)
    await browser.press("continue", pin=PIN)
    assert "code" in browser.landing
    victims = browser.http.cookies.get(SESSION)
    browser.http.cookies.clear()
    plant(browser.world, FLOW, planted)
    assert location(await browser.world.authorize(prompt="none"))["error"] == "login_required"
    assert victims != planted


async def test_a_login_and_a_step_up_each_change_the_name_of_the_session(world: World) -> None:
    await world.register()
    person = new_id()
    await world.complete(await world.authorize(), person)
    first = world.http.cookies.get(SESSION)
    asked = await world.authorize(acr_values=Loa.HIGH.acr)
    await world.complete(asked, person, Method.CERTIFICATE_QSCD, Loa.HIGH)
    second = world.http.cookies.get(SESSION)
    await world.complete(await world.authorize(prompt="login"), person)
    third = world.http.cookies.get(SESSION)
    assert len({first, second, third}) == 3
    for old in (first, second):
        world.http.cookies.clear()
        plant(world, SESSION, old or "")
        assert location(await world.authorize(prompt="none"))["error"] == "login_required"
    world.http.cookies.clear()
    plant(world, SESSION, third or "")
    assert "code" in location(await world.authorize(prompt="none"))


async def test_the_name_of_a_session_is_no_key_of_it_and_is_told_to_nobody(world: World) -> None:
    # What relying parties get as sid, and what the database holds, opens nothing.
    await world.register()
    tokens = await world.tokens()
    assert tokens["id_token"]
    rows = await world.deps.pool.fetch("SELECT * FROM sso_session")
    known = {str(value) for row in rows for value in row.values()}
    for name in known:
        world.http.cookies.clear()
        plant(world, SESSION, name)
        assert location(await world.authorize(prompt="none"))["error"] == "login_required"
