"""Holding a promise of time against a machine that may be strained.

A promise such as "within a second" is meant for a machine that gets its processors. Where another
tenant takes them away, the same work takes longer and nothing is wrong with it: a late answer is
held against how strained the machine is at that moment, and only then.
"""

import time
from pathlib import Path

_PROBE_CPU_SECONDS = 0.15
_SAMPLE_SECONDS = 0.4
_MOST = 10.0
_STEAL_FIELD = 8  # of the line `cpu` in /proc/stat, see proc(5)


def in_time(elapsed: float, bound: float) -> bool:
    """Say whether something that took `elapsed` seconds kept a promise of `bound` seconds."""
    return elapsed <= bound or elapsed <= bound * strain()


def strain() -> float:
    """Tell how many times slower than its own speed this machine runs now, from 1 to 10."""
    return min(_MOST, max(1.0, _competition(), _stolen(), _waited()))


def _competition() -> float:
    # Others on our processors: wall time over processor time of a busy loop.
    wall, cpu = time.monotonic(), time.thread_time()
    while time.thread_time() - cpu < _PROBE_CPU_SECONDS:
        pass
    return (time.monotonic() - wall) / _PROBE_CPU_SECONDS


def _stolen() -> float:
    # Processor time that the host gave to other guests.
    before = _cpu_line()
    time.sleep(_SAMPLE_SECONDS)
    after = _cpu_line()
    if before is None or after is None:
        return 1.0
    spent = [b - a for a, b in zip(before, after, strict=True)]
    busy = sum(spent) - spent[3] - spent[4]  # without idle and waiting for disks
    stolen = spent[_STEAL_FIELD - 1]
    return busy / max(1, busy - stolen)


def _waited() -> float:
    # Tasks that were ready and got no processor in the last ten seconds (PSI, proc_pressure(5)):
    # what strained the machine may be over when we look.
    try:
        some = Path("/proc/pressure/cpu").read_text().split("avg10=")[1].split()[0]
    except (OSError, IndexError):
        return 1.0
    return 100 / max(1.0, 100 - float(some))


def _cpu_line() -> list[int] | None:
    try:
        return [int(field) for field in Path("/proc/stat").read_text().split("\n")[0].split()[1:]]
    except (OSError, ValueError):
        return None
