"""A password that ended, that soon ends, or that was forgotten: the login goes on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from services.gateway.tests.login.login_world import ANA, OTP, PASSWORD, Browser, Siblings
from services.gateway.tests.login.test_login_by_password import log_in, substantial

NEW = "otras cuatro palabras nuevas"


def expired(siblings: Siblings) -> dict[str, Any]:
    return {"verdict": "expired", "subject_id": siblings.subject_id, "change_id": "c1"}


def ending(siblings: Siblings) -> dict[str, Any]:
    person = {"subject_id": siblings.subject_id, "enrolment_level": "advanced"}
    life = {"second_factors": ["sms"], "change_id": "c1", "password_expires_on": "2026-03-20"}
    return {"verdict": "accepted", **person, **life}


async def test_an_expired_password_is_changed_inside_the_login(
    browser: Browser, siblings: Siblings
) -> None:
    siblings.answers["logins"] = expired(siblings)
    await log_in(browser)
    assert browser.path.endswith("/permanent/change")
    assert "ha caducado" in browser.response.text
    await browser.press("continue")
    asked = siblings.called("password-changes/c1/otp")[0]
    assert asked == {"relying_party": "Servicio de prueba", "language": "es"}
    await browser.press("continue", otp=OTP, password="corta")
    assert browser.code == "too_short"
    assert 'value="corta"' not in browser.response.text
    await browser.press("continue", otp="111111", password=NEW)
    assert browser.code == "otp-wrong"
    await browser.press("continue", otp=OTP, password=NEW)
    assert "code" in browser.landing
    sent = siblings.called("password-changes/c1")[-1]
    assert sent == {"otp_id": "o1", "otp": OTP, "new_password": NEW}


async def test_the_level_is_still_completed_afterwards(
    browser: Browser, siblings: Siblings
) -> None:
    siblings.answers["logins"] = expired(siblings)
    await log_in(await substantial(browser))
    await browser.press("continue")
    await browser.press("continue", otp=OTP, password=NEW)
    assert browser.path.endswith("/permanent/code"), "one code confirms one thing"
    await browser.press("continue", otp=OTP)
    assert "code" in browser.landing


async def test_a_password_that_ends_soon_can_be_changed_later(
    browser: Browser, siblings: Siblings
) -> None:
    siblings.answers["logins"] = ending(siblings)
    await log_in(browser)
    assert browser.path.endswith("/permanent/renewal")
    assert "20 de marzo de 2026" in browser.response.text
    await browser.press("later")
    assert "code" in browser.landing
    assert not siblings.called("password-changes/c1/otp")


async def test_or_now(browser: Browser, siblings: Siblings) -> None:
    siblings.answers["logins"] = ending(siblings)
    await log_in(browser)
    await browser.press("change-now")
    await browser.press("continue")
    await browser.press("continue", otp=OTP, password=NEW)
    assert "code" in browser.landing


async def test_an_expired_one_cannot_be_put_off(browser: Browser, siblings: Siblings) -> None:
    siblings.answers["logins"] = expired(siblings)
    await log_in(browser)
    flow, fields = browser.flow, browser.page.form_of["continue"]["fields"]
    answer = await browser.http.post(flow + "/permanent/renewal", data=fields)
    assert answer.headers["location"] == flow
    await browser.open(flow + "/permanent/renewal")
    assert browser.path == flow


async def test_a_permission_that_ran_out_asks_for_the_password_again(
    browser: Browser, siblings: Siblings
) -> None:
    siblings.answers["logins"] = expired(siblings)
    await log_in(browser)
    await browser.press("continue")
    siblings.answers["password-changes/c1"] = {"outcome": "expired"}
    await browser.press("continue", otp=OTP, password=NEW)
    assert browser.code == "otp-expired"
    siblings.answers["c1/otp"] = {"outcome": "expired"}
    await browser.press("resend")
    assert browser.code == "change-expired"
    assert "password" in browser.page.ids


async def test_a_code_that_cannot_be_sent_is_said(browser: Browser, siblings: Siblings) -> None:
    siblings.answers["logins"] = expired(siblings)
    siblings.answers["c1/otp"] = {"outcome": "unavailable", "reason": "undeliverable"}
    await log_in(browser)
    await browser.press("continue")
    assert browser.response.status_code == 503
    assert browser.code == "otp-undeliverable"
    siblings.answers["c1/otp"] = {"outcome": "unavailable", "reason": "no_phone"}
    await browser.press("continue")
    assert browser.code == "no-phone"
    assert {"recover", "method-passkey"} <= browser.page.ids.keys()
    resend_at = (siblings.clock.now() + timedelta(minutes=1)).isoformat()
    siblings.answers["c1/otp"] = {"outcome": "limited", "resend_at": resend_at}
    await browser.open(browser.flow + "/permanent/change")
    await browser.press("continue")
    assert browser.code == "otp-limited"
    assert "13:01" in browser.response.text


async def test_a_forgotten_password_is_replaced_and_the_login_goes_on(
    browser: Browser, siblings: Siblings
) -> None:
    await browser.authorize()
    flow = browser.flow
    await browser.press("method-permanent")
    await browser.press("recover")
    assert "email" not in browser.page.ids
    await browser.press("continue", identifier=ANA, activation_code="7k2m-9qxr-4twb")
    asked = siblings.called("recoveries")[0]
    typed = {"national_id": ANA, "activation_code": "7K2M9QXR4TWB"}
    assert asked == typed | {"language": "es", "source": "127.0.0.1"}
    assert browser.path == "/recover/code"
    await browser.press("continue", otp=OTP)
    assert browser.path == "/recover/password"
    await browser.press("continue", password=PASSWORD)
    assert "activated" in browser.page.ids
    assert browser.page.ids["continue"]["href"] == f"{flow}/permanent"


async def test_who_is_registered_is_not_said(browser: Browser) -> None:
    await browser.open("/recover")
    await browser.press("continue", identifier="00000001R", activation_code="7K2M9QXR4TWB")
    assert browser.response.status_code == 422
    assert browser.code == "recovery-mismatch"


async def test_the_two_ways_to_a_password_do_not_mix(browser: Browser) -> None:
    await browser.open("/recover")
    await browser.press("continue", identifier=ANA, activation_code="7K2M9QXR4TWB")
    await browser.open("/activate/code")
    assert browser.path == "/activate"
    form = browser.page.form_of["continue"]
    await browser.open("/recover/code")
    code = browser.page.form_of["continue"]["fields"] | {"csrf": form["fields"]["csrf"]}
    answer = await browser.http.post("/recover/code", data=code | {"otp": OTP})
    assert answer.status_code == 403
