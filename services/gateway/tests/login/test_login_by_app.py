"""Confirming in the app: what the browser shows, waits for and may collect."""

from __future__ import annotations

from datetime import timedelta

import pytest
from clavis_kit.loa import Loa

from services.gateway.tests.login.login_world import ANA, APP_URL, CONTRAST, Browser, Siblings


async def open_app(browser: Browser) -> Browser:
    await browser.authorize()
    return await browser.press("method-app")


async def test_a_citizen_gets_in_by_confirming_in_the_app(
    browser: Browser, siblings: Siblings
) -> None:
    await browser.world.register("demo-web", minimum_loa="substantial")
    await open_app(browser)
    assert "482" in browser.response.text
    assert "123 456 7890" in browser.response.text
    asked = siblings.called("app-requests")[0]
    assert asked["relying_party"] == {"name": "Servicio de prueba", "domain": "rp.test"}
    assert len(asked["browser_hash"]) == 64
    assert asked["source"] == "127.0.0.1"
    assert "national_id" not in asked
    siblings.app_state = "confirmed"
    await browser.press("continue")
    assert "code" in browser.landing
    assert siblings.called("completion") == [{"browser_hash": asked["browser_hash"]}]
    row = await browser.world.deps.pool.fetchrow("SELECT loa, method, amr FROM sso_session")
    assert tuple(row) == (Loa.SUBSTANTIAL, "app", ["hwk", "user"])


async def test_a_phone_that_reaches_low_only_shows_the_other_ways(
    browser: Browser, siblings: Siblings
) -> None:
    await browser.world.register("demo-web", minimum_loa="substantial")
    await open_app(browser)
    siblings.app_state, siblings.level = "confirmed", "basic"
    await browser.press("continue")
    page = browser.response.text
    assert "La app de este móvil solo llega al nivel bajo" in page
    assert "Su registro es de nivel básico" not in page
    assert 'data-way-up="password_and_code"' in page
    assert 'data-way-up="app"' not in page
    assert 'data-way-up="office"' in page


async def test_reloading_shows_the_same_request(browser: Browser, siblings: Siblings) -> None:
    await open_app(browser)
    await browser.press("reload")
    assert "482" in browser.response.text
    assert len(siblings.called("v1/app-requests")) == 1


async def test_going_on_too_early_says_so(browser: Browser) -> None:
    await open_app(browser)
    await browser.press("continue")
    assert browser.response.status_code == 409
    assert browser.code == "app-pending"
    assert "482" in browser.response.text


@pytest.mark.parametrize("state", ["rejected", "reported", "expired"])
async def test_every_other_end_has_its_page(
    browser: Browser, siblings: Siblings, state: str
) -> None:
    await open_app(browser)
    siblings.app_state = state
    await browser.press("continue")
    assert browser.code == f"app-{state}"
    await browser.open(browser.flow + "/app")
    assert browser.code == f"app-{state}"
    assert ("not-me" in browser.page.ids) is (state == "rejected")
    siblings.app_state = "pending"
    await browser.press("restart")
    assert "482" in browser.response.text
    assert len(siblings.called("v1/app-requests")) == 2


async def test_a_request_nobody_knows_any_more_has_expired(
    browser: Browser, siblings: Siblings
) -> None:
    await open_app(browser)
    siblings.answers["app-requests/r1"] = {"status": 404}
    siblings.answers["completion"] = {"status": 404}
    await browser.press("continue")
    assert browser.code == "app-expired"
    await browser.open(browser.flow + "/app")
    assert browser.code == "app-expired"


async def test_the_code_is_drawn_here_and_never_kept(browser: Browser) -> None:
    await open_app(browser)
    source = browser.page.ids["qr"]["src"]
    answer = await browser.http.get(source)
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.text.startswith("<?xml")
    assert "script" not in answer.text


async def test_the_app_on_this_device_gets_a_code_of_this_moment(browser: Browser) -> None:
    await open_app(browser)
    answer = await browser.http.get(browser.page.ids["open-app"]["href"])
    assert answer.status_code == 303
    assert answer.headers["location"] == APP_URL


async def test_the_script_is_told_the_state_and_what_to_show(
    browser: Browser, siblings: Siblings
) -> None:
    await open_app(browser)
    told = (await browser.http.get(browser.flow + "/app/state")).json()
    assert told["state"] == "pending"
    assert told["digits"] == "123 456 7890"
    assert told["picture"].startswith("data:image/svg+xml;base64,")
    siblings.app_state = "confirmed"
    assert (await browser.http.get(browser.flow + "/app/state")).json() == {"state": "confirmed"}


@pytest.mark.parametrize("path", ["/app/state", "/app/qr.svg", "/app/open", "/app"])
async def test_another_browser_sees_nothing_of_it(browser: Browser, path: str) -> None:
    await open_app(browser)
    browser.http.cookies.clear()
    answer = await browser.http.get(browser.flow + path)
    assert answer.status_code == 410
    assert "482" not in answer.text.partition("<body>")[2]


async def test_two_browsers_have_two_secrets(browser: Browser, siblings: Siblings) -> None:
    await open_app(browser)
    await open_app(browser)
    browser.http.cookies.clear()
    await open_app(browser)
    hashes = {asked["browser_hash"] for asked in siblings.called("v1/app-requests")}
    assert len(hashes) == 3
    stored = await browser.world.deps.pool.fetchval(
        "SELECT string_agg(progress::text, '') FROM interaction"
    )
    assert not any(secret in stored for secret in hashes)


async def test_without_scanning_the_person_is_named(browser: Browser, siblings: Siblings) -> None:
    await open_app(browser)
    await browser.press("ask-unscanned", identifier="12345678-z", contrast="17/05/2031")
    asked = siblings.called("v1/app-requests")[1]
    assert (asked["national_id"], asked["contrast"]) == (ANA, CONTRAST)
    assert "unscanned" in browser.page.ids
    assert "qr" not in browser.page.ids
    assert "482" in browser.response.text
    assert siblings.called("cancellation"), "the request that nobody will scan is taken back"
    siblings.app_state = "confirmed"
    await browser.press("continue")
    assert "code" in browser.landing


async def test_what_cannot_be_right_is_said_without_asking(
    browser: Browser, siblings: Siblings
) -> None:
    await open_app(browser)
    await browser.press("ask-unscanned", identifier="12345678A", contrast="")
    assert browser.response.status_code == 422
    assert browser.code == "identifier-letter"
    assert browser.page.ids["identifier"]["value"] == "12345678A"
    assert len(siblings.called("v1/app-requests")) == 1


async def test_too_many_requests_say_when_to_come_back(
    browser: Browser, siblings: Siblings
) -> None:
    retry_at = (siblings.clock.now() + timedelta(minutes=5)).isoformat()
    siblings.answers["v1/app-requests"] = {"outcome": "limited", "retry_at": retry_at}
    await open_app(browser)
    assert browser.response.status_code == 429
    assert browser.code == "app-limited"
    assert "13:05" in browser.response.text
    assert "method-permanent" in browser.page.ids


async def test_leaving_takes_the_request_back(browser: Browser, siblings: Siblings) -> None:
    await open_app(browser)
    await browser.press("cancel-app")
    assert browser.path.endswith("/methods")
    assert len(siblings.called("cancellation")) == 1
    await browser.press("method-app")
    await browser.press("cancel")
    assert browser.landing["error"] == "access_denied"
    assert len(siblings.called("cancellation")) == 2


async def test_leaving_does_not_wait_for_a_service_that_is_down(
    browser: Browser, siblings: Siblings
) -> None:
    await open_app(browser)
    siblings.down = {"pin"}
    await browser.press("cancel")
    assert browser.landing["error"] == "access_denied"


async def test_the_app_is_greyed_with_its_reason(browser: Browser, siblings: Siblings) -> None:
    siblings.down = {"pin"}
    await browser.authorize()
    assert browser.page.ids["method-app"]["data-reason"] == "service_down"
    siblings.down = set()
    await browser.world.register("demo-web", allowed_methods=["pin"])
    await browser.authorize()
    assert browser.page.ids["method-app"]["data-reason"] == "not_accepted"


async def test_basic_enrolment_falls_short_with_the_ways_up(
    browser: Browser, siblings: Siblings
) -> None:
    siblings.level = "basic"
    await browser.world.register("demo-web", minimum_loa="substantial")
    await open_app(browser)
    siblings.app_state = "confirmed"
    await browser.press("continue")
    assert browser.path.endswith("/short")
    assert 'data-way-up="office"' in browser.response.text
