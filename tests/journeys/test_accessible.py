"""Every page of the portal and the app before axe-core, on a phone by day, a desktop by night.

The pages of the console are judged where a supervisor has signed in: `test_office_roles`.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from clavis_testkit import browsing, newcomers
from clavis_testkit.accessibility import axe, breaches
from clavis_testkit.browsing import new_page
from clavis_testkit.require import need
from clavis_testkit.running_demo import RunningDemo
from playwright.sync_api import Browser, Page, expect

from tests.journeys.judged_pages import (
    AUDITORS,
    GOOD_PRACTICE_IS_REPORTED,
    addresses,
    assert_whole,
    opened,
)
from tests.journeys.office_desk import OfficeDesk
from tests.journeys.own_methods import arrive
from tests.journeys.phone_app import Desk, enrol, open_code, phone_context

pytestmark = [
    pytest.mark.browser,
    pytest.mark.node,
    pytest.mark.slow,
    pytest.mark.filterwarnings(GOOD_PRACTICE_IS_REPORTED),
]
PORTAL, LIBRARY, INBOX, CENSUS = 5, 10, 11, 12


@pytest.fixture(scope="module")
def judge() -> None:
    """Have the browser and axe-core before the demo starts."""
    need("chromium", "judges the pages as a person meets them")
    axe()


@pytest.fixture(scope="module")
def citizen(judge: None, demo: RunningDemo) -> dict[str, Any]:
    """Somebody of this journey's own, with a permanent password."""
    person = newcomers.newcomer()
    newcomers.enrol(demo, [person])
    newcomers.activate_password(demo, person)
    return person


@pytest.fixture(scope="module")
def portal(demo: RunningDemo, browser: Browser, citizen: dict[str, Any]) -> Iterator[Page]:
    """The citizen's browser, signed in to a service and to the portal."""
    with new_page(browser) as page:
        page.goto(f"{demo.url(CENSUS)}/login")
        browsing.enter_with_password_and_code(page, demo, citizen)
        browsing.agree_to_data(page, demo.url(CENSUS))
        page.goto(demo.url(PORTAL))
        page.click("#sign-in")
        arrive(page, demo)
        yield page


def test_every_page_of_the_portal(portal: Page) -> None:
    found = []
    for address in addresses("portal/portal.tsx"):
        path = address.replace(":id", "0")
        query = "?client=demo-substantial" if path == "/services/withdraw" else ""
        found += opened(portal, path + query)
    assert_whole(found)


def test_the_portal_before_anybody_signs_in(
    judge: None, demo: RunningDemo, browser: Browser
) -> None:
    with new_page(browser) as page:
        page.goto(demo.url(PORTAL))
        expect(page.locator("#sign-in")).to_be_visible()
        assert_whole(breaches(page, "welcome") + opened(page, "/nowhere"))


def test_the_services_and_the_inbox_of_the_demo(
    judge: None, demo: RunningDemo, browser: Browser
) -> None:
    found = []
    with new_page(browser) as page:
        for offset in (LIBRARY, INBOX):
            page.goto(demo.url(offset))
            found += breaches(page, f"demo, port {offset}")
    assert_whole(found)


def test_what_auditors_see(judge: None, demo: RunningDemo, browser: Browser) -> None:
    with OfficeDesk.staffed(demo, browser, "auditor") as desk:
        found = [line for path in AUDITORS for line in opened(desk.page, path)]
    assert_whole(found)


def test_every_page_of_the_app(
    demo: RunningDemo, browser: Browser, citizen: dict[str, Any]
) -> None:
    with phone_context(browser) as phone:
        app = phone.new_page()
        app.goto(demo.url(PORTAL) + "/app/")
        expect(app.locator("#national_id")).to_be_visible()
        found = breaches(app, "app: enrol")
        enrol(app, demo, citizen)
        found += breaches(app, "app: home")
        for view in ("scan", "pin", "phone"):
            app.click(f"#open-{view}")
            expect(app.locator("#home")).to_be_visible()
            found += breaches(app, f"app: {view}")
            app.click("#home")
        open_code(app, Desk(demo).begin().code()["content"])
        expect(app.locator("#request")).to_be_visible()
        found += breaches(app, "app: request")
    assert_whole(found)
