"""What a service receives is told before it is sent; what aged is renewed with what it lacks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from clavis_gateway.login import texts
from clavis_gateway.oidc.metadata import REGISTRY_CLAIMS
from clavis_kit.loa import Loa
from jose import jwt as python_jose

from services.gateway.tests.login.login_world import ANA, OTP, PASSWORD, Browser, Siblings
from services.gateway.tests.oidc.gateway_world import SECRET

PURPOSE = "Tramitar su ayuda para el alquiler"
BIRTHDATE = "Comprobar que tiene más de 18 años"
SUBSTANTIAL = Loa.SUBSTANTIAL.acr


@pytest.fixture
async def entered(browser: Browser) -> Browser:
    """A browser with a session, entered by password in a service that asks for nothing."""
    await browser.world.register(
        "second",
        **{
            "purpose#es": PURPOSE,
            "claim_purposes": {"birthdate": {"es": BIRTHDATE}},
        },
    )
    await browser.authorize()
    await password(browser)
    assert "code" in browser.landing
    return browser


async def password(browser: Browser) -> None:
    await browser.press("method-permanent")
    await browser.press("continue", identifier=ANA, password=PASSWORD)


async def second(browser: Browser, **params: Any) -> Browser:
    return await browser.authorize(client_id="second", **{"scope": "openid profile"} | params)


async def id_token(browser: Browser, client_id: str = "second") -> dict[str, Any]:
    code = browser.landing["code"]
    answer = await browser.world.exchange(code, auth=(client_id, SECRET))
    claims: dict[str, Any] = python_jose.get_unverified_claims(answer.json()["id_token"])
    return claims


async def records(browser: Browser) -> list[Any]:
    found: list[Any] = await browser.world.deps.pool.fetch(
        "SELECT client_id, claims, shown, language, agreed FROM disclosure_record ORDER BY at"
    )
    return found


async def test_a_session_answers_only_after_the_data_were_told_once(entered: Browser) -> None:
    before = entered.world.clock.now()
    entered.world.clock.advance(timedelta(minutes=5))
    await second(entered)
    assert entered.path.endswith("/data")
    for told in ('data-claim="name"', 'data-claim="birthdate"', PURPOSE, BIRTHDATE):
        assert told in entered.response.text
    await entered.press("continue")
    claims = await id_token(entered)
    assert claims["auth_time"] == int(before.timestamp()), "nobody logged in anew"
    answer = await entered.http.get(
        "/authorize",
        params={
            "client_id": "second", "response_type": "code", "scope": "openid profile",
            "redirect_uri": "https://rp.test/callback", "prompt": "none",
        },
    )  # fmt: skip
    assert "code=" in answer.headers["location"], "and nothing is asked the next time"


async def test_who_goes_back_sends_nothing(entered: Browser) -> None:
    await second(entered)
    await entered.press("cancel")
    assert entered.landing["error"] == "access_denied"
    [record] = await records(entered)
    assert (record["client_id"], record["agreed"]) == ("second", False)
    await second(entered)
    assert entered.path.endswith("/data"), "and is told again"


async def test_what_was_shown_is_on_record_without_any_value(entered: Browser) -> None:
    await second(entered)
    await entered.press("continue")
    [record] = await records(entered)
    assert record["agreed"]
    assert "birthdate" in record["claims"]
    assert record["language"] == "es"
    assert record["shown"]["purpose"] == PURPOSE
    assert record["shown"]["purposes"] == {"birthdate": BIRTHDATE}


async def test_a_larger_set_is_told_again_and_a_smaller_one_is_not(entered: Browser) -> None:
    await second(entered)
    await entered.press("continue")
    await second(entered, scope="openid profile email")
    assert entered.path.endswith("/data")
    await entered.press("continue")
    answer = await entered.http.get(
        "/authorize",
        params={
            "client_id": "second", "response_type": "code", "scope": "openid email",
            "redirect_uri": "https://rp.test/callback",
        },
    )  # fmt: skip
    assert "code=" in answer.headers["location"]


async def test_core_3_1_2_1_prompt_consent_tells_every_time_and_asks_no_login(
    entered: Browser,
) -> None:
    for _ in range(2):
        await second(entered, prompt="consent")
        assert entered.path.endswith("/data")
        await entered.press("continue")
        assert "code" in entered.landing
    await second(entered, prompt="consent login")
    assert not entered.path.endswith("/data")
    await password(entered)
    assert entered.path.endswith("/data"), "also after a login"


async def test_the_selector_says_what_will_be_received(browser: Browser) -> None:
    await browser.world.register("demo-web", **{"purpose#es": PURPOSE})
    await browser.authorize(scope="openid profile")
    assert "told" in browser.page.ids
    assert PURPOSE in browser.response.text
    await browser.authorize(scope="openid")
    assert "told" not in browser.page.ids


# OpenID Connect Dynamic Client Registration 1.0 section 2 (policy_uri, tos_uri); RFC 7591 section
# 2.2: in the person's language where there is one.
async def test_where_a_service_says_how_it_uses_data_is_a_link(entered: Browser) -> None:
    await second(entered)
    assert "policies" not in entered.page.ids
    pages = {"policy_uri": "https://rp.test/en", "policy_uri#es": "https://rp.test/es"}
    await entered.world.register("third", **pages, tos_uri="https://rp.test/terms")
    await entered.authorize(client_id="third", scope="openid profile")
    assert 'href="https://rp.test/es"' in entered.response.text
    assert 'href="https://rp.test/terms"' in entered.response.text
    assert "https://rp.test/en" not in entered.response.text


async def test_the_last_access_is_told_with_the_data(entered: Browser) -> None:
    await second(entered)
    assert "last-access" in entered.page.ids
    assert "con contraseña" in entered.response.text
    assert "Servicio de prueba" in entered.response.text


@pytest.mark.parametrize("mode", ["query", "form_post"])
async def test_a_login_that_asks_nothing_tells_the_last_access_on_the_way_back(
    entered: Browser, mode: str
) -> None:
    entered.world.clock.advance(timedelta(hours=2))
    await entered.authorize(prompt="login", response_mode=mode)
    await password(entered)
    assert entered.path != "/data"
    assert "last-access" in entered.page.ids
    assert "con contraseña" in entered.response.text
    assert "Servicio de prueba" in entered.response.text


async def test_the_first_login_of_all_has_no_last_access(browser: Browser) -> None:
    await browser.authorize(scope="openid profile")
    await password(browser)
    assert browser.path.endswith("/data")
    assert "last-access" not in browser.page.ids


async def test_a_session_that_ended_meanwhile_answers_nothing(entered: Browser) -> None:
    await second(entered)
    page = entered.response
    await entered.world.deps.pool.execute("UPDATE sso_session SET ended_at = now()")
    await entered.press("continue")
    assert entered.path != "/data"
    assert "method-pin" in entered.page.ids, "the person logs in"
    assert page.status_code == 200


async def test_an_age_that_passes_while_the_page_is_open_is_not_overlooked(
    entered: Browser,
) -> None:
    await second(entered, max_age="60")
    assert entered.path.endswith("/data")
    entered.world.clock.advance(timedelta(seconds=61))
    await entered.press("continue")
    assert entered.landing["error"] == "login_required"


async def test_a_page_is_answered_once(entered: Browser) -> None:
    await second(entered)
    page = entered.response
    await entered.press("continue")
    assert "code" in entered.landing
    entered.response = page
    await entered.press("continue")
    assert entered.code == "interaction-expired"


async def test_where_the_password_stands_only_the_code_is_asked(
    entered: Browser, siblings: Siblings
) -> None:
    await entered.world.register("second", level_max_age={"substantial": 600})
    await second(entered, scope="openid", acr_values=SUBSTANTIAL)
    await entered.press("continue")
    await entered.press("continue", otp=OTP)
    first = await id_token(entered)
    entered.world.clock.advance(timedelta(seconds=601))
    await second(entered, scope="openid", acr_values=SUBSTANTIAL)
    assert "Falta un paso" in entered.response.text
    await entered.press("continue")
    await entered.press("continue", otp=OTP)
    renewed = await id_token(entered)
    assert (renewed["sid"], renewed["auth_time"]) == (first["sid"], first["auth_time"])
    assert renewed["acr"] == SUBSTANTIAL
    assert len(siblings.called("v1/logins")) == 1, "the password was asked for once"
    assert len(siblings.called("v1/otps/o1/attempts")) == 2


def test_every_claim_has_words() -> None:
    assert set(texts.CLAIMS) >= REGISTRY_CLAIMS
