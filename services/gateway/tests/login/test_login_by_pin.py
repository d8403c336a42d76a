from __future__ import annotations

from datetime import timedelta

import pytest

from services.gateway.tests.login.login_world import ANA, CONTRAST, PIN, Browser, Siblings
from services.gateway.tests.oidc.gateway_world import ISSUER


async def ask_for_pin(browser: Browser, **typed: str) -> Browser:
    await browser.authorize()
    await browser.press("method-pin")
    return await browser.press(
        "continue", **({"identifier": ANA, "contrast": "17/05/2031"} | typed)
    )


async def test_a_citizen_gets_in_with_a_pin(browser: Browser, siblings: Siblings) -> None:
    await ask_for_pin(browser)
    assert browser.path.endswith("/pin/code")
    assert "123" in browser.response.text
    await browser.press("continue", pin=PIN.lower())
    assert browser.landing["state"] == "st4te"
    assert "code" in browser.landing
    asked = siblings.called("v1/pins")[0]
    assert asked["national_id"] == ANA
    assert asked["contrast"] == CONTRAST
    assert asked["relying_party"] == "Servicio de prueba"
    assert browser.http.cookies.get("__Host-Http-sso")


@pytest.mark.parametrize("typed", ["12345678-z", " 12.345.678 Z "])
async def test_the_number_is_read_generously(
    browser: Browser, siblings: Siblings, typed: str
) -> None:
    await ask_for_pin(browser, identifier=typed)
    assert siblings.called("v1/pins")[0]["national_id"] == ANA


async def test_the_own_code_goes_along_and_is_typed_before_the_pin(
    browser: Browser, siblings: Siblings
) -> None:
    await ask_for_pin(browser, prefix="ana1")
    assert siblings.called("v1/pins")[0]["prefix"] == "ANA1"
    await browser.press("continue", pin="ana1 7kq")
    assert siblings.called("attempts") == [{"pin": "ANA17KQ"}]


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ({"identifier": "12345678A"}, ["identifier-letter"]),
        ({"identifier": "hola"}, ["identifier-format"]),
        ({"identifier": "", "contrast": ""}, ["identifier-missing", "contrast-missing"]),
        ({"contrast": "31/02/2031"}, ["contrast-date"]),
        ({"identifier": "X1234567L", "contrast": "17/05/2031"}, ["contrast-support"]),
        ({"prefix": "demasiado"}, ["prefix-format"]),
        ({"identifier": "'; DROP TABLE person; --"}, ["identifier-format"]),
    ],
)
async def test_what_cannot_be_right_is_said_at_once(
    browser: Browser, siblings: Siblings, typed: dict[str, str], codes: list[str]
) -> None:
    await ask_for_pin(browser, **typed)
    assert browser.response.status_code == 422
    assert browser.code == codes[0]
    assert all(f'data-code="{code}"' in browser.response.text for code in codes)
    assert browser.title.startswith("Error:")
    assert not siblings.called("v1/pins")


async def test_html_in_a_field_comes_back_as_text(browser: Browser) -> None:
    await ask_for_pin(browser, identifier='"><script>alert(1)</script>')
    assert "<script" not in browser.response.text
    assert "&lt;script&gt;" in browser.response.text


async def test_unknown_person_and_wrong_datum_read_the_same(browser: Browser) -> None:
    await ask_for_pin(browser, identifier="00000001R")
    unknown = browser.response.text.replace("00000001R", ANA)
    flow = browser.flow
    await ask_for_pin(browser, contrast="18/05/2031")
    wrong = browser.response.text.replace("18/05/2031", "17/05/2031")
    assert browser.code == "pin-mismatch"
    token = 'name="csrf" value="'
    assert unknown.split(token)[0].replace(flow, "") == wrong.split(token)[0].replace(
        browser.flow, ""
    )


async def test_a_wrong_pin_says_how_many_tries_are_left(browser: Browser) -> None:
    await ask_for_pin(browser)
    await browser.press("continue", pin="AAA")
    assert browser.code == "pin-wrong"
    assert "4" in browser.page.ids["error-summary"]["data-code"] + browser.response.text
    assert 'value="AAA"' not in browser.response.text


@pytest.mark.parametrize("verdict", ["expired", "used"])
async def test_a_pin_that_no_longer_serves_leads_to_another(
    browser: Browser, siblings: Siblings, verdict: str
) -> None:
    await ask_for_pin(browser)
    siblings.answers["attempts"] = {"verdict": verdict}
    await browser.press("continue", pin=PIN)
    assert browser.code == f"pin-{verdict}"
    assert "identifier" in browser.page.ids


async def test_a_locked_pin_offers_the_other_ways(browser: Browser, siblings: Siblings) -> None:
    await ask_for_pin(browser)
    until = (siblings.clock.now() + timedelta(minutes=15)).isoformat()
    siblings.answers["attempts"] = {"verdict": "locked", "locked_until": until}
    await browser.press("continue", pin=PIN)
    assert browser.response.status_code == 429
    assert browser.code == "pin-locked"
    assert "13:15" in browser.response.text  # Madrid is one hour ahead of the clock in winter
    await browser.press("other-methods")
    assert "method-permanent" in browser.page.ids


async def test_too_many_requests_say_when_to_come_back(
    browser: Browser, siblings: Siblings
) -> None:
    retry_at = (siblings.clock.now() + timedelta(hours=1)).isoformat()
    siblings.answers["v1/pins"] = {"outcome": "limited", "retry_at": retry_at}
    await ask_for_pin(browser)
    assert browser.code == "pin-limited"
    assert "14:00" in browser.response.text


async def test_cancelling_tells_the_service_access_denied(browser: Browser) -> None:
    await browser.authorize()
    await browser.press("cancel")
    assert browser.landing["error"] == "access_denied"
    assert "code" not in browser.landing


async def test_a_service_that_is_down_greys_only_its_method(
    browser: Browser, siblings: Siblings
) -> None:
    siblings.down = {"pin"}
    await browser.authorize()
    assert browser.page.ids["method-pin"]["data-reason"] == "service_down"
    assert browser.page.ids["method-permanent"]["tag"] == "a"


async def test_a_service_that_fails_in_the_middle_is_a_page(
    browser: Browser, siblings: Siblings
) -> None:
    await browser.authorize()
    await browser.press("method-pin")
    siblings.down = {"pin"}
    await browser.press("continue", identifier=ANA, contrast="17/05/2031")
    assert browser.response.status_code == 503
    assert browser.code == "service-down"
    assert "Retry-After" in browser.response.headers


async def test_calls_carry_a_service_token(browser: Browser, siblings: Siblings) -> None:
    await ask_for_pin(browser)
    assert all(authorization.startswith("Bearer ey") for _, _, authorization in siblings.requests)


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
    ],
)
async def test_a_form_from_elsewhere_is_refused(
    browser: Browser, siblings: Siblings, headers: dict[str, str]
) -> None:
    await browser.authorize()
    await browser.press("method-pin")
    typed = {"identifier": ANA, "contrast": "17/05/2031"}
    await browser.press("continue", headers, **typed)
    assert browser.response.status_code == 403
    assert browser.code == "form-stale"
    assert not siblings.called("v1/pins")


async def test_an_old_browser_is_judged_by_its_origin(browser: Browser) -> None:
    await browser.authorize()
    await browser.press("method-pin")
    page = browser.page.form_of["continue"]
    fields = page["fields"] | {"identifier": ANA, "contrast": "17/05/2031"}
    for origin, status in ((ISSUER, 303), ("https://evil.test", 403), ("null", 403)):
        answer = await browser.http.post(page["action"], data=fields, headers={"Origin": origin})
        assert answer.status_code == status, origin


async def test_a_form_without_its_token_is_refused(browser: Browser) -> None:
    await browser.authorize()
    await browser.press("method-pin")
    await browser.press("continue", csrf="0" * 64)
    assert browser.code == "form-stale"


async def test_another_browser_cannot_continue_a_login(browser: Browser) -> None:
    await browser.authorize()
    path = browser.path
    browser.http.cookies.clear()
    await browser.open(path)
    assert browser.response.status_code == 410
    assert browser.code == "interaction-expired"


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
