from __future__ import annotations

from datetime import timedelta

import pytest

from services.gateway.tests.login.conftest import OpenBrowser
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


async def test_a_pin_in_the_app_says_so_and_can_come_by_sms_instead(
    browser: Browser, siblings: Siblings
) -> None:
    siblings.answers["v1/pins"] = siblings.sent_to_app()
    await ask_for_pin(browser, prefix="ana1")
    assert "in-app" in browser.page.ids
    assert "channel" not in siblings.called("v1/pins")[0]
    siblings.answers.clear()
    await browser.press("by-sms")
    again = siblings.called("v1/pins")[1]
    assert again["channel"] == "sms"
    assert (again["national_id"], again["contrast"], again["prefix"]) == (ANA, CONTRAST, "ANA1")
    assert "in-app" not in browser.page.ids
    assert "123" in browser.response.text


async def test_the_sms_can_be_chosen_from_the_start(browser: Browser, siblings: Siblings) -> None:
    await ask_for_pin(browser, channel="sms")
    assert siblings.called("v1/pins")[0]["channel"] == "sms"


async def test_the_network_of_the_browser_is_counted(browser: Browser, siblings: Siblings) -> None:
    browser.http.headers["X-Forwarded-For"] = "203.0.113.9"
    await ask_for_pin(browser)
    assert siblings.called("v1/pins")[0]["source"] == "127.0.0.1"


async def test_behind_the_terminator_its_word_on_the_address_counts(
    open_browser: OpenBrowser, siblings: Siblings
) -> None:
    async with open_browser(terminator_networks=("127.0.0.0/8",)) as browser:
        browser.http.headers["X-Forwarded-For"] = "198.51.100.7, 203.0.113.9"
        await ask_for_pin(browser)
        assert siblings.called("v1/pins")[0]["source"] == "203.0.113.9"


async def test_another_pin_too_soon_keeps_the_one_under_way(
    browser: Browser, siblings: Siblings
) -> None:
    await ask_for_pin(browser)
    retry_at = (siblings.clock.now() + timedelta(minutes=1)).isoformat()
    siblings.answers["v1/pins"] = {"outcome": "limited", "retry_at": retry_at}
    await browser.press("another-pin")
    assert browser.response.status_code == 429
    assert browser.code == "pin-limited"
    assert "13:01" in browser.response.text
    await browser.press("continue", pin=PIN)
    assert "code" in browser.landing


async def test_what_was_typed_is_kept_sealed_and_only_for_this_login(
    browser: Browser, siblings: Siblings
) -> None:
    await ask_for_pin(browser)
    kept = browser.http.cookies["__Host-Http-pin"]
    assert ANA not in kept
    stored = await browser.world.deps.pool.fetchval("SELECT progress::text FROM interaction")
    assert ANA not in stored
    await ask_for_pin(browser)
    browser.http.cookies.set("__Host-Http-pin", kept, domain="gateway.test", path="/")
    await browser.press("another-pin")
    assert len(siblings.called("v1/pins")) == 2
    assert browser.path.endswith("/pin")


async def test_a_message_that_cannot_be_sent_names_another_way_in(
    browser: Browser, siblings: Siblings
) -> None:
    siblings.answers["v1/pins"] = {"outcome": "undeliverable", "other_ways": ["app"]}
    await ask_for_pin(browser, channel="sms")
    assert browser.response.status_code == 503
    assert browser.code == "pin-undeliverable"
    assert {"method-app", "method-permanent", "method-passkey"} <= browser.page.ids.keys()
    assert "method-pin" not in browser.page.ids
    assert "Su app puede mostrarle el PIN" in browser.response.text
    await browser.press("method-permanent")
    assert browser.path.endswith("/permanent")


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
