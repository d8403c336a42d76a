"""Chapter 4 of a life: entering with a certificate, on the TLS front, in a real browser."""

from pathlib import Path
from typing import Any

import pytest
from clavis_testkit import browsing
from clavis_testkit.browsing import new_page
from clavis_testkit.running_demo import RunningDemo
from playwright.sync_api import Browser, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SHOTS = Path("test-results") / "life"


@pytest.mark.parametrize(
    ("kind", "offset", "level"), [("fnmt", 12, "substantial"), ("dnie", 13, "high")]
)
def test_4_a_certificate_gives_its_level(
    demo: RunningDemo, browser: Browser, kind: str, offset: int, level: str
) -> None:
    with new_page(browser, client_certificates=[certificate(demo, kind)]) as page:
        page.goto(demo.url(offset))
        page.click("#login")
        page.click("#method-certificate")
        page.click("#continue")
        page.click("#continue")
        browsing.agree_to_data(page, demo.url(offset))
        expect(page.locator("#level")).to_have_attribute(
            "data-acr", f"http://eidas.europa.eu/LoA/{level}"
        )


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("representative", "certificate-representative"),
        ("expired", "certificate-expired"),
        ("revoked", "certificate-revoked"),
        ("unknown_issuer", "certificate-unknown-issuer"),
    ],
)
def test_4_a_certificate_that_will_not_do_is_refused_with_its_own_message(
    demo: RunningDemo, browser: Browser, kind: str, code: str
) -> None:
    with new_page(browser, client_certificates=[certificate(demo, kind)]) as page:
        page.goto(demo.url(12))
        page.click("#login")
        page.click("#method-certificate")
        page.click("#continue")
        expect(page.locator("#error-summary")).to_have_attribute("data-code", code)
        browsing.screenshot(page, SHOTS, f"4-{kind}")


def certificate(demo: RunningDemo, kind: str) -> dict[str, Any]:
    entry = next(c for c in demo.data["certificates"] if c["kind"] == kind)
    return {
        "origin": demo.data["addresses"]["certificate-host"],
        "certPath": str(demo.directory / entry["file"]),
        "keyPath": str(demo.directory / entry["key_file"]),
    }
