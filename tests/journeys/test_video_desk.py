"""A video call from its booking to the activation code, through the pages of citizen and agent."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest
from clavis_testkit import browsing, newcomers
from clavis_testkit.accessibility import breaches
from clavis_testkit.browsing import CODE_PATTERN, new_page
from clavis_testkit.require import need
from clavis_testkit.running_demo import RunningDemo
from playwright.sync_api import Browser, Page, expect

from dev import video_provider
from dev.infrastructure import Infrastructure
from dev.layout import Layout
from dev.services import by_name
from tests.journeys.judged_pages import GOOD_PRACTICE_IS_REPORTED, assert_whole
from tests.journeys.office_desk import OfficeDesk, fill_date, walk_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.node,
    pytest.mark.slow,
    pytest.mark.filterwarnings(GOOD_PRACTICE_IS_REPORTED),
]
SEEN = ("consent_to_record", "live_person", "face_matches", "document_genuine", "data_read_out")


@pytest.fixture(scope="module")
def agent(demo: RunningDemo, browser: Browser) -> Iterator[OfficeDesk]:
    need("chromium", "walks the pages as agents do")
    with OfficeDesk.staffed(demo, browser, "video_agent") as staffed:
        yield staffed


@pytest.fixture(scope="module")
def at_home(browser: Browser) -> Iterator[Page]:
    with new_page(browser, viewport=browsing.PHONE) as page:
        yield page


def bring_forward(demo: RunningDemo, email: str) -> None:
    """Let the time of a booked call come: nobody waits for days in a test."""

    async def update() -> str:
        infrastructure = Infrastructure(Layout(demo.base, demo.directory))
        connection = await asyncpg.connect(infrastructure.owner_url(by_name("registry")))
        try:
            return str(
                await connection.execute(
                    "UPDATE video_appointment SET starts_at = now() WHERE email = $1", email
                )
            )
        finally:
            await connection.close()

    # The thread of the browser has a loop of its own.
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(asyncio.run, update()).result() == "UPDATE 1"


def test_a_video_call_ends_with_an_activation_code(
    demo: RunningDemo, browser: Browser, agent: OfficeDesk, at_home: Page
) -> None:
    person = walk_in()
    page = at_home
    page.goto(f"{demo.issuer}/register/video")
    page.fill("#identifier", person["national_id"])
    page.fill("#contrast", browsing.spanish_date(person["contrast"]))
    page.fill("#email", person["email"])
    page.select_option("#starts_at", index=1)
    page.click("#continue")
    expect(page.locator("#booked")).to_be_visible()
    bring_forward(demo, person["email"])
    page.click("#call")
    page.click("#continue")
    expect(page.locator("#call-state")).to_have_attribute("data-state", "queued")
    decide(demo, agent, person)
    page.click("#continue")
    drawn = page.locator("#call-state[data-state=second_look]")
    expect(drawn.or_(page.locator("#accepted"))).to_be_visible()
    if drawn.is_visible():
        look_again(demo, browser)
        page.click("#continue")
    expect(page.locator("#accepted")).to_be_visible()
    page.fill("#mobile", person["phone"])
    page.fill("#email", person["email"])
    page.click("#continue")
    page.fill("#otp", demo.next_code(person["phone"], CODE_PATTERN, after=0))
    page.check("#terms_accepted")
    page.click("#continue")
    expect(page.locator("#registered")).to_be_visible()
    person["activation_code"] = page.locator("#activation-code").inner_text()
    newcomers.activate_password(demo, person)


def announce(demo: RunningDemo, case_id: str) -> None:
    """Announce the recording of a call, as the provider who carries it."""
    layout = Layout(demo.base, demo.directory)
    document = video_provider.call_document(case_id, datetime.now(UTC))
    assert video_provider.send(layout, "video-recordings", document).is_success


def decide(demo: RunningDemo, agent: OfficeDesk, person: dict[str, Any]) -> None:
    """Take the call, check everything, accept."""
    page = agent.open("/video")
    page.locator("#cases a").last.click()
    page.click("#claim-submit")
    expect(page.locator("#call-submit")).to_be_visible()
    expect(page.locator("#no-recording")).to_be_visible()
    announce(demo, page.url.rsplit("/", 1)[1])
    page.click("#search-recordings")
    expect(page.locator("#recording")).to_be_visible()
    assert_whole(breaches(page, "a call with its recording"))
    for name in ("national_id", "given_name", "first_surname"):
        page.fill(f"#person-{name}", person[name])
    fill_date(page, "person-birth_date", person["birth_date"])
    fill_date(page, "document-issued_on", person["document"]["issued_on"])
    fill_date(page, "document-expires_on", person["document"]["expires_on"])
    page.fill("#reason", "Identidad comprobada")
    page.click("#call-submit")
    expect(page.locator("#error-summary")).to_have_attribute("data-code", "checklist-incomplete")
    for name in SEEN:
        page.check(f"#{name}")
    page.click("#call-submit")
    expect(page.locator("#case-ended")).to_be_visible()


def look_again(demo: RunningDemo, browser: Browser) -> None:
    """Some accepted calls are drawn for a second look: confirm this one as somebody else."""
    with OfficeDesk.staffed(demo, browser, "supervisor") as second:
        page = second.open("/video")
        page.select_option("#state", "second_look")
        page.locator("#cases a").last.click()
        page.select_option("#accept", "yes")
        page.fill("#reason", "La identidad es clara")
        page.click("#second-look-submit")
        expect(page.locator("#case-ended")).to_have_attribute("data-state", "accepted")
