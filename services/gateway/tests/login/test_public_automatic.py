"""The automatic identification by video for people without a session, complete without script."""

from __future__ import annotations

from typing import Any

import pytest

from services.gateway.tests.login.login_world import ANA, OTP, Browser, Siblings
from services.gateway.tests.login.test_public_pages import RECEIPT, SENT, TERMS, refused

AUTOMATIC: dict[str, Any] = {
    "identifier": ANA,
    "mobile": "600 123 456",
    "email": "ana@example.test",
}


@pytest.fixture
def automatic(siblings: Siblings) -> Siblings:
    siblings.answers |= {
        "v1/terms": dict(TERMS),
        "v1/video-automatic": dict(SENT),
        "v1/video-automatic/c1/phone-codes": dict(SENT),
        "v1/video-automatic/c1/proof": {"outcome": "proved", "reference": "c1"},
        "v1/video-automatic/c1": {"state": "phone_proved"},
        "v1/video-automatic/c1/receipt": dict(RECEIPT),
    }
    return siblings


async def test_a_recording_leads_by_its_reference_to_a_receipt(
    browser: Browser, automatic: Siblings
) -> None:
    await browser.open("/register")
    await browser.press("way-automatic")
    await browser.press("continue", **AUTOMATIC)
    assert browser.path == "/register/code"
    await browser.press("resend")
    await browser.press("continue", otp=OTP, terms_accepted="true")
    assert browser.path == "/register/video/automatic/case"
    assert browser.page.ids["case-state"]["data-state"] == "phone_proved"
    assert ">c1</p>" in browser.response.text, "the reference for the app of the provider"
    automatic.answers["v1/video-automatic/c1"] = {"state": "auto_passed"}
    await browser.press("refresh")
    await browser.press("continue")
    assert "7K2M-9QXR-4TWB" in browser.response.text
    assert automatic.called("v1/video-automatic")[0]["national_id"] == ANA
    await browser.open("/register/video/automatic/case")
    assert browser.path == "/register/video/automatic", "the browser has forgotten the case"


async def test_a_recording_begins_alike_for_everybody(
    browser: Browser, automatic: Siblings
) -> None:
    pages = []
    for number in (ANA, "00000000T"):
        await browser.open("/register/video/automatic")
        await browser.press("continue", **(AUTOMATIC | {"identifier": number}))
        pages.append((browser.response.status_code, browser.path, browser.response.text))
    assert pages[0] == pages[1]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (refused("dni-only"), "dni-only"),
        (refused("video-automatic-off", 409), "video-automatic-off"),
        (refused("invalid-phone"), "invalid-phone"),
        (refused("phone-code-limit", 429), "phone-code-limit"),
    ],
)
async def test_a_recording_that_does_not_begin_says_why(
    browser: Browser, automatic: Siblings, answer: dict[str, Any], code: str
) -> None:
    automatic.answers["v1/video-automatic"] = answer
    await browser.open("/register/video/automatic")
    await browser.press("continue", **AUTOMATIC)
    assert (browser.response.status_code, browser.code) == (
        429 if code == "phone-code-limit" else 422,
        code,
    )


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("v1/video-automatic/c1/receipt", "receipt-gone"),
        ("v1/video-automatic/c1", "enrolment-over"),
    ],
)
async def test_a_receipt_that_was_made_or_a_case_that_is_forgotten(
    browser: Browser, automatic: Siblings, path: str, code: str
) -> None:
    automatic.answers["v1/video-automatic/c1"] = {"state": "approved"}
    await browser.open("/register/video/automatic")
    await browser.press("continue", **AUTOMATIC)
    await browser.press("continue", otp=OTP, terms_accepted="true")
    automatic.answers[path] = refused("receipt-already-made", 410)
    await browser.press("continue")
    assert (browser.response.status_code, browser.code) == (410, code)
