"""The forms of the public pages, reached as people reach them, and posts no browser would send."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

import httpx
from clavis_testkit import newcomers
from clavis_testkit.browsing import CODE_PATTERN
from clavis_testkit.code_flow import CodeFlow
from clavis_testkit.form_citizen import FormCitizen
from clavis_testkit.running_demo import RunningDemo


@dataclass(frozen=True)
class Screen:
    """One form in one browser: where it goes and what it holds."""

    name: str
    citizen: FormCitizen
    url: str
    fields: dict[str, str]

    @property
    def typed(self) -> list[str]:
        """The fields that people fill in."""
        return [name for name in self.fields if name not in {"csrf", "token"}]

    @property
    def guard(self) -> str:
        """The field that shows the form to be ours."""
        return "token" if "token" in self.fields else "csrf"

    def post(
        self,
        fields: dict[str, str] | None = None,
        *,
        headers: dict[str, str] | None = None,
        **body: Any,
    ) -> httpx.Response:
        """Send the form with other values, or another body, from the same browser."""
        usual = self.citizen._headers(self.url)
        if not body:
            body = {"data": self.fields if fields is None else fields}
        sent = {name: text for name, text in (usual | (headers or {})).items() if text}
        return self.citizen._http.post(self.url, headers=sent, **body)


def screen(name: str, citizen: FormCitizen, field: str, **values: str) -> Screen:
    """Describe the form of the page before the citizen that has this field."""
    form = citizen.page.form_with(field)
    assert form is not None, (name, citizen.page.url, citizen.error)
    url = urljoin(citizen.page.url, form.action)
    return Screen(name, citizen, url, form.fields | values)


@contextmanager
def all_screens(
    demo: RunningDemo, active: dict[str, Any], fresh: list[dict[str, Any]]
) -> Iterator[list[Screen]]:
    """Open every public form: `active` has a password, two `fresh` ones may activate theirs."""
    with ExitStack() as stack:

        def browser(person: dict[str, Any]) -> FormCitizen:
            return stack.enter_context(FormCitizen(demo, person))

        yield [
            *login_screens(demo, active, browser),
            *code_screens(demo, active, browser),
            *activation_screens(demo, fresh, browser),
            logout_screen(demo, active, browser(active)),
        ]


def login_screens(demo: RunningDemo, person: dict[str, Any], browser: Any) -> Iterator[Screen]:
    who = {"identifier": newcomers.NOBODY}
    for name, values in (("pin", {"contrast": "2031-01-01"}), ("permanent", {"password": "x"})):
        citizen = browser(person)
        CodeFlow(demo, "demo-web").begin(citizen)
        citizen.follow(f"method-{name}")
        yield screen(name, citizen, "identifier", **who, **values)
    citizen = browser(person)
    CodeFlow(demo, "demo-web").begin(citizen)
    citizen.follow("method-app")
    yield screen("app", citizen, "identifier", contrast="2031-01-01", **who)
    citizen = browser(person)
    CodeFlow(demo, "demo-web").begin(citizen)
    citizen.follow("method-passkey")
    yield screen("passkey", citizen, "credential", login="x", credential="{}")
    citizen = browser(person)
    CodeFlow(demo, "demo-high").begin(citizen)
    unmet = screen("unmet", citizen, "csrf")
    for name in ("unmet", "step-up", "data"):
        yield Screen(name, citizen, f"{citizen.page.url.rstrip('/')}/{name}", unmet.fields)


def code_screens(demo: RunningDemo, person: dict[str, Any], browser: Any) -> Iterator[Screen]:
    citizen = browser(person)
    CodeFlow(demo, "demo-web").begin(citizen)
    citizen.ask_for_pin()
    yield screen("pin code", citizen, "pin", pin="!")
    citizen = browser(person)
    CodeFlow(demo, "demo-substantial").begin(citizen)
    citizen.enter_with_password()
    yield screen("password code", citizen, "otp", otp="!")
    resend = screen("resend", citizen, "csrf")
    yield Screen("resend", citizen, f"{citizen.page.url}/resend", {"csrf": resend.fields["csrf"]})


def activation_screens(
    demo: RunningDemo, people: list[dict[str, Any]], browser: Any
) -> Iterator[Screen]:
    start = browser(people[0])
    start.open(f"{demo.issuer}/activate")
    nobody = {"identifier": newcomers.NOBODY, "email": "a@example.org"}
    yield screen("activate", start, "identifier", activation_code="0" * 12, **nobody)
    forgotten = browser(people[0])
    forgotten.open(f"{demo.issuer}/recover")
    who = {"identifier": newcomers.NOBODY, "activation_code": "0" * 12}
    yield screen("recover", forgotten, "identifier", **who)
    for person, name, field in zip(
        people, ("activation code", "new password"), ("otp", "password"), strict=True
    ):
        citizen = browser(person)
        seen = len(demo.messages(person["phone"]))
        citizen.open(f"{demo.issuer}/activate")
        citizen.submit(
            activation_code=person["activation_code"],
            identifier=person["national_id"],
            email=person["email"],
        )
        if field == "password":
            citizen.submit(otp=demo.next_code(person["phone"], CODE_PATTERN, after=seen))
        yield screen(name, citizen, field, **{field: "!"})


def logout_screen(demo: RunningDemo, person: dict[str, Any], citizen: FormCitizen) -> Screen:
    CodeFlow(demo, "demo-web").begin(citizen)
    citizen.enter_with_password()
    citizen.open(f"{demo.issuer}/logout")
    return screen("logout", citizen, "token", cancel="yes")
