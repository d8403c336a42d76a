"""A passkey in a real browser: bound in the portal, then the only thing a login needs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from clavis_testkit import browsing
from clavis_testkit.browsing import new_page
from clavis_testkit.require import need
from clavis_testkit.running_demo import RunningDemo
from playwright.sync_api import Browser, CDPSession, Page, expect

from tests.journeys.own_methods import AUTHENTICATOR

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SHOTS = Path("test-results") / "passkeys"
SUBSTANTIAL = "http://eidas.europa.eu/LoA/substantial"
# What the portal's pages do with the same calls of the browser (W3C WebAuthn Level 3 section 5.1).
BIND = """async () => {
  const call = (path, body) => fetch("/api/permanent/citizen/v1" + path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Clavis-CSRF": "1" },
    body: JSON.stringify(body),
  });
  const { options } = await (await call("/passkeys/options", {})).json();
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  const made = await navigator.credentials.create({ publicKey });
  return (await call("/passkeys", { credential: made.toJSON(), name: "Mi móvil" })).json();
}"""
REMOVE = """async (id) => (
  await fetch(`/api/permanent/citizen/v1/passkeys/${id}?confirmed=true`, {
    method: "DELETE",
    headers: { "X-Clavis-CSRF": "1" },
  })
).status"""


def forget(page: Page, device: "Device") -> None:
    """Leave every service but the portal, where the passkey is removed at the end."""
    page.context.clear_cookies()
    page.context.add_cookies(device.portal)


class Device:
    """The authenticator built into a citizen's machine, as Chromium imitates it."""

    def __init__(self, page: Page) -> None:
        self.session: CDPSession = page.context.new_cdp_session(page)
        self.session.send("WebAuthn.enable")
        made = self.session.send(
            "WebAuthn.addVirtualAuthenticator",
            {"options": AUTHENTICATOR},
        )
        self.authenticator_id: str = made["authenticatorId"]
        self.portal: list[Any] = []

    def send(self, command: str, **values: Any) -> Any:
        named = {"authenticatorId": self.authenticator_id, **values}
        return self.session.send(f"WebAuthn.{command}", named)


@pytest.fixture(scope="module")
def citizen(demo: RunningDemo) -> dict[str, Any]:
    """Somebody of advanced enrolment with a password."""
    need("chromium", "imitates an authenticator")
    return demo.person(level="advanced", status="registered", office_role=None)


@pytest.fixture(scope="module")
def at_home(browser: Browser) -> Iterator[Page]:
    with new_page(browser) as page:
        yield page


@pytest.fixture(scope="module")
def device(at_home: Page) -> Device:
    return Device(at_home)


@pytest.fixture(scope="module")
def bound(
    demo: RunningDemo, citizen: dict[str, Any], at_home: Page, device: Device
) -> Iterator[Device]:
    """The citizen enters the portal with password and code and binds a passkey."""
    at_home.goto(f"{demo.url(5)}/bff/login?acr=substantial")
    browsing.enter_with_password_and_code(at_home, demo, citizen)
    at_home.wait_for_url(f"{demo.url(5)}/")
    device.portal = [c for c in at_home.context.cookies() if "portal" in c.get("name", "")]
    made = at_home.evaluate(BIND)
    forget(at_home, device)
    yield device
    at_home.goto(demo.url(5))
    assert at_home.evaluate(REMOVE, made["passkey_id"]) == 204


def test_a_passkey_alone_reaches_substantial(
    demo: RunningDemo, at_home: Page, bound: Device
) -> None:
    page = at_home
    page.goto(demo.url(12))
    page.click("#login")
    page.click("#method-passkey")
    browsing.screenshot(page, SHOTS, "passkey")
    page.click("#use-passkey")
    browsing.agree_to_data(page, demo.url(12))
    expect(page.locator("#level")).to_have_attribute("data-acr", SUBSTANTIAL)
    expect(page.locator("body")).to_contain_text("hwk")
    forget(page, bound)


def test_it_is_offered_in_the_field_of_the_identity_number(
    demo: RunningDemo, at_home: Page, bound: Device
) -> None:
    page = at_home
    page.goto(demo.url(10))
    page.click("#login")
    # The imitated device answers the offer at once, as a person would who picks it.
    page.click("#method-permanent")
    browsing.agree_to_data(page, demo.url(10))
    expect(page.locator("body")).to_contain_text("hwk")
    forget(page, bound)


def test_a_person_the_device_does_not_recognise_stays_outside(
    demo: RunningDemo, at_home: Page, bound: Device
) -> None:
    page = at_home
    bound.send("setUserVerified", isUserVerified=False)
    page.goto(demo.url(10))
    page.click("#login")
    page.click("#method-passkey")
    page.click("#use-passkey")
    expect(page.locator("passkey-login [role=status]")).not_to_be_empty()
    expect(page.locator("#other-methods")).to_be_focused()
    bound.send("setUserVerified", isUserVerified=True)


def test_a_passkey_nobody_knows_opens_nothing(
    demo: RunningDemo, at_home: Page, bound: Device
) -> None:
    page = at_home
    [known] = bound.send("getCredentials")["credentials"]
    bound.send("clearCredentials")
    bound.send("addCredential", credential=known | {"credentialId": "QUJDREVGR0hJSktMTU5PUA=="})
    page.goto(demo.url(10))
    page.click("#login")
    page.click("#method-passkey")
    page.click("#use-passkey")
    expect(page.locator("#error-summary")).to_have_attribute("data-code", "passkey-wrong")
    browsing.screenshot(page, SHOTS, "unknown")


def test_without_script_the_page_says_what_is_missing(demo: RunningDemo, browser: Browser) -> None:
    with new_page(browser, java_script_enabled=False) as page:
        page.goto(demo.url(10))
        page.click("#login")
        page.click("#method-passkey")
        expect(page.locator("#no-script")).to_be_visible()
        expect(page.locator("#use-passkey")).to_be_hidden()
