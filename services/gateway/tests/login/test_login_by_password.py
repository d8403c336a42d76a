from __future__ import annotations

from datetime import timedelta

import pytest
from clavis_kit.loa import Loa

from services.gateway.tests.login.login_world import ANA, OTP, PASSWORD, Browser, Siblings

SUBSTANTIAL = {"acr_values": Loa.SUBSTANTIAL.acr}

STEPS = [
    "/second-factor",
    "/permanent/totp",
    "/permanent/recovery-code",
    "/permanent/renewal",
    "/permanent/change",
]


async def substantial(browser: Browser) -> Browser:
    """A service that needs the substantial level."""
    await browser.world.register("demo-web", minimum_loa="substantial")
    return browser


async def log_in(browser: Browser, **typed: str) -> Browser:
    await browser.authorize()
    await browser.press("method-permanent")
    return await browser.press("continue", **({"identifier": ANA, "password": PASSWORD} | typed))


async def test_the_password_is_enough_for_the_low_level(browser: Browser) -> None:
    await log_in(browser)
    assert "code" in browser.landing


async def test_the_password_is_taken_as_typed_and_never_shown_again(
    browser: Browser, siblings: Siblings
) -> None:
    await log_in(browser, password="  <b>mal</b> ")
    assert siblings.called("logins")[0]["password"] == "  <b>mal</b> "
    assert browser.code == "login-wrong"
    assert "mal</b>" not in browser.response.text
    assert "&lt;b&gt;" not in browser.response.text
    assert browser.page.ids["identifier"]["value"] == ANA


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ({"password": ""}, "password-missing"),
        ({"password": "x" * 2000}, "password-too-long"),
        ({"identifier": "12345678B"}, "identifier-letter"),
    ],
)
async def test_what_cannot_be_right_never_reaches_the_service(
    browser: Browser, siblings: Siblings, typed: dict[str, str], code: str
) -> None:
    await log_in(browser, **typed)
    assert browser.code == code
    assert not siblings.called("logins")


async def test_a_blocked_password_leads_to_another_and_to_other_ways(
    browser: Browser, siblings: Siblings
) -> None:
    siblings.answers["logins"] = {"verdict": "locked"}
    await log_in(browser)
    assert browser.code == "password-locked"
    assert {"method-pin", "method-app", "not-me"} <= browser.page.ids.keys()
    assert "method-permanent" not in browser.page.ids
    flow = browser.flow
    await browser.press("recover")
    assert browser.path == "/recover"
    assert browser.response.url.params["flow"] == flow.rpartition("/")[2]


async def test_a_network_that_tried_too_often_is_told_until_when(
    browser: Browser, siblings: Siblings
) -> None:
    retry_at = (siblings.clock.now() + timedelta(minutes=15)).isoformat()
    siblings.answers["logins"] = {"verdict": "limited", "retry_at": retry_at}
    await log_in(browser)
    assert browser.response.status_code == 429
    assert browser.code == "activation-limited"
    assert "13:15" in browser.response.text
    assert "method-app" in browser.page.ids
    assert siblings.called("logins")[0]["source"]


async def test_a_wrong_password_names_what_a_blocked_one_needs(browser: Browser) -> None:
    await log_in(browser, password="otra")
    assert browser.code == "login-wrong"
    assert {"recover", "activate", "other-methods"} <= browser.page.ids.keys()
    assert "se bloquea" in browser.response.text


async def test_the_substantial_level_takes_a_code_as_well(
    browser: Browser, siblings: Siblings
) -> None:
    await log_in(await substantial(browser))
    assert browser.path.endswith("/permanent/code")
    bound_to = browser.flow.rpartition("/")[2]
    assert siblings.called("v1/otps")[0] == {
        "subject_id": siblings.subject_id,
        "action": "login",
        "bound_to": bound_to,
        "relying_party": "Servicio de prueba",
        "language": "es",
    }
    await browser.press("continue", otp="111111")
    assert browser.code == "otp-wrong"
    await browser.press("continue", otp=" 246-810 ")
    assert "code" in browser.landing
    assert siblings.called("attempts")[-1] == {"otp": OTP, "bound_to": bound_to}


async def test_a_code_that_is_not_six_digits_is_not_asked_about(
    browser: Browser, siblings: Siblings
) -> None:
    await log_in(await substantial(browser))
    await browser.press("continue", otp="12345")
    assert browser.code == "otp-format"
    assert not siblings.called("attempts")


@pytest.mark.parametrize("verdict", ["expired", "used", "locked"])
async def test_a_dead_code_can_be_asked_for_again(
    browser: Browser, siblings: Siblings, verdict: str
) -> None:
    await log_in(await substantial(browser))
    siblings.answers["attempts"] = {"verdict": verdict}
    await browser.press("continue", otp=OTP)
    assert browser.code == f"otp-{verdict}"
    await browser.press("resend")
    assert len(siblings.called("v1/otps")) == 2


async def test_asking_again_too_soon_says_when(browser: Browser, siblings: Siblings) -> None:
    await log_in(await substantial(browser))
    resend_at = (siblings.clock.now() + timedelta(seconds=60)).isoformat()
    siblings.answers["v1/otps"] = {"outcome": "limited", "resend_at": resend_at}
    await browser.press("resend")
    assert browser.code == "otp-limited"
    assert "13:01" in browser.response.text
    assert "otp" in browser.page.ids


async def test_an_accepted_code_of_somebody_else_does_not_count(
    browser: Browser, siblings: Siblings
) -> None:
    await log_in(await substantial(browser))
    siblings.answers["attempts"] = {"verdict": "accepted", "subject_id": "another"}
    await browser.press("continue", otp=OTP)
    assert browser.code == "otp-used"


async def test_a_session_by_password_lacks_only_the_code(
    browser: Browser, siblings: Siblings
) -> None:
    await log_in(browser)
    await browser.authorize(**SUBSTANTIAL)
    assert "step-up" in browser.page.forms[0]["action"]
    await browser.press("continue")
    await browser.press("continue", otp=OTP)
    assert "code" in browser.landing
    assert len(siblings.called("logins")) == 1


async def test_a_session_by_password_can_still_choose_another_way(browser: Browser) -> None:
    await log_in(browser)
    await browser.authorize(**SUBSTANTIAL)
    await browser.press("other-methods")
    assert "method-certificate" in browser.page.ids


async def test_prompt_login_starts_over_even_with_a_session(browser: Browser) -> None:
    await log_in(browser)
    await browser.authorize(prompt="login", **SUBSTANTIAL)
    assert "method-permanent" in browser.page.ids


async def test_basic_enrolment_falls_short_with_the_ways_up(
    browser: Browser, siblings: Siblings
) -> None:
    siblings.level = "basic"
    await log_in(await substantial(browser))
    assert browser.path.endswith("/short")
    assert 'data-way-up="office"' in browser.response.text
    assert not siblings.called("v1/otps")
    await browser.press("end-short")
    assert browser.landing["error"] == "unmet_authentication_requirements"


async def test_a_person_without_a_phone_falls_short(browser: Browser, siblings: Siblings) -> None:
    siblings.answers["v1/otps"] = {"outcome": "unavailable", "reason": "no_phone"}
    await log_in(await substantial(browser))
    assert browser.path.endswith("/short")
    assert "No consta un móvil" in browser.response.text


async def test_the_high_level_greys_what_cannot_reach_it(browser: Browser) -> None:
    await browser.world.register("demo-web", minimum_loa="high")
    await browser.authorize()
    for method in ("method-pin", "method-permanent", "method-app", "method-passkey"):
        assert browser.page.ids[method]["aria-disabled"] == "true"
        assert browser.page.ids[method]["data-reason"] == "level_too_low"
    await browser.press("end-short")
    assert browser.landing["error"] == "unmet_authentication_requirements"


async def test_the_data_to_be_sent_are_shown_once(browser: Browser, siblings: Siblings) -> None:
    await browser.authorize(scope="openid profile")
    await browser.press("method-permanent")
    await browser.press("continue", identifier=ANA, password=PASSWORD)
    assert browser.path.endswith("/data")
    assert 'data-claim="name"' in browser.response.text
    assert 'data-claim="given_name"' not in browser.response.text
    await browser.press("continue")
    assert "code" in browser.landing
    await browser.authorize(scope="openid profile", prompt="login")
    await browser.press("method-permanent")
    await browser.press("continue", identifier=ANA, password=PASSWORD)
    assert "code" in browser.landing
    await browser.authorize(scope="openid profile email", prompt="login")
    await browser.press("method-permanent")
    await browser.press("continue", identifier=ANA, password=PASSWORD)
    assert browser.path.endswith("/data")


async def test_data_can_be_refused(browser: Browser) -> None:
    await browser.authorize(scope="openid profile")
    await browser.press("method-permanent")
    await browser.press("continue", identifier=ANA, password=PASSWORD)
    await browser.press("cancel")
    assert browser.landing["error"] == "access_denied"


@pytest.mark.parametrize("page", ["/data", "/short", "/permanent/code", "/pin/code", *STEPS])
async def test_no_step_can_be_jumped(browser: Browser, page: str) -> None:
    await browser.authorize()
    flow = browser.flow
    await browser.open(flow + page)
    assert browser.path in {flow, f"{flow}/pin", f"{flow}/permanent"}
