"""``make test`` tells the truth: what failed fails, and what was tried again is named."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from dev.run_tests import (
    FAILED,
    NOTHING_FOUND,
    PASSED,
    ROOT,
    may_try_again,
    names_a_place,
    overall,
    split_allowance,
)

BROKE_OFF = 2


@pytest.mark.parametrize(
    ("arguments", "chosen"),
    [
        ([], False),
        (["-x", "--durations=25"], False),
        (["-k", "dev"], False),
        (["services/pin"], True),
        (["-x", "dev/tests/test_run_tests.py::test_a_place"], True),
    ],
)
def test_a_place_is_a_file_or_a_folder(arguments: list[str], chosen: bool) -> None:
    assert names_a_place(arguments) is chosen


def test_the_allowance_is_not_for_pytest() -> None:
    assert split_allowance(["-x", "--again=3"]) == (3, ("-x",))
    assert split_allowance(["-x"]) == (0, ("-x",))


@pytest.mark.parametrize(
    ("codes", "code"),
    [
        ((PASSED, PASSED), PASSED),
        ((PASSED, NOTHING_FOUND), PASSED),
        ((NOTHING_FOUND, NOTHING_FOUND), NOTHING_FOUND),
        ((FAILED, PASSED), FAILED),
        ((FAILED, BROKE_OFF), BROKE_OFF),
        ((-9, PASSED), -9),
    ],
)
def test_one_bad_half_is_a_bad_whole(codes: tuple[int, ...], code: int) -> None:
    assert overall(codes) == code


@pytest.mark.parametrize(
    ("codes", "failed", "allowance", "may"),
    [
        ((FAILED, PASSED), 3, 3, True),
        ((FAILED, PASSED), 4, 3, False),
        ((FAILED, PASSED), 1, 0, False),
        ((FAILED, BROKE_OFF), 1, 3, False),
        ((FAILED, -9), 1, 3, False),
        ((FAILED, PASSED), 0, 3, False),
    ],
)
def test_only_a_handful_is_tried_again(
    codes: tuple[int, ...], failed: int, allowance: int, may: bool
) -> None:
    assert may_try_again(codes, ["file"] * failed, allowance) is may


def run(file: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "dev.run_tests", str(file), "--noconftest", *arguments]
    return subprocess.run(
        command, cwd=ROOT, text=True, capture_output=True, check=False, timeout=600
    )


@pytest.fixture
def folder() -> Iterator[Path]:
    """Make a folder that pytest names as it names our own: inside the checkout, kept out of git."""
    home = ROOT / "test-results"
    home.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home) as name:
        yield Path(name)


def test_a_second_try_is_named_and_a_second_failure_fails(folder: Path) -> None:
    file = folder / "test_unsteady.py"
    file.write_text(
        "from pathlib import Path\n"
        "def test_steady(): pass\n"
        "def test_unsteady():\n"
        "    trace = Path(__file__).with_suffix('.trace')\n"
        "    seen = trace.exists()\n"
        "    trace.touch()\n"
        "    assert seen\n"
    )
    second = run(file, "--again=1")
    assert second.returncode == PASSED, second.stdout
    assert "at the second try passed: " in second.stdout
    assert "1 failed, 1 passed" in second.stdout
    assert "2 passed" in second.stdout  # the whole file
    file.write_text("def test_wrong(): assert False\n")
    third = run(file, "--again=1")
    assert third.returncode == FAILED
    assert "at the second try FAILED: " in third.stdout
