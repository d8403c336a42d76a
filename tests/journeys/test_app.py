"""The app on a phone: enrolled as a page, confirming the login of another browser.

The steps build on each other; each is a test of its own so that a report says where it broke.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
from clavis_kit.clock import SystemClock
from clavis_kit.ids import new_secret
from clavis_kit.service_tokens import ServiceTokenSigner
from clavis_testkit import browsing, newcomers
from clavis_testkit.browsing import CODE_PATTERN
from clavis_testkit.require import need
from clavis_testkit.running_demo import RunningDemo
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from playwright.sync_api import Browser, BrowserContext, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SHOTS = Path("test-results") / "app"
RELYING_PARTY = {"name": "Biblioteca de Demostración", "domain": "biblioteca.example"}


@dataclass
class Desk:
    """A login page's dealings with the PIN service, in a browser of its own."""

    demo: RunningDemo
    secret: str = field(default_factory=new_secret)
    asked: dict[str, Any] = field(default_factory=dict)

    def call(self, method: str, path: str, document: Any = None) -> dict[str, Any]:
        pem = (self.demo.directory / "keys" / "gateway.pem").read_bytes()
        key = load_pem_private_key(pem, None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        headers = ServiceTokenSigner("gateway", key, SystemClock()).headers("pin")
        url = self.demo.url(2) + path
        response = httpx.request(method, url, json=document, headers=headers, timeout=15)
        response.raise_for_status()
        return dict(response.json())

    @property
    def browser_hash(self) -> str:
        return sha256(self.secret.encode()).hexdigest()

    def begin(self, **changes: Any) -> "Desk":
        document = {
            "browser_hash": self.browser_hash,
            "relying_party": RELYING_PARTY,
            "language": "es",
            "place": "Madrid",
        }
        self.asked = self.call("POST", "/v1/app-requests", document | changes)
        assert self.asked["outcome"] == "created"
        return self

    @property
    def path(self) -> str:
        return f"/v1/app-requests/{self.asked['app_request_id']}"

    def code(self) -> dict[str, Any]:
        return self.call("GET", f"{self.path}/qr")

    def complete(self) -> dict[str, Any]:
        return self.call("POST", f"{self.path}/completion", {"browser_hash": self.browser_hash})


@contextmanager
def phone_context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(
        locale="es-ES", viewport=browsing.PHONE, is_mobile=True, ignore_https_errors=True
    )
    context.set_default_timeout(browsing.STEP_SECONDS * 1000)
    try:
        yield context
    finally:
        context.close()


@pytest.fixture(scope="module")
def citizen(demo: RunningDemo) -> dict[str, Any]:
    """Somebody of this test's own: a device changes how a PIN reaches its person."""
    need("chromium", "uses the app as a person does")
    person = newcomers.newcomer()
    newcomers.enrol(demo, [person])
    return person


@pytest.fixture(scope="module")
def phone(browser: Browser) -> Iterator[BrowserContext]:
    with phone_context(browser) as context:
        yield context


@pytest.fixture(scope="module")
def app(demo: RunningDemo, phone: BrowserContext) -> Page:
    page = phone.new_page()
    page.goto(demo.url(5) + "/app/")
    return page


@dataclass
class Forwarded:
    """A code whose picture reaches somebody else only later."""

    desk: Desk
    code: dict[str, Any]


@pytest.fixture(scope="module")
def forwarded(demo: RunningDemo) -> Forwarded:
    desk = Desk(demo).begin()
    return Forwarded(desk, desk.code())


def enrol(page: Page, demo: RunningDemo, person: dict[str, Any]) -> None:
    seen = len(demo.messages(person["phone"]))
    page.fill("#national_id", person["national_id"])
    page.fill("#contrast", browsing.spanish_date(person["contrast"]))
    page.click("#enrol-submit")
    expect(page.locator("#code")).to_be_visible()
    page.fill("#code", demo.next_code(person["phone"], CODE_PATTERN, after=seen))
    page.click("#code-proof-submit")
    expect(page.locator("#notice")).to_have_attribute("data-code", "app.notice.activated")


def open_code(page: Page, content: str) -> None:
    """Open the address of a QR as the phone's camera does."""
    fragment = content.partition("#")[2]
    page.evaluate("fragment => { location.hash = fragment }", fragment)


def code_of(page: Page) -> str:
    """Return what the page's code says now, as a camera would read it."""
    link = page.get_attribute("#open-app", "href")
    answer = page.context.request.get(page.url.partition("/login")[0] + str(link), max_redirects=0)
    return answer.headers["location"]


def confirm_in_app(page: Page, app: Page) -> None:
    """Choose the app on a login page, scan its code, type its number."""
    page.click("#method-app")
    number = page.inner_text("#number").strip()
    browsing.screenshot(page, SHOTS, "7-login-page")
    open_code(app, code_of(page))
    expect(app.locator("#request")).to_be_visible()
    app.fill("#number", number)
    app.click("#confirm-submit")
    expect(app.locator("#notice")).to_have_attribute("data-code", "app.notice.confirmed")


def test_1_the_app_can_be_installed_and_opens_without_a_network(
    app: Page, phone: BrowserContext, demo: RunningDemo, forwarded: Forwarded
) -> None:
    assert forwarded.code["content"].startswith(demo.url(5) + "/app/#r=")
    manifest = httpx.get(demo.url(5) + "/app/manifest.webmanifest", timeout=15)
    assert manifest.headers["content-type"] == "application/manifest+json"
    assert manifest.json()["name"] == "Clavis"
    for icon in manifest.json()["icons"]:
        assert httpx.get(demo.url(5) + icon["src"], timeout=15).content.startswith(b"\x89PNG")
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
    extractable = app.evaluate(
        """() => new Promise((resolve, reject) => {
            const opening = indexedDB.open("clavis-app");
            opening.onerror = reject;
            opening.onsuccess = () => {
                const asked = opening.result.transaction("values").objectStore("values")
                    .get("device");
                asked.onsuccess = async () => {
                    const { signing, sealing } = asked.result.keys;
                    const read = await crypto.subtle.exportKey("jwk", signing.privateKey)
                        .then(() => "read", () => "refused");
                    resolve([signing.privateKey.extractable, sealing.privateKey.extractable, read]);
                };
            };
        })"""
    )
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


def test_7_a_pass_of_the_portal_makes_a_phone_ones_own(
    demo: RunningDemo, citizen: dict[str, Any], page: Page, app: Page, browser: Browser
) -> None:
    page.goto(demo.url(5) + "/bff/login?acr=substantial&return=/data")
    confirm_in_app(page, app)
    browsing.agree_to_data(page, demo.url(5))
    made = page.evaluate(
        """() => fetch("/api/pin/citizen/v1/device-tickets",
            { method: "POST", headers: { "X-Clavis-CSRF": "1" } })
            .then(async (answer) => ({ status: answer.status, body: await answer.json() }))"""
    )
    assert made["status"] == 201, made
    with phone_context(browser) as other:
        second = other.new_page()
        second.goto(made["body"]["url"])
        assert made["body"]["ticket"] not in second.url
        second.click("#activate-submit")
        expect(second.locator("#notice")).to_have_attribute("data-code", "app.notice.activated")
        listed = page.evaluate("() => fetch('/api/pin/citizen/v1/devices').then((a) => a.json())")
        assert [device["name"] for device in listed] == ["Mi móvil"]
        expect(app.locator("#notice")).to_have_attribute("data-code", "app.notice.deactivated")
    enrol(app, demo, citizen)


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
    with browsing.new_page(browser) as other:
        other.goto(demo.url(10))
        other.click("#login")
        browsing.ask_for_pin(other, citizen)
        expect(other.locator("#error-summary")).to_have_attribute("data-code", "pin-mismatch")
