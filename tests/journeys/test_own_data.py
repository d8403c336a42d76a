"""What a citizen with a certificate does alone: enrol, change the phone, leave and come back."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from clavis_testkit import browsing, newcomers
from clavis_testkit.browsing import CODE_PATTERN, new_page
from clavis_testkit.require import need
from clavis_testkit.running_demo import RunningDemo
from playwright.sync_api import Browser, Page, expect
from pypdfium2 import PdfDocument

from tests.journeys.own_certificate import OwnCertificate

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SHOTS = Path("test-results") / "own-data"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    need("chromium", "walks the pages as a person does")
    return tmp_path_factory.mktemp("certificates")


@pytest.fixture(scope="module")
def citizen(demo: RunningDemo, folder: Path) -> dict[str, Any]:
    """Somebody of this journey's own, enrolled at an office."""
    assert folder.is_dir()
    person = newcomers.newcomer()
    newcomers.enrol(demo, [person])
    return person


@pytest.fixture(scope="module")
def certificate(demo: RunningDemo, citizen: dict[str, Any], folder: Path) -> OwnCertificate:
    return OwnCertificate.issue(demo, citizen["national_id"], folder)


@pytest.fixture(scope="module")
def portal(
    demo: RunningDemo, browser: Browser, citizen: dict[str, Any], certificate: OwnCertificate
) -> Iterator[Page]:
    """A browser with the certificate, entered by PIN first."""
    with new_page(
        browser,
        viewport=browsing.PHONE,
        accept_downloads=True,
        client_certificates=[certificate.in_browser],
    ) as page:
        page.goto(demo.url(5))
        page.click("#sign-in")
        browsing.enter_with_pin(page, demo, citizen)
        browsing.agree_to_data(page, demo.url(5))
        page.wait_for_url(f"{demo.url(5)}/")
        yield page


def downloaded(page: Page, name: str) -> bytes:
    """Have a document made and keep it."""
    page.click(f"#{name}-make-submit")
    with page.expect_download() as download:
        page.click(f"#{name}")
    return Path(download.value.path()).read_bytes()


def test_a_new_activation_code_is_shown_once_with_its_sheet(
    demo: RunningDemo, portal: Page, citizen: dict[str, Any]
) -> None:
    portal.goto(demo.url(5) + "/activation-code")
    portal.click("#activation-code-submit")
    citizen["activation_code"] = portal.inner_text("#new-activation-code").strip()
    assert downloaded(portal, "activation-sheet").startswith(b"%PDF")
    browsing.screenshot(portal, SHOTS, "1-activation-code")
    newcomers.activate_password(demo, citizen)


def test_the_copy_of_the_data_is_whole_and_for_both(
    demo: RunningDemo, portal: Page, citizen: dict[str, Any]
) -> None:
    portal.goto(demo.url(5) + "/data/export")
    assert downloaded(portal, "export-pdf").startswith(b"%PDF")
    copy = downloaded(portal, "export-json").decode()
    assert json.loads(copy)["subject_id"]
    assert citizen["email"] in copy


def new_acceptance(portal: Page) -> str:
    """Return the words of the acceptance document of a change just made."""
    pages = PdfDocument(downloaded(portal, "new-acceptance"))
    return "".join("".join(page.get_textpage().get_text_range().split()) for page in pages)


def test_another_address_brings_its_acceptance_document(
    demo: RunningDemo, portal: Page, citizen: dict[str, Any]
) -> None:
    address = f"otra.{citizen['email']}"
    portal.goto(demo.url(5) + "/data/email")
    portal.fill("#email", address)
    portal.click("#email-change-submit")
    portal.fill("#code", demo.next_code(address, CODE_PATTERN, after=0))
    portal.click("#code-proof-submit")
    assert address in new_acceptance(portal)
    citizen["email"] = address


def test_another_phone_takes_a_login_with_the_certificate(
    demo: RunningDemo, portal: Page, citizen: dict[str, Any], certificate: OwnCertificate
) -> None:
    phone = newcomers.newcomer()["phone"]
    portal.goto(demo.url(5) + "/data/phone")
    portal.fill("#mobile", phone)
    portal.click("#phone-change-submit")
    browsing.screenshot(portal, SHOTS, "2-step-up")
    portal.click("#step-up")
    certificate.choose(portal, "/data/phone")
    portal.fill("#mobile", phone)
    portal.click("#phone-change-submit")
    portal.fill("#code", demo.next_code(phone, CODE_PATTERN, after=0))
    portal.click("#code-proof-submit")
    portal.click(".terms summary")
    portal.check("#terms")
    browsing.screenshot(portal, SHOTS, "2-terms")
    portal.click("#phone-accept-submit")
    expect(portal.locator("#new-activation-code")).not_to_be_empty()
    assert phone[-3:] in new_acceptance(portal)
    citizen["phone"] = phone
    portal.goto(demo.url(5) + "/data")
    expect(portal.locator("#my-data")).to_contain_text(phone[-3:])
    browsing.screenshot(portal, SHOTS, "2-data")


def test_certificates_are_revoked_and_the_receipt_kept(demo: RunningDemo, portal: Page) -> None:
    portal.goto(demo.url(5) + "/certificate-revocation")
    portal.check("#key_compromise")
    browsing.screenshot(portal, SHOTS, "3-revocation")
    portal.click("#revocation-submit")
    with portal.expect_download() as download:
        portal.click("#revocation-receipt")
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")


def test_who_left_comes_back_with_the_certificate(
    demo: RunningDemo, portal: Page, certificate: OwnCertificate
) -> None:
    portal.goto(demo.url(5) + "/renounce")
    portal.click("#renounce-continue")
    portal.fill("#confirmation", "RENUNCIO")
    portal.click("#renounce-submit")
    expect(portal.locator("#renounced")).to_be_visible()
    certificate.enter_portal(portal, "/data")
    expect(portal.locator("#ended")).to_have_attribute("data-status", "renounced")
    browsing.screenshot(portal, SHOTS, "4-ended")
    portal.click("#ended-export")
    assert b'"renounced"' in downloaded(portal, "export-json")
    portal.goto(demo.url(5) + "/history")
    expect(portal.locator("#history")).to_contain_text("Renuncia")
    portal.goto(demo.url(5) + "/data")
    portal.click("#come-back")
    portal.check("#terms")
    portal.click("#come-back-submit")
    expect(portal.locator("#back")).to_be_visible()
    portal.goto(demo.url(5) + "/data")
    expect(portal.locator("#my-data")).to_contain_text("Nivel avanzado")


def test_somebody_nobody_knew_enrols_with_a_signed_request(
    demo: RunningDemo, browser: Browser, folder: Path
) -> None:
    person = newcomers.newcomer()
    certificate = OwnCertificate.issue(demo, person["national_id"], folder)
    with new_page(
        browser, accept_downloads=True, client_certificates=[certificate.in_browser]
    ) as page:
        certificate.enter_portal(page, "/enrol")
        for name, value in (("mobile", person["phone"]), ("email", person["email"])):
            page.fill(f"#{name}", value)
        fill_date(page, "birth_date", "1948-05-06")
        fill_date(page, "document-issued_on", "2024-08-30")
        fill_date(page, "document-expires_on", person["contrast"])
        browsing.screenshot(page, SHOTS, "5-contact")
        page.click("#enrolment-submit")
        page.fill("#code", demo.next_code(person["phone"], CODE_PATTERN, after=0))
        page.click("#code-proof-submit")
        request = downloaded(page, "request")
        browsing.screenshot(page, SHOTS, "5-sign")
        page.reload()  # an interruption: what was proved stays proved
        signature = folder / "solicitud.csig"
        signature.write_bytes(certificate.sign(request))
        page.set_input_files("#signature", signature)
        page.check("#accepted")
        page.click("#hand-in-submit")
        expect(page.locator("#enrolled")).to_have_attribute("data-level", "advanced")
        assert downloaded(page, "receipt").startswith(b"%PDF")
        browsing.screenshot(page, SHOTS, "5-done")


def fill_date(page: Page, control: str, iso: str) -> None:
    for part, value in zip(("year", "month", "day"), iso.split("-"), strict=True):
        page.fill(f"#{control}-{part}", value)


def test_who_came_by_letter_reads_what_is_missing_and_the_way_up(
    demo: RunningDemo, browser: Browser
) -> None:
    basic = demo.person(level="basic", status="registered")
    with new_page(browser, viewport=browsing.PHONE) as page:
        page.goto(demo.url(5))
        page.click("#sign-in")
        browsing.enter_with_pin(page, demo, basic)
        browsing.agree_to_data(page, demo.url(5))
        expect(page.locator("#basic")).to_be_visible()
        expect(page.locator("#raise-level")).to_have_attribute("href", "/enrol")
        page.goto(demo.url(5) + "/passkeys")
        expect(page.locator("#basic")).to_be_visible()
        expect(page.locator("#passkey")).to_have_count(0)
        browsing.screenshot(page, SHOTS, "6-basic")
