"""What a journey does with the app on a phone, and with the login page beside it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
from clavis_kit.clock import SystemClock
from clavis_kit.ids import new_secret
from clavis_kit.service_tokens import ServiceTokenSigner
from clavis_testkit import browsing
from clavis_testkit.browsing import CODE_PATTERN
from clavis_testkit.running_demo import RunningDemo
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

SHOTS = Path("test-results") / "app"


RELYING_PARTY = {"name": "Biblioteca de Demostración", "domain": "biblioteca.example"}

# What a script of the page gets of the device's keys, when it tries to take them along.
READ_KEYS = """() => new Promise((resolve, reject) => {
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
        response = httpx.request(method, url, json=document, headers=headers, timeout=60)
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
    size = ViewportSize(width=browsing.PHONE["width"], height=browsing.PHONE["height"])
    context = browser.new_context(
        locale="es-ES",
        viewport=size,
        is_mobile=True,
        ignore_https_errors=True,
    )
    context.set_default_timeout(browsing.STEP_SECONDS * 1000)
    try:
        yield context
    finally:
        context.close()


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


def pass_of(page: Page) -> str:
    """Return the address by which the portal's session makes a phone one's own."""
    made = page.evaluate(
        """() => fetch("/api/pin/citizen/v1/device-tickets",
            { method: "POST", headers: { "X-Clavis-CSRF": "1" } })
            .then(async (answer) => ({ status: answer.status, body: await answer.json() }))"""
    )
    assert made["status"] == 201, made
    return str(made["body"]["url"])


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


@dataclass
class Forwarded:
    """A code whose picture reaches somebody else only later."""

    desk: Desk
    code: dict[str, Any]
