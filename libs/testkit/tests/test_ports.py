"""A port is lent once, whoever asks for one."""

import subprocess
import sys

import pytest
from clavis_testkit.launchers import process
from clavis_testkit.launchers.process import free_port, lend, require_free_port

_ASK = """
import sys
from clavis_testkit.launchers.process import lend
print(lend(int(sys.argv[1])))
"""


def another_process_gets(port: int) -> bool:
    command = [sys.executable, "-c", _ASK, str(port)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout == "True\n"


def test_a_port_that_was_lent_is_lent_to_nobody_else() -> None:
    port = free_port()
    assert not lend(port)
    assert not another_process_gets(port)


def test_whoever_was_lent_a_port_can_use_it() -> None:
    require_free_port(free_port(), "the service")


def test_a_mark_goes_when_many_ports_were_lent_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "_MARKS_KEPT", 2)
    ports = [free_port() for _ in range(3)]
    assert another_process_gets(ports[0])
    assert not another_process_gets(ports[1])
