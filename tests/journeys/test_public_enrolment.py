"""Into the registry without an officer: the letter and the video call, through public pages.

What nobody may learn there is whether a number is anybody's.
"""

import re
import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from clavis_testkit import browsing, newcomers
from clavis_testkit.browsing import CODE_PATTERN, new_page
from clavis_testkit.form_citizen import FormCitizen
from clavis_testkit.require import need
from clavis_testkit.running_demo import RunningDemo
from playwright.sync_api import Browser, Page, expect

from tests.journeys.office_desk import OfficeDesk, comes_true, pdf_text

pytestmark = [pytest.mark.browser, pytest.mark.slow]
_CSV = r"\b((?:[2-9A-HJ-NP-Z]{4}-){3}[2-9A-HJ-NP-Z]{4})\b"


@pytest.fixture(scope="module")
def desk(demo: RunningDemo, browser: Browser) -> Iterator[OfficeDesk]:
    need("chromium", "walks the pages as officers do")
    with OfficeDesk.staffed(demo, browser, "officer") as staffed:
        yield staffed


@pytest.fixture(scope="module")
def irene(demo: RunningDemo) -> dict[str, Any]:
    """Somebody of the civil register with an address, not enrolled yet."""
    known: list[dict[str, Any]] = demo.data["newcomers"]
    found = next(person for person in known if person["address"])
    return found | {"phone": f"+346{secrets.randbelow(10**8):08}", "email": "irene@example.org"}


def identity(person: dict[str, Any]) -> dict[str, str]:
    return {
        "identifier": person["national_id"],
        "contrast": browsing.spanish_date(person["contrast"]),
    }


def ask_for_letter(demo: RunningDemo, typed: dict[str, str]) -> tuple[int, str]:
    """Ask on the public page; return status and page without what differs by browser."""
    with FormCitizen(demo, {}) as citizen:
        citizen.open(f"{demo.issuer}/register/letter/request")
        citizen.submit(**typed)
        return citizen.page.status, re.sub(r'value="[0-9a-f]{64}"', "", citizen.page.text)


def test_a_request_for_a_letter_tells_nobody_who_is_registered(
    demo: RunningDemo, irene: dict[str, Any]
) -> None:
    registered = demo.person(office_role="officer")
    someone_else = identity(irene) | {"contrast": "01/01/2030"}
    unknown = {"identifier": newcomers.NOBODY, "contrast": "30/08/2034"}
    answers = [
        ask_for_letter(demo, typed)
        for typed in (identity(registered), someone_else, unknown, identity(irene))
    ]
    assert len(set(answers)) == 1
    assert 'id="asked"' in answers[0][1]


def letter_state(demo: RunningDemo, person: dict[str, Any]) -> str | None:
    """Read on the public page where a person's letter is."""
    with FormCitizen(demo, person) as citizen:
        citizen.open(f"{demo.issuer}/register/letter/status")
        citizen.submit(**identity(person))
        found = re.search(r'data-state="(\w+)"', citizen.page.text)
    return found[1] if found else None


def test_the_office_prints_and_sends_the_letter(
    demo: RunningDemo, desk: OfficeDesk, irene: dict[str, Any]
) -> None:
    # Requests are judged a moment later. The officer who asks again is told that it is on its way;
    # one who had been first would have invited, and could not print.
    assert comes_true(lambda: letter_state(demo, irene) == "queued")
    desk.open("/acts/invite")
    desk.page.fill("#national_id", irene["national_id"])
    desk.page.fill("#reason", "Lo pide por teléfono")
    desk.page.click("#act-invite-submit")
    expect(desk.page.locator("#receipt")).to_be_visible()
    page = desk.open("/letters")
    page.locator("#spool .print-letter").first.click()
    page.fill("#reason", "Cola de cartas de hoy")
    page.click("#print-submit")
    text = pdf_text(desk.download("letter"))
    found = re.search(_CSV, text)
    assert found, text
    irene["csv"] = found[1]
    page.select_option("#state", "printed")
    page.locator("#spool .send-letter").first.click()
    expect(page.locator("#no-letters")).to_be_visible()
    page.select_option("#state", "sent")
    expect(page.locator("#spool li")).to_have_count(1)


def test_the_citizen_follows_the_letter(demo: RunningDemo, irene: dict[str, Any]) -> None:
    assert letter_state(demo, irene) == "sent"


def test_the_letter_enrols_and_its_code_activates(
    demo: RunningDemo, browser: Browser, irene: dict[str, Any]
) -> None:
    with new_page(browser, viewport=browsing.PHONE, accept_downloads=True) as page:
        page.goto(f"{demo.issuer}/register/letter#{irene['csv']}")
        expect(page.locator("#csv")).to_have_value(irene["csv"])
        fill_letter(page, irene | {"contrast": "2030-01-01"})
        expect(page.locator("#error-summary")).to_have_attribute("data-code", "letter-mismatch")
        page.fill("#csv", irene["csv"])
        fill_letter(page, irene)
        page.fill("#otp", demo.next_code(irene["phone"], CODE_PATTERN, after=0))
        page.check("#terms_accepted")
        page.click("#continue")
        expect(page.locator("#registered")).to_be_visible()
        irene["activation_code"] = page.locator("#activation-code").inner_text()
        with page.expect_download() as download:
            page.click("#receipt")
        assert download.value.path().read_bytes().startswith(b"%PDF")
        prove_email(demo, page, irene)
    irene["password"] = newcomers.PASSWORD
    newcomers.activate_password(demo, irene)


def prove_email(demo: RunningDemo, page: Page, person: dict[str, Any]) -> None:
    """Have a code sent to the address given at the enrolment, and type it."""
    page.click("#prove-email")
    page.fill("#otp", demo.next_code(person["email"], CODE_PATTERN, after=0))
    page.click("#continue")
    expect(page.locator("#email-proved")).to_be_visible()


def fill_letter(page: Page, person: dict[str, Any]) -> None:
    for name, value in identity(person).items():
        page.fill(f"#{name}", value)
    page.fill("#mobile", person["phone"])
    page.fill("#email", person["email"])
    page.click("#continue")


def test_offices_are_found_without_script(demo: RunningDemo) -> None:
    with FormCitizen(demo, {}) as citizen:
        citizen.open(f"{demo.issuer}/register")
        citizen.follow("way-office")
        citizen.open(f"{demo.issuer}/offices?q=villaclara&province=")
        assert "Villaclara" in citizen.page.text
        citizen.open(f"{demo.issuer}/offices?q=nowhere-at-all")
        assert 'id="none"' in citizen.page.text


def test_a_video_call_is_booked_and_given_up(demo: RunningDemo, browser: Browser) -> None:
    with new_page(browser, viewport=browsing.PHONE) as page:
        page.goto(f"{demo.issuer}/register/video")
        page.fill("#identifier", newcomers.NOBODY)
        page.fill("#contrast", "30/08/2034")
        page.fill("#email", "alguien@example.org")
        slots = page.locator("#starts_at option")
        page.select_option("#starts_at", index=slots.count() - 1)
        page.click("#continue")
        expect(page.locator("#booked")).to_be_visible()
        page.click("#call")
        page.click("#continue")
        expect(page.locator("#error-summary")).to_have_attribute("data-code", "appointment-not-now")
        page.click("#cancel-call")
        expect(page.locator("#cancelled")).to_be_visible()


def test_the_code_of_the_letter_also_ends_what_it_began(
    demo: RunningDemo, browser: Browser, irene: dict[str, Any]
) -> None:
    seen = len(demo.messages(irene["phone"]))
    with new_page(browser, viewport=browsing.PHONE, accept_downloads=True) as page:
        page.goto(f"{demo.issuer}/renounce/letter")
        for name, value in (identity(irene) | {"csv": irene["csv"]}).items():
            page.fill(f"#{name}", value)
        page.click("#continue")
        page.fill("#otp", demo.next_code(irene["phone"], CODE_PATTERN, after=seen))
        page.click("#continue")
        refused = page.locator("#error-summary")
        expect(refused).to_have_attribute("data-code", "renunciation-unconfirmed")
        page.fill("#otp", demo.next_code(irene["phone"], CODE_PATTERN, after=seen))
        page.check("#confirmed")
        page.click("#continue")
        expect(page.locator("#renounced")).to_be_visible()
        with page.expect_download() as download:
            page.click("#proof")
        assert download.value.path().read_bytes().startswith(b"%PDF")
