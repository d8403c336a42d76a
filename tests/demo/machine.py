"""A machine with Python and nothing else, and what runs on it."""

import os
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

import psutil

# What README's two commands need besides Python, and what a POSIX system always has.
PROGRAMS = (
    "make", "git", "sh", "bash", "env", "awk", "sed", "grep", "uname", "cat", "ls", "mkdir",
    "rm", "cp", "mv", "ln", "chmod", "dirname", "basename", "readlink", "sleep", "date", "id",
    "touch", "test", "true", "false", "pwd", "printf", "expr", "sort", "head", "tail", "cut",
    "tr", "tee", "find",
)  # fmt: skip
HIDDEN = ("java", "mvn", "node", "npm", "npx", "go", "docker", "podman", "psql", "postgres",
          "pg_ctl", "initdb", "kafka-server-start.sh", "chromium")  # fmt: skip
ENDING_SECONDS = 120.0


def make_bare_path(folder: Path) -> str:
    """Fill a folder with the few programs of a bare machine; return it as PATH."""
    folder.mkdir()
    for name in PROGRAMS:
        found = shutil.which(name)
        if found:
            (folder / name).symlink_to(found)
    # A link would make Python look for its library beside the link.
    interpreter = Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}"
    for name in ("python3", interpreter.name):
        (folder / name).write_text(f'#!/bin/sh\nexec "{interpreter}" "$@"\n')
        (folder / name).chmod(0o755)
    visible = [name for name in HIDDEN if shutil.which(name, path=str(folder))]
    assert visible == []
    return str(folder)


def bare_environment(path: str) -> dict[str, str]:
    """Return what hides from a command what this machine has and a bare one lacks."""
    emptied = ("JAVA_HOME", "KAFKA_BOOTSTRAP", "DATABASE_ADMIN_URL", "MAKEFLAGS", "MFLAGS")
    return {"PATH": path, "PYTHON": "python3", **dict.fromkeys(emptied, "")}


def family(pid: int) -> list[psutil.Process]:
    """List a process and all its descendants, whatever session they are in."""
    root = psutil.Process(pid)
    return [root, *root.children(recursive=True)]


def survivors(processes: Iterable[psutil.Process]) -> list[str]:
    """Give processes some seconds to end; describe those that do not."""
    _, alive = psutil.wait_procs(list(processes), timeout=ENDING_SECONDS)
    return [f"{process.pid} {' '.join(process.cmdline())}" for process in alive]


def memory_mib(processes: Iterable[psutil.Process]) -> float:
    """Sum what the processes hold, shared pages shared out among them (PSS)."""
    total = 0
    for process in processes:
        try:
            total += process.memory_full_info().pss
        except psutil.NoSuchProcess:
            continue  # a short-lived worker
    return total / 2**20


def running_module(pid: int, module: str) -> psutil.Process:
    """Find the descendant that runs `python -m module`."""
    return next(p for p in family(pid) if module in p.cmdline() and p.pid != pid)


def a_place_nobody_may_write_in(folder: Path) -> Path:
    """Return a directory in which this user cannot make anything, root included."""
    if os.geteuid() == 0:
        return Path("/sys")
    folder.mkdir(mode=0o555)
    return folder
