"""Passkeys: the challenge counts in one browser and one login, and what came back is judged."""

from __future__ import annotations

import json
from typing import Any

import pytest
from clavis_kit.loa import Loa

from services.gateway.tests.login.login_world import Browser, Siblings

RIGHT = json.dumps({"id": "AQ", "type": "public-key", "response": {}})


async def challenge(browser: Browser) -> dict[str, Any]:
    """Ask for a challenge as the script does."""
    form = browser.page.form_of["use-passkey"]
    answer = await browser.http.post(
        form["action"] + "/options",
        data={"csrf": form["fields"]["csrf"]},
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def open_page(browser: Browser) -> Browser:
    await browser.authorize()
    return await browser.press("method-passkey")


async def test_a_citizen_gets_in_with_a_passkey(browser: Browser, siblings: Siblings) -> None:
    await browser.world.register("demo-web", minimum_loa="substantial")
    await open_page(browser)
    asked = await challenge(browser)
    assert asked["options"] == {"challenge": "AA"}
    assert siblings.called("passkey-logins") == [{"relying_party": "Servicio de prueba"}]
    await browser.press("use-passkey", login=asked["login"], credential=RIGHT)
    assert "code" in browser.landing
    assert siblings.called("assertion") == [{"credential": json.loads(RIGHT)}]
    row = await browser.world.deps.pool.fetchrow("SELECT loa, method, amr FROM sso_session")
    assert tuple(row) == (Loa.SUBSTANTIAL, "passkey", ["hwk", "user"])


async def test_a_key_that_is_synced_is_not_told_as_one_in_hardware(
    browser: Browser, siblings: Siblings
) -> None:
    await open_page(browser)
    asked = await challenge(browser)
    person = {"subject_id": siblings.subject_id, "enrolment_level": "advanced"}
    siblings.answers["assertion"] = person | {
        "verdict": "accepted",
        "amr_hint": ["pop", "user", "pwd"],
    }
    await browser.press("use-passkey", login=asked["login"], credential=RIGHT)
    assert "code" in browser.landing
    amr = await browser.world.deps.pool.fetchval("SELECT amr FROM sso_session")
    assert amr == ["pop", "user"]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"verdict": "wrong"}, "passkey-wrong"),
        ({"verdict": "expired"}, "passkey-expired"),
        ({"status": 404}, "passkey-expired"),
        ({"status": 422, "code": "invalid-request"}, "passkey-wrong"),
    ],
)
async def test_what_is_no_good_says_so_and_can_be_tried_again(
    browser: Browser, siblings: Siblings, answer: dict[str, Any], code: str
) -> None:
    await open_page(browser)
    asked = await challenge(browser)
    siblings.answers["assertion"] = answer
    await browser.press("use-passkey", login=asked["login"], credential=RIGHT)
    assert browser.response.status_code == 422
    assert browser.code == code
    assert {"use-passkey", "other-methods"} <= browser.page.ids.keys()


@pytest.mark.parametrize(
    "credential", ["", "{", "[]", '"x"', "1", "[" * 9000, '{"id": "' + "A" * 30_000 + '"}']
)
async def test_what_is_no_credential_is_not_judged(
    browser: Browser, siblings: Siblings, credential: str
) -> None:
    await open_page(browser)
    asked = await challenge(browser)
    await browser.press("use-passkey", login=asked["login"], credential=credential)
    assert browser.code == "passkey-none"
    assert not siblings.called("assertion")


async def test_a_challenge_of_another_login_does_not_count(
    browser: Browser, siblings: Siblings
) -> None:
    await open_page(browser)
    asked = await challenge(browser)
    await open_page(browser)
    for login in (asked["login"], "k1.", "k1", "", ".x", "k2." + asked["login"][3:]):
        await browser.press("use-passkey", login=login, credential=RIGHT)
        assert browser.code == "passkey-none"
    assert not siblings.called("assertion")


async def test_without_our_form_there_is_no_challenge(browser: Browser, siblings: Siblings) -> None:
    await open_page(browser)
    path = browser.flow + "/passkey/options"
    assert (await browser.http.post(path, data={"csrf": "0" * 64})).status_code == 403
    form = browser.page.form_of["use-passkey"]["fields"]
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    assert (await browser.http.post(path, data=form, headers=elsewhere)).status_code == 403
    assert not siblings.called("passkey-logins")


async def test_the_page_of_the_password_offers_passkeys_where_they_are_accepted(
    browser: Browser,
) -> None:
    await browser.authorize()
    await browser.press("method-permanent")
    assert "use-passkey" in browser.page.ids
    assert "webauthn" in browser.page.ids["identifier"]["autocomplete"]
    await browser.world.register("demo-web", allowed_methods=["permanent"])
    await browser.authorize()
    await browser.press("method-permanent")
    assert "use-passkey" not in browser.page.ids


async def test_without_script_the_page_explains(browser: Browser) -> None:
    await open_page(browser)
    assert "no-script" in browser.page.ids
    assert browser.page.ids["use-passkey"]["tag"] == "button"


async def test_the_service_that_is_down_greys_the_button(
    browser: Browser, siblings: Siblings
) -> None:
    siblings.down = {"permanent"}
    await browser.authorize()
    assert browser.page.ids["method-passkey"]["data-reason"] == "service_down"
