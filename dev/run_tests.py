"""``make test``: the tests of the services and those of all around them, side by side.

They are two processes for two reasons: most tests wait for a server rather than compute, so that
two processors do both halves in little more than the time of one; and Playwright's blocking
interface, which the last folder uses, leaves a running event loop behind in its thread.

    python -m dev.run_tests                     everything
    python -m dev.run_tests services/pin -x     one run of pytest, as it is
    python -m dev.run_tests --again=3           as CI does: see `may_try_again`
"""

import json
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).parents[1]
HALVES = {"the services": ("services",), "all around them": ("libs", "dev", "tests")}
PASSED, FAILED, NOTHING_FOUND = 0, 1, 5  # exit codes of pytest
INTERRUPTED = 130
_TAKES_A_VALUE = ("-k", "-m", "-o", "-p", "-c", "-W", "-r")
_SECTION = re.compile(r"=+ (?!test session starts).+ =+$")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(slots=True)
class Run:
    """One process of pytest: what it is called, what it was told, and how it ended."""

    name: str
    arguments: tuple[str, ...]
    cache: Path
    code: int = PASSED
    held: list[str] = field(default_factory=list)
    process: subprocess.Popen[str] | None = None

    def failed(self) -> list[str]:
        """Return the files in which a test failed: many tell a story, step by step."""
        noted = self.cache / "v" / "cache" / "lastfailed"
        tests = json.loads(noted.read_text()) if noted.exists() else {}
        return sorted({test.split("::")[0] for test in tests})


def names_a_place(arguments: Sequence[str]) -> bool:
    """Say whether tests are chosen by file or folder, not only by options."""
    before = ("", *arguments)
    return any(
        not argument.startswith("-")
        and previous not in _TAKES_A_VALUE
        and (ROOT / argument.split("::")[0]).exists()
        for previous, argument in zip(before, arguments, strict=False)
    )


def split_allowance(arguments: Sequence[str]) -> tuple[int, tuple[str, ...]]:
    """Take `--again=N` out of the arguments: N is how many files may be tried again."""
    allowances = [a for a in arguments if a.startswith("--again=")]
    rest = tuple(a for a in arguments if a not in allowances)
    return int(allowances[-1].split("=")[1]) if allowances else 0, rest


def overall(codes: Sequence[int]) -> int:
    """Return the exit code of all: what broke off before what failed; one half may be empty."""
    bad = [code for code in codes if code not in {PASSED, NOTHING_FOUND}]
    if bad:
        return next((code for code in bad if code != FAILED), FAILED)
    return PASSED if PASSED in codes else NOTHING_FOUND


def may_try_again(codes: Sequence[int], failed: Sequence[str], allowance: int) -> bool:
    """Say whether what failed may be tried once more, alone.

    Promises of time can be missed on a machine whose processors are taken away. A handful of files
    may therefore prove themselves alone, and are named; more than that, or a run that broke off,
    is a failure.
    """
    return overall(codes) == FAILED and 0 < len(failed) <= allowance


def follow(run: Run) -> None:
    """Start pytest, pass its progress on, and hold back the sections of its report."""
    command = [sys.executable, "-m", "pytest", "-c", str(ROOT / "pyproject.toml")]
    command += ["-o", f"cache_dir={run.cache}", *run.arguments]
    if sys.stdout.isatty():
        command.append("--color=yes")
    run.process = subprocess.Popen(
        command, cwd=ROOT, text=True, errors="replace",
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    for line in run.process.stdout or ():
        if run.held or _SECTION.match(_COLOUR.sub("", line.rstrip())):
            run.held.append(line)
        else:
            sys.stdout.write(line)
            sys.stdout.flush()
    run.code = run.process.wait()


def side_by_side(runs: Sequence[Run]) -> None:
    """Follow all runs at once; tell their reports one after the other."""

    def forward(number: int, _: FrameType | None) -> None:
        for run in runs:
            if run.process is not None and run.process.poll() is None:
                run.process.send_signal(number)

    earlier = signal.signal(signal.SIGTERM, forward)
    try:
        with ThreadPoolExecutor(len(runs)) as pool:
            list(pool.map(follow, runs))
    finally:
        signal.signal(signal.SIGTERM, earlier)
    for run in runs:
        print(f"\n== {run.name}")
        sys.stdout.writelines(run.held)
        sys.stdout.flush()


def try_again(runs: Sequence[Run], home: Path) -> int:
    """Run what failed once more, one half after the other; return the exit code."""
    seconds = [
        Run(f"{run.name}, once more", (*run.failed(), "--durations=0"), home / f"again-{place}")
        for place, run in enumerate(runs)
        if run.failed()
    ]
    for run in seconds:
        side_by_side([run])
    first = [file for run in runs for file in run.failed()]
    left = {file for run in seconds for file in run.failed()}
    code = overall([run.code for run in seconds])
    for file in first if code in {PASSED, FAILED} else ():
        print(f"at the second try {'FAILED' if file in left else 'passed'}: {file}")
    return code


def main(arguments: Sequence[str]) -> int:
    """Run the tests; return the exit code."""
    allowance, rest = split_allowance(arguments)
    chosen = {"the chosen tests": ()} if names_a_place(rest) else HALVES
    with tempfile.TemporaryDirectory(prefix="clavis-test-run-") as name:
        home = Path(name)
        runs = [
            Run(half, (*places, *rest), home / str(place))
            for place, (half, places) in enumerate(chosen.items())
        ]
        try:
            side_by_side(runs)
            failed = [file for run in runs for file in run.failed()]
            codes = [run.code for run in runs]
            if may_try_again(codes, failed, allowance):
                return try_again(runs, home)
        except KeyboardInterrupt:
            return INTERRUPTED
        return overall(codes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
