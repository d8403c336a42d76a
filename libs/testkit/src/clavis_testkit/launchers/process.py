"""One child process of a launcher: start, watch, stop, kill. Only processes started here."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

LOOPBACK = "127.0.0.1"
_EXEC = Path(__file__).with_name("_exec.py")
_LOG_KEPT = 5 * 1024 * 1024
# A port that was lent is used within seconds: its mark may go when so many were lent after it.
_MARKS_KEPT = 64
_marks: deque[int] = deque()


class LauncherError(RuntimeError):
    """A server could not be started or stopped; the text is one sentence for the person."""


@dataclass(frozen=True)
class RunAs:
    """The unprivileged user a server runs as when the launcher itself is root."""

    name: str
    uid: int
    gid: int


class Child:
    """A server process with its log file.

    On Linux the server receives `death_signal` when the thread that started it ends, so nothing
    outlives a killed supervisor. A server started outside the main thread gets no such signal,
    because worker threads end for harmless reasons.
    """

    def __init__(self, name: str, log_file: Path) -> None:
        self.name = name
        self.log_file = log_file
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The process id while the child runs, else None."""
        return self._process.pid if self._process and self.poll() is None else None

    def poll(self) -> int | None:
        """Return the exit code, or None while the child runs or before it was started."""
        return self._process.poll() if self._process else None

    @property
    def running(self) -> bool:
        """Whether the child was started and has not ended."""
        return self.pid is not None

    def start(
        self,
        command: Sequence[str],
        *,
        run_as: RunAs | None = None,
        death_signal: signal.Signals = signal.SIGTERM,
        environment: dict[str, str] | None = None,
        directory: Path | None = None,
    ) -> None:
        """Start `command`, its output going to the log file. Errors: LauncherError."""
        in_main_thread = threading.current_thread() is threading.main_thread()
        wrapper = [
            *(sys.executable, "-I", "-S", str(_EXEC), str(os.getpid())),
            *(str(run_as.uid if run_as else -1), str(run_as.gid if run_as else -1)),
            str(int(death_signal) if in_main_thread else 0),
        ]
        try:
            with _open_log(self.log_file) as log:
                self._process = subprocess.Popen(
                    [*wrapper, *command],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    env=environment,
                    cwd=directory or "/",
                    # Ctrl-C in the terminal is the supervisor's to handle, in its own order.
                    start_new_session=True,
                )
        except OSError as error:
            raise LauncherError(f"{self.name} cannot be started: {error}") from error

    def wait_until(self, ready: Callable[[], bool], *, seconds: float) -> None:
        """Return when `ready()`; LauncherError when the child ends or time passes first."""
        deadline = time.monotonic() + seconds
        while not ready():
            if self.poll() is not None:
                raise LauncherError(f"{self.name} ended at start: {self.last_words()}")
            if time.monotonic() > deadline:
                raise LauncherError(
                    f"{self.name} was not ready within {seconds:.0f} s; see {self.log_file}"
                )
            time.sleep(0.02)

    def wait(self, *, seconds: float) -> int | None:
        """Return the exit code of a child that ends by itself; kill it after `seconds`."""
        if self._process is None:
            return None
        try:
            return self._process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            return self.kill()

    def stop(self, stop_signal: signal.Signals, *, seconds: float) -> int | None:
        """Ask the child to end, kill it when it does not; the exit code, None if never started."""
        if self._process is None:
            return None
        if self.poll() is None:
            self._process.send_signal(stop_signal)
        return self.wait(seconds=seconds)

    def kill(self) -> int | None:
        """End the child by SIGKILL and reap it; the exit code, None if it was never started."""
        if self._process is None:
            return None
        if self.poll() is None:
            self._process.kill()
        return self._process.wait()

    def last_words(self) -> str:
        """Return the last line of the log that says something, for a sentence about a failure."""
        try:
            lines = self.log_file.read_text(errors="replace").splitlines()[-50:]
        except OSError:
            lines = []
        telling = [line for line in lines if any(mark in line for mark in _TELLING)]
        return (telling or [line for line in lines if line.strip()] or ["no output"])[-1].strip()


_TELLING = ("FATAL", "PANIC", "ERROR", "error:", "panicked", "Exception", "cannot run")


def _open_log(log_file: Path) -> BinaryIO:
    if log_file.exists() and log_file.stat().st_size > _LOG_KEPT:
        log_file.unlink()
    return log_file.open("ab")


def free_port() -> int:
    """Return a TCP port that is free on loopback and that was not lent to anybody just now."""
    while True:
        with socket.socket() as probe:
            probe.bind((LOOPBACK, 0))
            port = int(probe.getsockname()[1])
        if lend(port):
            return port


def lend(port: int) -> bool:
    """Mark a TCP port as given away; False when this or another process did so before.

    Between the choice of a port and its use by a server, anybody might choose it too. The mark is a
    UDP socket of the same number: all processes of the machine see it, and it goes with this one.
    """
    with socket.socket(type=socket.SOCK_DGRAM) as mark:
        try:
            mark.bind((LOOPBACK, port))
        except OSError:
            return False
        _marks.append(mark.detach())
    while len(_marks) > _MARKS_KEPT:
        os.close(_marks.popleft())
    return True


def require_free_port(port: int, name: str) -> None:
    """LauncherError when another program listens on this loopback port."""
    with socket.socket() as probe:
        # The servers set this option too: it tells a listener from a connection that lingers.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            raise LauncherError(
                f"{name} needs port {port} on {LOOPBACK}, and another program uses it"
            ) from error


def accepts_connections(port: int) -> bool:
    """Return whether something accepts TCP connections on this loopback port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0
