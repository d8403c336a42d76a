"""A person at the provider's real pages: found by form names and element ids, never by text."""

import ssl
from typing import Any

from tests.conformance.harness.browser import Browser, Callback, Form, Page

_MAX_PAGES = 8


class Citizen:
    """Somebody with a permanent password and a browser."""

    def __init__(self, trust: ssl.SSLContext, callbacks: str, person: dict[str, Any]) -> None:
        """Use a fresh browser."""
        self.browser = Browser(trust, callbacks)
        self.person = person
        self.logins = 0
        """How often this person has typed the password."""

    def visit(self, url: str) -> Page | Callback:
        """Go to an address and look, doing nothing."""
        return self.browser.open(url)

    def enter(self, url: str) -> Callback:
        """Go to an address and do what the pages ask until the suite has its answer."""
        return self.finish(self.browser.open(url))

    def finish(self, seen: Page | Callback) -> Callback:
        """Go on from a page to the suite's answer."""
        for _ in range(_MAX_PAGES):
            if isinstance(seen, Callback):
                return seen
            seen = self._step(seen)
        raise AssertionError("the pages do not end")

    def _step(self, page: Page) -> Page | Callback:
        assert page.status == 200, f"{page.status} {page.error}: {page.text[-1500:]}"
        if page.refresh is not None:
            return self.browser.open(page.refresh)
        asks = _form_asking(page, "password")
        if asks is not None:
            self.logins += 1
            return self.browser.send(
                page,
                asks,
                "continue",
                identifier=self.person["national_id"],
                password=self.person["password"],
            )
        if page.ids.get("method-permanent", {}).get("tag") == "a":
            return self.browser.follow(page, "method-permanent")
        return self.press(page, "continue")

    def press(self, page: Page, button: str) -> Page | Callback:
        """Press the button with this id."""
        for form in page.forms:
            if button in form.buttons:
                return self.browser.send(page, form, button)
        raise AssertionError(f"no button {button} on {page.url}: {page.text[-1500:]}")

    def logout(self, page: Page) -> Page | Callback:
        """Confirm the logout and follow the page that leads back, if it does."""
        assert page.status == 200, f"{page.status} {page.error}"
        after = self.press(page, "confirm-logout")
        assert isinstance(after, Page)
        return self.browser.open(after.refresh) if after.refresh else after


def _form_asking(page: Page, name: str) -> Form | None:
    return next((form for form in page.forms if name in form.fields), None)
