"""One action stops every method of a person at once, whoever asks for it; a certificate undoes it.

The time counts from when the freeze was asked for, or from the report, to when the last service
refuses: the promise is one second.
"""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from clavis_kit.ids import new_id
from clavis_testkit import newcomers
from clavis_testkit.browsing import spanish_date
from clavis_testkit.code_flow import ACR, CodeFlow
from clavis_testkit.form_citizen import FormCitizen
from clavis_testkit.patience import in_time
from clavis_testkit.running_demo import RunningDemo

from services.permanent.tests.authenticator import SoftwareAuthenticator
from tests.journeys.methods_by_hand import CardHolder, Device
from tests.journeys.signing_by_hand import sample_pdf
from tests.journeys.test_endings import id_token_claims

pytestmark = pytest.mark.slow
WITHIN_SECONDS = 1.0
BACK_SECONDS = 60.0


@dataclass
class Life:
    """Somebody with every method and a session, in which a document waits to be signed."""

    demo: RunningDemo
    person: dict[str, Any]
    citizen: FormCitizen
    device: Device
    passkey: SoftwareAuthenticator
    tokens: dict[str, Any] = field(default_factory=dict)
    access: str = ""
    document: str = ""

    @property
    def service(self) -> CodeFlow:
        return CodeFlow(self.demo, "demo-substantial")

    def api(self, offset: int, method: str, path: str, **arguments: Any) -> httpx.Response:
        """Call a citizen API as the portal would, with the access token from before."""
        headers = {"Authorization": f"Bearer {self.access}"}
        url = f"{self.demo.url(offset)}/citizen/v1{path}"
        return httpx.request(method, url, headers=headers, timeout=60, **arguments)


@pytest.fixture
def life(demo: RunningDemo) -> Iterator[Life]:
    person = newcomers.newcomer()
    newcomers.enrol(demo, [person])
    newcomers.activate_password(demo, person)
    with FormCitizen(demo, person) as citizen:
        authenticator = SoftwareAuthenticator(rp_id="localhost")
        made = Life(demo, person, citizen, Device(demo), authenticator)
        furnish(made)
        yield made


def furnish(life: Life) -> None:
    """Give everything that a freeze must stop."""
    life.service.begin(life.citizen)
    newcomers.enter_with_password_and_code(life.demo, life.citizen, life.person["phone"])
    life.tokens = life.service.collect(life.citizen)
    life.access = portal_access(life.demo, life.citizen)
    options = life.api(3, "POST", "/passkeys/options").json()["options"]
    credential = life.passkey.create(options, origin=life.demo.url(5))
    bound = life.api(3, "POST", "/passkeys", json={"credential": credential, "name": "Llave"})
    assert bound.status_code == 201, bound.text
    life.device.enrol(life.person)
    files = {"document": ("solicitud.pdf", sample_pdf(), "application/pdf")}
    life.document = life.api(4, "POST", "/transactions", files=files).json()["transaction_id"]


def portal_access(demo: RunningDemo, citizen: FormCitizen, **asked: str) -> str:
    """Enter the portal with the session there is; return the access token."""
    portal = CodeFlow(demo, "portal")
    portal.begin(citizen, **({"acr_values": ACR + "substantial"} | asked))
    citizen.return_to_service()
    return str(portal.collect(citizen)["access_token"])


def stopped(life: Life) -> dict[str, bool]:
    """Ask each service for something that changes nothing and that it refuses the frozen."""
    nothing = {"reviewed": True, "policies_accepted": False}
    signing = life.api(4, "POST", f"/transactions/{life.document}/challenge", json=nothing)
    passkey = life.api(3, "PATCH", f"/passkeys/{new_id()}", json={"name": "x"})
    return {
        "gateway": not life.service.introspect(life.tokens["access_token"])["active"],
        "pin": life.device.call("GET", "/requests").status_code == 403,
        "permanent": passkey.json()["code"] == "identity-not-usable",
        "signing": signing.json()["code"] != "policies-not-accepted",
    }


def freeze(life: Life, way: str) -> None:
    """Freeze in the portal; or answer a login that somebody else began: it was not me."""
    if way == "portal":
        answer = life.api(1, "POST", "/freeze")
        assert answer.status_code == 200, answer.text
        return
    with FormCitizen(life.demo, newcomers.newcomer()) as stranger:
        begin_with_app(stranger, life)
        assert life.device.answer("report") == "reported"


def begin_with_app(citizen: FormCitizen, life: Life) -> None:
    """Send a login to the person's app, without a scan."""
    CodeFlow(life.demo, "demo-web").begin(citizen)
    citizen.follow("method-app")
    person = life.person
    citizen.submit(identifier=person["national_id"], contrast=spanish_date(person["contrast"]))


@pytest.mark.parametrize("way", ["portal", "report"])
def test_one_action_stops_everything_until_a_certificate(
    demo: RunningDemo, life: Life, tmp_path: Path, way: str
) -> None:
    assert not any(stopped(life).values()), stopped(life)
    begun = time.monotonic()
    freeze(life, way)
    while True:
        asked = time.monotonic()
        found = stopped(life)
        if all(found.values()):
            break
        assert in_time(asked - begun, WITHIN_SECONDS), found
    every_way_in_is_shut(life)
    the_session_is_over(life)
    with CardHolder(demo, life.person, tmp_path) as holder:
        unfreeze(life, holder)
    everything_works(life)


def every_way_in_is_shut(life: Life) -> None:
    """The same answers as for somebody unknown."""
    for enter, code in (
        (FormCitizen.ask_for_pin, "pin-mismatch"),
        (FormCitizen.enter_with_password, "login-wrong"),
    ):
        with FormCitizen(life.demo, life.person) as citizen:
            CodeFlow(life.demo, "demo-web").begin(citizen)
            enter(citizen)
            assert citizen.error == code
    with FormCitizen(life.demo, life.person) as citizen:
        assert show_passkey(citizen, life) == "passkey-wrong"
        begin_with_app(citizen, life)
        assert 'id="number"' in citizen.page.text
        # One login by app at a time: taken back, or the person waits for its end afterwards.
        citizen._go("POST", f"{citizen.page.url}/cancel", {"csrf": citizen.hidden("csrf")})
    assert life.device.call("GET", "/requests").json()["code"] == "identity-frozen"


def show_passkey(citizen: FormCitizen, life: Life) -> str | None:
    """Log in with the passkey, as the page's script does; return the error, if any."""
    CodeFlow(life.demo, "demo-web").begin(citizen)
    citizen.follow("method-passkey")
    url, csrf = citizen.page.url, citizen.hidden("csrf")
    asked = citizen._http.post(
        f"{url}/options", data={"csrf": csrf}, headers=citizen._headers(url)
    ).json()
    credential = life.passkey.get(asked["options"], origin=life.demo.issuer)
    citizen.submit(credential=json.dumps(credential), login=asked["login"])
    citizen.return_to_service()
    return citizen.error


def the_session_is_over(life: Life) -> None:
    service, tokens = life.service, life.tokens
    assert service.userinfo(tokens["access_token"]).status_code == 401
    refused = service.refresh(tokens["refresh_token"])
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    service.begin(life.citizen, prompt="none")
    assert service.answer(life.citizen)["error"] == "login_required"
    # OpenID Connect Back-Channel Logout 1.0: the service was told of this session's end.
    sid = id_token_claims(tokens["id_token"])["sid"]
    until(lambda: any(told["sid"] == sid for told in logouts(life.demo)))


def logouts(demo: RunningDemo) -> list[dict[str, Any]]:
    return list(httpx.get(f"{demo.url(12)}/logouts", timeout=60).json())


def until(holds: Any) -> None:
    deadline = time.monotonic() + BACK_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


def unfreeze(life: Life, holder: CardHolder) -> None:
    """Enter the portal, and nothing else, with the certificate; and let everything work again."""
    CodeFlow(life.demo, "demo-web").begin(holder)
    holder.enter_with_certificate()
    assert "code" not in life.service.answer(holder), holder.page.url
    portal = CodeFlow(life.demo, "portal")
    portal.begin(holder, acr_values=ACR + "substantial")
    holder.enter_with_certificate()
    life.access = portal.collect(holder)["access_token"]
    assert life.api(1, "POST", "/unfreezing").status_code == 200


def everything_works(life: Life) -> None:
    until(lambda: not any(found for name, found in stopped(life).items() if name != "gateway"))
    with FormCitizen(life.demo, life.person) as citizen:
        CodeFlow(life.demo, "demo-web").begin(citizen)
        citizen.enter_with_password()
        CodeFlow(life.demo, "demo-web").collect(citizen)
    with FormCitizen(life.demo, life.person) as citizen:
        assert show_passkey(citizen, life) is None
        CodeFlow(life.demo, "demo-web").collect(citizen)
    with FormCitizen(life.demo, life.person) as citizen:
        CodeFlow(life.demo, "demo-web").begin(citizen)
        citizen.ask_for_pin()
        assert citizen.page.form_with("pin"), citizen.error
    with FormCitizen(life.demo, life.person) as citizen:
        begin_with_app(citizen, life)
        number = citizen.page.text.partition('id="number"')[2].partition(">")[2].partition("<")[0]
        assert life.device.answer("confirm", number.strip()) == "confirmed"
