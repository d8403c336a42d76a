import os
import subprocess
import sys
from pathlib import Path

from dev.runfile import RunFile, birth


def _sleeper() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])


def test_a_process_has_one_birth_and_a_dead_one_has_none() -> None:
    sleeper = _sleeper()
    assert birth(sleeper.pid) == birth(sleeper.pid)
    sleeper.kill()
    sleeper.wait()
    assert birth(sleeper.pid) is None


def test_what_is_left_of_a_run_is_found_and_ended(tmp_path: Path) -> None:
    runfile = RunFile(tmp_path / "run.json")
    sleeper = _sleeper()
    runfile.write([sleeper.pid])
    assert runfile.living() == [os.getpid(), sleeper.pid]
    assert runfile.supervisor() == os.getpid()
    # As after a supervisor that was killed: the record names one that is gone.
    text = (tmp_path / "run.json").read_text().replace(f'"pid": {os.getpid()}', '"pid": 999999')
    (tmp_path / "run.json").write_text(text)
    assert runfile.supervisor() is None
    assert runfile.end_all() == 1
    assert sleeper.wait(timeout=120) != 0
    assert not (tmp_path / "run.json").exists()


def test_a_number_that_another_process_got_since_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    sleeper = _sleeper()
    path.write_text(f'[{{"pid": {sleeper.pid}, "birth": "another life"}}]')
    assert RunFile(path).end_all() == 0
    assert sleeper.poll() is None
    sleeper.kill()
    sleeper.wait()


def test_no_record_and_a_broken_one_mean_that_nothing_runs(tmp_path: Path) -> None:
    assert RunFile(tmp_path / "none.json").end_all() == 0
    (tmp_path / "run.json").write_text("{")
    assert RunFile(tmp_path / "run.json").supervisor() is None
