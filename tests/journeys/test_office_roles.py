"""What each role finds at the office console, and the acts that need a second person."""

import secrets
from collections.abc import Iterator

import pytest
from clavis_testkit import newcomers
from clavis_testkit.require import need
from clavis_testkit.running_demo import RunningDemo
from playwright.sync_api import Browser, expect

from tests.journeys.judged_pages import (
    GOOD_PRACTICE_IS_REPORTED,
    acts,
    assert_whole,
    console_pages,
    faulty_enrolment,
)
from tests.journeys.office_desk import OfficeDesk, fill_date, today, walk_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TASKS = {
    "officer": {"enrol", "look-up-link", "renew", "invite", "letters"},
    "video_agent": {"look-up-link", "video"},
    "auditor": {"audit"},
}


@pytest.fixture(scope="module")
def officer(demo: RunningDemo, browser: Browser) -> Iterator[OfficeDesk]:
    need("chromium", "walks the pages as officers do")
    with OfficeDesk.staffed(demo, browser, "officer") as staffed:
        yield staffed


@pytest.fixture(scope="module")
def supervisor(demo: RunningDemo, browser: Browser) -> Iterator[OfficeDesk]:
    with OfficeDesk.staffed(demo, browser, "supervisor") as staffed:
        yield staffed


@pytest.mark.parametrize("role", TASKS)
def test_a_role_sees_its_own_tasks(demo: RunningDemo, browser: Browser, role: str) -> None:
    with OfficeDesk.staffed(demo, browser, role) as desk:
        shown = desk.page.locator("a.choice").evaluate_all("all => all.map(one => one.id)")
        assert set(shown) == TASKS[role]
        if role == "video_agent":
            desk.open("/video")
            expect(desk.page.locator("#no-cases")).to_be_visible()
        if role == "auditor":
            page = desk.open("/audit")
            fill_date(page, "since", today())
            fill_date(page, "until", today())
            page.click("#audit-submit")
            expect(page.locator("#entries li").first).to_be_visible()
            desk.open("/audit/look-ups")
            fill_date(page, "since", today())
            fill_date(page, "until", today())
            page.click("#unusual-submit")
            expect(page.locator("#lookups, #no-lookups")).to_be_visible()


def test_a_revocation_is_lifted_by_two(
    demo: RunningDemo, officer: OfficeDesk, supervisor: OfficeDesk
) -> None:
    person = newcomers.newcomer()
    newcomers.enrol(demo, [person])
    supervisor.act(person["national_id"], "revocation", case_reference="EXP 1/2026")
    expect(supervisor.page.locator("#receipt")).to_be_visible()
    officer.act(person["national_id"], "lifting", case_reference="EXP 2/2026")
    officer.page.click("#next")
    expect(officer.page.locator("#not-mine")).to_be_visible()
    supervisor.open("/approvals")
    supervisor.page.locator("#approvals a").last.click()
    supervisor.page.fill("#reason", "La causa ha terminado")
    supervisor.page.click("#judgement-submit")
    expect(supervisor.page.locator(".error-summary")).to_be_visible()  # nothing is chosen for her
    supervisor.page.select_option("#decision", "approve")
    supervisor.page.click("#judgement-submit")
    expect(supervisor.page.locator("#approval")).to_have_attribute("data-state", "approved")
    officer.look_up(person["national_id"])
    expect(officer.page.locator("#act-phone")).to_be_visible()


def test_a_phone_changes_at_the_desk_and_resumes_after_an_interruption(
    demo: RunningDemo, officer: OfficeDesk
) -> None:
    person, phone = newcomers.newcomer(), walk_in()["phone"]
    newcomers.enrol(demo, [person])
    officer.act(person["national_id"], "phone", ticks=("present", "document_checked"), mobile=phone)
    expect(officer.page.locator("#change-proof-submit")).to_be_visible()
    page = officer.open("/")
    page.locator("#changes a").first.click()
    page.fill("#code", demo.next_code(phone, r"\b(\d{6})\b", after=0))
    page.click("#change-proof-submit")
    page.check("#terms_accepted")
    page.click("#change-completion-submit")
    expect(page.locator("#change-ended")).to_have_attribute("data-state", "done")
    page.click("#print-change-submit")
    assert officer.download("acceptance").startswith(b"%PDF")


def test_acts_that_are_done_at_once(demo: RunningDemo, supervisor: OfficeDesk) -> None:
    person = newcomers.newcomer()
    newcomers.enrol(demo, [person])
    present = ("present", "document_checked")
    for name, ticks, chosen in (
        ("language", present, ("language", "en")),
        ("freeze", (), None),
        ("unfreeze", present, None),
        ("certificate", present, ("key_compromise", "true")),
    ):
        supervisor.act(person["national_id"], name, ticks=ticks, chosen=chosen)
        expect(supervisor.page.locator("#receipt")).to_be_visible()
    supervisor.look_up(person["national_id"])
    page = supervisor.page
    page.click("#act-death")
    fill_date(page, "died_on", today())
    page.fill("#source_reference", "RC Villaclara 12/2026")
    page.click("#act-death-submit")
    expect(page.locator("#receipt")).to_be_visible()
    supervisor.act(person["national_id"], "correction", case_reference="EXP 3/2026")
    expect(page.locator("#next")).to_be_visible()


def test_a_supervisor_administers_offices_and_staff(
    demo: RunningDemo, supervisor: OfficeDesk
) -> None:
    page = supervisor.open("/offices")
    page.locator("#offices a").first.click()
    page.fill("#hours-3", "09:00-14:00, 13:00-18:00")
    page.click("#office-submit")
    expect(page.locator("#error-summary")).to_have_attribute("data-code", "hours-invalid")
    page.fill("#hours-3", "09:00-14:00, 16:00-18:00")
    page.click("#office-submit")
    expect(page.locator("#saved")).not_to_be_empty()
    newcomer = newcomers.newcomer()
    newcomers.enrol(demo, [newcomer])
    page = supervisor.open("/officers")
    page.fill("#national_id", newcomer["national_id"])
    page.fill("#name", "Nadia Peña Ríos")
    page.click("#appoint-submit")
    page.locator("#officers a", has_text="Nadia Peña Ríos").last.click()
    page.fill("#reason", "Fin del contrato")
    page.click("#turn-submit")
    expect(page.locator("#colleague")).to_have_attribute("data-active", "false")


def test_a_supervisor_opens_an_office_and_closes_it_again(supervisor: OfficeDesk) -> None:
    page = supervisor.open("/offices")
    page.fill("#code", f"VC-{secrets.token_hex(3).upper()}")
    page.fill("#name", "Oficina de la feria")
    page.click("#open-office-submit")
    turn = page.locator("#office-turn")
    expect(turn).to_have_attribute("data-open", "true")
    for state in ("false", "true", "false"):
        turn.locator("input[name=reason]").fill("Acaba la feria")
        page.click("#turn-office-submit")
        expect(turn).to_have_attribute("data-open", state)


# WCAG 2.2, levels A and AA, as far as a machine can judge.
@pytest.mark.node
@pytest.mark.filterwarnings(GOOD_PRACTICE_IS_REPORTED)
def test_no_page_of_the_console_breaks_a_rule(supervisor: OfficeDesk) -> None:
    assert_whole(console_pages(supervisor) + faulty_enrolment(supervisor) + acts(supervisor))
