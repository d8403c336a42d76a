"""What the journey of one citizen's life does by hand: forms, documents, waiting for endings."""

import io
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import httpx
import pikepdf
import pypdfium2
from clavis_kit.keyed_hash import KeyedHash
from clavis_testkit import browsing
from clavis_testkit.browsing import new_page
from clavis_testkit.patience import in_time
from clavis_testkit.running_demo import RunningDemo
from playwright.sync_api import Browser, Page, expect

SOON_SECONDS = 1.0


@dataclass
class Life:
    """What the steps hand on."""

    demo: RunningDemo
    person: dict[str, Any] = field(default_factory=dict)
    acceptance: bytes = b""
    signed: bytes = b""
    serial: str = ""


def national_id_hash(demo: RunningDemo, number: str) -> str:
    return KeyedHash.from_file(demo.directory / "keys" / "national-id.key").of(number)


def fill_enrolment(page: Page, person: dict[str, Any]) -> None:
    for name in ("national_id", "given_name", "first_surname"):
        page.fill(f"#{name}", person[name])
    fill_date(page, "birth_date", "1951-02-03")
    fill_date(page, "document-issued_on", "2023-04-21")
    fill_date(page, "document-expires_on", person["contrast"])
    page.fill("#mobile", person["phone"])
    page.fill("#email", person["email"])


def fill_date(page: Page, control: str, iso: str) -> None:
    for part, value in zip(("year", "month", "day"), iso.split("-"), strict=True):
        page.fill(f"#{control}-{part}", value)


def activation_code(document: bytes) -> str:
    pdf = pypdfium2.PdfDocument(document)
    text = "\n".join(page.get_textpage().get_text_range() for page in pdf)
    group = "[0-9A-HJKMNP-TV-Z]{4}"
    found = re.search(rf"\b({group}-{group}-{group})\b", text)
    assert found, text
    return found[1]


def sample_pdf() -> bytes:
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(595, 842))
    target = io.BytesIO()
    pdf.save(target)
    return target.getvalue()


def assert_ended_at_the_services(life: Life) -> None:
    """Every service that the person was logged in to was told (OIDC Back-Channel Logout 1.0)."""
    for offset in (10, 12):
        wait_until(partial(logouts, life.demo.url(offset)), f"logout at service +{offset}")


def logouts(service: str) -> Any:
    return httpx.get(f"{service}/logouts", timeout=60).json()


def wait_until(happened: Callable[[], Any], what: str) -> None:
    since = time.monotonic()
    while not happened():
        assert in_time(time.monotonic() - since, SOON_SECONDS), f"no {what} within a second"
        time.sleep(0.02)


def assert_credentials_refuse(life: Life, browser: Browser) -> None:
    demo, person = life.demo, life.person
    with new_page(browser) as page:
        page.goto(demo.url(10))
        page.click("#login")
        browsing.ask_for_pin(page, person)
        expect(page.locator("#error-summary")).to_have_attribute("data-code", "pin-mismatch")
    with new_page(browser) as page:
        page.goto(demo.url(10))
        page.click("#login")
        browsing.enter_with_password(page, person)
        expect(page.locator("#error-summary")).to_have_attribute("data-code", "login-wrong")
