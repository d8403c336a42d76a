import io
import os
import signal
import sys
import time
from pathlib import Path

import pytest
from clavis_testkit.launchers.process import Child, accepts_connections, free_port
from clavis_testkit.patience import FOREVER_SECONDS

from dev.output import Terminal
from dev.processes import DemoError, Fleet, Part
from dev.services import Service

ANSWERS = """
import os, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
    def log_message(self, *_): pass
print("started", os.environ["NAME"], flush=True)
HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"""


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    (tmp_path / "answers.py").write_text(ANSWERS)
    (tmp_path / "dies.py").write_text("print('no key file', flush=True); raise SystemExit(3)")
    stubborn = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + ANSWERS
    (tmp_path / "stubborn.py").write_text(stubborn)
    return tmp_path


def _part(folder: Path, name: str, module: str, needs: tuple[str, ...] = ()) -> Part:
    port = free_port()
    service = Service(name, name, module, (), 0, needs)
    environment = {"PYTHONPATH": str(folder), "NAME": name, "PORT": str(port)}
    return Part(service, port, environment, Child(name, folder / f"{name}.log"))


def _fleet(folder: Path, *parts: Part) -> tuple[Fleet, io.StringIO]:
    stream = io.StringIO()
    return Fleet(parts, Terminal(stream), folder), stream


def test_parts_start_after_what_they_need_and_stop_together(programs: Path) -> None:
    second = _part(programs, "second", "answers", needs=("first",))
    first = _part(programs, "first", "answers")
    fleet, stream = _fleet(programs, second, first)
    try:
        fleet.start(already=())
        fleet.watch()
        assert stream.getvalue().index("started first") < stream.getvalue().index("started second")
        assert len(fleet.pids()) == 2
    finally:
        fleet.stop()
    assert not any(accepts_connections(part.port) for part in (first, second))


def test_a_part_that_dies_is_named_with_its_last_lines(programs: Path) -> None:
    fleet, _ = _fleet(programs, _part(programs, "healthy", "answers"), _part(programs, "x", "dies"))
    try:
        with pytest.raises(DemoError, match=r"x ended with code 3.*\n.*no key file"):
            fleet.start(already=())
    finally:
        fleet.stop()


def test_a_part_that_is_killed_is_noticed(programs: Path) -> None:
    fleet, _ = _fleet(programs, _part(programs, "victim", "answers"))
    try:
        fleet.start(already=())
        os.kill(fleet.pids()[0], signal.SIGKILL)
        with pytest.raises(DemoError, match="victim was ended by SIGKILL"):
            _watch_until_it_fails(fleet)
    finally:
        fleet.stop()


def _watch_until_it_fails(fleet: Fleet) -> None:
    end = time.monotonic() + FOREVER_SECONDS
    while time.monotonic() < end:
        fleet.watch()
        time.sleep(0.02)


def test_one_that_ignores_sigterm_is_killed(
    programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dev.processes._STOP_SECONDS", 0.5)
    part = _part(programs, "stubborn", "stubborn")
    fleet, _ = _fleet(programs, part)
    fleet.start(already=())
    fleet.stop()
    assert part.child.poll() == -signal.SIGKILL


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of a parent's death")
def test_nothing_outlives_a_killed_supervisor(programs: Path) -> None:
    port = free_port()
    supervisor = Child("supervisor", programs / "supervisor.log")
    (programs / "boss.py").write_text(
        f"""
import time
from pathlib import Path
from clavis_testkit.launchers.process import Child
from dev.processes import Part
from dev.services import Service
env = {{"PYTHONPATH": {str(programs)!r}, "NAME": "child", "PORT": "{port}"}}
folder = Path({str(programs)!r})
part = Part(Service("c", "c", "answers", (), 0, ()), {port}, env, Child("c", folder / "c.log"))
part.start(folder)
time.sleep(60)
"""
    )
    supervisor.start([sys.executable, str(programs / "boss.py")])
    supervisor.wait_until(lambda: accepts_connections(port), seconds=120)
    supervisor.kill()
    deadline = time.monotonic() + 60
    while accepts_connections(port) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not accepts_connections(port)
