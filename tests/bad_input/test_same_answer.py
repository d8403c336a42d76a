"""Whether a person is known is nobody's business: every wrong answer is the same answer."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from clavis_kit.national_id import check_letter
from clavis_testkit import newcomers
from clavis_testkit.browsing import spanish_date
from clavis_testkit.code_flow import CodeFlow
from clavis_testkit.form_citizen import FormCitizen
from clavis_testkit.running_demo import RunningDemo

from tests.bad_input.material import error_code
from tests.bad_input.screens import Screen, screen

pytestmark = pytest.mark.slow
_VARYING = {"date", "x-request-id", "server-timing", "content-length"}
LIVING = {"active", "blocked", "inactive"}
WRONG_IN_A_ROW = 6  # one more than block a password
People = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def people(demo: RunningDemo) -> People:
    """One person of each kind, and what one would type for somebody who does not exist."""
    kinds = ("active", "blocked", "inactive", "renounced", "deceased")
    found = {kind: newcomers.newcomer() for kind in kinds}
    found["renounced"]["status"] = "renounced"
    newcomers.enrol(demo, list(found.values()))
    for kind in ("active", "blocked"):
        newcomers.activate_password(demo, found[kind])
    newcomers.feed_deaths(demo, [found["deceased"]])
    return found | {"unknown": newcomers.newcomer()}


@pytest.fixture
def citizen(demo: RunningDemo, people: People) -> Iterator[FormCitizen]:
    with FormCitizen(demo, people["active"]) as opened:
        yield opened


def comparable(answer: httpx.Response, *typed: str) -> tuple[Any, ...]:
    """The whole answer without what differs between any two of them."""
    text = answer.text
    for value in typed:
        text = text.replace(value, "TYPED")
    text = re.sub(r'(name="csrf" value=")[^"]+', r"\1", text)
    headers = {k: v for k, v in answer.headers.items() if k not in _VARYING}
    return answer.status_code, text, headers


def assert_same(answers: list[tuple[Any, ...]]) -> None:
    assert all(answer == answers[0] for answer in answers[1:]), answers


def form(demo: RunningDemo, citizen: FormCitizen, method: str) -> Screen:
    CodeFlow(demo, "demo-web").begin(citizen)
    citizen.follow(f"method-{method}")
    return screen(method, citizen, "identifier")


def test_asking_for_a_pin(demo: RunningDemo, people: People, citizen: FormCitizen) -> None:
    opened = form(demo, citizen, "pin")
    answers = []
    for kind, person in people.items():
        contrast = "03/04/2035" if kind in LIVING else spanish_date(person["contrast"])
        typed = {"identifier": person["national_id"], "contrast": contrast}
        answer = opened.post(opened.fields | typed)
        assert error_code(answer) == "pin-mismatch", kind
        answers.append(comparable(answer, *typed.values()))
    assert_same(answers)


def test_logging_in_with_a_password(
    demo: RunningDemo, people: People, citizen: FormCitizen
) -> None:
    opened = form(demo, citizen, "permanent")
    answers = []
    blocked = {"identifier": people["blocked"]["national_id"], "password": "not the one"}
    for _ in range(WRONG_IN_A_ROW):
        assert error_code(opened.post(opened.fields | blocked)) == "login-wrong"
    for kind, person in people.items():
        password = "not the one" if kind == "active" else person["password"]
        typed = {"identifier": person["national_id"], "password": password}
        answer = opened.post(opened.fields | typed)
        assert error_code(answer) == "login-wrong", kind
        answers.append(comparable(answer, person["national_id"]))
    assert_same(answers)


def test_activating_a_password(demo: RunningDemo, people: People, citizen: FormCitizen) -> None:
    citizen.open(f"{demo.issuer}/activate")
    opened = screen("activate", citizen, "identifier")
    answers = []
    for kind, person in people.items():
        right = kind in {"unknown", "renounced", "deceased"}
        typed = {
            "identifier": person["national_id"],
            "email": person["email"],
            "activation_code": person["activation_code"] if right else "0000-0000-0000",
        }
        answer = opened.post(opened.fields | typed)
        assert error_code(answer) == "activation-mismatch", kind
        answers.append(comparable(answer, *typed.values()))
    person = people["inactive"]
    typed = {
        "identifier": person["national_id"],
        "email": "other@example.org",
        "activation_code": person["activation_code"],
    }
    answers.append(comparable(opened.post(opened.fields | typed), *typed.values()))
    assert_same(answers)


def test_replacing_a_forgotten_password(
    demo: RunningDemo, people: People, citizen: FormCitizen
) -> None:
    citizen.open(f"{demo.issuer}/recover")
    opened = screen("recover", citizen, "identifier")
    answers = []
    for kind, person in people.items():
        # The right code of who may have no password is worth as little as a wrong one.
        right = kind not in {"active", "blocked"}
        code = person["activation_code"] if right else "0000-0000-0000"
        typed = {"identifier": person["national_id"], "activation_code": code}
        answer = opened.post(opened.fields | typed)
        assert error_code(answer) == "recovery-mismatch", kind
        answers.append(comparable(answer, *typed.values()))
    assert_same(answers)


def test_sending_a_request_to_an_app(demo: RunningDemo, people: People) -> None:
    pages = []
    for person in people.values():
        with FormCitizen(demo, person) as citizen:
            CodeFlow(demo, "demo-web").begin(citizen)
            citizen.follow("method-app")
            opened = screen("unscanned", citizen, "identifier")
            contrast = spanish_date(person["contrast"])
            typed = {"identifier": person["national_id"], "contrast": contrast}
            answer = opened.post(opened.fields | typed)
            assert answer.status_code == 303
            citizen.open(f"{demo.issuer}{answer.headers['location']}")
            text = re.sub(r"/login/[0-9a-f-]+", "/login", citizen.page.text)
            text = re.sub(r'(id="number"[^>]*>)\d{3}', r"\1", text)
            text = re.sub(r"\d{1,2}:\d{2}", "", text)
            pages.append(re.sub(r'(name="csrf" value=")[^"]+', r"\1", text))
    assert all(page == pages[0] for page in pages[1:])


@pytest.mark.parametrize("method", ["pin", "permanent"])
def test_a_wrong_check_letter_is_told_apart_at_once(
    demo: RunningDemo, citizen: FormCitizen, method: str
) -> None:
    number = 12_345_678
    wrong = "A" if check_letter(number) != "A" else "B"
    opened = form(demo, citizen, method)
    more = {"contrast": "17/05/2031", "password": "x"}
    answer = opened.post(opened.fields | more | {"identifier": f"{number}{wrong}"})
    assert (answer.status_code, error_code(answer)) == (422, "identifier-letter")


def test_the_limit_of_requests_says_nothing_either(
    demo: RunningDemo, people: People, citizen: FormCitizen
) -> None:
    opened = form(demo, citizen, "pin")
    strangers = [newcomers.newcomer()["national_id"], people["inactive"]["national_id"]]
    answers = []
    for number in strangers:
        fields = opened.fields | {"identifier": number, "contrast": "03/04/2035"}
        last = [opened.post(fields) for _ in range(6)][-1]
        assert error_code(last) == "pin-limited"
        answers.append(comparable(last, number))
    same = [(status, re.sub(r"\d{1,2}:\d{2}", "", text), h) for status, text, h in answers]
    assert_same(same)
