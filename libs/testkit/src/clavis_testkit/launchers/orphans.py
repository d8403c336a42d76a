"""What a killed PostgreSQL leaves behind, and how the next start gets rid of it.

A postmaster that outlived its supervisor still owns the data directory, and backends that outlived
a killed postmaster still hold its shared memory: a new server refuses to start beside either.
Every process of a cluster has the data directory as its working directory, which is how they are
known. The caller holds the lock of the cluster, so none of them belongs to a living run.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

_PATIENCE_SECONDS = 60.0


def end_orphans(data: Path) -> None:
    """End every process left of the cluster in `data`, gently first."""
    postmaster = _recorded_postmaster(data)
    if postmaster is not None:
        _send(postmaster, signal.SIGINT)
        _wait_until_gone(postmaster, data)
    for pid in _processes_in(data):
        _send(pid, signal.SIGKILL)
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while _processes_in(data) and time.monotonic() < deadline:
        time.sleep(0.02)


def _recorded_postmaster(data: Path) -> int | None:
    """Return the live postmaster that postmaster.pid names, if it is one of this directory."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
        pid = int(lines[0])
    except (OSError, ValueError, IndexError):
        return None
    return pid if str(data) in _command_line(pid) else None


def _command_line(pid: int) -> str:
    if sys.platform == "linux":
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        except (OSError, UnicodeDecodeError):
            return ""
    listing = ["ps", "-o", "command=", "-p", str(pid)]
    return subprocess.run(listing, capture_output=True, text=True, check=False).stdout


def _processes_in(data: Path) -> list[int]:
    """List the processes whose working directory is `data`; known on Linux only.

    Elsewhere PostgreSQL's own backends end by themselves when they notice the loss of the
    postmaster, and the launcher waits for that.
    """
    if sys.platform != "linux":
        return []
    return [int(entry.name) for entry in Path("/proc").glob("[0-9]*") if _works_in(entry, data)]


def _works_in(entry: Path, data: Path) -> bool:
    try:
        return (entry / "cwd").readlink() == data
    except OSError:
        return False


def _wait_until_gone(pid: int, data: Path) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while str(data) in _command_line(pid):
        if time.monotonic() > deadline:
            _send(pid, signal.SIGQUIT)
            return
        time.sleep(0.02)


def _send(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
