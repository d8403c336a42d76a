"""The forms that only some people come to: other second factors, a password that ended, a letter
or a video call on the way into the registry.
"""

import asyncio
import base64
import hmac
import time
from collections.abc import Callable, Iterator
from typing import Any

import asyncpg
import httpx
from clavis_testkit import newcomers
from clavis_testkit.browsing import CODE_PATTERN
from clavis_testkit.code_flow import ACR, CodeFlow
from clavis_testkit.form_citizen import FormCitizen
from clavis_testkit.running_demo import RunningDemo

from dev.infrastructure import Infrastructure
from dev.layout import from_environment
from dev.services import by_name
from tests.bad_input.screens import Screen, screen

Open = Callable[[dict[str, Any]], FormCitizen]


def rarer_screens(demo: RunningDemo, browser: Open) -> Iterator[Screen]:
    """Open them all, each for people of its own."""
    holder, aged = newcomers.newcomer(), newcomers.newcomer()
    newcomers.enrol(demo, [holder, aged])
    for person in (holder, aged):
        newcomers.activate_password(demo, person)
    yield from factor_screens(demo, holder, browser)
    yield from change_screens(demo, aged, browser)
    yield from register_screens(demo, browser(holder))


def factor_screens(demo: RunningDemo, person: dict[str, Any], browser: Open) -> Iterator[Screen]:
    bind_factors(demo, person, portal_token(demo, person, browser(person)))
    citizen = browser(person)
    CodeFlow(demo, "demo-substantial").begin(citizen)
    start = citizen.page.url.rstrip("/")
    citizen.enter_with_password()
    for name in ("totp", "recovery-code"):
        citizen.open(f"{start}/permanent/{name}")
        yield screen(name, citizen, "csrf")


def portal_token(demo: RunningDemo, person: dict[str, Any], citizen: FormCitizen) -> str:
    """Log in at the portal at substantial level; return the access token."""
    portal = CodeFlow(demo, "portal")
    portal.begin(citizen, acr_values=ACR + "substantial")
    newcomers.enter_with_password_and_code(demo, citizen, person["phone"])
    return str(portal.collect(citizen)["access_token"])


def bind_factors(demo: RunningDemo, person: dict[str, Any], token: str) -> None:
    """Bind an authenticator app and print recovery codes."""
    with httpx.Client(
        base_url=f"{demo.url(3)}/citizen/v1",
        headers={"Authorization": f"Bearer {token}"},
        timeout=60,
    ) as http:
        started = http.post("/authenticator-app").json()
        code = {"code": totp(started["secret"])}
        bound = http.post(f"/authenticator-app/{started['enrolment_id']}/confirmation", json=code)
        assert bound.json() == {"outcome": "added"}, bound.text
        assert http.post("/recovery-codes").status_code == 200


def totp(secret: str) -> str:
    """RFC 6238 section 4: the code of this moment."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, (int(time.time()) // 30).to_bytes(8, "big"), "sha1")
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def change_screens(demo: RunningDemo, person: dict[str, Any], browser: Open) -> Iterator[Screen]:
    asyncio.run(end_password(demo, person))
    citizen = browser(person)
    CodeFlow(demo, "demo-web").begin(citizen)
    start = citizen.page.url.rstrip("/")
    citizen.enter_with_password()
    asking = screen("change", citizen, "csrf")
    for name in ("permanent/renewal", "permanent/change/code"):
        yield Screen(name, citizen, f"{start}/{name}", {"csrf": asking.fields["csrf"]})
    seen = len(demo.messages(person["phone"]))
    citizen.submit(csrf=asking.fields["csrf"])
    demo.next_code(person["phone"], CODE_PATTERN, after=seen)
    yield screen("change", citizen, "otp", otp="!")


async def end_password(demo: RunningDemo, person: dict[str, Any]) -> None:
    """Let two years pass for one password: the demo's clock cannot."""
    layout = from_environment({"DEMO_PORT_BASE": str(demo.base), "DEMO_DIR": str(demo.directory)})
    db = await asyncpg.connect(Infrastructure(layout).owner_url(by_name("permanent")))
    try:
        ended = await db.execute(
            "UPDATE credential SET expires_at = now() WHERE subject_id ="
            " (SELECT subject_id FROM person WHERE phone = $1)",
            person["phone"],
        )
        assert ended == "UPDATE 1", ended
    finally:
        await db.close()


def register_screens(demo: RunningDemo, citizen: FormCitizen) -> Iterator[Screen]:
    who = {"identifier": newcomers.NOBODY, "contrast": "2031-01-01"}
    reach = {"mobile": "+34600000000", "email": "a@example.org"}
    known: dict[str, dict[str, str]] = {
        "letter/request": who,
        "letter/status": who,
        "letter": who | reach | {"csv": "0" * 16},
        "video": who | {"email": "a@example.org", "starts_at": "2031-01-01T10:00:00Z"},
        "video/call": {"booking": "x"},
    }
    for path, values in known.items():
        citizen.open(f"{demo.issuer}/register/{path}")
        yield screen(path, citizen, "csrf", **values)
    csrf = citizen.hidden("csrf")
    followers: dict[str, dict[str, str]] = {
        "video/call/cancel": {},
        "video/contact": who | reach,
        "code": {"otp": "1", "terms": "yes"},
        "code/resend": {},
    }
    for path, values in followers.items():
        yield Screen(path, citizen, f"{demo.issuer}/register/{path}", {"csrf": csrf} | values)
