"""The processes of a running demo: what they cost in processor time and memory."""

import json
import platform
from dataclasses import dataclass
from pathlib import Path

import psutil
from clavis_testkit.running_demo import RunningDemo

MIB = 1024 * 1024
_SERVICES = ("registry", "pin", "permanent", "signing", "gateway")


@dataclass(frozen=True, slots=True)
class Process:
    """One part of the demo with all its children."""

    name: str
    pid: int

    def _family(self) -> list[psutil.Process]:
        parent = psutil.Process(self.pid)
        return [parent, *parent.children(recursive=True)]

    def cpu_seconds(self) -> float:
        """Return the processor time spent so far, user and system."""
        times = [member.cpu_times() for member in self._family()]
        return sum(time.user + time.system for time in times)

    def memory_mib(self) -> float:
        """Return the memory in use; pages shared with others count in part where that is known."""
        return sum(_memory(member) for member in self._family()) / MIB


def _memory(process: psutil.Process) -> float:
    try:
        full = process.memory_full_info()
        return float(getattr(full, "pss", full.uss))
    except psutil.AccessDenied:
        return float(process.memory_info().rss)


def parts(demo: RunningDemo) -> dict[str, Process]:
    """Find the parts of a demo by name. Raises LookupError when one is missing."""
    found = {}
    entries = json.loads((demo.directory / "run.json").read_text())
    for entry in entries[1:]:
        name = _name(psutil.Process(entry["pid"]))
        found[name] = Process(name, entry["pid"])
    missing = set(_SERVICES) - set(found)
    if missing:
        raise LookupError(f"not running: {', '.join(sorted(missing))}")
    return found


def _name(process: psutil.Process) -> str:
    command = process.cmdline()
    if "-m" not in command:
        return process.name()
    module = command[command.index("-m") + 1]
    last = command[-1]
    return last if last in {"portal", "console"} else module.removeprefix("clavis_")


def machine() -> dict[str, str | int]:
    """Describe this machine without saying which one it is."""
    return {
        "processor": _processor(),
        "cores": psutil.cpu_count() or 1,
        "memory_gib": round(psutil.virtual_memory().total / 1024 / MIB),
        "system": platform.system(),
        "python": platform.python_version(),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.machine()
