"""A real Chromium, and what people do with it: the steps that journeys are made of."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from operator import ne
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect, sync_playwright

from clavis_testkit.require import find_chromium
from clavis_testkit.running_demo import RunningDemo

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 800}
STEP_SECONDS = 60.0
_POLL_MS = 50
PIN_PATTERN = r"(?: (?:es|is|é|és)|:) ([A-Z2-7]{3})\."
CODE_PATTERN = r"\b(\d{6})\b"


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start headless Chromium from the machine; the caller has checked that there is one."""
    expect.set_options(timeout=STEP_SECONDS * 1000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=FLAGS, timeout=STEP_SECONDS * 1000
        )
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def new_page(browser: Browser, **options: Any) -> Iterator[Page]:
    """Open a fresh browser profile: no cookie of another person."""
    context = browser.new_context(
        locale="es-ES", **{"viewport": DESKTOP, "ignore_https_errors": True, **options}
    )
    context.set_default_timeout(STEP_SECONDS * 1000)
    try:
        yield context.new_page()
    finally:
        context.close()


def spanish_date(iso: str) -> str:
    """Write an ISO date as people type it; leave a support number as it is."""
    parts = iso.split("-")
    return "/".join(reversed(parts)) if len(parts) == len("ymd") else iso


def ask_for_pin(page: Page, person: dict[str, Any]) -> None:
    """Choose PIN and say who one is."""
    page.click("#method-pin")
    page.fill("[name=identifier]", person["national_id"])
    page.fill("[name=contrast]", spanish_date(person["contrast"]))
    page.click("#continue")


def enter_with_pin(page: Page, demo: RunningDemo, person: dict[str, Any]) -> None:
    """Ask for a PIN, read it from the phone and type it."""
    seen = len(demo.messages(person["phone"]))
    ask_for_pin(page, person)
    page.fill("[name=pin]", demo.next_code(person["phone"], PIN_PATTERN, after=seen))
    page.click("#continue")


def enter_with_password(page: Page, person: dict[str, Any], password: str | None = None) -> None:
    """Choose the permanent password and type it."""
    page.click("#method-permanent")
    page.fill("[name=identifier]", person["national_id"])
    page.fill("[name=password]", password or person["password"])
    page.click("#continue")


def type_code(page: Page, demo: RunningDemo, phone: str, *, after: int) -> None:
    """Read the code that came by SMS and type it."""
    page.fill("[name=otp]", demo.next_code(phone, CODE_PATTERN, after=after))
    page.click("#continue")


def enter_with_password_and_code(page: Page, demo: RunningDemo, person: dict[str, Any]) -> None:
    """Password, then the code by SMS that the level asks for."""
    seen = len(demo.messages(person["phone"]))
    enter_with_password(page, person)
    type_code(page, demo, person["phone"], after=seen)


def agree_to_data(page: Page, back_at: str) -> None:
    """Continue past the page that lists the data to be sent, where it is shown, to the service."""
    deadline = time.monotonic() + STEP_SECONDS
    while not page.url.startswith(back_at) and time.monotonic() < deadline:
        if page.locator("#claims").is_visible():
            told = page.url
            page.click("#continue")
            # The browser takes a moment to leave, and what is sent twice is refused.
            page.wait_for_url(partial(ne, told), wait_until="commit")
        page.wait_for_timeout(_POLL_MS)
    page.wait_for_url(f"{back_at}/**")


def screenshot(page: Page, directory: Path, name: str) -> None:
    """Keep what a person sees at this step."""
    directory.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=directory / f"{name}.png")
