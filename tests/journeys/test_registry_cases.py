"""The cases that a registration office meets, through the pages of officer and citizen."""

import json
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from clavis_testkit import browsing, newcomers
from clavis_testkit.browsing import CODE_PATTERN, new_page
from clavis_testkit.code_flow import CodeFlow
from clavis_testkit.form_citizen import FormCitizen
from clavis_testkit.learning import wait_until_known
from clavis_testkit.require import need
from clavis_testkit.running_demo import RunningDemo
from playwright.sync_api import Browser, expect

from tests.journeys.office_desk import (
    OfficeDesk,
    activation_code,
    comes_true,
    foreign,
    walk_in,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PRESENT = ("present", "document_checked")


@pytest.fixture(scope="module")
def desk(demo: RunningDemo, browser: Browser) -> Iterator[OfficeDesk]:
    need("chromium", "walks the pages as officers do")
    with OfficeDesk.staffed(demo, browser, "supervisor") as staffed:
        yield staffed


def enters_with_pin(demo: RunningDemo, person: dict[str, Any]) -> bool:
    """Whether the person gets a PIN and gets in with it."""
    wait_until_known(demo, person)
    with FormCitizen(demo, person) as citizen:
        flow = CodeFlow(demo, "demo-web")
        flow.begin(citizen)
        citizen.enter_with_pin()
        return "code" in flow.answer(citizen)


def asks_for_pin(demo: RunningDemo, person: dict[str, Any]) -> str | None:
    """The code of the refusal of a PIN, if there is one."""
    wait_until_known(demo, person)
    with FormCitizen(demo, person) as citizen:
        CodeFlow(demo, "demo-web").begin(citizen)
        citizen.ask_for_pin()
        return citizen.error


def activate(demo: RunningDemo, person: dict[str, Any], code: str) -> str | None:
    """Try an activation code on the public page; return the code of the refusal, if any."""
    wait_until_known(demo, person)
    with FormCitizen(demo, person) as citizen:
        citizen.open(f"{demo.issuer}/activate")
        citizen.submit(
            identifier=person["national_id"], email=person["email"], activation_code=code
        )
        return citizen.error


def test_a_phone_already_taken_moves_when_its_code_is_read_out(
    desk: OfficeDesk, demo: RunningDemo
) -> None:
    former = newcomers.newcomer()
    newcomers.enrol(demo, [former])
    person = walk_in(phone=former["phone"])
    desk.enrol(person)
    assert comes_true(lambda: len(demo.messages(former["email"])) > 0), "the former one is told"
    assert enters_with_pin(demo, person)
    assert asks_for_pin(demo, former) == "pin-undeliverable"


def test_a_tie_proves_residence_and_the_passport_identity(
    desk: OfficeDesk, demo: RunningDemo
) -> None:
    person = foreign("other_foreigner", "tie", "E")
    desk.begin_enrolment(person | {"origin": origin("passport", "MA1234567", "FRA")})
    expect(desk.page.locator("#error-summary")).to_be_visible()
    assert desk.code == "identity-document-mismatch", "a French passport makes no third-country TIE"
    desk.page.fill("#identity_document-number", "")
    desk.page.click("#enrolment-submit")
    expect(desk.page.locator("#identity_document-number-error")).to_be_visible()
    assert desk.code == "required", "a TIE alone is not enough"
    desk.enrol(person | {"origin": origin("passport", "MA1234567", "MAR")})
    assert enters_with_pin(demo, person), "the contrast datum is the support number"


def origin(kind: str, number: str, country: str) -> dict[str, str]:
    return {"kind": kind, "number": number, "country": country}


def test_a_british_citizen_shows_the_card_of_article_18_4(desk: OfficeDesk) -> None:
    passport = origin("passport", "533401372", "GBR")
    late = foreign("british", "eu_certificate", "C", origin=passport)
    desk.begin_enrolment(late)
    expect(desk.page.locator("#error-summary")).to_be_visible()
    assert desk.code == "british-certificate-too-late"
    desk.enrol(foreign("british", "withdrawal_agreement_card", "E", origin=passport))


def test_a_minor_under_fourteen_comes_with_a_guardian(desk: OfficeDesk, demo: RunningDemo) -> None:
    child = walk_in(birth_date=f"{datetime.now(UTC).year - 10}-01-02")
    guardian = {
        "national_id": demo.person(office_role="officer")["national_id"],
        "proof": "family_book",
    }
    seen = len(demo.messages(child["phone"]))
    desk.begin_enrolment(child | {"guardian": guardian})
    page = desk.page
    page.fill("#code", demo.next_code(child["phone"], CODE_PATTERN, after=seen))
    page.click("#phone-proof-submit")
    expect(page.locator("#accepted-by")).to_be_visible()
    for name in (*PRESENT, "photo_matches", "data_read_out", "terms_accepted"):
        page.check(f"#{name}")
    page.click("#completion-submit")
    assert desk.code == "unchecked", "the guardian was not checked"
    for name in ("guardian_present", "guardian_document_checked", "authority_checked"):
        page.check(f"#{name}")
    page.click("#completion-submit")
    expect(page.locator("#enrolled")).to_be_visible()


def test_a_permanent_dni_is_asked_for_by_its_date_of_issue(
    desk: OfficeDesk, demo: RunningDemo
) -> None:
    document = {"kind": "dni", "issued_on": "2017-03-09", "expires_on": "9999-01-01"}
    person = walk_in(birth_date="1943-10-02", document=document, contrast="2017-03-09")
    desk.enrol(person)
    assert enters_with_pin(demo, person)


def test_who_never_activated_still_enters_with_pin_and_activates_later(
    desk: OfficeDesk, demo: RunningDemo
) -> None:
    person = walk_in()
    person["activation_code"] = activation_code(desk.enrol(person))
    assert enters_with_pin(demo, person)
    with FormCitizen(demo, person) as citizen:
        CodeFlow(demo, "demo-web").begin(citizen)
        citizen.enter_with_password()
        assert citizen.error == "login-wrong"
    newcomers.activate_password(demo, person)
    with FormCitizen(demo, person) as citizen:
        flow = CodeFlow(demo, "demo-web")
        flow.begin(citizen)
        citizen.enter_with_password()
        assert "code" in flow.answer(citizen)


def test_a_lost_activation_code_is_replaced_on_paper(desk: OfficeDesk, demo: RunningDemo) -> None:
    person = newcomers.newcomer()
    newcomers.enrol(demo, [person])
    lost = person["activation_code"]
    desk.act(person["national_id"], "code", ticks=PRESENT)
    person["activation_code"] = activation_code(desk.download("document"))
    assert activate(demo, person, lost) == "activation-mismatch"
    newcomers.activate_password(demo, person)


def test_basic_level_meets_a_service_that_needs_more_and_rises_at_the_office(
    desk: OfficeDesk, demo: RunningDemo, browser: Browser
) -> None:
    person = walk_in() | newcomers.newcomer("basic")
    person["password"] = newcomers.PASSWORD
    newcomers.enrol(demo, [person])
    with new_page(browser) as page:
        page.goto(demo.url(12))
        page.click("#login")
        expect(page.locator("#method-pin")).to_have_attribute("aria-disabled", "true")
    desk.look_up(person["national_id"])
    expect(desk.page.locator("#act-raise")).to_be_visible()
    raised = person | {"given_name": "Leocadia", "first_surname": "Zurita"}
    raised["birth_date"] = "1970-05-06"
    person["activation_code"] = activation_code(desk.enrol(raised))
    newcomers.activate_password(demo, person)
    with new_page(browser) as page:
        page.goto(demo.url(12))
        page.click("#login")
        browsing.enter_with_password_and_code(page, demo, person)
        browsing.agree_to_data(page, demo.url(12))
        expect(page.locator("#level")).to_have_attribute(
            "data-acr", "http://eidas.europa.eu/LoA/substantial"
        )


def test_a_registration_older_than_five_years_is_renewed_at_the_office(
    desk: OfficeDesk, demo: RunningDemo
) -> None:
    person = walk_in() | newcomers.newcomer()
    long_ago = (datetime.now(UTC) - timedelta(days=6 * 366)).isoformat()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "people.json"
        entry = newcomers.entry(person) | {"enrolled_at": long_ago}
        file.write_text(json.dumps({"people": [entry]}))
        newcomers.operate(demo, "registry", "people", "import", str(file))
    person |= {"given_name": "Leocadia", "first_surname": "Zurita", "birth_date": "1970-05-06"}
    desk.look_up(person["national_id"])
    expect(desk.page.locator("#act-renew")).to_be_visible()
    desk.enrol(person, renew=True)
    desk.begin_enrolment(person | {"phone": walk_in()["phone"]}, renew=True)
    expect(desk.page.locator("#error-summary")).to_be_visible()
    assert desk.code == "phone-change-first"


def test_a_renounced_person_comes_by_letter_and_is_sent_to_the_office(
    desk: OfficeDesk, demo: RunningDemo
) -> None:
    person = newcomers.newcomer()
    newcomers.enrol(demo, [person])
    desk.act(person["national_id"], "renunciation", ticks=(*PRESENT, "signed"))
    expect(desk.page.locator("#receipt")).to_be_visible()
    assert desk.download("document").startswith(b"%PDF")
    with FormCitizen(demo, person) as citizen:
        citizen.open(f"{demo.issuer}/register/letter/request")
        identity = {
            "identifier": person["national_id"],
            "contrast": browsing.spanish_date(person["contrast"]),
        }
        citizen.submit(**identity)
        assert 'id="asked"' in citizen.page.text
    desk.open("/acts/invite")
    desk.page.fill("#national_id", person["national_id"])
    desk.page.fill("#reason", "Quiere volver por carta")
    desk.page.click("#act-invite-submit")
    expect(desk.page.locator("#receipt.notice-warning")).to_be_visible()
    desk.act(person["national_id"], "rehabilitation", ticks=(*PRESENT, "terms_accepted"))
    expect(desk.page.locator("#receipt")).to_be_visible()
    desk.look_up(person["national_id"])
    expect(desk.page.locator("#act-phone")).to_be_visible()


def test_a_dead_persons_phone_is_used_again(desk: OfficeDesk, demo: RunningDemo) -> None:
    late = newcomers.newcomer()
    newcomers.enrol(demo, [late])
    newcomers.feed_deaths(demo, [late])
    person = walk_in(phone=late["phone"])
    desk.enrol(person)
    assert enters_with_pin(demo, person)
    assert asks_for_pin(demo, late) == "pin-mismatch"
