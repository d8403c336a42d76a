"""Offices, letters and video calls for people without a session, complete without script."""

from __future__ import annotations

from typing import Any

import pytest
from clavis_gateway.citizen.page import Begun, read_begun, write_begun
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.tests.login.login_world import ANA, OTP, Browser, Siblings

CONTRAST = "17/05/2031"
IDENTITY: dict[str, Any] = {"identifier": ANA, "contrast": CONTRAST}
LETTER: dict[str, Any] = IDENTITY | {
    "csv": "abcd-efgh-jklm-npqr",
    "mobile": "600 123 456",
    "email": "ana@example.test",
}
UNTIL = "2026-03-02T09:42:00+00:00"
SENT = {
    "outcome": "code_sent",
    "completion_id": "c1",
    "phone_hint": "456",
    "expires_at": UNTIL,
    "resend_at": UNTIL,
    "delivered": True,
}
TERMS = {
    "version": "2026-11",
    "languages": {"es": [{"title": "Condiciones", "text": "Usted acepta."}]},
}
REGISTERED = {"outcome": "registered", "receipt_token": "r", "with_activation_code": True}
RECEIPT = {"activation_code": "7K2M-9QXR-4TWB", "receipt_pdf": "JVBERg=="}


@pytest.fixture
def registry(siblings: Siblings) -> Siblings:
    siblings.answers |= {
        "v1/letters": {"outcome": "accepted"},
        "v1/letter-completions": dict(SENT),
        "v1/letter-completions/c1/proof": dict(REGISTERED),
        "v1/terms": dict(TERMS),
        "v1/receipts": dict(RECEIPT),
    }
    return siblings


def refused(code: str, status: int = 422) -> dict[str, Any]:
    return {"status": status, "code": code}


async def test_offices_are_found_by_place_without_script(
    browser: Browser, siblings: Siblings
) -> None:
    office = {
        "name": "Oficina de Villaclara", "street": None, "postcode": "28701",
        "municipality": "Villaclara", "province": "Madrid", "phone": None,
        "hours": {"1": [["09:00", "14:00"]]}, "services": ["enrolment"], "open_now": False,
    }  # fmt: skip
    siblings.answers["v1/offices"] = {"offices": [office], "next": "VC-050"}
    await browser.open("/offices?q=villa")
    assert "Oficina de Villaclara" in browser.response.text
    assert "09:00–14:00" in browser.response.text
    assert browser.page.ids["more"]["href"] == "/offices?q=villa&province=&after=VC-050"


async def test_a_request_for_a_letter_is_one_page_for_everybody(
    browser: Browser, registry: Siblings
) -> None:
    pages = []
    for number in (ANA, "00000000T"):
        await browser.open("/register/letter/request")
        await browser.press("continue", **(IDENTITY | {"identifier": number}))
        pages.append((browser.response.status_code, browser.response.text))
    assert pages[0] == pages[1]
    assert "asked" in browser.page.ids
    assert {body["contrast"] for body in registry.called("v1/letters")} == {"2031-05-17"}


async def test_too_many_requests_for_letters_say_so(browser: Browser, registry: Siblings) -> None:
    registry.answers["v1/letters"] = refused("too-many-requests", 429)
    await browser.open("/register/letter/request")
    await browser.press("continue", **IDENTITY)
    assert (browser.response.status_code, browser.code) == (429, "too-many-requests")


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"outcome": "mismatch"}, "status-mismatch"),
        ({"outcome": "limited", "retry_at": UNTIL}, "enrolment-limited"),
    ],
)
async def test_the_state_of_a_letter_is_for_who_knows_the_document(
    browser: Browser, siblings: Siblings, answer: dict[str, Any], code: str
) -> None:
    siblings.answers["v1/letter-status"] = answer
    await browser.open("/register/letter/status")
    await browser.press("continue", **IDENTITY)
    assert browser.code == code


async def test_the_state_of_a_letter_is_told_in_words(browser: Browser, siblings: Siblings) -> None:
    siblings.answers["v1/letter-status"] = {
        "outcome": "known", "state": "sent", "expires_at": UNTIL, "address_hint": "C***, 28701",
    }  # fmt: skip
    await browser.open("/register/letter/status")
    await browser.press("continue", **IDENTITY)
    assert browser.page.ids["letter-state"]["data-state"] == "sent"
    assert "2 de marzo de 2026" in browser.response.text


async def test_a_letter_leads_to_an_activation_code(browser: Browser, registry: Siblings) -> None:
    await browser.open("/register/letter")
    await browser.press("continue", **LETTER)
    assert browser.path == "/register/code"
    await browser.press("continue", otp=OTP)
    assert browser.code == "terms-unread"
    await browser.press("continue", otp=OTP, terms_accepted="true")
    assert "7K2M-9QXR-4TWB" in browser.response.text
    assert browser.page.ids["receipt"]["href"].startswith("data:application/pdf;base64,")
    proof = registry.called("c1/proof")[0]
    assert proof["terms_version"] == TERMS["version"]
    assert proof["accepted"] is True
    await browser.open("/register/code")
    assert browser.path == "/register", "the browser has forgotten the enrolment"


@pytest.mark.parametrize(
    ("answer", "code", "field"),
    [
        ({"outcome": "mismatch"}, "letter-mismatch", "identifier"),
        ({"outcome": "limited", "retry_at": UNTIL}, "enrolment-limited", None),
        (refused("letter-code-invalid"), "letter-code-invalid", "csv"),
        (refused("invalid-phone"), "invalid-phone", "mobile"),
        (refused("phone-in-use", 409), "phone-in-use", "mobile"),
        (refused("person-revoked", 409), "enrolment-refused", None),
    ],
)
async def test_a_letter_that_does_not_go_on_says_why(
    browser: Browser, registry: Siblings, answer: dict[str, Any], code: str, field: str | None
) -> None:
    registry.answers["v1/letter-completions"] = answer
    await browser.open("/register/letter")
    await browser.press("continue", **LETTER)
    assert browser.code == code
    if field:
        assert browser.page.ids[field]["aria-invalid"] == "true"
    assert 'value="600 123 456"' in browser.response.text, "what was typed is still there"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"outcome": "wrong", "attempts_left": 2}, "otp-wrong"),
        ({"outcome": "locked"}, "otp-locked"),
        ({"outcome": "expired"}, "otp-expired"),
        (refused("terms-outdated"), "terms-outdated"),
        (refused("enrolment-expired", 410), "enrolment-over"),
    ],
)
async def test_a_phone_code_that_does_not_prove(
    browser: Browser, registry: Siblings, answer: dict[str, Any], code: str
) -> None:
    registry.answers = {"c1/proof": answer} | registry.answers
    await browser.open("/register/letter")
    await browser.press("continue", **LETTER)
    await browser.press("continue", otp=OTP, terms_accepted="true")
    assert browser.code == code


async def test_a_video_call_is_booked_and_goes_on_after_its_acceptance(
    browser: Browser, registry: Siblings
) -> None:
    registry.answers |= {
        "v1/video-slots": {"slots": [UNTIL]},
        "v1/video-appointments": {"starts_at": UNTIL, "token": "t" * 43, "outcome": "booked"},
        "v1/video-appointments/arrival": {"state": "queued", "place": 1},
        "v1/video-completions": dict(SENT),
        "v1/video-completions/c1/proof": dict(REGISTERED),
    }
    await browser.open("/register/video")
    await browser.press("continue", **IDENTITY, email="ana@example.test")
    assert browser.code == "slot-missing"
    await book(browser)
    await browser.press("call")
    await browser.press("continue")
    assert browser.page.ids["call-state"]["data-state"] == "queued"
    registry.answers["v1/video-appointments/arrival"] = {"state": "accepted", "place": None}
    await browser.press("continue")
    await browser.press("continue", mobile="600123456", email="ana@example.test")
    assert registry.called("v1/video-completions")[0]["token"] == "t" * 43
    await browser.press("continue", otp=OTP, terms_accepted="true")
    assert "registered" in browser.page.ids


async def book(browser: Browser) -> None:
    """Choose the hour that is offered, as a select does."""
    form = browser.page.form_of["continue"]
    chosen = form["fields"] | IDENTITY | {"email": "ana@example.test", "starts_at": UNTIL}
    browser.response = await browser.http.post("/register/video", data=chosen)
    assert "booked" in browser.page.ids


async def test_a_form_of_another_site_does_nothing(browser: Browser, registry: Siblings) -> None:
    await browser.open("/register/letter/request")
    await browser.press("continue", {"Sec-Fetch-Site": "cross-site"}, **IDENTITY)
    assert browser.response.status_code == 403
    assert registry.called("v1/letters") == []


async def test_pages_of_a_registry_that_is_down_are_pages(
    browser: Browser, siblings: Siblings
) -> None:
    siblings.down.add("registry")
    await browser.open("/offices")
    assert browser.response.status_code == 503
    assert "<h1" in browser.response.text


@given(st.text(max_size=300))
def test_any_cookie_is_read_or_none(cookie: str) -> None:
    assert read_begun(cookie) is None or cookie


def test_a_cookie_is_read_back() -> None:
    begun = Begun("secret", "video", "c1", "456", UNTIL, "t")
    assert read_begun(write_begun(begun)) == begun
