"""Whoever closes the browser in the middle of an enrolment finds it again where it was."""

from __future__ import annotations

import httpx
import pytest

from services.gateway.tests.login.login_world import OTP, Browser, Siblings
from services.gateway.tests.login.test_public_pages import (
    LETTER,
    RECEIPT,
    REGISTERED,
    SENT,
    TERMS,
    UNTIL,
)

CASE = "018f2b7c-0000-7000-8000-000000000001"


@pytest.fixture
def registry(siblings: Siblings) -> Siblings:
    siblings.answers |= {
        "v1/letter-completions": dict(SENT),
        "v1/letter-completions/c1/proof": dict(REGISTERED),
        "v1/video-automatic": dict(SENT),
        "v1/video-automatic/c1/proof": {"outcome": "proved", "reference": CASE},
        f"v1/video-automatic/{CASE}": {"state": "phone_proved"},
        "v1/video-appointments": {"outcome": "booked", "token": "t", "starts_at": UNTIL},
        "v1/video-appointments/arrival": {"state": "queued", "place": 2},
        "v1/terms": dict(TERMS),
        "v1/receipts": dict(RECEIPT),
    }
    return siblings


def reopened(browser: Browser) -> Browser:
    """Close the browser and open it again: only what has an age is still there."""
    kept = httpx.Cookies()
    for cookie in browser.http.cookies.jar:
        if cookie.expires is not None:
            kept.jar.set_cookie(cookie)
    browser.http.cookies = kept
    browser.response = httpx.Response(200)
    return browser


async def test_a_letter_goes_on_at_the_code(browser: Browser, registry: Siblings) -> None:
    await browser.open("/register/letter")
    await browser.press("continue", **LETTER)
    await reopened(browser).open("/register/code")
    assert browser.path == "/register/code"
    await browser.press("continue", otp=OTP, terms_accepted="true")
    assert "registered" in browser.page.ids
    assert registry.called("c1/proof")[0]["code"] == OTP


async def test_an_automatic_identification_goes_on_at_its_case(
    browser: Browser, registry: Siblings
) -> None:
    await browser.open("/register/video/automatic")
    reach = {name: LETTER[name] for name in ("identifier", "mobile", "email")}
    await browser.press("continue", **reach)
    await reopened(browser).open("/register/code")
    await browser.press("continue", otp=OTP, terms_accepted="true")
    await reopened(browser).open("/register/video/automatic/case")
    assert CASE in browser.response.text


async def test_without_its_cookie_a_browser_begins_again(
    browser: Browser, registry: Siblings
) -> None:
    await browser.open("/register/letter")
    await browser.press("continue", **LETTER)
    browser.http.cookies.clear()
    await browser.open("/register/code")
    assert browser.path == "/register"
    await browser.open("/register/letter")
    await browser.press("continue", **LETTER)
    assert browser.path == "/register/code"
