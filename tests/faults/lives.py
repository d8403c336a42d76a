"""Citizens' lives that go on whatever dies: every step is taken until it is seen to be done."""

import csv
import io
import itertools
import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx
import pikepdf
from clavis_kit.national_id import check_letter
from clavis_testkit.browsing import CODE_PATTERN, PIN_PATTERN
from clavis_testkit.form_citizen import FormCitizen
from clavis_testkit.running_demo import DemoFailedError

from dev.processes import DemoError
from dev.seed.browser import Page
from dev.seed.people import Document, SeedPerson
from dev.seed.registry import import_document
from tests.faults.system import System

WORKERS = 3
STEP_SECONDS = 300.0
MESSAGE_SECONDS = 20.0  # a code may have been lost with what should have sent it
_PAUSE_SECONDS = 0.5
PASSWORD = "una barca y dos remos 9"
ENDINGS = ("renounced", "deceased", None)


class NotYetError(Exception):
    """A step did not come to its end; it is taken again."""


# What a person sees when a part is gone: no answer, an error page, a page that asks again.
_FAULTS = (httpx.HTTPError, LookupError, ValueError, DemoFailedError, DemoError, NotYetError)


@dataclass
class Life:
    """One person and how far they came."""

    person: SeedPerson
    ending: str | None
    reached: list[str] = field(default_factory=list)
    gave_up: str = ""


def people(first: int = 40_000_000, phones: str = "+34610{:06d}") -> Iterator[SeedPerson]:
    """Make up people without end, with numbers from `first` on."""
    for n in itertools.count():
        yield SeedPerson(
            note="fault test",
            national_id=f"{first + n}{check_letter(first + n)}",
            given_name="Nadie",
            first_surname="Ninguno",
            second_surname=None,
            birth_date=date(1980, 1, 1),
            document=Document("dni", date(2024, 1, 1), date(2034, 1, 1)),
            phone=phones.format(n),
            email=f"nadie.{n}@example.org",
            activation_code=f"7K3M-Q9TX-{n:04d}",
            password=PASSWORD,
        )


class Population:
    """Lives one after another in several threads, until `rest` is called."""

    def __init__(self, system: System) -> None:
        self.lives: list[Life] = []
        self._system = system
        self._people = people()
        self._lock = threading.Lock()
        self._resting = threading.Event()
        self._threads = [
            threading.Thread(target=self._work, name=f"lives-{n}") for n in range(WORKERS)
        ]

    def start(self) -> None:
        """Begin the first lives."""
        for thread in self._threads:
            thread.start()

    def rest(self) -> None:
        """Begin no more lives; those under way go on to their end."""
        self._resting.set()

    @property
    def living(self) -> bool:
        """Whether a life is under way."""
        return any(thread.is_alive() for thread in self._threads)

    def _work(self) -> None:
        while not self._resting.is_set():
            with self._lock:
                life = Life(next(self._people), ENDINGS[len(self.lives) % len(ENDINGS)])
                self.lives.append(life)
            Steps(self._system, life).take_all()


class PortalCitizen(FormCitizen):
    """A citizen who also knows how the portal's pages call their backend."""

    def open(self, url: str) -> Page:
        """Go to an address, which a page may give relative to its own."""
        return super().open(urljoin(self.page.url, url))

    def require(self, field_name: str) -> None:
        """NotYetError unless the page asks for this; waiting for its code would be in vain."""
        if self.page.form_with(field_name) is None:
            raise NotYetError(f"{self.page.status} {self.page.url} {self.error}")

    def ask(self, method: str, url: str, **body: Any) -> dict[str, Any]:
        """Call the portal as its pages do. NotYetError when it does not succeed."""
        headers = self._headers(url) | {"X-Clavis-CSRF": "1"}
        answer = self._http.request(method, url, headers=headers, **body)
        if not answer.is_success:
            raise NotYetError(f"{answer.status_code} {answer.text[:300]}")
        document: dict[str, Any] = answer.json()
        return document


class Steps:
    """The steps of one life. A step that was already done is recognised as done."""

    def __init__(self, system: System, life: Life) -> None:
        self._system = system
        self._life = life
        self._person = life.person
        self._citizen: dict[str, Any] = life.person.public() | {
            "activation_code": life.person.activation_code
        }

    def take_all(self) -> None:
        """Live. A step that does not succeed in its time ends the life early, and says so."""
        endings = {"renounced": self.renounce, "deceased": self.die}
        last = [endings[self._life.ending]] if self._life.ending else []
        for step in (self.enrol, self.enter_with_pin, self.activate, self.sign, *last):
            try:
                self._persist(step)
            except NotYetError as error:
                self._life.gave_up = f"{step.__name__}: {error}"
                return
            self._life.reached.append(step.__name__)

    def _persist(self, step: Callable[[], None]) -> None:
        deadline = time.monotonic() + STEP_SECONDS
        while True:
            try:
                return step()
            except _FAULTS as error:
                if time.monotonic() > deadline:
                    raise NotYetError(f"{type(error).__name__}: {error}") from error
                time.sleep(_PAUSE_SECONDS)

    def enrol(self) -> None:
        """Enter the registry by the operator's import, which leaves a known person alone."""
        file = self._system.layout.file(f"people-{self._person.national_id}.json")
        file.write_text(json.dumps({"people": [import_document(self._person)]}))
        self._system.registry("people", "import", str(file))

    def enter_with_pin(self) -> None:
        """Go to a service with a PIN from the phone."""
        with self._browser() as browser:
            browser.open(self._system.view.url(10) + "/login")
            seen = self._messages()
            browser.ask_for_pin()
            browser.require("pin")
            browser.submit(pin=self._code(seen, PIN_PATTERN))
            browser.return_to_service()
            if 'id="level"' not in browser.page.text:
                raise NotYetError(f"{browser.page.status} {browser.page.url}")

    def activate(self) -> None:
        """Choose the password. When the last answer was lost, logging in shows that it counted."""
        try:
            self._walk_activation()
        except _FAULTS:
            with self._browser() as browser:
                self._sign_in(browser)

    def _walk_activation(self) -> None:
        with self._browser() as browser:
            browser.open(self._system.view.issuer + "/activate")
            seen = self._messages()
            browser.submit(
                activation_code=self._citizen["activation_code"],
                identifier=self._person.national_id,
                email=self._person.email,
            )
            browser.require("otp")
            browser.submit(otp=self._code(seen))
            browser.submit(password=PASSWORD)
            if 'id="activated"' not in browser.page.text:
                raise NotYetError(f"{browser.page.status} {browser.page.url}")

    def sign(self) -> None:
        """Sign a document in the portal; the first one brings the certificate."""
        with self._browser() as browser:
            self._sign_in(browser)
            files = {"document": ("solicitud.pdf", a_document(), "application/pdf")}
            transactions = self._portal("/api/signing/citizen/v1/transactions")
            opened = browser.ask("POST", transactions, files=files)
            place = f"{transactions}/{opened['transaction_id']}"
            agreed = {"reviewed": True, "policies_accepted": True}
            seen = self._messages()
            browser.ask("POST", f"{place}/challenge", json=agreed)
            secrets = {"password": PASSWORD, "otp": self._code(seen)}
            signed = browser.ask("POST", f"{place}/signature", json=secrets)
            if signed["verdict"] != "signed":
                raise NotYetError(str(signed))

    def renounce(self) -> None:
        """Give up the identity in the portal; afterwards the password opens nothing."""
        with self._browser() as browser:
            try:
                self._sign_in(browser)
            except NotYetError:
                if browser.error == "login-wrong" and "asked to leave" in self._life.reached:
                    return
                raise
            self._life.reached.append("asked to leave")
            address = self._portal("/api/registry/citizen/v1/renunciation")
            browser.ask("POST", address, json={"confirmed": True})

    def die(self) -> None:
        """Be told dead by the operator's feed, which may tell it twice."""
        file = self._system.layout.file(f"deaths-{self._person.national_id}.csv")
        write_deaths(file, [self._person])
        self._system.registry("deaths", str(file))

    def _browser(self) -> PortalCitizen:
        return PortalCitizen(self._system.view, self._citizen)

    def _portal(self, path: str) -> str:
        return self._system.view.url(5) + path

    def _messages(self) -> int:
        return len(self._system.view.messages(self._person.phone))

    def _code(self, seen: int, pattern: str = CODE_PATTERN) -> str:
        view = self._system.view
        return view.next_code(self._person.phone, pattern, after=seen, within=MESSAGE_SECONDS)

    def _sign_in(self, browser: PortalCitizen) -> None:
        """Enter the portal with password and code."""
        browser.open(self._portal("/bff/login?return=/data&acr=substantial"))
        browser.follow("method-permanent")
        seen = self._messages()
        browser.submit(identifier=self._person.national_id, password=PASSWORD)
        browser.require("otp")
        browser.submit(otp=self._code(seen))
        browser.return_to_service()
        if not browser.ask("GET", self._portal("/bff/session"))["authenticated"]:
            raise NotYetError("not signed in")


def a_document() -> bytes:
    """Make a PDF with an empty page."""
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(595, 842))
    target = io.BytesIO()
    pdf.save(target)
    return target.getvalue()


def write_deaths(file: Path, dead: Sequence[SeedPerson]) -> None:
    """Write the civil registry's file about these people."""
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
    with file.open("w", newline="") as text:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["national_id", "date", "source_reference"])
        writer.writerows([person.national_id, yesterday, "f-1"] for person in dead)
