"""What citizens do by hand with the ways in of their own: in the portal, at the login pages."""

import base64
import hmac
import struct
from hashlib import sha1
from typing import Any

from clavis_testkit import browsing
from clavis_testkit.running_demo import RunningDemo
from playwright.sync_api import Page, expect

TOTP_SECONDS = 30
# A screen lock, as Chromium imitates it: the options of WebAuthn.addVirtualAuthenticator.
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def arrive(page: Page, demo: RunningDemo, path: str = "/") -> None:
    """Come back from the login pages to a page of the portal."""
    browsing.agree_to_data(page, demo.url(5))
    page.wait_for_url(demo.url(5) + path)
    expect(page.locator("h1")).to_be_visible()


def step_up(page: Page, demo: RunningDemo, citizen: dict[str, Any], path: str) -> None:
    """Follow the notice that asks for a stronger login, give the code, and be back at the task."""
    seen = len(demo.messages(citizen["phone"]))
    page.click("#step-up")
    page.wait_for_url(f"{demo.issuer}/**")
    expect(page.locator("#continue")).to_be_visible()
    if page.locator("[name=otp]").count() == 0:
        page.click("#continue")
    browsing.type_code(page, demo, citizen["phone"], after=seen)
    arrive(page, demo, path)


# RFC 6238 section 4 with the default step, RFC 4226 section 5.3 with six digits.
def totp(secret: str, at: float) -> str:
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, struct.pack(">Q", int(at) // TOTP_SECONDS), sha1)
    place = digest[-1] & 0x0F
    (number,) = struct.unpack(">I", digest[place : place + 4])
    return f"{(number & 0x7FFFFFFF) % 10**6:06}"


def enter_with_second_factor(page: Page, demo: RunningDemo, citizen: dict[str, Any]) -> None:
    """Type the password where the code of another factor is asked for next."""
    page.goto(demo.url(12))
    page.click("#login")
    browsing.enter_with_password(page, citizen)


def choose_factor(page: Page, factor: str) -> None:
    """Choose a second factor, on the page that lists them."""
    others = page.locator("#other-factors")
    expect(others.or_(page.locator(f"#factor-{factor}")).first).to_be_visible()
    if others.count():
        others.click()
    page.click(f"#factor-{factor}")
