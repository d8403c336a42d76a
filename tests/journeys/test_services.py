"""A citizen enters services, steps up where an API asks for it, and disconnects one of them.

The steps build on each other, on a phone 320 pixels wide; each is a test of its own so that a
report says where it broke.
"""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from clavis_testkit import browsing
from clavis_testkit.browsing import new_page
from clavis_testkit.running_demo import RunningDemo
from playwright.sync_api import Browser, Page, expect

from tests.journeys.own_methods import arrive

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SHOTS = Path("test-results") / "services"
SMALL = {"width": 320, "height": 640}  # WCAG 2.2 criterion 1.4.10
SUBSTANTIAL = "http://eidas.europa.eu/LoA/substantial"
LIBRARY, CENSUS, PORTAL = 10, 12, 5


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """One browser, kept through the journey."""
    with new_page(browser, viewport=SMALL) as opened:
        yield opened


def seen(page: Page, name: str) -> None:
    """Keep what a person sees, and make sure that nothing is wider than the screen."""
    browsing.screenshot(page, SHOTS, name)
    assert page.evaluate("document.documentElement.scrollWidth") <= SMALL["width"], name


def reload_until(page: Page, address: str, selector: str) -> None:
    """Open a page again and again until it shows something."""
    deadline = time.monotonic() + browsing.STEP_SECONDS
    page.goto(address)
    while page.locator(selector).count() == 0:
        assert time.monotonic() < deadline, selector
        page.goto(address)


def test_1_the_data_are_told_before_they_are_sent(
    demo: RunningDemo, page: Page, citizen: dict[str, Any]
) -> None:
    page.goto(demo.url(LIBRARY))
    page.click("#login")
    page.click("#told summary")
    seen(page, "1-selector")
    browsing.enter_with_password(page, citizen)
    expect(page.locator("#claims")).to_contain_text("Avisarle cuando venza un préstamo")
    seen(page, "1-data")
    browsing.agree_to_data(page, demo.url(LIBRARY))
    expect(page.locator("#welcome")).to_be_visible()


# RFC 9470 section 4: the challenge of the API becomes the next authorization request.
def test_2_the_api_asks_for_more_and_only_the_code_is_missing(
    demo: RunningDemo, page: Page, citizen: dict[str, Any]
) -> None:
    sent = len(demo.messages(citizen["phone"]))
    page.click("#reserve")
    page.wait_for_url(f"{demo.issuer}/login/**")
    expect(page.locator("#method-permanent")).to_have_count(0)
    seen(page, "2-step-up")
    page.click("#continue")
    browsing.type_code(page, demo, citizen["phone"], after=sent)
    page.wait_for_url(f"{demo.url(LIBRARY)}/reservations")
    expect(page.locator("#reserved")).to_have_attribute("data-acr", SUBSTANTIAL)
    seen(page, "2-reserved")


def test_3_a_session_enters_another_service_after_its_data_are_told(
    demo: RunningDemo, page: Page
) -> None:
    page.goto(demo.url(CENSUS))
    page.click("#login")
    expect(page.locator("#last-access")).to_contain_text("Biblioteca")
    seen(page, "3-data")
    page.click("#continue")
    page.wait_for_url(f"{demo.url(CENSUS)}/**")
    expect(page.locator("#level")).to_have_attribute("data-acr", SUBSTANTIAL)
    page.goto(f"{demo.url(CENSUS)}/login")
    page.wait_for_url(f"{demo.url(CENSUS)}/")  # told once, it is not asked again


def test_4_the_portal_tells_every_service_and_every_access(demo: RunningDemo, page: Page) -> None:
    page.goto(demo.url(PORTAL))
    page.click("#sign-in")
    arrive(page, demo)
    page.goto(demo.url(PORTAL) + "/services")
    expect(page.locator("#services > li")).to_have_count(2)
    expect(page.locator("[data-service=demo-substantial]")).to_contain_text("Fecha de nacimiento")
    seen(page, "4-services")
    page.click("#accesses-link")
    expect(page.locator("#accesses > li").first).to_contain_text("Portal ciudadano")
    expect(page.locator("#accesses [data-access=demo-web]").first).to_contain_text("sustancial")
    seen(page, "4-accesses")


def test_5_a_service_is_disconnected_and_learns_it(demo: RunningDemo, page: Page) -> None:
    page.goto(demo.url(PORTAL) + "/services")
    page.click("[data-service=demo-substantial] a.withdraw")
    expect(page.locator("h1")).to_be_focused()
    seen(page, "5-question")
    page.click("#removal button[type=submit]")
    expect(page.locator("#done")).to_have_attribute("data-code", "withdrawn")
    expect(page.locator("#services > li")).to_have_count(1)
    seen(page, "5-done")
    reload_until(page, demo.url(CENSUS), "#login")  # the logout token ends it there
    page.click("#login")
    expect(page.locator("#claims")).to_be_visible()  # and next time the data are told anew
    page.click("#cancel")
    page.wait_for_url(f"{demo.url(CENSUS)}/**")
