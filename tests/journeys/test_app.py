"""The app on a phone: enrolled as a page, confirming the login of another browser.

The steps build on each other; each is a test of its own so that a report says where it broke.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from clavis_testkit import browsing
from clavis_testkit.learning import wait_until_known
from clavis_testkit.running_demo import RunningDemo
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.journeys.phone_app import (
    READ_KEYS,
    RELYING_PARTY,
    SHOTS,
    Desk,
    Forwarded,
    code_of,
    confirm_in_app,
    enrol,
    open_code,
    pass_of,
    phone_context,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def phone(browser: Browser) -> Iterator[BrowserContext]:
    with phone_context(browser) as context:
        yield context


@pytest.fixture(scope="module")
def app(demo: RunningDemo, phone: BrowserContext) -> Page:
    page = phone.new_page()
    page.goto(demo.url(5) + "/app/")
    return page


@pytest.fixture(scope="module")
def forwarded(demo: RunningDemo) -> Forwarded:
    desk = Desk(demo).begin()
    return Forwarded(desk, desk.code())


def test_1_the_app_can_be_installed_and_opens_without_a_network(
    app: Page, phone: BrowserContext, demo: RunningDemo, forwarded: Forwarded
) -> None:
    assert forwarded.code["content"].startswith(demo.url(5) + "/app/#r=")
    manifest = httpx.get(demo.url(5) + "/app/manifest.webmanifest", timeout=60)
    assert manifest.headers["content-type"] == "application/manifest+json"
    assert manifest.json()["name"] == "Clavis"
    for icon in manifest.json()["icons"]:
        assert httpx.get(demo.url(5) + icon["src"], timeout=60).content.startswith(b"\x89PNG")
    app.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    app.reload()
    expect(app.locator("#national_id")).to_be_visible()
    phone.set_offline(True)
    app.reload()
    expect(app.locator("#national_id")).to_be_visible()
    phone.set_offline(False)


def test_2_a_person_makes_the_phone_theirs_with_a_code_by_sms(
    app: Page, demo: RunningDemo, citizen: dict[str, Any]
) -> None:
    browsing.screenshot(app, SHOTS, "1-enrol")
    enrol(app, demo, citizen)
    expect(app.locator("#nothing-waits")).to_be_visible()


def test_2_no_script_can_read_the_keys(app: Page) -> None:
    extractable = app.evaluate(READ_KEYS)
    assert extractable == [False, False, "refused"]


def test_3_a_scanned_login_is_confirmed_with_the_number_of_the_other_screen(
    app: Page, demo: RunningDemo
) -> None:
    desk = Desk(demo).begin()
    open_code(app, desk.code()["content"])
    expect(app.locator("#request")).to_contain_text(RELYING_PARTY["name"])
    expect(app.locator("#request")).to_contain_text(RELYING_PARTY["domain"])
    expect(app.locator("#request")).to_contain_text("Madrid")
    assert desk.asked["number"] not in app.locator("main").inner_text()
    browsing.screenshot(app, SHOTS, "2-request")
    wrong = f"{(int(desk.asked['number']) + 1) % 1000:03d}"
    app.fill("#number", wrong)
    app.click("#confirm-submit")
    expect(app.locator("#error-summary")).to_have_attribute("data-code", "app-number-wrong")
    browsing.screenshot(app, SHOTS, "3-wrong-number")
    assert desk.complete()["verdict"] == "pending"
    app.fill("#number", desk.asked["number"])
    app.click("#confirm-submit")
    expect(app.locator("#notice")).to_have_attribute("data-code", "app.notice.confirmed")
    browsing.screenshot(app, SHOTS, "4-confirmed")
    done = desk.complete()
    assert done["verdict"] == "accepted"
    assert done["factors"] == ["app"]
    assert desk.complete()["verdict"] == "used"


def test_3_a_forwarded_code_is_dead(app: Page, forwarded: Forwarded) -> None:
    left = datetime.fromisoformat(forwarded.code["valid_until"]) - datetime.now(UTC)
    app.wait_for_timeout(max(0.0, left.total_seconds() * 1000))
    open_code(app, forwarded.code["content"])
    expect(app.locator("#notice")).to_have_attribute("data-code", "problem.app-claim-expired")
    assert forwarded.desk.complete()["verdict"] == "pending"


def test_3_another_browser_cannot_collect_a_confirmed_login(app: Page, demo: RunningDemo) -> None:
    desk = Desk(demo).begin()
    open_code(app, desk.code()["content"])
    app.fill("#number", desk.asked["number"])
    app.click("#confirm-submit")
    expect(app.locator("#notice")).to_have_attribute("data-code", "app.notice.confirmed")
    thief = Desk(demo, asked=desk.asked)
    assert thief.complete()["verdict"] == "expired"
    assert desk.complete()["verdict"] == "accepted"


def test_3_ten_digits_do_where_nothing_scans(app: Page, demo: RunningDemo) -> None:
    desk = Desk(demo).begin()
    app.click("#open-scan")
    browsing.screenshot(app, SHOTS, "5-scan")
    app.fill("#code", desk.code()["typed_code"])
    app.click("#typed-submit")
    expect(app.locator("#request")).to_be_visible()
    app.click("#reject")
    expect(app.locator("#notice")).to_have_attribute("data-code", "app.notice.rejected")
    assert desk.complete()["verdict"] == "rejected"


def test_4_a_login_by_number_appears_by_itself(
    app: Page, demo: RunningDemo, citizen: dict[str, Any]
) -> None:
    who = {name: citizen[name] for name in ("national_id", "contrast")}
    desk = Desk(demo).begin(**who)
    expect(app.locator("#request")).to_contain_text(RELYING_PARTY["name"])
    app.fill("#number", desk.asked["number"])
    app.click("#confirm-submit")
    expect(app.locator("#notice")).to_have_attribute("data-code", "app.notice.confirmed")
    assert desk.complete()["verdict"] == "accepted"


def test_5_a_pin_is_shown_by_the_app_and_lets_in(
    app: Page, demo: RunningDemo, citizen: dict[str, Any], page: Page
) -> None:
    sent = len(demo.messages(citizen["phone"]))
    page.goto(demo.url(10))
    page.click("#login")
    browsing.ask_for_pin(page, citizen)
    expect(page.locator("[name=pin]")).to_be_visible()
    app.click("#open-pin")
    app.click("#show-pin")
    pin = app.locator("#pin")
    expect(pin).to_have_text(re.compile(r"^[A-Z2-7]{3}$"))
    browsing.screenshot(app, SHOTS, "6-pin")
    assert len(demo.messages(citizen["phone"])) == sent
    page.fill("[name=pin]", pin.inner_text())
    page.click("#continue")
    browsing.agree_to_data(page, demo.url(10))
    expect(page.locator("#level")).to_have_attribute("data-acr", "http://eidas.europa.eu/LoA/low")
    app.click("#home")


def test_6_a_second_phone_takes_the_place_of_the_first(
    app: Page, demo: RunningDemo, citizen: dict[str, Any], browser: Browser
) -> None:
    with phone_context(browser) as other:
        second = other.new_page()
        second.goto(demo.url(5) + "/app/")
        enrol(second, demo, citizen)
        expect(app.locator("#notice")).to_have_attribute("data-code", "app.notice.deactivated")
        second.click("#open-phone")
        second.click("#remove-submit")
        expect(second.locator("#notice")).to_have_attribute("data-code", "app.notice.removed")
    enrol(app, demo, citizen)


def test_7_a_phone_proven_by_sms_does_not_reach_substantial(
    app: Page, demo: RunningDemo, page: Page
) -> None:
    page.goto(demo.url(12))
    page.click("#login")
    confirm_in_app(page, app)
    expect(page.locator("[data-code=level-too-low]")).to_be_visible()
    expect(page.locator("[data-way-up]").first).to_be_visible()


def test_7_a_pass_of_the_portal_makes_a_phone_ones_own(
    demo: RunningDemo, citizen: dict[str, Any], page: Page, app: Page, browser: Browser
) -> None:
    page.goto(demo.url(5) + "/bff/login?acr=substantial&return=/data")
    browsing.enter_with_password_and_code(page, demo, citizen)
    browsing.agree_to_data(page, demo.url(5))
    page.wait_for_url(demo.url(5) + "/data")  # the page of the callback goes on by itself
    with phone_context(browser) as other:
        second = other.new_page()
        url = pass_of(page)
        second.goto(url)
        assert url.partition("#t=")[2] not in second.url
        second.click("#activate-submit")
        expect(second.locator("#notice")).to_have_attribute("data-code", "app.notice.activated")
        listed = page.evaluate("() => fetch('/api/pin/citizen/v1/devices').then((a) => a.json())")
        assert [device["name"] for device in listed] == ["Mi móvil"]
        expect(app.locator("#notice")).to_have_attribute("data-code", "app.notice.deactivated")
    open_code(app, pass_of(page))
    app.click("#activate-submit")
    expect(app.locator("#notice")).to_have_attribute("data-code", "app.notice.activated")


def test_8_the_login_page_of_another_browser_goes_on_by_itself(
    app: Page, demo: RunningDemo, page: Page
) -> None:
    page.goto(demo.url(12))
    page.click("#login")
    confirm_in_app(page, app)
    browsing.agree_to_data(page, demo.url(12))
    expect(page.locator("#level")).to_have_attribute(
        "data-acr", "http://eidas.europa.eu/LoA/substantial"
    )


def test_8_where_the_phone_can_the_app_asks_for_its_lock(
    app: Page, demo: RunningDemo, phone: BrowserContext
) -> None:
    devtools = phone.new_cdp_session(app)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
    }
    added = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    app.click("#open-phone")
    app.click("#lock")
    expect(app.locator("#lock-on")).to_be_visible()
    app.click("#home")
    desk = Desk(demo).begin()
    open_code(app, desk.code()["content"])
    app.fill("#number", desk.asked["number"])
    closed = {"authenticatorId": added["authenticatorId"], "isUserVerified": False}
    devtools.send("WebAuthn.setUserVerified", closed)
    app.click("#confirm-submit")
    expect(app.locator("#error-summary")).to_have_attribute("data-code", "app-locked")
    assert desk.complete()["verdict"] == "pending"
    devtools.send("WebAuthn.setUserVerified", closed | {"isUserVerified": True})
    app.click("#confirm-submit")
    expect(app.locator("#notice")).to_have_attribute("data-code", "app.notice.confirmed")
    assert desk.complete()["verdict"] == "accepted"


def test_9_it_was_not_me_stops_every_way_in(
    app: Page, demo: RunningDemo, citizen: dict[str, Any], page: Page, browser: Browser
) -> None:
    page.goto(demo.url(10))
    page.click("#login")
    page.click("#method-app")
    expect(page.locator("#number")).to_be_visible()
    open_code(app, code_of(page))
    app.click("#not-me")
    browsing.screenshot(app, SHOTS, "8-not-me")
    app.click("#report-submit")
    expect(app.locator("#notice")).to_have_attribute("data-code", "app.notice.reported")
    expect(app.locator("#frozen")).to_be_visible()
    browsing.screenshot(app, SHOTS, "9-frozen")
    wait_until_known(demo, citizen)
    with browsing.new_page(browser) as other:
        other.goto(demo.url(10))
        other.click("#login")
        browsing.ask_for_pin(other, citizen)
        expect(other.locator("#error-summary")).to_have_attribute("data-code", "pin-mismatch")
