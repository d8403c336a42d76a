from __future__ import annotations

from datetime import timedelta

import pytest
from clavis_gateway.login.password_setup import SetupState, read_state, write_state
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.tests.login.login_world import ANA, OTP, PASSWORD, Browser, Siblings

RIGHT = {"identifier": ANA, "email": "ana@example.test", "activation_code": "7k2m-9qxr-4twb"}


async def start(browser: Browser, **typed: str) -> Browser:
    await browser.open("/activate")
    return await browser.press("continue", **(RIGHT | typed))


async def test_three_screens_activate_the_password(browser: Browser, siblings: Siblings) -> None:
    await start(browser)
    assert siblings.called("activations")[0]["activation_code"] == "7K2M9QXR4TWB"
    assert browser.path == "/activate/code"
    await browser.press("continue", otp=OTP)
    assert browser.path == "/activate/password"
    await browser.press("continue", password="corta")
    assert browser.code == "too_short"
    assert 'data-code="missing_digit"' in browser.response.text
    await browser.press("continue", password=PASSWORD)
    assert "activated" in browser.page.ids
    assert "10 de marzo de 2028" in browser.response.text


async def test_an_activation_begun_in_a_login_leads_back_to_it(browser: Browser) -> None:
    await browser.authorize()
    flow = browser.flow
    await browser.press("method-permanent")
    await browser.press("activate")
    await browser.press("continue", **RIGHT)
    await browser.press("continue", otp=OTP)
    await browser.press("continue", password=PASSWORD)
    assert browser.page.ids["continue"]["href"] == f"{flow}/permanent"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ({"email": ""}, "email-missing"),
        ({"email": "ana"}, "email-format"),
        ({"activation_code": ""}, "activation-code-missing"),
        ({"activation_code": "7K2M"}, "activation-code-format"),
        ({"identifier": "12345678A"}, "identifier-letter"),
    ],
)
async def test_what_cannot_be_right_is_said_at_once(
    browser: Browser, siblings: Siblings, typed: dict[str, str], code: str
) -> None:
    await start(browser, **typed)
    assert browser.response.status_code == 422
    assert browser.code == code
    assert not siblings.called("activations")


async def test_letters_that_look_like_digits_are_read_as_digits(
    browser: Browser, siblings: Siblings
) -> None:
    await start(browser, activation_code="oiL2-9QXR-4TWB")
    assert siblings.called("activations")[0]["activation_code"] == "01129QXR4TWB"


async def test_nobody_learns_who_is_registered(browser: Browser) -> None:
    await start(browser, identifier="00000001R")
    assert browser.code == "activation-mismatch"


async def test_too_many_tries_say_when_to_come_back(browser: Browser, siblings: Siblings) -> None:
    retry_at = (siblings.clock.now() + timedelta(hours=1)).isoformat()
    siblings.answers["activations"] = {"outcome": "limited", "retry_at": retry_at}
    await start(browser)
    assert browser.code == "activation-limited"


async def test_a_message_that_cannot_be_sent_is_said(browser: Browser, siblings: Siblings) -> None:
    siblings.answers["activations"] = {"outcome": "undeliverable"}
    await start(browser)
    assert browser.response.status_code == 503
    assert browser.code == "otp-undeliverable"
    assert browser.page.ids["other-methods"]["href"].startswith("/")


@pytest.mark.parametrize(("page", "kind"), [("activate", "activations"), ("recover", "recoveries")])
async def test_who_cannot_get_the_message_is_led_to_the_other_ways_of_the_login(
    browser: Browser, siblings: Siblings, page: str, kind: str
) -> None:
    await browser.authorize()
    flow = browser.flow
    siblings.answers[kind] = {"outcome": "undeliverable"}
    await browser.open(f"/{page}?flow={flow.rpartition('/')[2]}")
    assert "other-methods" not in browser.page.ids
    typed = RIGHT if page == "activate" else {k: v for k, v in RIGHT.items() if k != "email"}
    await browser.press("continue", **typed)
    assert browser.code == "otp-undeliverable"
    await browser.press("other-methods")
    assert browser.path == f"{flow}/methods"
    assert {"method-app", "method-passkey"} <= browser.page.ids.keys()


@pytest.mark.parametrize(("verdict", "code"), [("locked", "locked"), ("expired", "expired")])
async def test_a_dead_code_starts_the_activation_again(
    browser: Browser, siblings: Siblings, verdict: str, code: str
) -> None:
    await start(browser)
    siblings.answers["otp-attempts"] = {"verdict": verdict}
    await browser.press("continue", otp=OTP)
    assert browser.code == f"activation-{code}"
    assert "activation_code" in browser.page.ids


@pytest.mark.parametrize("page", ["/activate/code", "/activate/password"])
async def test_no_screen_can_be_jumped(browser: Browser, page: str) -> None:
    await browser.open(page)
    assert browser.path == "/activate"


async def test_a_form_of_another_browser_is_refused(browser: Browser) -> None:
    await browser.open("/activate")
    form = browser.page.form_of["continue"]
    browser.http.cookies.clear()
    answer = await browser.http.post("/activate", data=form["fields"] | RIGHT)
    assert answer.status_code == 403


@given(st.text(max_size=200))
def test_no_cookie_breaks_the_page(cookie: str) -> None:
    state = read_state(cookie)
    assert state is None or read_state(write_state(state)) == state


def test_the_cookie_carries_the_state() -> None:
    state = SetupState("s", "a1", "123", "2026-03-10T12:10:00+00:00", phone_proved=True)
    assert read_state(write_state(state)) == state
