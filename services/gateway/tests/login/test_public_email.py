"""The e-mail address of who has just enrolled, proved without a session and without script."""

from __future__ import annotations

from typing import Any

import pytest

from services.gateway.tests.login.login_world import OTP, Browser, Siblings
from services.gateway.tests.login.test_public_pages import (
    LETTER,
    RECEIPT,
    REGISTERED,
    SENT,
    TERMS,
    UNTIL,
    refused,
)

EMAIL_SENT = {
    "outcome": "code_sent",
    "email_proof_id": "e1",
    "email_hint": "a***@example.test",
    "expires_at": UNTIL,
    "resend_at": UNTIL,
    "delivered": True,
}


@pytest.fixture
async def registered(browser: Browser, siblings: Siblings) -> Siblings:
    """Somebody who has enrolled by letter and reads the activation code."""
    siblings.answers |= {
        "v1/letter-completions": dict(SENT),
        "v1/letter-completions/c1/proof": dict(REGISTERED),
        "v1/terms": dict(TERMS),
        "v1/receipts": dict(RECEIPT),
        "v1/email-proofs": EMAIL_SENT | {"status": 201},
        "v1/email-proofs/e1/proof": {"outcome": "accepted"},
    }
    await browser.open("/register/letter")
    await browser.press("continue", **LETTER)
    await browser.press("continue", otp=OTP, terms_accepted="true")
    return siblings


async def test_the_address_is_proved_with_the_token_of_the_receipt(
    browser: Browser, registered: Siblings
) -> None:
    await browser.press("prove-email")
    assert browser.path == "/register/email"
    assert "a***@example.test" in browser.response.text
    await browser.press("continue", otp="12")
    assert browser.code == "otp-format"
    await browser.press("continue", otp=OTP)
    assert "email-proved" in browser.page.ids
    assert registered.called("v1/email-proofs") == [{"receipt_token": "r"}]
    assert registered.called("e1/proof") == [{"receipt_token": "r", "code": OTP}]
    await browser.open("/register/email")
    assert browser.path == "/register", "the browser has forgotten the enrolment"


async def test_the_token_of_the_receipt_is_on_no_page(
    browser: Browser, registered: Siblings
) -> None:
    registered.answers["v1/letter-completions/c1/proof"] = REGISTERED | {"receipt_token": "t0ken"}
    await browser.open("/register/letter")
    await browser.press("continue", **LETTER)
    await browser.press("continue", otp=OTP, terms_accepted="true")
    assert "t0ken" not in browser.response.text
    await browser.press("prove-email")
    assert "t0ken" not in browser.response.text
    assert registered.called("v1/email-proofs") == [{"receipt_token": "t0ken"}]


@pytest.mark.parametrize(
    ("answer", "status", "code"),
    [
        ({"outcome": "wrong", "attempts_left": 2}, 422, "otp-wrong"),
        ({"outcome": "locked"}, 429, "otp-locked"),
        ({"outcome": "expired"}, 422, "otp-expired"),
        (refused("enrolment-expired", 410), 410, "email-over"),
        (refused("record-changed", 409), 410, "email-over"),
        (refused("change-done", 409), 200, None),
    ],
)
async def test_a_code_that_does_not_prove_the_address(
    browser: Browser, registered: Siblings, answer: dict[str, Any], status: int, code: str | None
) -> None:
    registered.answers["v1/email-proofs/e1/proof"] = answer
    await browser.press("prove-email")
    await browser.press("continue", otp=OTP)
    assert (browser.response.status_code, browser.code) == (status, code)


@pytest.mark.parametrize(
    ("answer", "status", "code"),
    [
        (refused("phone-code-too-soon", 429), 429, "phone-code-too-soon"),
        (refused("phone-code-limit", 429), 429, "email-code-limit"),
        (refused("receipt-not-found", 404), 410, "email-over"),
        (refused("contact-unchanged", 409), 200, None),
    ],
)
async def test_a_code_that_is_not_sent_again(
    browser: Browser, registered: Siblings, answer: dict[str, Any], status: int, code: str | None
) -> None:
    await browser.press("prove-email")
    registered.answers["v1/email-proofs"] = answer
    await browser.press("resend")
    assert (browser.response.status_code, browser.code) == (status, code)


async def test_who_did_not_enrol_here_has_nothing_to_prove(
    browser: Browser, siblings: Siblings
) -> None:
    await browser.open("/register/email")
    assert browser.path == "/register"
    assert siblings.called("v1/email-proofs") == []


async def test_a_form_of_another_site_sends_no_code(browser: Browser, registered: Siblings) -> None:
    await browser.press("prove-email", {"Sec-Fetch-Site": "cross-site"})
    assert browser.response.status_code == 403
    assert registered.called("v1/email-proofs") == []
