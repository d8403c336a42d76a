"""What completes the password: the person chooses where there is a choice, and only then."""

from __future__ import annotations

from datetime import timedelta

import pytest
from clavis_kit.loa import Loa

from services.gateway.tests.login.login_world import (
    ANA,
    OTP,
    PASSWORD,
    RECOVERY_CODE,
    TOTP,
    Browser,
    Siblings,
)
from services.gateway.tests.login.test_login_by_password import SUBSTANTIAL, log_in, substantial

ALL = ["sms", "totp", "recovery_code"]


async def amr(browser: Browser) -> list[str]:
    found: list[str] = await browser.world.deps.pool.fetchval("SELECT amr FROM sso_session")
    return found


async def test_an_authenticator_app_alone_is_asked_for_at_once(
    browser: Browser, siblings: Siblings
) -> None:
    siblings.factors = ["totp"]
    await log_in(await substantial(browser))
    assert browser.path.endswith("/permanent/totp")
    bound_to = browser.flow.rpartition("/")[2]
    await browser.press("continue", otp="111 111")
    assert browser.code == "totp-wrong"
    await browser.press("continue", otp="135 791")
    assert "code" in browser.landing
    subject = siblings.subject_id
    assert siblings.called("totp-attempts")[-1] == {
        "subject_id": subject,
        "code": TOTP,
        "bound_to": bound_to,
    }
    assert await amr(browser) == ["pwd", "otp", "mfa"]
    assert not siblings.called("v1/otps")


async def test_where_two_work_the_person_chooses(browser: Browser, siblings: Siblings) -> None:
    siblings.factors = ALL
    await log_in(await substantial(browser))
    assert browser.path.endswith("/second-factor")
    assert {"factor-totp", "factor-sms", "factor-recovery_code"} <= browser.page.ids.keys()
    assert not siblings.called("v1/otps")
    await browser.press("factor-totp")
    await browser.press("other-factors")
    await browser.press("factor-sms")
    assert browser.path.endswith("/permanent/code")
    await browser.press("continue", otp=OTP)
    assert "code" in browser.landing
    assert await amr(browser) == ["pwd", "otp", "sms", "mfa"]


async def test_a_recovery_code_helps_whom_the_phone_failed(
    browser: Browser, siblings: Siblings
) -> None:
    siblings.factors = ["sms", "recovery_code"]
    await log_in(await substantial(browser))
    assert browser.path.endswith("/permanent/code")
    await browser.press("other-factors")
    await browser.press("factor-recovery_code")
    await browser.press("continue", recovery_code="corto")
    assert browser.code == "recovery-code-format"
    await browser.press("continue", recovery_code="7k2m9-qxr4t")
    assert "code" in browser.landing
    assert siblings.called("recovery-code-attempts")[-1]["code"] == RECOVERY_CODE
    assert await amr(browser) == ["pwd", "otp", "mfa"]


async def test_an_sms_that_cannot_be_sent_names_the_other_factors(
    browser: Browser, siblings: Siblings
) -> None:
    siblings.factors = ["sms", "recovery_code"]
    siblings.answers["v1/otps"] = {"outcome": "unavailable", "reason": "undeliverable"}
    await log_in(await substantial(browser))
    assert browser.response.status_code == 503
    assert browser.code == "otp-undeliverable"
    assert "factor-recovery_code" in browser.page.ids


async def test_an_sms_that_cannot_be_sent_names_the_other_methods(
    browser: Browser, siblings: Siblings
) -> None:
    siblings.answers["v1/otps"] = {"outcome": "unavailable", "reason": "undeliverable"}
    await log_in(await substantial(browser))
    assert browser.code == "otp-undeliverable"
    assert {"method-app", "method-passkey"} <= browser.page.ids.keys()


@pytest.mark.parametrize(("factor", "name"), [("totp", "totp"), ("recovery_code", "recovery-code")])
async def test_too_many_wrong_codes_say_until_when(
    browser: Browser, siblings: Siblings, factor: str, name: str
) -> None:
    siblings.factors = [factor]
    await log_in(await substantial(browser))
    until = (siblings.clock.now() + timedelta(minutes=15)).isoformat()
    siblings.answers["-attempts"] = {"verdict": "locked", "locked_until": until}
    field = "otp" if factor == "totp" else "recovery_code"
    await browser.press("continue", **{field: TOTP if factor == "totp" else RECOVERY_CODE})
    assert browser.response.status_code == 429
    assert browser.code == f"{name}-locked"
    assert "13:15" in browser.response.text
    assert "method-app" in browser.page.ids


async def test_a_factor_taken_away_meanwhile_leaves_the_others(
    browser: Browser, siblings: Siblings
) -> None:
    siblings.factors = ["totp", "recovery_code"]
    await log_in(await substantial(browser))
    siblings.answers["totp-attempts"] = {"verdict": "unavailable"}
    await browser.press("continue", otp=TOTP)
    assert browser.code == "totp-unavailable"
    assert "factor-recovery_code" in browser.page.ids
    assert "factor-totp" not in browser.page.ids


async def test_nothing_to_complete_it_with_falls_short(
    browser: Browser, siblings: Siblings
) -> None:
    siblings.factors = []
    await log_in(await substantial(browser))
    assert browser.path.endswith("/short")
    assert 'data-way-up="app"' in browser.response.text


async def test_a_factor_that_is_not_the_person_s_cannot_be_tried(
    browser: Browser, siblings: Siblings
) -> None:
    await log_in(await substantial(browser))
    fields = browser.page.form_of["continue"]["fields"] | {"recovery_code": RECOVERY_CODE}
    flow = browser.flow
    for path in ("/permanent/totp", "/permanent/recovery-code"):
        answer = await browser.http.post(flow + path, data=fields)
        assert answer.headers["location"] == flow
    assert not siblings.called("totp-attempts")
    assert not siblings.called("recovery-code-attempts")


async def test_a_session_by_password_lacks_only_the_factor_the_person_has(
    browser: Browser, siblings: Siblings
) -> None:
    siblings.factors = ["totp"]
    await log_in(browser)
    await browser.authorize(**SUBSTANTIAL)
    await browser.press("continue")
    assert browser.path.endswith("/permanent/totp")
    await browser.press("continue", otp=TOTP)
    assert "code" in browser.landing
    assert len(siblings.called("logins")) == 1
    assert await browser.world.deps.pool.fetchval("SELECT loa FROM sso_session") == Loa.SUBSTANTIAL


async def test_a_session_completed_is_as_old_as_its_password(browser: Browser) -> None:
    await log_in(browser)
    typed_at = browser.world.clock.now()
    browser.world.clock.advance(timedelta(minutes=8))
    await browser.authorize(**SUBSTANTIAL)
    await browser.press("continue")
    await browser.press("continue", otp=OTP)
    assert "code" in browser.landing
    kept = "SELECT auth_time FROM sso_session"
    assert await browser.world.deps.pool.fetchval(kept) == typed_at
    await browser.authorize(**SUBSTANTIAL, max_age="300")
    await browser.press("method-permanent")
    await browser.press("continue", identifier=ANA, password=PASSWORD)
    await browser.press("continue", otp=OTP)
    assert await browser.world.deps.pool.fetchval(kept) == browser.world.clock.now()
