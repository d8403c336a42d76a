"""What the supervisor leaves on disk so that a later start or a stop can find its processes."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

_PATIENCE_SECONDS = 90.0
_TICK_SECONDS = 0.1


def birth(pid: int) -> str | None:
    """Say when a process started, in the system's own words; None when there is no such process.

    A process id is used again after its process has ended; the pair of id and birth is not.
    """
    if sys.platform == "linux":
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return None
        return None if fields[0] == "Z" else fields[19]
    listing = ["ps", "-o", "lstart=", "-p", str(pid)]
    answer = subprocess.run(listing, capture_output=True, text=True, check=False)
    return answer.stdout.strip() or None


class RunFile:
    """The record of one running demo: the supervisor first, then its processes."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, children: Iterable[int]) -> None:
        """Record this process and its children."""
        entries = [{"pid": pid, "birth": birth(pid)} for pid in (os.getpid(), *children)]
        building = self._path.with_suffix(".new")
        building.write_text(json.dumps(entries))
        building.replace(self._path)

    def remove(self) -> None:
        """Forget the run."""
        self._path.unlink(missing_ok=True)

    def living(self) -> list[int]:
        """List the recorded processes that still run, the supervisor first."""
        try:
            entries = json.loads(self._path.read_text())
        except (OSError, ValueError):
            return []
        return [e["pid"] for e in entries if e["birth"] and birth(e["pid"]) == e["birth"]]

    def supervisor(self) -> int | None:
        """Return the supervisor's process id while it runs."""
        try:
            recorded = json.loads(self._path.read_text())[0]["pid"]
        except (OSError, ValueError, IndexError):
            return None
        return recorded if recorded in self.living() else None

    def end_all(self) -> int:
        """Ask the supervisor to stop, then end whatever is left; returns how many were running."""
        living = self.living()
        supervisor = self.supervisor()
        if supervisor is not None:
            os.kill(supervisor, signal.SIGTERM)
            _wait(lambda: not self._path.exists() or self.supervisor() is None)
        for pid in self.living():
            os.kill(pid, signal.SIGTERM)
        _wait(lambda: not self.living())
        for pid in self.living():
            os.kill(pid, signal.SIGKILL)
        self.remove()
        return len(living)


def _wait(done: object) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while callable(done) and not done() and time.monotonic() < deadline:
        time.sleep(_TICK_SECONDS)
