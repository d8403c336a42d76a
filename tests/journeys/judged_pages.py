"""The pages of the portal and the console, one after the other, before axe-core.

The addresses are read from the applications: a page that is added is judged from its first day.
"""

import re

from clavis_testkit.accessibility import breaches
from playwright.sync_api import Page, expect

from dev.assets import WEB
from tests.journeys.office_desk import OfficeDesk

GOOD_PRACTICE_IS_REPORTED = "default::clavis_testkit.accessibility.BestPractice"
AUDITORS = ("/audit", "/audit/look-ups")
_LISTS = ("/offices", "/officers")  # the first one of each is opened
_ADDRESS = re.compile(r'^  \["(/[^"]*)", ', re.MULTILINE)
_ACT = re.compile(r"^  ([a-z-]+): \{$", re.MULTILINE)
_LOADING = "Cargando…"
_FOLLOW = """path => {
    document.querySelector("h1").dataset.left = "";
    const link = document.createElement("a");
    link.href = path;
    document.body.append(link);
    link.click();
    link.remove();
}"""


def addresses(source: str) -> list[str]:
    """Return the pages of an application as its source lists them, the first page at the end.

    Whoever has signed in stands on the first page already.
    """
    return _found(_ADDRESS, source)[::-1]


def _found(pattern: re.Pattern[str], source: str) -> list[str]:
    found = pattern.findall((WEB / "src" / source).read_text(encoding="utf-8"))
    assert found, source
    return found


def opened(page: Page, path: str) -> list[str]:
    """Follow a link to a page of the same application, wait for its data, and judge it."""
    page.evaluate(_FOLLOW, path)
    expect(page.locator("h1:not([data-left])")).to_be_visible()
    expect(page.locator("main")).not_to_contain_text(_LOADING)
    return breaches(page, path)


def assert_whole(found: list[str]) -> None:
    """Name every breach there is."""
    assert not found, "\n".join(found)


def console_pages(desk: OfficeDesk) -> list[str]:
    """Judge every page of the console but those of auditors."""
    desk.open("/nowhere")
    paths = [address for address in addresses("console/console.tsx") if address not in AUDITORS]
    found = []
    for path in paths:
        found += opened(desk.page, re.sub(r":\w+", "0", path))
    for path in _LISTS:
        first = desk.open(path).locator("main li a").first.get_attribute("href")
        found += opened(desk.page, str(first))
    return found


def faulty_enrolment(desk: OfficeDesk) -> list[str]:
    """Judge the longest form with its errors."""
    page = desk.open("/enrolments/new")
    page.click("#enrolment-submit")
    expect(page.locator("#error-summary")).to_be_visible()
    return breaches(page, "/enrolments/new with errors")


def acts(desk: OfficeDesk) -> list[str]:
    """Judge what a desk sees of a person, and every act that it may do for them."""
    desk.look_up(desk.demo.person(level="advanced", status="registered")["national_id"])
    found = breaches(desk.page, "/look-up with a person")
    for name in _found(_ACT, "console/acts.tsx"):
        found += opened(desk.page, f"/acts/{name}")
    return found
