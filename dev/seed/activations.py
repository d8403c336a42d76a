"""Activates permanent passwords through the public pages, as a citizen would."""

import re
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import httpx

from dev.layout import Layout
from dev.processes import DemoError
from dev.seed.browser import Browser
from dev.seed.people import SeedPerson

_CODE = re.compile(r"\b(\d{6})\b")
# What the password service has learnt of people, applied now or known from before.
_LEARNT = re.compile(
    r'^clavis_(?:events_applied|inbox_duplicates)_total\{type="[\w.]+\.Registered"\} ([\d.]+)$',
    re.MULTILINE,
)
_PATIENCE_SECONDS = 240
_TICK_SECONDS = 0.2
# Contact data travel on a topic of their own and may come a little later.
_PAUSES_SECONDS = (0.5, 1, 2, 4, 8, 16, 32)
_WORKERS = 3


def activate_all(layout: Layout, people: Sequence[SeedPerson]) -> None:
    """Activate the password of everyone who has one. DemoError names the step that failed.

    Who was activated is noted at once: a code works one time, and a start can be interrupted.
    """
    _wait_until_learnt(layout, len(people))
    folder = layout.file("activated")
    folder.mkdir(exist_ok=True)

    def once(person: SeedPerson) -> None:
        note = folder / person.national_id
        if not note.exists():
            activate(layout, person)
            note.touch()

    with ThreadPoolExecutor(max_workers=_WORKERS) as pool:
        list(pool.map(once, [person for person in people if person.password]))


def _wait_until_learnt(layout: Layout, count: int) -> None:
    address = f"http://127.0.0.1:{layout.port('permanent')}/metrics"
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        text = _read(address)
        if sum(float(number) for number in _LEARNT.findall(text)) >= count:
            return
        time.sleep(_TICK_SECONDS)
    raise DemoError("The events about the people did not reach the password service.")


def _read(address: str) -> str:
    try:
        return httpx.get(address, timeout=60, trust_env=False).text
    except httpx.HTTPError as error:
        raise DemoError("The password service does not answer.") from error


def activate(layout: Layout, person: SeedPerson) -> None:
    """Walk the three screens: who, the code sent to the phone, the password."""
    try:
        with Browser(layout.file("pki", "trust.pem")) as browser:
            _begin(browser, layout, person)
            browser.submit(otp=_newest_code(layout, person.phone))
            _require(browser, "password", person)
            browser.submit(password=str(person.password))
            if browser.page.status != httpx.codes.OK or browser.page.form_with("password"):
                raise DemoError(f"{person.name}: the password was not accepted.")
    except (httpx.HTTPError, LookupError) as error:
        raise DemoError(f"{person.name}: activation failed: {error}.") from error


def _begin(browser: Browser, layout: Layout, person: SeedPerson) -> None:
    for pause in _PAUSES_SECONDS:
        browser.open(f"{layout.issuer}/activate")
        browser.submit(
            activation_code=str(person.activation_code),
            identifier=person.national_id,
            email=person.email,
        )
        if browser.page.form_with("otp"):
            return
        time.sleep(pause)
    raise DemoError(f"{person.name}: the activation code was not recognised.")


def _require(browser: Browser, field: str, person: SeedPerson) -> None:
    if not browser.page.form_with(field):
        raise DemoError(f"{person.name}: the page does not ask for the {field}.")


def _newest_code(layout: Layout, phone: str) -> str:
    address = f"http://127.0.0.1:{layout.port('inbox')}/api/messages"
    messages = httpx.get(address, params={"to": phone}, timeout=60, trust_env=False).json()
    for message in reversed(messages):
        found = _CODE.search(message["body"])
        if found:
            return found[1]
    raise LookupError("no message with a code arrived")
