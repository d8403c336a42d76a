"""Frozen and ended identities at the pages, and freezing from the link of a notice."""

from __future__ import annotations

import pytest
from clavis_events.registry.v1 import person_pb2

from services.gateway.tests.login.login_world import ANA, PIN, REPORT, Browser, Siblings
from services.gateway.tests.login.test_login_by_password import log_in
from services.gateway.tests.oidc.test_endings import learn, registered


async def freeze(browser: Browser, siblings: Siblings) -> None:
    await learn(browser.world, registered(siblings.subject_id))
    await learn(browser.world, person_pb2.Frozen(subject_id=siblings.subject_id, version=2))


async def by_pin(browser: Browser) -> Browser:
    await browser.authorize()
    await browser.press("method-pin")
    await browser.press("continue", identifier=ANA, contrast="17/05/2031")
    return await browser.press("continue", pin=PIN)


async def test_a_frozen_person_is_told_only_after_the_proof(
    browser: Browser, siblings: Siblings
) -> None:
    await freeze(browser, siblings)
    await by_pin(browser)
    assert browser.response.status_code == 403
    assert browser.code == "identity-frozen"
    assert "10 de marzo de 2026" in browser.response.text
    await browser.press("cancel")
    assert browser.landing["error"] == "access_denied"


async def test_without_the_proof_the_pages_say_what_they_always_say(
    browser: Browser, siblings: Siblings
) -> None:
    await freeze(browser, siblings)
    await log_in(browser, password="otra")
    assert browser.code == "login-wrong"
    assert "bloqueada desde" not in browser.response.text


async def test_a_frozen_person_is_led_to_where_it_can_be_lifted(
    browser: Browser, siblings: Siblings
) -> None:
    await browser.world.register("portal", first_party=True)
    await freeze(browser, siblings)
    await browser.authorize(client_id="portal")
    await browser.press("method-permanent")
    await browser.press("continue", identifier=ANA, password="cuatro palabras bien elegidas")
    assert browser.code == "identity-frozen"
    assert browser.page.ids["unfreeze"]["href"].endswith("/certificate")


async def test_no_step_up_leads_around_a_freeze(browser: Browser, siblings: Siblings) -> None:
    await log_in(browser)
    await freeze(browser, siblings)
    await browser.authorize(prompt="login")
    await browser.press("method-permanent")
    await browser.press("continue", identifier=ANA, password="cuatro palabras bien elegidas")
    assert browser.code == "identity-frozen"
    assert not siblings.called("v1/otps")


@pytest.mark.parametrize("ending", [person_pb2.Renounced, person_pb2.Revoked, person_pb2.Deceased])
async def test_who_left_is_told_where_to_ask(
    browser: Browser, siblings: Siblings, ending: type[person_pb2.Renounced]
) -> None:
    await learn(browser.world, ending(subject_id=siblings.subject_id, version=2))
    await by_pin(browser)
    assert browser.response.status_code == 403
    assert browser.code == "identity-ended"
    assert "oficina" in browser.response.text
    for word in ("fallec", "renunci", "revoc"):
        assert word not in browser.response.text


async def test_opening_the_link_of_a_notice_changes_nothing(
    browser: Browser, siblings: Siblings
) -> None:
    await browser.open(f"/not-me?token={REPORT}")
    assert "confirm-freeze" in browser.page.ids
    assert siblings.called("fraud-reports") == []
    assert siblings.called("fraud-reports/check") == [{"token": REPORT}]


async def test_confirming_it_freezes(browser: Browser, siblings: Siblings) -> None:
    await browser.open(f"/not-me?token={REPORT}")
    await browser.press("confirm-freeze")
    assert "frozen" in browser.page.ids
    assert siblings.called("v1/fraud-reports") == [{"token": REPORT}]


@pytest.mark.parametrize("token", ["used", "x" * 600, "<script>"])
async def test_a_link_that_is_no_good_names_the_other_ways(browser: Browser, token: str) -> None:
    await browser.open(f"/not-me?token={token}")
    assert browser.response.status_code == 410
    assert browser.code == "report-invalid"
    assert "<script" not in browser.response.text.replace("<script src", "")


async def test_a_report_from_another_site_is_refused(browser: Browser, siblings: Siblings) -> None:
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    answer = await browser.http.post("/not-me", data={"token": REPORT}, headers=elsewhere)
    assert answer.status_code == 403
    assert not siblings.called("v1/fraud-reports")


async def test_a_used_link_is_used_up_at_the_last_moment_too(browser: Browser) -> None:
    answer = await browser.http.post("/not-me", data={"token": "used"})
    assert answer.status_code == 410


async def test_without_a_link_the_page_says_how(browser: Browser) -> None:
    await browser.open("/not-me")
    assert browser.response.status_code == 200
    assert browser.code is None
    assert "oficina" in browser.response.text
