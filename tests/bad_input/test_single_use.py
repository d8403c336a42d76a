"""What works once does not work twice, and guessing ends soon.

That a PIN is refused after ten minutes is shown with the clock injected, in services/pin/tests
(test_a_pin_is_accepted_just_before_ten_minutes_and_not_at_ten).
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from clavis_testkit import newcomers
from clavis_testkit.browsing import PIN_PATTERN
from clavis_testkit.code_flow import CodeFlow
from clavis_testkit.form_citizen import FormCitizen
from clavis_testkit.running_demo import RunningDemo

from tests.bad_input.conftest import Doors

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def people(demo: RunningDemo) -> Iterator[dict[str, Any]]:
    made = [newcomers.newcomer("basic") for _ in range(4)]
    newcomers.enrol(demo, made)
    return iter(made)


def received_pin(demo: RunningDemo, person: dict[str, Any]) -> str:
    return demo.next_code(person["phone"], PIN_PATTERN, after=0)


def test_rfc6749_4_1_2_a_replayed_code_is_refused_and_what_it_gave_is_revoked(
    demo: RunningDemo, people: Iterator[dict[str, Any]]
) -> None:
    web = CodeFlow(demo, "demo-web")
    with FormCitizen(demo, next(people)) as citizen:
        web.begin(citizen)
        citizen.enter_with_pin()
        code = web.answer(citizen)["code"]
    tokens = web.exchange(code).json()
    assert web.introspect(tokens["access_token"])["active"] is True
    replay = web.exchange(code)
    assert (replay.status_code, replay.json()["error"]) == (400, "invalid_grant")
    assert web.introspect(tokens["access_token"]) == {"active": False}
    assert web.userinfo(tokens["access_token"]).status_code == 401
    refused = web.refresh(tokens["refresh_token"])
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")


def test_a_code_is_good_for_its_own_client_only(
    demo: RunningDemo, people: Iterator[dict[str, Any]]
) -> None:
    web = CodeFlow(demo, "demo-web")
    with FormCitizen(demo, next(people)) as citizen:
        web.begin(citizen)
        citizen.enter_with_pin()
        code = web.answer(citizen)["code"]
    stolen = CodeFlow(demo, "demo-substantial").exchange(code)
    assert (stolen.status_code, stolen.json()["error"]) == (400, "invalid_grant")


def test_a_pin_works_once(
    demo: RunningDemo, doors: Doors, people: Iterator[dict[str, Any]]
) -> None:
    person = next(people)
    asked = ask(doors, person)
    pin = received_pin(demo, person)
    attempts = [attempt(doors, asked["pin_request_id"], pin) for _ in range(2)]
    assert [answer["verdict"] for answer in attempts] == ["accepted", "used"]


def ask(doors: Doors, person: dict[str, Any]) -> dict[str, Any]:
    answer = doors.http.post(
        f"{doors.url('pin')}/v1/pins",
        headers=doors.key_for("pin", "/v1/pins"),
        json={
            "national_id": person["national_id"],
            "contrast": person["contrast"],
            "relying_party": "x",
            "language": "es",
        },
    )
    document: dict[str, Any] = answer.json()
    return document


def attempt(doors: Doors, pin_request_id: str, pin: str) -> dict[str, Any]:
    path = f"/v1/pins/{pin_request_id}/attempts"
    headers = doors.key_for("pin", path)
    document: dict[str, Any] = doors.http.post(
        doors.url("pin") + path, headers=headers, json={"pin": pin}
    ).json()
    return document


def test_the_sixth_wrong_pin_meets_a_lock_that_the_right_one_does_not_open(
    demo: RunningDemo, people: Iterator[dict[str, Any]]
) -> None:
    person = next(people)
    with FormCitizen(demo, person) as citizen:
        CodeFlow(demo, "demo-web").begin(citizen)
        citizen.ask_for_pin()
        right = received_pin(demo, person)
        entry, codes = citizen.page, []
        for wrong in [pin for pin in ("AAA", "BBB", "CCC", "DDD", "EEE", "FFF", "GGG")
                      if pin != right][:6]:  # fmt: skip
            citizen.page = entry
            citizen.submit(pin=wrong)
            codes.append(citizen.error or data_code(citizen))
        assert codes == ["pin-wrong"] * 5 + ["pin-locked"]
        citizen.page = entry
        citizen.submit(pin=right)
        assert data_code(citizen) == "pin-locked"


def data_code(citizen: FormCitizen) -> str:
    found = re.search(r'data-code="([^"]+)"', citizen.page.text)
    assert found, citizen.page
    return found[1]
