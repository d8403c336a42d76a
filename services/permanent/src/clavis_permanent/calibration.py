"""Finding the Argon2id parameters that take a given time on this machine."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from clavis_permanent.passwords import create_hasher

MEBIBYTE = 1024
# OWASP's minimum; below it more passes do not make up for the memory.
LEAST_MEMORY_KIB = 19 * MEBIBYTE
LEAST_PASSES = 2
_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Cost:
    """Parameters, and the processor time of one hash with them in milliseconds."""

    memory_kib: int
    passes: int
    lanes: int
    cpu_ms: float

    def settings(self) -> str:
        """Spell them as settings of the service."""
        return (
            f"CLAVIS_PERMANENT_ARGON2_MEMORY_KIB={self.memory_kib}\n"
            f"CLAVIS_PERMANENT_ARGON2_PASSES={self.passes}\n"
            f"CLAVIS_PERMANENT_ARGON2_LANES={self.lanes}\n"
        )


Measure = Callable[[int, int, int], float]


def measure(memory_kib: int, passes: int, lanes: int) -> float:
    """Return the processor time of one hash in milliseconds, the least of some."""
    hasher = create_hasher(memory_kib=memory_kib, passes=passes, lanes=lanes)
    times = []
    for _ in range(_ROUNDS):
        begun = time.process_time()
        hasher.hash("correct horse battery staple")
        times.append(time.process_time() - begun)
    return min(times) * 1000


# RFC 9106 section 4: as much memory as can be had first, then passes up to the time available.
def calibrate(target_ms: float, most_memory_kib: int, timed: Measure = measure) -> Cost:
    """Return the costliest parameters that stay within the time, or the least allowed ones."""
    best: Cost | None = None
    for memory_kib in _memories(most_memory_kib):
        found = _most_passes(target_ms, memory_kib, timed)
        if found.cpu_ms > target_ms and best is not None:
            break
        best = found
    if best is None:  # there is always the least memory
        raise ValueError("no memory to try")
    return best


def _memories(most_kib: int) -> Iterator[int]:
    memory_kib = LEAST_MEMORY_KIB
    yield memory_kib
    while memory_kib * 2 <= most_kib:
        memory_kib *= 2
        yield memory_kib


def _most_passes(target_ms: float, memory_kib: int, timed: Measure) -> Cost:
    least = timed(memory_kib, LEAST_PASSES, 1)
    # Time grows with the passes, all but linearly.
    passes = max(LEAST_PASSES, int(target_ms / least * LEAST_PASSES))
    cost = Cost(memory_kib, passes, 1, timed(memory_kib, passes, 1))
    while cost.cpu_ms > target_ms and cost.passes > LEAST_PASSES:
        fewer = cost.passes - 1
        cost = Cost(memory_kib, fewer, 1, timed(memory_kib, fewer, 1))
    return cost
