"""Every public form, filled in by hostile hands."""

from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import urlencode

import pytest
from clavis_testkit import newcomers
from clavis_testkit.form_citizen import FormCitizen
from clavis_testkit.running_demo import RunningDemo

from tests.bad_input.material import HOSTILE, assert_safe, error_code
from tests.bad_input.rarer_screens import rarer_screens
from tests.bad_input.screens import Screen, all_screens

pytestmark = pytest.mark.slow
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def screens(demo: RunningDemo) -> Iterator[list[Screen]]:
    people = [newcomers.newcomer() for _ in range(3)]
    newcomers.enrol(demo, people)
    newcomers.activate_password(demo, people[0])
    with ExitStack() as stack, all_screens(demo, people[0], people[1:]) as opened:
        rarer = rarer_screens(demo, lambda person: stack.enter_context(FormCitizen(demo, person)))
        yield [*opened, *rarer]


def test_every_screen_with_fields_is_among_them(screens: list[Screen]) -> None:
    fields = {field for screen in screens for field in screen.typed}
    assert fields >= {
        "identifier", "contrast", "prefix", "pin", "password", "otp", "email", "activation_code",
        "credential", "recovery_code", "csv", "mobile", "starts_at", "booking",
    }  # fmt: skip


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_text_in_every_field_has_a_stable_error(screens: list[Screen], kind: str) -> None:
    for screen in screens:
        for field in screen.typed:
            answer = screen.post(screen.fields | {field: HOSTILE[kind]})
            assert_safe(answer, (screen.name, field, kind))
            assert answer.is_redirect or answer.status_code == 200 or error_code(answer), (
                screen.name, field, answer.status_code,
            )  # fmt: skip


@pytest.mark.parametrize("kind", [*HOSTILE, "missing", "of another form"])
def test_without_our_own_token_nothing_happens(screens: list[Screen], kind: str) -> None:
    for screen, other in zip(screens, [*screens[1:], screens[0]], strict=True):
        fields = {k: v for k, v in screen.fields.items() if k != screen.guard}
        if kind == "of another form" and other.fields[other.guard] == screen.fields[screen.guard]:
            continue
        if kind != "missing":
            fields[screen.guard] = HOSTILE.get(kind, other.fields[other.guard])
        answer = screen.post(fields)
        assert_safe(answer, (screen.name, kind))
        expected = (400, "request_expired") if screen.guard == "token" else (403, "form-stale")
        assert (answer.status_code, error_code(answer)) == expected, screen.name


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "", "Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "", "Origin": "null"},
    ],
)
def test_a_post_from_another_site_is_refused(
    screens: list[Screen], headers: dict[str, str]
) -> None:
    for screen in screens:
        if screen.guard == "csrf":
            answer = screen.post(headers=headers)
            assert (answer.status_code, error_code(answer)) == (403, "form-stale"), screen.name


BODIES: dict[str, tuple[bytes, dict[str, str]]] = {
    "not UTF-8": (b"identifier=%FF%FE&csrf=\xff\xfe", FORM),
    "JSON": (b'{"identifier": "12345678Z"}', {"Content-Type": "application/json"}),
    "no type": (b"identifier=x", {"Content-Type": ""}),
    "absurd type": (b"x", {"Content-Type": "x" * 500 + ";;;charset=none"}),
    "absurd charset": (b"a=b", {"Content-Type": FORM["Content-Type"] + "; charset=nope"}),
    "no boundary": (b"x", {"Content-Type": "multipart/form-data"}),
    "open boundary": (b"--x\r\nContent-D", {"Content-Type": "multipart/form-data; boundary=x"}),
    "a file": (
        b'--x\r\nContent-Disposition: form-data; name="csrf"; filename="a"\r\n\r\nx\r\n--x--\r\n',
        {"Content-Type": "multipart/form-data; boundary=x"},
    ),
    "many fields": (b"&".join(b"f%d=1" % n for n in range(5000)), FORM),
    "only separators": (b"&=&=" * 500, FORM),
    "broken escapes": (b"csrf=%&identifier=%zz", FORM),
    "a megabyte": (b"identifier=" + b"x" * 1_000_000, FORM),
    "over the limit": (b"identifier=" + b"x" * 3_000_000, FORM),
}


@pytest.mark.parametrize("kind", BODIES)
def test_bodies_that_are_no_form_of_ours(screens: list[Screen], kind: str) -> None:
    content, headers = BODIES[kind]
    for screen in screens:
        answer = screen.post(headers=headers, content=content)
        assert_safe(answer, (screen.name, kind))
        assert 400 <= answer.status_code < 500, (screen.name, answer.status_code)
        assert error_code(answer) or answer.json()["code"] == "body-too-large", screen.name


def test_a_field_sent_twice_counts_once_or_not_at_all(screens: list[Screen]) -> None:
    for screen in screens:
        body = urlencode(screen.fields) + "&" + urlencode(dict.fromkeys(screen.typed, "y"))
        answer = screen.post(headers=FORM, content=body.encode())
        assert_safe(answer, screen.name)


def test_a_login_of_another_browser_is_not_opened(screens: list[Screen]) -> None:
    for screen, other in zip(screens, [*screens[1:], screens[0]], strict=True):
        if "/login/" not in screen.url or screen.citizen is other.citizen:
            continue
        stranger = Screen(screen.name, other.citizen, screen.url, screen.fields)
        answer = stranger.post()
        assert (answer.status_code, error_code(answer)) == (410, "interaction-expired")


@pytest.mark.parametrize("interaction", ["00000000-0000-4000-8000-000000000000", "x", "%00", "a'b"])
@pytest.mark.parametrize("page", ["", "/pin", "/permanent", "/pin/code", "/methods", "/data"])
def test_a_login_that_is_not_there_has_expired(
    screens: list[Screen], demo: RunningDemo, interaction: str, page: str
) -> None:
    citizen = screens[0].citizen
    url = f"{demo.issuer}/login/{interaction}{page}"
    answer = citizen._http.get(url, headers=citizen._headers(url))
    assert (answer.status_code, error_code(answer)) == (410, "interaction-expired")
