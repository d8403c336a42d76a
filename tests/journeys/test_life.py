"""One citizen's digital life, through the interfaces people and services have.

The steps build on each other, as a life does; each is a test of its own so that a report says where
it broke.
"""

import io
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest
from clavis_events.registry.v1 import person_pb2
from clavis_kit.national_id import check_letter
from clavis_testkit import browsing
from clavis_testkit.browsing import CODE_PATTERN, new_page
from clavis_testkit.learning import wait_until_known
from clavis_testkit.outsider import Outsider
from clavis_testkit.patience import in_time
from clavis_testkit.require import need
from clavis_testkit.running_demo import RunningDemo
from clavis_testkit.signatures import crl_serials, ocsp_status, validate_signature
from playwright.sync_api import Browser, Page, expect

from tests.journeys.life_by_hand import (
    SOON_SECONDS,
    Life,
    activation_code,
    assert_credentials_refuse,
    assert_ended_at_the_services,
    fill_enrolment,
    national_id_hash,
    sample_pdf,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow]
REGISTERED = "clavis_events.registry.v1.Registered"
RENOUNCED = "clavis_events.registry.v1.Renounced"
CERTIFICATE_ISSUED = "clavis_events.signing.v1.CertificateIssued"
CERTIFICATE_REVOKED = "clavis_events.signing.v1.CertificateRevoked"
SHOTS = Path("test-results") / "life"


@pytest.fixture(scope="module")
def life(demo: RunningDemo) -> Life:
    need("chromium", "walks the pages as a person does")
    number = 53812764
    return Life(
        demo,
        {
            "national_id": f"{number}{check_letter(number)}",
            "contrast": "2033-04-21",
            "given_name": "Amparo",
            "first_surname": "Ferrer",
            "phone": "+34600123789",
            "email": "amparo.ferrer@example.org",
            "password": "cuatro tazas de caldo",
        },
    )


@pytest.fixture(scope="module")
def outsider(demo: RunningDemo) -> Iterator[Outsider]:
    """A consumer of somebody else's, on the shared topics."""
    with Outsider(f"127.0.0.1:{demo.base + 92}") as consumer:
        yield consumer


@pytest.fixture(scope="module")
def at_home(browser: Browser) -> Iterator[Page]:
    """The citizen's own browser, kept through the life."""
    with new_page(browser, accept_downloads=True) as page:
        yield page


def test_1_an_officer_enrols_a_citizen_in_person(
    life: Life, browser: Browser, outsider: Outsider
) -> None:
    demo, person = life.demo, life.person
    officer = demo.person(office_role="officer")
    with new_page(browser) as page:
        page.goto(demo.url(6))
        page.click("#sign-in")
        browsing.enter_with_password_and_code(page, demo, officer)
        browsing.agree_to_data(page, demo.url(6))
        page.click("#enrol")
        fill_enrolment(page, person)
        page.click("#enrolment-submit")
        page.fill("#code", demo.next_code(person["phone"], CODE_PATTERN, after=0))
        page.click("#phone-proof-submit")
        for name in (
            "present",
            "document_checked",
            "photo_matches",
            "data_read_out",
            "terms_accepted",
        ):
            page.check(f"#{name}")
        page.click("#completion-submit")
        page.click("#print-acceptance")
        with page.expect_download() as download:
            page.click("#acceptance-download")
        life.acceptance = Path(download.value.path()).read_bytes()
        browsing.screenshot(page, SHOTS, "1-enrolled")
    person["activation_code"] = activation_code(life.acceptance)
    person["hash"] = national_id_hash(demo, person["national_id"])
    event = outsider.wait_for(REGISTERED, national_id_hash=person["hash"])
    assert event.level == person_pb2.ENROLMENT_LEVEL_ADVANCED
    wait_until_known(demo, person)


def test_1_the_acceptance_document_is_accessible(life: Life) -> None:
    pdf = pikepdf.open(io.BytesIO(life.acceptance))
    assert pdf.Root.MarkInfo.Marked
    assert "/StructTreeRoot" in pdf.Root


def test_2_the_citizen_enters_with_a_pin(life: Life, at_home: Page) -> None:
    demo, page = life.demo, at_home
    page.goto(demo.url(10))
    page.click("#login")
    expect(page.locator("#method-pin")).to_be_visible()
    browsing.screenshot(page, SHOTS, "2-ways-in")
    browsing.enter_with_pin(page, demo, life.person)
    browsing.agree_to_data(page, demo.url(10))
    expect(page.locator("#level")).to_have_attribute("data-acr", "http://eidas.europa.eu/LoA/low")
    for claim in ("acr", "amr", "auth_time", "sub", "given_name"):
        expect(page.get_by_role("rowheader", name=claim, exact=True).first).to_be_visible()
    page.click("#refresh")
    expect(page.locator("#refreshed")).to_have_text("1")
    browsing.screenshot(page, SHOTS, "2-pin")
    page.click("#logout")
    page.click("#confirm-logout")
    page.wait_for_url("**/?notice=signed_out")
    expect(page.locator("#login")).to_be_visible()


def test_3_the_citizen_activates_the_permanent_password(life: Life, at_home: Page) -> None:
    demo, person, page = life.demo, life.person, at_home
    seen = len(demo.messages(person["phone"]))
    page.goto(demo.url(0) + "/activate")
    page.fill("[name=identifier]", person["national_id"])
    page.fill("[name=email]", person["email"])
    page.fill("[name=activation_code]", person["activation_code"])
    page.click("#continue")
    browsing.type_code(page, demo, person["phone"], after=seen)
    page.fill("[name=password]", "corta")
    page.click("#continue")
    expect(page.locator("#error-summary")).to_be_visible()
    page.fill("[name=password]", person["password"])
    page.click("#continue")
    expect(page.locator("#activated")).to_be_visible()


def test_3_the_password_alone_is_low_and_step_up_asks_only_for_the_code(
    life: Life, at_home: Page
) -> None:
    demo, person, page = life.demo, life.person, at_home
    page.goto(demo.url(10))
    page.click("#login")
    browsing.enter_with_password(page, person)
    browsing.agree_to_data(page, demo.url(10))
    expect(page.locator("#level")).to_have_attribute("data-acr", "http://eidas.europa.eu/LoA/low")
    seen = len(demo.messages(person["phone"]))
    page.goto(demo.url(12))
    page.click("#login")
    expect(page.locator("[name=password]")).to_have_count(0)
    page.click("#continue")
    browsing.type_code(page, demo, person["phone"], after=seen)
    browsing.agree_to_data(page, demo.url(12))
    expect(page.locator("#level")).to_have_attribute(
        "data-acr", "http://eidas.europa.eu/LoA/substantial"
    )
    browsing.screenshot(page, SHOTS, "3-step-up")


def test_3_what_cannot_reach_high_is_greyed_and_ending_short_says_so(
    life: Life, browser: Browser
) -> None:
    demo = life.demo
    with new_page(browser, viewport=browsing.PHONE) as page:
        page.goto(demo.url(13))
        page.click("#login")
        greyed = page.locator("#method-pin")
        expect(greyed).to_have_attribute("aria-disabled", "true")
        why = greyed.get_attribute("aria-describedby")
        expect(page.locator(f"#{why}")).not_to_be_empty()
        expect(page.locator("a#method-certificate")).to_be_visible()
        browsing.screenshot(page, SHOTS, "3-high")
        if not page.locator("#end-short").is_visible():
            page.locator("details summary").last.click()
        page.click("#end-short")
        expect(page.locator("#error")).to_have_attribute(
            "data-code", "unmet_authentication_requirements"
        )


def test_5_the_citizen_signs_a_document(
    life: Life, at_home: Page, tmp_path: Path, outsider: Outsider
) -> None:
    demo, person, page = life.demo, life.person, at_home
    document = tmp_path / "solicitud.pdf"
    document.write_bytes(sample_pdf())
    page.goto(demo.url(5) + "/sign")
    page.click("#sign-in")
    browsing.agree_to_data(page, demo.url(5))
    page.set_input_files("#document", document)
    page.click("#sign-upload-submit")
    expect(page.locator("img.page-image").first).to_be_visible()
    short_code = page.inner_text("#short-code").strip()
    browsing.screenshot(page, SHOTS, "5-review")
    page.check("#reviewed")
    page.check("#policies_accepted")
    seen = len(demo.messages(person["phone"]))
    page.click("#sign-review-submit")
    code = demo.next_code(person["phone"], CODE_PATTERN, after=seen)
    assert any(short_code in message["body"] for message in demo.messages(person["phone"])[seen:])
    page.fill("#password", person["password"])
    page.fill("#otp", code)
    browsing.screenshot(page, SHOTS, "5-authorise")
    page.click("#sign-authorise-submit")
    with page.expect_download() as download:
        page.click("#signed-document")
    life.signed = Path(download.value.path()).read_bytes()
    with page.expect_download() as receipt:
        page.click("#receipt")
    assert Path(receipt.value.path()).read_bytes().startswith(b"%PDF")
    # Others sign too: theirs are on the topic already.
    registered = outsider.wait_for(REGISTERED, national_id_hash=person["hash"])
    issued = outsider.wait_for(CERTIFICATE_ISSUED, subject_id=registered.subject_id)
    life.serial = issued.serial_number


def test_5_pyhanko_finds_the_signature_valid(life: Life) -> None:
    status = validate_signature(life.signed, life.demo)
    assert status.intact
    assert status.valid
    assert status.trusted
    assert status.signing_cert.serial_number == int(life.serial, 16)


def test_5_the_portal_shows_data_and_sessions(life: Life, at_home: Page) -> None:
    page = at_home
    page.goto(life.demo.url(5) + "/data")
    expect(page.locator("main")).to_contain_text("Amparo")
    expect(page.locator("main")).not_to_contain_text(life.person["phone"])
    page.goto(life.demo.url(5) + "/sessions")
    expect(page.locator("#sessions li").first).to_be_visible()
    browsing.screenshot(page, SHOTS, "5-sessions")


def test_6_the_citizen_renounces_and_everything_ends(
    life: Life, at_home: Page, browser: Browser, outsider: Outsider
) -> None:
    demo, page = life.demo, at_home
    page.goto(demo.url(5) + "/renounce")
    page.click("#renounce-continue")
    page.fill("#confirmation", "RENUNCIO")
    page.click("#renounce-submit")
    expect(page.locator("#renounced")).to_be_visible()
    browsing.screenshot(page, SHOTS, "6-renounced")
    renounced = outsider.wait_for(RENOUNCED, national_id_hash=life.person["hash"])
    revoked = outsider.wait_for(CERTIFICATE_REVOKED, subject_id=renounced.subject_id)
    assert revoked.serial_number == life.serial
    delay = revoked.occurred_at.ToDatetime() - renounced.occurred_at.ToDatetime()
    assert in_time(delay.total_seconds(), SOON_SECONDS)
    assert_ended_at_the_services(life)
    wait_until_known(demo, life.person)
    assert_credentials_refuse(life, browser)


def test_6_ocsp_and_crl_say_revoked(life: Life) -> None:
    assert ocsp_status(life.signed, life.demo) == "revoked"
    assert int(life.serial, 16) in crl_serials(life.demo)
