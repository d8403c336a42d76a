"""A citizen looks after their own ways in, in the portal, and each then does at the login pages.

The steps build on each other; each is a test of its own so that a report says where it broke.
"""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from clavis_testkit import browsing, newcomers
from clavis_testkit.browsing import CODE_PATTERN, new_page
from clavis_testkit.learning import wait_until_known
from clavis_testkit.running_demo import RunningDemo
from playwright.sync_api import Browser, CDPSession, Page, expect

from tests.journeys.own_certificate import OwnCertificate
from tests.journeys.own_methods import (
    AUTHENTICATOR,
    TOTP_SECONDS,
    arrive,
    choose_factor,
    enter_with_second_factor,
    step_up,
    totp,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SHOTS = Path("test-results") / "methods"
SUBSTANTIAL = "http://eidas.europa.eu/LoA/substantial"
NEW_PASSWORD = "dos puentes y nueve gatos"  # of somebody who does not exist


@pytest.fixture(scope="module")
def certificate(
    demo: RunningDemo, citizen: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> OwnCertificate:
    return OwnCertificate.issue(
        demo, citizen["national_id"], tmp_path_factory.mktemp("certificate")
    )


@pytest.fixture(scope="module")
def portal(demo: RunningDemo, browser: Browser, citizen: dict[str, Any]) -> Iterator[Page]:
    """The citizen's own phone: one browser with a screen lock, kept through the journey."""
    with new_page(browser, viewport=browsing.PHONE, accept_downloads=True) as page:
        session: CDPSession = page.context.new_cdp_session(page)
        session.send("WebAuthn.enable")
        session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        page.goto(demo.url(5))
        page.click("#sign-in")
        browsing.enter_with_password(page, citizen)
        arrive(page, demo)
        yield page


def test_1_every_way_in_is_in_one_list(demo: RunningDemo, portal: Page) -> None:
    portal.goto(demo.url(5) + "/methods")
    expect(portal.locator("#methods li")).to_have_count(6)
    expect(portal.locator("#methods")).to_contain_text("Está activa")
    expect(portal.locator("#basic")).to_have_count(0)
    browsing.screenshot(portal, SHOTS, "1-methods")


def test_2_a_passkey_is_added_after_a_step_up_that_comes_back(
    demo: RunningDemo, portal: Page, citizen: dict[str, Any]
) -> None:
    portal.click("#methods a[href='/passkeys']")
    expect(portal.locator("h1")).to_be_focused()
    expect(portal.locator("#no-passkeys")).to_be_visible()
    browsing.screenshot(portal, SHOTS, "2-step-up")
    step_up(portal, demo, citizen, "/passkeys")
    portal.fill("#name", "Móvil de casa")
    browsing.screenshot(portal, SHOTS, "2-passkey")
    portal.click("#passkey-submit")
    expect(portal.locator("#done")).to_have_attribute("data-code", "passkey-added")
    expect(portal.locator("#passkeys h2")).to_have_text("Móvil de casa")
    portal.click("#passkeys summary")
    portal.fill("#passkeys input", "Mi móvil")
    portal.click("#passkeys form button")
    expect(portal.locator("#passkeys h2")).to_have_text("Mi móvil")
    browsing.screenshot(portal, SHOTS, "2-added")


def test_2_the_passkey_alone_enters_a_service(demo: RunningDemo, portal: Page) -> None:
    keep: list[Any] = [c for c in portal.context.cookies() if "portal" in c.get("name", "")]
    portal.context.clear_cookies()
    portal.goto(demo.url(12))
    portal.click("#login")
    portal.click("#method-passkey")
    portal.click("#use-passkey")
    browsing.agree_to_data(portal, demo.url(12))
    expect(portal.locator("#level")).to_have_attribute("data-acr", SUBSTANTIAL)
    portal.context.clear_cookies()
    portal.context.add_cookies(keep)


@pytest.fixture(scope="module")
def secret(demo: RunningDemo, portal: Page) -> str:
    """The secret of the authenticator app, as the page shows it to be typed."""
    portal.goto(demo.url(5) + "/authenticator-app")
    expect(portal.locator("#no-authenticator")).to_be_visible()
    portal.click("#authenticator-start-submit")
    expect(portal.locator("#qr")).to_be_visible()
    browsing.screenshot(portal, SHOTS, "3-authenticator")
    shown = portal.inner_text("#secret").replace(" ", "")
    expect(portal.locator("#otpauth")).to_have_attribute("href", re.compile(shown))
    portal.fill("#code", totp(shown, time.time()))
    portal.click("#authenticator-confirm-submit")
    expect(portal.locator("#done")).to_have_attribute("data-code", "authenticator-added")
    return shown


def test_3_the_authenticator_app_confirms_the_password(
    demo: RunningDemo, browser: Browser, citizen: dict[str, Any], secret: str
) -> None:
    with new_page(browser) as page:
        enter_with_second_factor(page, demo, citizen)
        choose_factor(page, "totp")
        # A code counts once, and this window's bound the app: the clocks may differ by one.
        page.fill("[name=otp]", totp(secret, time.time() + TOTP_SECONDS))
        page.click("#continue")
        browsing.agree_to_data(page, demo.url(12))
        expect(page.locator("#level")).to_have_attribute("data-acr", SUBSTANTIAL)


@pytest.fixture(scope="module")
def codes(demo: RunningDemo, portal: Page, secret: str) -> list[str]:
    """The recovery codes, as the page shows them once."""
    portal.goto(demo.url(5) + "/recovery-codes")
    expect(portal.locator("#no-recovery-codes")).to_be_visible()
    portal.click("#recovery-codes-submit")
    expect(portal.locator("#print")).to_be_visible()
    browsing.screenshot(portal, SHOTS, "4-codes")
    shown = portal.locator("#codes code").all_inner_texts()
    assert len(set(shown)) == len(shown) > 1
    return shown


def test_4_recovery_codes_are_shown_once_and_each_confirms_once(
    demo: RunningDemo, portal: Page, browser: Browser, citizen: dict[str, Any], codes: list[str]
) -> None:
    portal.reload()
    expect(portal.locator("#recovery-left")).to_have_attribute("data-left", str(len(codes)))
    expect(portal.locator("main")).not_to_contain_text(codes[0])
    with new_page(browser) as page:
        enter_with_second_factor(page, demo, citizen)
        choose_factor(page, "recovery_code")
        page.fill("[name=recovery_code]", codes[0])
        page.click("#continue")
        browsing.agree_to_data(page, demo.url(12))
        expect(page.locator("#level")).to_have_attribute("data-acr", SUBSTANTIAL)
    portal.reload()
    expect(portal.locator("#recovery-left")).to_have_attribute("data-left", str(len(codes) - 1))


def test_5_another_password_takes_the_old_one_a_good_one_and_a_code(
    demo: RunningDemo, portal: Page, citizen: dict[str, Any]
) -> None:
    portal.goto(demo.url(5) + "/password")
    portal.click("#change-password")
    portal.fill("#password", citizen["password"])
    portal.fill("#new_password", "corta")
    seen = len(demo.messages(citizen["phone"]))
    portal.click("#password-change-submit")
    portal.fill("#otp", demo.next_code(citizen["phone"], CODE_PATTERN, after=seen))
    portal.click("#password-code-submit")
    summary = portal.locator("#error-summary")
    expect(summary).to_have_attribute("data-code", "password-too_short")
    expect(summary).to_be_focused()
    browsing.screenshot(portal, SHOTS, "5-too-short")
    portal.fill("#password", citizen["password"])
    portal.fill("#new_password", NEW_PASSWORD)
    portal.click("#password-change-submit")
    # The code was not used: it still confirms, and no other is sent.
    code = demo.next_code(citizen["phone"], CODE_PATTERN, after=seen)
    portal.fill("#otp", code)
    portal.click("#password-code-submit")
    expect(portal.locator("#done")).to_have_attribute("data-code", "password-changed")
    assert len(demo.messages(citizen["phone"])) == seen + 1
    citizen["password"] = NEW_PASSWORD
    browsing.screenshot(portal, SHOTS, "5-changed")


def test_5_the_former_password_no_longer_enters(
    demo: RunningDemo, browser: Browser, citizen: dict[str, Any]
) -> None:
    with new_page(browser) as page:
        page.goto(demo.url(10))
        page.click("#login")
        browsing.enter_with_password(page, citizen, newcomers.PASSWORD)
        expect(page.locator("#error-summary")).to_have_attribute("data-code", "login-wrong")
        page.fill("[name=password]", citizen["password"])
        page.click("#continue")
        browsing.agree_to_data(page, demo.url(10))


def test_6_the_address_changes_with_a_code_sent_to_the_new_one(
    demo: RunningDemo, portal: Page, citizen: dict[str, Any]
) -> None:
    address = f"nueva.{citizen['email']}"
    portal.goto(demo.url(5) + "/data/email")
    portal.fill("#email", "sin-arroba")
    portal.click("#email-change-submit")
    expect(portal.locator("#error-summary")).to_have_attribute("data-code", "invalid-email")
    portal.fill("#email", address)
    portal.click("#email-change-submit")
    portal.fill("#code", demo.next_code(address, CODE_PATTERN, after=0))
    portal.click("#code-proof-submit")
    expect(portal.locator("#done")).to_have_attribute("data-code", "email-changed")
    expect(portal.locator("#my-data")).to_contain_text("n")
    browsing.screenshot(portal, SHOTS, "6-data")


def test_6_the_language_of_messages_changes(demo: RunningDemo, portal: Page) -> None:
    portal.goto(demo.url(5) + "/data/language")
    portal.select_option("#language", "gl")
    portal.click("#language-change-submit")
    expect(portal.locator("#done")).to_have_attribute("data-code", "language-changed")
    expect(portal.locator("#my-data")).to_contain_text("Galego")


def test_7_the_history_tells_what_was_done(demo: RunningDemo, portal: Page) -> None:
    portal.goto(demo.url(5) + "/history")
    expect(portal.locator("#history")).to_contain_text("Cambio de correo")
    portal.select_option("#kind", "lookup")
    expect(portal.locator("#history")).to_have_count(0)
    portal.goto(demo.url(5) + "/password")
    expect(portal.locator("#credential-history")).to_contain_text("contraseña cambiada")


def test_8_a_passkey_is_taken_away(
    demo: RunningDemo, portal: Page, citizen: dict[str, Any]
) -> None:
    portal.goto(demo.url(5) + "/passkeys")
    portal.click("#passkeys a.remove")
    expect(portal.locator("#removal-submit")).to_be_visible()
    browsing.screenshot(portal, SHOTS, "8-remove")
    portal.click("#removal-submit")
    expect(portal.locator("#done")).to_have_attribute("data-code", "removed")
    expect(portal.locator("#no-passkeys")).to_be_visible()


def test_9_one_button_stops_everything(
    demo: RunningDemo, portal: Page, browser: Browser, citizen: dict[str, Any]
) -> None:
    portal.goto(demo.url(5) + "/methods")
    portal.click("#freeze-link")
    browsing.screenshot(portal, SHOTS, "9-freeze")
    portal.click("#freeze-submit")
    expect(portal.locator("#frozen-now")).to_be_visible()
    browsing.screenshot(portal, SHOTS, "9-frozen")
    wait_until_known(demo, citizen)
    with new_page(browser) as page:
        page.goto(demo.url(10))
        page.click("#login")
        browsing.ask_for_pin(page, citizen)
        expect(page.locator("#error-summary")).to_have_attribute("data-code", "pin-mismatch")
    with new_page(browser) as page:
        page.goto(demo.url(10))
        page.click("#login")
        browsing.enter_with_password(page, citizen)
        expect(page.locator("#error-summary")).to_have_attribute("data-code", "login-wrong")


def test_9_a_certificate_starts_it_again(
    demo: RunningDemo, browser: Browser, citizen: dict[str, Any], certificate: OwnCertificate
) -> None:
    with new_page(browser, client_certificates=[certificate.in_browser]) as page:
        certificate.enter_portal(page, "/unfreeze")
        browsing.screenshot(page, SHOTS, "9-unfreeze")
        page.click("#unfreeze-submit")
        expect(page.locator("#unfrozen")).to_be_visible()
        page.goto(demo.url(5) + "/methods")
        expect(page.locator("#methods li")).to_have_count(6)
        expect(page.locator("#frozen")).to_have_count(0)
    wait_until_known(demo, citizen)
    with new_page(browser) as page:
        page.goto(demo.url(10))
        page.click("#login")
        browsing.enter_with_pin(page, demo, citizen)
        browsing.agree_to_data(page, demo.url(10))
