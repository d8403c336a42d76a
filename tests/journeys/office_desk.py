"""What happens at the desk of an office: pages filled in, codes read out, papers kept."""

import re
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pypdfium2
from clavis_kit.national_id import check_letter
from clavis_testkit import browsing
from clavis_testkit.browsing import CODE_PATTERN, new_page
from clavis_testkit.running_demo import RunningDemo
from playwright.sync_api import Browser, Page, expect

_SOON_SECONDS = 60.0
_TICK_SECONDS = 0.1
_NIE_PREFIX = 1  # the value of the letter Y
_GROUP = "[0-9A-HJKMNP-TV-Z]{4}"
_TICKS = ("present", "document_checked", "photo_matches", "data_read_out")
_GUARDIAN_TICKS = ("guardian_present", "guardian_document_checked", "authority_checked")


def comes_true(what: Callable[[], bool]) -> bool:
    """Look again and again until it is so: events take a moment. False when it never is."""
    deadline = time.monotonic() + _SOON_SECONDS
    while not (so := what()) and time.monotonic() < deadline:
        time.sleep(_TICK_SECONDS)
    return so


def walk_in(**changes: Any) -> dict[str, Any]:
    """Make up somebody who comes to the office: a Spaniard with a DNI unless told otherwise."""
    number = 60_000_000 + secrets.randbelow(30_000_000)
    return {
        "national_id": f"{number}{check_letter(number)}",
        "given_name": "Petra",
        "first_surname": "Solana",
        "birth_date": "1980-05-06",
        "phone": f"+346{secrets.randbelow(10**8):08}",
        "email": f"p{number}@example.org",
        "contrast": "2034-08-30",
        "document": {"kind": "dni", "issued_on": "2024-08-30", "expires_on": "2034-08-30"},
        "person_kind": "spaniard",
        "password": "siete barcas y un faro 19",
    } | changes


def foreign(person_kind: str, kind: str, support: str, **changes: Any) -> dict[str, Any]:
    """Make up a foreigner with a NIE and a Spanish document of residence."""
    number = secrets.randbelow(10_000_000)
    letter = check_letter(_NIE_PREFIX * 10_000_000 + number)
    support_number = f"{support}{secrets.randbelow(10**8):08}"
    document = {"kind": kind, "issued_on": "2024-01-20", "expires_on": "2031-01-19"}
    return walk_in(
        national_id=f"Y{number:07}{letter}",
        person_kind=person_kind,
        contrast=support_number,
        document=document | {"support_number": support_number},
        **changes,
    )


def fill_date(page: Page, control: str, iso: str) -> None:
    """Type a date in its three fields."""
    for part, value in zip(("year", "month", "day"), iso.split("-"), strict=True):
        page.fill(f"#{control}-{part}", value)


def today() -> str:
    """The day on the office's clock, in ISO form."""
    return datetime.now(ZoneInfo("Europe/Madrid")).date().isoformat()


def pdf_text(document: bytes) -> str:
    """Read what a document says."""
    pdf = pypdfium2.PdfDocument(document)
    return "\n".join(page.get_textpage().get_text_range() for page in pdf)


def activation_code(document: bytes) -> str:
    """Read the activation code from a document."""
    text = pdf_text(document)
    found = re.search(rf"\b({_GROUP}-{_GROUP}-{_GROUP})\b", text)
    assert found, text
    return found[1]


@dataclass
class OfficeDesk:
    """One officer's browser."""

    demo: RunningDemo
    page: Page

    @classmethod
    @contextmanager
    def staffed(cls, demo: RunningDemo, browser: Browser, role: str) -> Iterator["OfficeDesk"]:
        """Sign the demo's officer of a role in."""
        with new_page(browser, accept_downloads=True) as page:
            desk = cls(demo, page)
            page.goto(demo.url(6))
            page.click("#sign-in")
            browsing.enter_with_password_and_code(page, demo, demo.person(office_role=role))
            browsing.agree_to_data(page, demo.url(6))
            expect(page.locator("#officer")).to_have_attribute("data-role", role)
            yield desk

    def open(self, path: str) -> Page:
        """Go to a page of the console."""
        self.page.goto(self.demo.url(6) + path)
        expect(self.page.locator("h1")).to_be_visible()
        return self.page

    @property
    def code(self) -> str | None:
        """The stable code of the refusal that the page shows."""
        return self.page.locator("#error-summary").get_attribute("data-code")

    def begin_enrolment(self, person: dict[str, Any], *, renew: bool = False) -> None:
        """Fill in the first step and send it."""
        page = self.open("/enrolments/new" + ("?purpose=renew" if renew else ""))
        for name in ("national_id", "given_name", "first_surname", "email"):
            page.fill(f"#{name}", person[name])
        page.fill("#mobile", person["phone"])
        fill_date(page, "birth_date", person["birth_date"])
        page.select_option("#person_kind", person["person_kind"])
        self._show_documents(person)
        if guardian := person.get("guardian"):
            page.fill("#guardian-national_id", guardian["national_id"])
            page.select_option("#guardian-proof", guardian["proof"])
        page.click("#enrolment-submit")

    def _show_documents(self, person: dict[str, Any]) -> None:
        page, document = self.page, person["document"]
        page.select_option("#document-kind", document["kind"])
        if support := document.get("support_number"):
            page.fill("#document-support_number", support)
        fill_date(page, "document-issued_on", document["issued_on"])
        if document["expires_on"]:
            fill_date(page, "document-expires_on", document["expires_on"])
        if origin := person.get("origin"):
            page.select_option("#identity_document-kind", origin["kind"])
            page.fill("#identity_document-number", origin["number"])
            page.fill("#identity_document-country", origin["country"])

    def finish_enrolment(self, person: dict[str, Any], seen: int) -> bytes:
        """Prove the phone, tick what was seen, print; return the acceptance document."""
        page = self.page
        page.fill("#code", self.demo.next_code(person["phone"], CODE_PATTERN, after=seen))
        page.click("#phone-proof-submit")
        ticks = (*_TICKS, *(_GUARDIAN_TICKS if "guardian" in person else ()), "terms_accepted")
        for name in ticks:
            page.check(f"#{name}")
        page.click("#completion-submit")
        page.click("#print-acceptance")
        return self.download("acceptance")

    def enrol(self, person: dict[str, Any], *, renew: bool = False) -> bytes:
        """Enrol, or renew, from the first field to the paper."""
        seen = len(self.demo.messages(person["phone"]))
        self.begin_enrolment(person, renew=renew)
        return self.finish_enrolment(person, seen)

    def download(self, name: str) -> bytes:
        """Keep the document that the page offers."""
        with self.page.expect_download() as download:
            self.page.click(f"#{name}-download")
        return Path(download.value.path()).read_bytes()

    def look_up(self, number: str) -> None:
        """Look a person up with a reason."""
        page = self.open("/look-up")
        page.fill("#national_id", number)
        page.fill("#reason", "Atención en la oficina")
        page.click("#look-up-submit")
        expect(page.locator("#look-up-result")).to_be_visible()

    def act(
        self,
        number: str,
        name: str,
        *,
        ticks: tuple[str, ...] = (),
        chosen: tuple[str, str] | None = None,
        **fields: str,
    ) -> None:
        """Look a person up, choose an act, fill it in (`chosen`: a select, its option), send it."""
        self.look_up(number)
        page = self.page
        page.click(f"#act-{name}")
        expect(page.locator(f"#act-{name}-submit")).to_be_visible()
        for tick in ticks:
            page.check(f"#{tick}")
        for field, value in fields.items():
            page.fill(f"#{field}", value)
        if chosen:
            page.select_option(f"#{chosen[0]}", chosen[1])
        page.click(f"#act-{name}-submit")
