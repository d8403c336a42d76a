"""Who enrolled by letter renounces on pages that tell nobody anything, without script."""

from __future__ import annotations

from typing import Any

import pytest

from services.gateway.tests.login.login_world import OTP, Browser, Siblings
from services.gateway.tests.login.test_public_pages import IDENTITY, UNTIL, refused

TYPED: dict[str, Any] = IDENTITY | {"csv": "abcd-efgh-jklm-npqr"}
ASKED = {"outcome": "accepted", "renunciation_id": "n1", "expires_at": UNTIL}
RENOUNCED = {"outcome": "renounced", "renounced_at": UNTIL, "proof_token": "t0ken"}


@pytest.fixture
def registry(siblings: Siblings) -> Siblings:
    siblings.answers |= {
        "v1/letter-renunciations": dict(ASKED),
        "v1/letter-renunciations/n1/proof": dict(RENOUNCED),
        "v1/renunciation-proofs": {"proof_pdf": "JVBERi0xLjc="},
    }
    return siblings


async def asked(browser: Browser) -> None:
    await browser.open("/renounce/letter")
    await browser.press("continue", **TYPED)
    assert browser.path == "/renounce/letter/code"


async def test_the_warning_stands_before_the_question_and_the_confirmation(
    browser: Browser, registry: Siblings
) -> None:
    await browser.open("/")
    await browser.press("renounce-letter")
    assert "warning" in browser.page.ids
    await browser.press("continue", **TYPED)
    assert "warning" in browser.page.ids
    await browser.press("continue", otp=OTP)
    assert browser.code == "renunciation-unconfirmed"
    assert registry.called("n1/proof") == []


async def test_who_confirms_with_the_code_leaves_and_fetches_the_proof_once(
    browser: Browser, registry: Siblings
) -> None:
    await asked(browser)
    (body,) = registry.called("v1/letter-renunciations")
    assert body["csv"] == TYPED["csv"]
    assert (body["contrast"], body["language"]) == ("2031-05-17", "es")
    await browser.press("continue", otp=OTP, confirmed="true")
    assert (browser.path, "renounced" in browser.page.ids) == ("/renounce/letter/done", True)
    assert registry.called("n1/proof") == [{"code": OTP, "confirmed": True}]
    assert "t0ken" not in browser.response.text
    await browser.press("proof")
    assert browser.response.content == b"%PDF-1.7"
    assert browser.response.headers["Content-Disposition"].startswith("attachment")
    assert registry.called("v1/renunciation-proofs") == [{"proof_token": "t0ken"}]
    registry.answers["v1/renunciation-proofs"] = refused("renunciation-not-found", 404)
    await browser.open("/renounce/letter/done")
    await browser.press("proof")
    assert (browser.response.status_code, browser.code) == (410, "receipt-gone")


@pytest.mark.parametrize(
    ("answer", "status", "code"),
    [
        ({"outcome": "wrong", "attempts_left": 2}, 422, "otp-wrong"),
        ({"outcome": "locked"}, 429, "otp-locked"),
        ({"outcome": "expired"}, 422, "otp-expired"),
        (refused("not-registered", 409), 422, "renunciation-refused"),
    ],
)
async def test_a_code_that_ends_nothing(
    browser: Browser, registry: Siblings, answer: dict[str, Any], status: int, code: str
) -> None:
    registry.answers["v1/letter-renunciations/n1/proof"] = answer
    await asked(browser)
    await browser.press("continue", otp=OTP, confirmed="true")
    assert (browser.response.status_code, browser.code) == (status, code)


async def test_too_many_requests_say_so(browser: Browser, registry: Siblings) -> None:
    registry.answers["v1/letter-renunciations"] = refused("too-many-requests", 429)
    await browser.open("/renounce/letter")
    await browser.press("continue", **TYPED)
    assert (browser.response.status_code, browser.code) == (429, "too-many-requests")


async def test_what_is_missing_is_said_before_anybody_is_asked(
    browser: Browser, registry: Siblings
) -> None:
    await browser.open("/renounce/letter")
    await browser.press("continue", **(TYPED | {"csv": ""}))
    assert (browser.response.status_code, browser.code) == (422, "csv-missing")
    assert registry.called("v1/letter-renunciations") == []


@pytest.mark.parametrize("path", ["/renounce/letter/code", "/renounce/letter/done"])
async def test_who_did_not_begin_here_begins(
    browser: Browser, registry: Siblings, path: str
) -> None:
    await browser.open(path)
    assert browser.path == "/renounce/letter"


async def test_a_form_of_another_site_ends_nobody(browser: Browser, registry: Siblings) -> None:
    await asked(browser)
    headers = {"Sec-Fetch-Site": "cross-site"}
    await browser.press("continue", headers, otp=OTP, confirmed="true")
    assert browser.response.status_code == 403
    assert registry.called("n1/proof") == []
