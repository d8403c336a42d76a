"""How the demo refuses to start: one sentence and a code, whatever is in the way."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from dev import bootstrap
from dev.layout import ROOT
from tests.conftest import free_base


def _up(tmp_path: Path, **environment: str) -> tuple[int, list[str]]:
    done = subprocess.run(
        [sys.executable, "-m", "dev.up"],
        cwd=ROOT,
        env={**os.environ, "DEMO_DIR": str(tmp_path), **environment},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert "Traceback" not in done.stdout + done.stderr
    return done.returncode, (done.stdout + done.stderr).strip().splitlines()


def test_a_port_in_use_is_named_with_the_way_out(tmp_path: Path) -> None:
    base = free_base()
    with socket.socket() as other:
        other.bind(("127.0.0.1", base + 2))
        other.listen()
        code, lines = _up(tmp_path, DEMO_PORT_BASE=str(base))
    assert code == 1
    assert len(lines) == 1
    assert f"Port {base + 2} (pin)" in lines[0]
    assert "DEMO_PORT_BASE" in lines[0]


def test_a_wrong_port_base_is_one_sentence(tmp_path: Path) -> None:
    code, lines = _up(tmp_path, DEMO_PORT_BASE="many")
    assert (code, len(lines)) == (1, 1)


def test_a_directory_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    code, lines = _up(tmp_path, DEMO_DIR=str(in_the_way / "demo"))
    assert (code, len(lines)) == (1, 1)
    assert str(in_the_way) in lines[0]


def test_an_old_python_is_told_what_is_needed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap, "suitable", lambda _: False)
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    with pytest.raises(SystemExit) as ended:
        bootstrap.choose_python()
    assert ended.value.code == 1
    assert "needs Python 3.11 or newer and found only 3.9.2" in capsys.readouterr().err


def test_a_python_without_venv_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap, "suitable", lambda _: False)
    with pytest.raises(SystemExit):
        bootstrap.choose_python()
    assert "python3-venv" in capsys.readouterr().err


def test_a_newer_python_on_the_path_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHON", raising=False)
    monkeypatch.setattr(bootstrap, "suitable", lambda command: command == "python3.12")
    assert bootstrap.choose_python() == "python3.12"


def test_the_bootstrap_is_readable_by_an_old_python() -> None:
    """Python 3.6 must parse it, or it could not say that it is too old."""
    import ast

    ast.parse((ROOT / "dev" / "bootstrap.py").read_text(), feature_version=(3, 6))
