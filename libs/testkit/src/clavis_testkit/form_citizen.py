"""A citizen without scripts: follows forms and links, reads codes from the phone."""

import html
import re
from typing import Any
from urllib.parse import urljoin

from clavis_testkit.browsing import CODE_PATTERN, PIN_PATTERN, spanish_date
from clavis_testkit.running_demo import RunningDemo
from dev.seed.browser import Browser, Page

_REFRESH = re.compile(r'<meta http-equiv="refresh" content="0;url=([^"]+)"')
_ERROR = re.compile(r'id="error-summary"[^>]*data-code="([^"]+)"')
_MAX_STEPS = 5


class FormCitizen(Browser):
    """One person with a small browser and a phone."""

    def __init__(self, demo: RunningDemo, person: dict[str, Any]) -> None:
        """Trust what the demo's certificates chain to."""
        super().__init__(demo.directory / "pki" / "trust.pem")
        self._demo = demo
        self._person = person
        self._stop: str | None = None

    def stop_at(self, address: str) -> None:
        """Do not go to this address when sent there: keep it as the page's, with its query."""
        self._stop = address

    def open(self, url: str) -> Page:
        """Go to an address, unless it is where to stop."""
        if self.stays_away_from(url):
            self.page = Page(url, 0, "")
            return self.page
        return super().open(url)

    def stays_away_from(self, url: str) -> bool:
        """Say whether an address is where to stop."""
        return self._stop is not None and url.startswith(self._stop)

    def reach(self, method: str, url: str) -> Page:
        """Send a request without a body, as a button of a page may."""
        return self._go(method, url, None)

    @property
    def error(self) -> str | None:
        """The stable code of the error the page shows, if it shows one."""
        found = _ERROR.search(self.page.text)
        return found[1] if found else None

    def follow(self, element_id: str) -> Page:
        """Follow the link with this id. LookupError when there is none."""
        tag = re.search(rf'<a [^>]*id="{element_id}"[^>]*>', self.page.text)
        target = re.search(r'href="([^"]+)"', tag[0]) if tag else None
        if target is None:
            raise LookupError(f"no link {element_id}")
        return self.open(urljoin(self.page.url, html.unescape(target[1])))

    def ask_for_pin(self) -> Page:
        """Choose PIN on the selector and say who one is."""
        self.follow("method-pin")
        person = self._person
        return self.submit(
            identifier=person["national_id"], contrast=spanish_date(person["contrast"])
        )

    def enter_with_pin(self) -> Page:
        """Log in by PIN and go all the way back to the service."""
        seen = len(self._demo.messages(self._person["phone"]))
        self.ask_for_pin()
        self.submit(pin=self._demo.next_code(self._person["phone"], PIN_PATTERN, after=seen))
        return self.return_to_service()

    def enter_with_password(self) -> Page:
        """Log in by permanent password, without the code."""
        self.follow("method-permanent")
        person = self._person
        self.submit(identifier=person["national_id"], password=person["password"])
        return self.return_to_service()

    def step_up(self) -> Page:
        """Ask for the code that is missing, and type it."""
        phone = self._person["phone"]
        seen = len(self._demo.messages(phone))
        self.send_only_form()
        self.submit(otp=self._demo.next_code(phone, CODE_PATTERN, after=seen))
        return self.return_to_service()

    def send_only_form(self) -> Page:
        """Press the page's main button."""
        return self.submit(csrf=self.hidden("csrf"))

    def confirm_logout(self) -> Page:
        """Press the button that ends the session."""
        return self.submit(token=self.hidden("token"), confirm="yes")

    def hidden(self, name: str) -> str:
        """Return the value of a hidden field."""
        form = self.page.form_with(name)
        if form is None:
            raise LookupError(f"no field {name}")
        return form.fields[name]

    def return_to_service(self) -> Page:
        """Agree to the data to be sent and follow the page that leads back."""
        for _ in range(_MAX_STEPS):
            refresh = _REFRESH.search(self.page.text)
            if refresh:
                self.open(html.unescape(refresh[1]))
            elif 'id="claims"' in self.page.text:
                self.send_only_form()
            else:
                break
        return self.page
