"""A part that does not answer takes only its own work with it."""

import json
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from clavis_testkit import newcomers
from clavis_testkit.browsing import PIN_PATTERN
from clavis_testkit.code_flow import CodeFlow
from clavis_testkit.form_citizen import FormCitizen
from clavis_testkit.running_demo import RunningDemo

pytestmark = pytest.mark.slow
# When to give up; the gateway remembers for a moment who answered.
BACK_SECONDS = 120.0
NOTICED_SECONDS = 60.0


@contextmanager
def stopped(demo: RunningDemo, module: str) -> Iterator[None]:
    """Hold a service still: its port is open and nobody answers, the worst way to be down."""
    pid = part(demo, module)
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def part(demo: RunningDemo, module: str) -> int:
    for entry in json.loads((demo.directory / "run.json").read_text()):
        try:
            command = Path(f"/proc/{entry['pid']}/cmdline").read_bytes().split(b"\0")
        except OSError:
            pytest.skip("only Linux tells which process is which")
        names = {Path(word.decode()).name for word in command[:5]}
        if module in names and ({b"serve", b"broker"} & set(command) or module == "dev.inbox"):
            return int(entry["pid"])
    raise LookupError(module)


@pytest.fixture
def person(demo: RunningDemo) -> dict[str, Any]:
    made = newcomers.newcomer()
    newcomers.enrol(demo, [made])
    newcomers.activate_password(demo, made)
    return made


@pytest.fixture
def citizen(demo: RunningDemo, person: dict[str, Any]) -> Iterator[FormCitizen]:
    with FormCitizen(demo, person) as opened:
        yield opened


@pytest.mark.parametrize("way", ["pin", "password"])
def test_people_log_in_while_neither_registry_nor_kafka_answer(
    demo: RunningDemo, citizen: FormCitizen, way: str
) -> None:
    web = CodeFlow(demo, "demo-web")
    with stopped(demo, "clavis_registry"), stopped(demo, "tansu"):
        web.begin(citizen)
        if way == "pin":
            citizen.enter_with_pin()
        else:
            citizen.enter_with_password()
        tokens = web.collect(citizen)
        assert web.refresh(tokens["refresh_token"]).status_code == 200


def test_without_the_sms_provider_the_page_names_another_way_and_nothing_is_half_done(
    demo: RunningDemo, person: dict[str, Any], citizen: FormCitizen
) -> None:
    web, seen = CodeFlow(demo, "demo-web"), len(pins(demo, person))
    web.begin(citizen)
    with stopped(demo, "dev.inbox"):
        refused = citizen.ask_for_pin()
        assert "pin-undeliverable" in refused.text
        assert 'id="method-permanent"' in refused.text
    # What was not sent counts against nobody: the same person gets a PIN at once.
    web.begin(citizen)
    citizen.ask_for_pin()
    until(lambda: pins(demo, person)[seen:] != [])
    # The provider was only slow: its message may come after all, with a PIN that was taken back.
    for pin in reversed(pins(demo, person)[seen:]):
        citizen.submit(pin=pin)
        if citizen.error is None:
            break
    citizen.return_to_service()
    web.collect(citizen)


@pytest.mark.parametrize(
    ("module", "greyed", "others"),
    [("clavis_pin", "pin", "permanent"), ("clavis_permanent", "permanent", "pin")],
)
def test_only_the_method_of_the_part_that_is_down_is_greyed(
    demo: RunningDemo,
    person: dict[str, Any],
    citizen: FormCitizen,
    module: str,
    greyed: str,
    others: str,
) -> None:
    web = CodeFlow(demo, "demo-web")
    with stopped(demo, module):
        deadline = time.monotonic() + NOTICED_SECONDS
        while choice(citizen, web, greyed) != "off":
            assert time.monotonic() < deadline, f"{greyed} stays open"
            time.sleep(0.2)
        assert choice(citizen, web, others) == "open"
        if others == "pin":
            citizen.enter_with_pin()
        else:
            citizen.enter_with_password()
        web.collect(citizen)
    # The demo is shared: leave it as it was found. Somebody new, who has no session yet, looks.
    with FormCitizen(demo, person) as somebody:
        deadline = time.monotonic() + BACK_SECONDS
        while choice(somebody, web, greyed) != "open":
            assert time.monotonic() < deadline, f"{greyed} stays off"
            time.sleep(0.2)


def pins(demo: RunningDemo, person: dict[str, Any]) -> list[str]:
    """Read the PINs that came, oldest first."""
    found = (re.search(PIN_PATTERN, message["body"]) for message in demo.messages(person["phone"]))
    return [match[1] for match in found if match]


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + NOTICED_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.1)


def choice(citizen: FormCitizen, web: CodeFlow, method: str) -> str:
    """Say whether a method of the selector can be chosen."""
    web.begin(citizen)
    tag = re.search(rf'<(a|span)[^>]* id="method-{method}"[^>]*>', citizen.page.text)
    assert tag, citizen.page.text
    return "open" if tag[1] == "a" else "off"
