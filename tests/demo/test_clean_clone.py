"""README's two commands on a clean clone, on a machine that has Python and nothing else.

The tests are one story, in this order: install, start, log in, stop, start again, lose a part, lose
the supervisor, stop by command, forget everything. Figures are printed.
"""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest
from clavis_kit.keyed_hash import KeyedHash
from clavis_testkit.form_citizen import FormCitizen
from clavis_testkit.outsider import Outsider
from clavis_testkit.patience import in_time
from clavis_testkit.require import lacks, need
from clavis_testkit.running_demo import ROOT, DemoFailedError, RunningDemo

from tests.conftest import free_base
from tests.demo.machine import (
    bare_environment,
    family,
    make_bare_path,
    memory_mib,
    running_module,
    survivors,
)

pytestmark = pytest.mark.slow
INSTALL_SECONDS = 1500
FIRST_READY_SECONDS = 90.0
# On a quiet machine it is 10.
LATER_READY_SECONDS = 30.0
MEMORY_MIB = 1536
COMMAND_SECONDS = 240
ENDED_BY_INTERRUPT = (0, 2, 130, -signal.SIGINT)  # make says that it was interrupted
REGISTERED = "clavis_events.registry.v1.Registered"


@dataclass
class Clone:
    """A clone of this repository's HEAD and the bare machine it is used on."""

    directory: Path
    environment: dict[str, str]
    base: int = field(default_factory=free_base)

    def make(self, *words: str, seconds: float = COMMAND_SECONDS) -> str:
        """Run make there; return what it printed."""
        settings = {"DEMO_PORT_BASE": str(self.base), "DEMO_DIR": str(self.demo_directory)}
        done = subprocess.run(
            ["make", "--no-print-directory", *words],
            cwd=self.directory,
            env={**os.environ, **self.environment, **settings},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=seconds,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-3000:]
        return done.stdout

    @property
    def demo_directory(self) -> Path:
        """Where the demo keeps things."""
        return self.directory / ".demo"

    def demo(self, *command: str) -> RunningDemo:
        """Describe a demo of this clone, started by a command; not started yet."""
        words = command or (str(self.directory / ".venv/bin/python"), "-m", "dev.up")
        return RunningDemo(self.base, self.demo_directory, self.environment, self.directory, words)


@pytest.fixture(scope="module")
def clone() -> Iterator[Clone]:
    """Clone HEAD to where an unprivileged user can reach it."""
    need("git", "clones this repository")
    need("make", "runs the commands of the README")
    if not (ROOT / ".git").exists():
        lacks("this is no checkout: there is nothing to clone")
    with tempfile.TemporaryDirectory(prefix="clavis-clone-") as name:
        home = Path(name)
        home.chmod(0o755)
        directory = home / "clavis"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(directory)], check=True)
        environment = bare_environment(make_bare_path(home / "bin"))
        yield Clone(directory, environment)


@pytest.fixture(scope="module")
def installed(clone: Clone) -> Clone:
    """Install what the demo needs into the clone's own environment."""
    begun = time.monotonic()
    clone.make("run-deps", seconds=INSTALL_SECONDS)
    say(f"installed in {time.monotonic() - begun:.1f} s")
    return clone


def say(figure: str) -> None:
    print(f"clean clone: {figure}")  # noqa: T201  the figures of this run


def ready_seconds(demo: RunningDemo) -> float:
    """Read how long the supervisor says it took."""
    found = re.search(r"READY\S* in ([0-9.]+) s", demo.log.read_text())
    assert found
    return float(found[1])


def enter_with_pin(demo: RunningDemo, national_id: str = "12345678Z") -> None:
    with FormCitizen(demo, demo.person(national_id=national_id)) as citizen:
        citizen.open(demo.url(10) + "/login")
        citizen.enter_with_pin()
        assert 'id="level"' in citizen.page.text, citizen.page.url


def test_make_without_a_word_lists_the_commands(clone: Clone) -> None:
    said = clone.make()
    for word in ("demo", "demo-stop", "demo-reset", "test"):
        assert re.search(rf"^make {word} ", said, re.MULTILINE)


def test_the_first_start_is_ready_soon_small_and_ends_with_ctrl_c(installed: Clone) -> None:
    demo = installed.demo(shutil.which("make") or "make", "--no-print-directory", "demo")
    demo.start()
    processes = family(demo.pid)
    try:
        say(f"first READY in {ready_seconds(demo):.1f} s")
        assert in_time(ready_seconds(demo), FIRST_READY_SECONDS)
        enter_with_pin(demo)
        processes = family(demo.pid)
        memory = memory_mib(processes)
        say(f"{len(processes)} processes hold {memory:.0f} MiB")
        assert memory <= MEMORY_MIB
    finally:
        # As a terminal does: to make and to the supervisor.
        os.killpg(demo.pid, signal.SIGINT)
        code = demo.stop()
    assert code in ENDED_BY_INTERRUPT
    assert survivors(processes) == []
    assert "stopped" in demo.log.read_text()


def test_a_later_start_is_quick_and_the_broker_knows_the_people_again(installed: Clone) -> None:
    demo = installed.demo()
    demo.start()
    processes = family(demo.pid)
    try:
        say(f"second READY in {ready_seconds(demo):.1f} s")
        assert in_time(ready_seconds(demo), LATER_READY_SECONDS)
        hashes = KeyedHash.from_file(demo.directory / "keys" / "national-id.key")
        with Outsider(f"127.0.0.1:{demo.base + 92}") as outsider:
            for person in demo.data["people"]:
                outsider.wait_for(REGISTERED, national_id_hash=hashes.of(person["national_id"]))
        # Somebody else: a phone gets one PIN a minute, and the database remembers the first start.
        enter_with_pin(demo, "77777777B")
    finally:
        code = demo.stop()
    assert code == 0
    assert survivors(processes) == []


def test_when_a_part_dies_it_is_named_and_the_rest_ends(installed: Clone) -> None:
    demo = installed.demo()
    demo.start()
    processes = family(demo.pid)
    running_module(demo.pid, "clavis_pin").kill()
    assert demo.wait() == 1
    assert survivors(processes) == []
    assert "The demo stopped: pin was ended by SIGKILL" in demo.log.read_text()


def test_a_killed_supervisor_leaves_nothing_behind_and_its_port_is_free(installed: Clone) -> None:
    demo = installed.demo()
    demo.start()
    processes = family(demo.pid)
    psutil.Process(demo.pid).kill()
    assert demo.wait() == -signal.SIGKILL
    assert survivors(processes) == []


def test_make_demo_stop_ends_it_and_a_second_demo_in_the_same_place_is_refused(
    installed: Clone,
) -> None:
    demo = installed.demo()
    demo.start()
    processes = family(demo.pid)
    try:
        with pytest.raises(DemoFailedError, match="already runs here"):
            RunningDemo(
                demo.base + 200, demo.directory, demo.environment, demo.root, demo.command
            ).start()
        said = installed.make("demo-stop")
    finally:
        code = demo.stop()
    assert "The demo was stopped." in said
    assert code == 0
    assert survivors(processes) == []
    assert "The demo was not running." in installed.make("demo-stop")


def test_make_demo_reset_forgets_everything(installed: Clone) -> None:
    assert (installed.demo_directory / "demo.json").exists()
    installed.make("demo-reset")
    assert not installed.demo_directory.exists()
