"""Waiting for a state, and holding a promise of time against a machine that may be strained.

A promise such as "within a second" is meant for a machine that gets its processors. Where another
tenant takes them away, the same work takes longer and nothing is wrong with it: a late answer is
held against how strained the machine is, or was while the answer came, and only then.
"""

import asyncio
import os
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

_PROBE_CPU_SECONDS = 0.15
_SAMPLE_SECONDS = 0.4
_MOST = 10.0
_STEAL_FIELD = 8  # of the line `cpu` in /proc/stat, see proc(5)
_TICK_SECONDS = 0.2
_KEPT_SECONDS = 120.0
# Longer than anything that is on its way takes; who waits so long waits for what never comes.
FOREVER_SECONDS = 120.0


async def until(
    holds: Callable[[], Awaitable[object]], what: str, *, within: float = FOREVER_SECONDS
) -> None:
    """Wait for a state that nothing announces. Raises AssertionError when it never comes."""
    end = time.monotonic() + within
    while not await holds():
        assert time.monotonic() < end, f"never: {what}"
        await asyncio.sleep(0.02)


@dataclass(frozen=True, slots=True)
class Tick:
    """A moment of this machine: when it ended, how long it was, and what of it was lost."""

    at: float
    seconds: float
    lost: float


_ticks: "deque[Tick]" = deque(maxlen=int(_KEPT_SECONDS / _TICK_SECONDS))
_watching = threading.Lock()


def in_time(elapsed: float, bound: float) -> bool:
    """Say whether something that took `elapsed` seconds kept a promise of `bound` seconds.

    It may have happened up to two minutes ago, in a process that watches.
    """
    if elapsed <= bound or elapsed - most_lost(list(_ticks), elapsed) <= bound:
        return True
    return elapsed <= bound * strain()


def watch() -> None:
    """Note from now on, as long as this process lives, what the machine loses."""
    if _watching.acquire(blocking=False):
        threading.Thread(target=_note, name="patience", daemon=True).start()


def most_lost(ticks: Sequence[Tick], seconds: float) -> float:
    """Return the most that was lost in any stretch of so many seconds."""
    most = current = 0.0
    first = 0
    for tick in ticks:
        current += tick.lost
        # A moment at the edge belongs to the stretch: what was lost may have been its latter part.
        while ticks[first].at <= tick.at - tick.seconds - seconds:
            current -= ticks[first].lost
            first += 1
        most = max(most, current)
    return most


def loss(seconds: float, late: float, waited: float, stolen: float) -> float:
    """Return how much of a moment of `seconds` somebody who wanted to run may have lost.

    `late` is how much too long a sleep took: nobody ran. In the other two, which are seconds in
    which some task waited for a processor and seconds that the host took, a part still got on.
    """
    partly = (1 - 1 / _MOST) * min(seconds, max(waited, stolen))
    return min(seconds, max(late, partly))


def _note() -> None:
    then, waited, stolen = time.monotonic(), _waited_total(), _stolen_total()
    while True:
        time.sleep(_TICK_SECONDS)
        before = then, waited, stolen
        then, waited, stolen = time.monotonic(), _waited_total(), _stolen_total()
        seconds = then - before[0]
        late = seconds - _TICK_SECONDS
        _ticks.append(
            Tick(then, seconds, loss(seconds, late, waited - before[1], stolen - before[2]))
        )


def _waited_total() -> float:
    # Seconds since the start in which a task was ready and got no processor (proc_pressure(5)).
    try:
        some = Path("/proc/pressure/cpu").read_text().split("total=")[1].split()[0]
    except (OSError, IndexError):
        return 0.0
    return float(some) / 1e6


def _stolen_total() -> float:
    line = _cpu_line()
    return line[_STEAL_FIELD - 1] / os.sysconf("SC_CLK_TCK") if line else 0.0


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
    # Tasks that were ready and got no processor in the last ten seconds (PSI, proc_pressure(5)).
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
