"""A login that cannot go on: its page offers to begin again, or the way back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

from clavis_gateway.interactions import InteractionClosed, reopen_interaction

from services.gateway.tests.login.login_world import ANA, PIN, Browser, Siblings
from services.gateway.tests.login.test_login_by_pin import ask_for_pin
from services.gateway.tests.oidc.gateway_world import ISSUER

LATE = timedelta(minutes=31)


async def test_a_login_ends_after_its_time(browser: Browser, siblings: Siblings) -> None:
    await browser.authorize()
    siblings.clock.advance(timedelta(minutes=31))
    await browser.open(browser.path)
    assert browser.code == "interaction-expired"


async def test_a_finished_login_cannot_be_finished_again(browser: Browser) -> None:
    await ask_for_pin(browser)
    flow = browser.flow
    await browser.press("continue", pin=PIN)
    await browser.open(flow)
    assert browser.code == "interaction-expired"


async def test_an_expired_login_begins_again_with_the_same_request(
    browser: Browser, siblings: Siblings
) -> None:
    await browser.authorize(nonce="n0nce")
    old = browser.flow
    siblings.clock.advance(LATE)
    await browser.open(browser.path)
    await browser.press("restart")
    assert browser.flow != old
    await browser.press("method-pin")
    await browser.press("continue", identifier=ANA, contrast="17/05/2031")
    await browser.press("continue", pin=PIN)
    assert browser.landing["state"] == "st4te"
    assert "code" in browser.landing
    await browser.open(old)
    assert "restart" not in browser.page.ids


async def test_only_the_browser_that_began_may_begin_again(
    browser: Browser, siblings: Siblings
) -> None:
    await browser.authorize()
    siblings.clock.advance(LATE)
    await browser.open(browser.path)
    form = browser.page.form_of["restart"]
    cookies = dict(browser.http.cookies)
    browser.http.cookies.clear()
    answer = await browser.http.post(form["action"], data=form["fields"])
    assert answer.status_code == 403
    await browser.open(browser.path)
    assert "restart" not in browser.page.ids
    browser.http.cookies.update(cookies)
    answer = await browser.http.post(form["action"], data={"csrf": "0" * 64})
    assert answer.status_code == 403


async def test_a_login_that_is_not_over_is_not_begun_again(browser: Browser) -> None:
    await browser.authorize()
    page = browser.page.form_of["cancel"]
    answer = await browser.http.post(browser.flow + "/restart", data=page["fields"])
    assert answer.status_code == 410


async def test_ten_at_once_begin_it_again_once(browser: Browser, siblings: Siblings) -> None:
    await browser.authorize()
    interaction_id = browser.flow.rpartition("/")[2]
    siblings.clock.advance(LATE)
    deps = browser.world.deps
    opened = await asyncio.gather(
        *(reopen_interaction(deps, interaction_id) for _ in range(10)), return_exceptions=True
    )
    assert sum(isinstance(answer, str) for answer in opened) == 1
    assert sum(isinstance(answer, InteractionClosed) for answer in opened) == 9


async def test_the_way_back_is_where_the_service_says_a_login_begins(
    browser: Browser, siblings: Siblings
) -> None:
    await browser.world.register(
        initiate_login_uri="https://rp.test/login", client_uri="https://rp.test/"
    )
    await browser.authorize()
    siblings.clock.advance(LATE)
    await browser.open(browser.path)
    expected = f"https://rp.test/login?iss={ISSUER.replace(':', '%3A').replace('/', '%2F')}"
    assert browser.page.ids["continue"]["href"] == expected
    await browser.world.register(client_uri="https://rp.test/")
    await browser.open(browser.path)
    assert browser.page.ids["continue"]["href"] == "https://rp.test/"


async def test_a_form_that_is_too_large_is_a_page_in_the_person_s_language(
    browser: Browser,
) -> None:
    await browser.authorize()
    for path in (browser.flow + "/pin", "/activate", "/recover", "/not-me"):
        answer = await browser.http.post(
            path, data={"identifier": "x" * 2_000_000}, headers={"Accept-Language": "en"}
        )
        assert answer.status_code == 413
        assert "You sent too much data" in answer.text
        assert 'data-code="body-too-large"' in answer.text


async def test_a_form_that_hides_its_size_is_a_page_too(browser: Browser) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"a=" + b"x" * 50_000 + b"&"

    await browser.authorize()
    answer = await browser.http.post(
        browser.flow + "/pin",
        content=endless(),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code == 413
    assert 'data-code="body-too-large"' in answer.text


async def test_a_program_gets_a_problem_instead(browser: Browser) -> None:
    answer = await browser.http.post("/token", data={"code": "x" * 2_000_000})
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"
