"""A late answer is excused by what the machine lost while it came, and by nothing else."""

import subprocess
import sys

import pytest
from clavis_testkit.patience import Tick, in_time, loss, most_lost, until

# A process that is held still for a second, which it can only know by its watch.
_HELD_STILL = """
import os, subprocess, time
from clavis_testkit.patience import in_time, watch
watch()
time.sleep(0.5)
begun = time.monotonic()
pid = os.getpid()
subprocess.run(["sh", "-c", f"kill -STOP {pid}; sleep 1; kill -CONT {pid}"])
elapsed = time.monotonic() - begun
time.sleep(0.5)
print(in_time(elapsed, elapsed - 0.7))
"""


async def test_a_state_is_waited_for_and_missed_by_name() -> None:
    looks: list[int] = []

    async def third() -> bool:
        looks.append(1)
        return len(looks) == 3

    async def never() -> bool:
        return False

    await until(third, "the third look")
    assert len(looks) == 3
    with pytest.raises(AssertionError, match="never: a blue moon"):
        await until(never, "a blue moon", within=0.01)


def test_what_is_quick_enough_is_in_time_and_what_takes_far_too_long_is_late() -> None:
    assert in_time(0.9, 1.0)
    assert not in_time(600.0, 1.0), "on no machine"


def ticks(*lost: float) -> list[Tick]:
    """One moment a second, of which so much was lost."""
    return [Tick(float(n), 1.0, part) for n, part in enumerate(lost, 1)]


@pytest.mark.parametrize(
    ("seconds", "expected"), [(0.5, 1.1), (1.0, 1.1), (2.5, 1.3), (100.0, 1.7)]
)
def test_the_worst_stretch_counts_with_both_its_edges(seconds: float, expected: float) -> None:
    record = ticks(0.4, 0.0, 0.0, 0.2, 0.1, 1.0, 0.0)
    assert most_lost(record, seconds) == pytest.approx(expected)


def test_a_calm_machine_excuses_nothing() -> None:
    assert most_lost([], 5) == 0
    assert most_lost(ticks(0, 0, 0), 5) == 0


def test_a_sleep_that_took_too_long_is_lost_whole_and_what_others_took_in_part() -> None:
    assert loss(seconds=5.2, late=5.0, waited=0, stolen=0) == 5.0
    assert loss(seconds=1.0, late=0, waited=0.5, stolen=0.1) == pytest.approx(0.45)
    assert loss(seconds=1.0, late=0, waited=0.1, stolen=0.5) == pytest.approx(0.45)
    assert loss(seconds=1.0, late=0, waited=3, stolen=9) == pytest.approx(0.9)
    assert loss(seconds=0.2, late=0.001, waited=0, stolen=0) < 0.01


def test_a_process_that_was_held_still_for_a_while_knows_it_afterwards() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _HELD_STILL], capture_output=True, text=True, check=True
    )
    assert done.stdout == "True\n"
