"""What stands in the way of a demo is said in one sentence, and nothing is left running."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from clavis_testkit.running_demo import ROOT

from tests.conftest import free_base
from tests.demo.machine import a_place_nobody_may_write_in

SECONDS = 240


def start_in_vain(**settings: str) -> str:
    """Run the supervisor to its refusal; return what it said: one line."""
    done = subprocess.run(
        [sys.executable, "-m", "dev.up"],
        cwd=ROOT,
        env={**os.environ, "KAFKA_BOOTSTRAP": "", "DATABASE_ADMIN_URL": "", **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 1
    lines = done.stdout.strip().splitlines()
    assert len(lines) == 1, done.stdout
    return lines[0]


@pytest.mark.parametrize(("offset", "name"), [(0, "gateway"), (90, "postgres"), (92, "kafka")])
def test_a_port_in_use_is_named(tmp_path: Path, offset: int, name: str) -> None:
    base = free_base()
    with socket.create_server(("127.0.0.1", base + offset)):
        said = start_in_vain(DEMO_PORT_BASE=str(base), DEMO_DIR=str(tmp_path / "demo"))
    assert f"Port {base + offset} ({name})" in said
    assert "DEMO_PORT_BASE" in said


def test_a_directory_without_write_right_is_named(tmp_path: Path) -> None:
    place = a_place_nobody_may_write_in(tmp_path / "closed") / "demo"
    said = start_in_vain(DEMO_PORT_BASE=str(free_base()), DEMO_DIR=str(place))
    assert str(place) in said


def test_a_file_where_the_directory_should_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("something else")
    said = start_in_vain(DEMO_PORT_BASE=str(free_base()), DEMO_DIR=str(tmp_path / "demo"))
    assert str(tmp_path / "demo") in said


@pytest.mark.parametrize("base", ["0", "80", "70000", "many"])
def test_a_base_that_is_no_port_is_refused(tmp_path: Path, base: str) -> None:
    said = start_in_vain(DEMO_PORT_BASE=base, DEMO_DIR=str(tmp_path / "demo"))
    assert "DEMO_PORT_BASE" in said
