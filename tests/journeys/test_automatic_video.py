"""An automatic identification by video, from the citizen's phone to the official who looks at it.

The provider's app is outside: its signed message stands for it.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from clavis_testkit import browsing, newcomers
from clavis_testkit.browsing import CODE_PATTERN, new_page
from clavis_testkit.require import need
from clavis_testkit.running_demo import RunningDemo
from playwright.sync_api import Browser, Page, expect

from dev import video_provider
from dev.layout import Layout
from dev.seed.newcomers import Newcomer
from dev.seed.people import Document
from tests.journeys.office_desk import OfficeDesk, walk_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SEEN = ("consent_to_record", "live_person", "face_matches", "document_genuine", "data_read_out")


@pytest.fixture(scope="module")
def person() -> dict[str, Any]:
    need("chromium", "walks the pages as a person does")
    return walk_in()


@pytest.fixture(scope="module")
def at_home(browser: Browser) -> Iterator[Page]:
    """The citizen's own phone, kept through the identification."""
    with new_page(browser, viewport=browsing.PHONE, accept_downloads=True) as page:
        yield page


def shown(person: dict[str, Any]) -> Newcomer:
    """Return the person as the machine reads the document."""
    document = person["document"]
    issued, expires = (date.fromisoformat(document[key]) for key in ("issued_on", "expires_on"))
    return Newcomer(
        note="", national_id=person["national_id"], given_name=person["given_name"],
        first_surname=person["first_surname"], second_surname=None,
        birth_date=date.fromisoformat(person["birth_date"]),
        document=Document("dni", issued, expires), street=None,
    )  # fmt: skip


def tell(demo: RunningDemo, person: dict[str, Any], reference: str, *, passed: bool) -> None:
    """Tell the registry what the provider's machine found."""
    at = datetime.now(UTC)
    document = video_provider.result_document(shown(person), reference, at, passed=passed)
    layout = Layout(demo.base, demo.directory)
    answer = video_provider.send(layout, "video-results", document)
    assert answer.is_success, answer.text


def begin(demo: RunningDemo, page: Page, person: dict[str, Any]) -> str:
    """Prove the phone and accept the terms; return the reference for the provider's app."""
    page.goto(f"{demo.issuer}/register/video/automatic")
    page.fill("#identifier", person["national_id"])
    page.fill("#mobile", person["phone"])
    page.fill("#email", person["email"])
    page.click("#continue")
    page.fill("#otp", demo.next_code(person["phone"], CODE_PATTERN, after=0))
    page.check("#terms_accepted")
    page.click("#continue")
    expect(page.locator("#case-state")).to_have_attribute("data-state", "phone_proved")
    return page.locator("#reference").inner_text()


def test_1_who_the_machine_recognises_is_registered_at_once(
    demo: RunningDemo, at_home: Page, person: dict[str, Any]
) -> None:
    reference = begin(demo, at_home, person)
    tell(demo, person, reference, passed=True)
    at_home.click("#refresh")
    expect(at_home.locator("#case-state")).to_have_attribute("data-state", "auto_passed")


def test_2_an_official_approves_the_evidence(
    demo: RunningDemo, browser: Browser, at_home: Page
) -> None:
    with OfficeDesk.staffed(demo, browser, "supervisor") as desk:
        page = desk.open("/video")
        page.select_option("#state", "auto_passed")
        page.locator("#cases a").last.click()
        page.click("#claim-submit")
        expect(page.locator("#review-submit")).to_be_visible()
        for name in SEEN:
            page.check(f"#{name}")
        page.select_option("#approve", "yes")
        page.fill("#reason", "La grabación es clara")
        page.click("#review-submit")
        expect(page.locator("#case-ended")).to_have_attribute("data-state", "approved")
    at_home.reload()
    expect(at_home.locator("#case-state")).to_have_attribute("data-state", "approved")


def test_3_the_receipt_brings_the_code_that_activates(
    demo: RunningDemo, at_home: Page, person: dict[str, Any]
) -> None:
    at_home.click("#continue")
    expect(at_home.locator("#registered")).to_be_visible()
    person["activation_code"] = at_home.locator("#activation-code").inner_text()
    newcomers.activate_password(demo, person)


def test_4_who_the_machine_does_not_recognise_goes_to_an_office(
    demo: RunningDemo, browser: Browser
) -> None:
    stranger = walk_in()
    with new_page(browser, viewport=browsing.PHONE) as page:
        tell(demo, stranger, begin(demo, page, stranger), passed=False)
        page.click("#refresh")
        expect(page.locator("#case-state")).to_have_attribute("data-state", "auto_failed")
        expect(page.locator("#way-office")).to_be_visible()
