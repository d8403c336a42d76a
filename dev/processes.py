"""The processes of the demo: started as children, watched, and ended together.

Everything runs in one thread. A part writes straight to its own log file; the supervisor reads the
files as they grow. On Linux a part ends when the supervisor is killed.
"""

import http.client
import os
import signal
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from clavis_testkit.launchers.process import LOOPBACK, Child, accepts_connections

from dev.output import Terminal, last_lines
from dev.services import Service

# When to give up: how soon a demo is ready is held to its promise by the tests.
_START_SECONDS = 300.0
_STOP_SECONDS = 12.0
_TICK_SECONDS = 0.05


class DemoError(Exception):
    """The demo cannot start or go on; the text is one sentence for the person."""


@dataclass(slots=True)
class Part:
    """One process of the table: its child, where it answers, how much of its log was read."""

    service: Service
    port: int
    environment: Mapping[str, str]
    child: Child
    ready: bool = False
    _read: int = field(default=0)

    @property
    def name(self) -> str:
        """The service's name in the table."""
        return self.service.name

    def start(self, directory: Path) -> None:
        """Start the process; it is ready later."""
        log = self.child.log_file
        self._read = log.stat().st_size if log.exists() else 0
        command = [sys.executable, "-X", "utf8", *self.service.command]
        self.child.start(command, environment=dict(self.environment), directory=directory)

    def answers(self) -> bool:
        """Whether the health path says 200 now."""
        connection = http.client.HTTPConnection(LOOPBACK, self.port, timeout=2)
        try:
            connection.request("GET", self.service.health)
            return connection.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def accepts(self) -> bool:
        """Whether the port is open: all that can be asked of one without a health path."""
        return self.child.running and accepts_connections(self.port)

    def new_lines(self) -> list[str]:
        """Return the whole lines written to the log since the last call."""
        with self.child.log_file.open("rb") as log:
            # A log that had grown too large was begun anew at the start.
            if log.seek(0, os.SEEK_END) < self._read:
                self._read = 0
            log.seek(self._read)
            data = log.read()
        whole, newline, _ = data.rpartition(b"\n")
        self._read += len(whole) + len(newline)
        return whole.decode("utf-8", "replace").splitlines()


class Fleet:
    """All parts of one demo, in the order they were started."""

    def __init__(self, parts: Sequence[Part], terminal: Terminal, directory: Path) -> None:
        self.parts = list(parts)
        self._terminal = terminal
        self._directory = directory
        self._started: list[Part] = []

    def start(self, *, already: Iterable[str]) -> None:
        """Start each part as soon as what it needs is ready; return when all are. DemoError."""
        ready = set(already)
        waiting = list(self.parts)
        deadline = time.monotonic() + _START_SECONDS
        while len(ready & {part.name for part in self.parts}) < len(self.parts):
            for part in [part for part in waiting if ready.issuperset(part.service.needs)]:
                waiting.remove(part)
                part.start(self._directory)
                self._started.append(part)
            self.watch()
            ready |= {part.name for part in self._started if self._is_ready(part)}
            if time.monotonic() > deadline:
                late = ", ".join(part.name for part in self._started if not part.ready)
                raise DemoError(f"Not ready after {_START_SECONDS:.0f} s: {late}.")
            time.sleep(_TICK_SECONDS)

    def watch(self) -> None:
        """Show new log lines; DemoError when a part has died."""
        for part in self._started:
            for line in part.new_lines():
                self._terminal.relay(part.name, line)
        for part in self._started:
            code = part.child.poll()
            if code is not None:
                raise DemoError(_obituary(part, code))

    def stop(self) -> None:
        """End all parts, the last started first, and kill what does not listen."""
        for part in reversed(self._started):
            if part.child.pid:
                os.kill(part.child.pid, signal.SIGTERM)
        deadline = time.monotonic() + _STOP_SECONDS
        for part in reversed(self._started):
            part.child.stop(signal.SIGTERM, seconds=max(0.1, deadline - time.monotonic()))
        self._started.clear()

    def pids(self) -> list[int]:
        """List the process ids of the running parts."""
        return [part.child.pid for part in self._started if part.child.pid]

    def _is_ready(self, part: Part) -> bool:
        if not part.ready:
            part.ready = part.answers() if part.service.health else part.accepts()
        return part.ready


def _obituary(part: Part, code: int) -> str:
    how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
    tail = last_lines(part.child.log_file)
    return f"{part.name} {how}; its last lines ({part.child.log_file}):\n{tail}"
