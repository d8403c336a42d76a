"""Where a PostgreSQL cluster lives on disk, so that the user it runs as can reach it.

PostgreSQL refuses to run as root. A launcher that is root lets the server run as an unprivileged
user, who must be able to traverse every directory above the data and the programs; a checkout under
a private home directory is not such a place, and then the cluster moves to a system directory.
"""

import fcntl
import hashlib
import os
import pwd
import secrets
import shutil
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from clavis_testkit.launchers.process import LauncherError, RunAs

_UNPRIVILEGED = ("nobody", "daemon")
_SYSTEM_PLACES = (Path("/var/lib"), Path("/var/tmp"), Path("/tmp"))  # noqa: S108 (owner is checked)
_SYSTEM_NAME = "clavis-dev"


def unprivileged_user() -> RunAs | None:
    """Return the user a server must run as: None when the launcher itself is not root."""
    if os.geteuid() != 0:
        return None
    for name in _UNPRIVILEGED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return RunAs(name, entry.pw_uid, entry.pw_gid)
    raise LauncherError(
        "PostgreSQL does not run as root and this system has no user 'nobody': "
        "start as another user or name a server in DATABASE_ADMIN_URL"
    )


def everyone_can_reach(path: Path) -> bool:
    """Whether an unprivileged user may traverse every directory down to `path`, itself included."""
    resolved = path.resolve()
    return all(
        place.exists() and place.stat().st_mode & stat.S_IXOTH
        for place in (resolved, *resolved.parents)
    )


@dataclass
class ClusterHome:
    """The directories of one cluster. `wanted` is what was asked for, `base` where it is."""

    wanted: Path
    base: Path
    run_as: RunAs | None
    _lock: IO[str] | None = None

    @property
    def data(self) -> Path:
        """The data directory of PostgreSQL, owned by the user it runs as."""
        return self.base / "data"

    @property
    def log_file(self) -> Path:
        """What the server writes."""
        return self.base / "postgres.log"

    def secret(self) -> bytes:
        """Return the secret from which the passwords of this cluster's roles are derived."""
        path = self.base / "secret"
        if not path.exists():
            _write_private(path, secrets.token_bytes(32))
        return path.read_bytes()

    def lock(self) -> None:
        """Hold the cluster for this process until `unlock`, or say who holds it."""
        if self._lock is not None:
            return
        handle = (self.base / "lock").open("a+")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            handle.seek(0)
            holder = handle.read().strip() or "unknown"
            handle.close()
            raise LauncherError(
                f"the PostgreSQL data in {self.base} is in use by a run with process id {holder}"
            ) from error
        handle.truncate(0)
        handle.write(f"{os.getpid()}\n")
        handle.flush()
        self._lock = handle

    def unlock(self) -> None:
        """Let another process hold the cluster."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def make_data_directory(self, path: Path) -> None:
        """Make an empty directory that belongs to the server's user alone."""
        path.mkdir(mode=0o700)
        self._give(path)

    def write_for_server(self, path: Path, text: str) -> None:
        """Write a file that the server's user alone may read."""
        _write_private(path, text.encode())
        self._give(path)

    def _give(self, path: Path) -> None:
        if self.run_as is not None:
            os.chown(path, self.run_as.uid, self.run_as.gid)

    def remove(self) -> None:
        """Delete the cluster with all its data."""
        shutil.rmtree(self.base, ignore_errors=True)
        shutil.rmtree(self.wanted, ignore_errors=True)


def open_home(wanted: Path) -> ClusterHome:
    """Make or find the directories of the cluster named by `wanted`. Errors: LauncherError."""
    run_as = unprivileged_user()
    try:
        wanted.mkdir(parents=True, exist_ok=True)
        base = wanted
        if run_as is not None and not everyone_can_reach(wanted):
            name = hashlib.sha256(str(wanted.resolve()).encode()).hexdigest()[:16]
            base = _system_place() / name
            base.mkdir(mode=0o755, exist_ok=True)
            _forget_if_orphaned(wanted, base)
    except OSError as error:
        raise LauncherError(
            f"PostgreSQL needs to write in {error.filename}: {error.strerror}"
        ) from error
    return ClusterHome(wanted, base, run_as)


def reachable_programs(installed: Path, version: str, run_as: RunAs | None) -> Path:
    """Find PostgreSQL's programs, copied to where `run_as` can reach them if need be."""
    if run_as is None or everyone_can_reach(installed / "bin"):
        return installed
    target = _system_place() / f"postgresql-{version}"
    if target.exists():
        return target
    building = target.with_name(f"{target.name}.{os.getpid()}")
    shutil.copytree(installed, building, symlinks=True)
    _open_to_everyone((building, *building.rglob("*")))
    try:
        building.rename(target)
    except OSError:  # another process was first
        shutil.rmtree(building)
    return target


def _open_to_everyone(paths: Iterable[Path]) -> None:
    for path in paths:
        if not path.is_symlink():
            mode = path.stat().st_mode
            executable = path.is_dir() or mode & stat.S_IXUSR
            path.chmod(mode | (0o755 if executable else 0o644))


def _system_place() -> Path:
    """Return a directory of root's that everyone can reach and only root can write."""
    for parent in _SYSTEM_PLACES:
        place = parent / _SYSTEM_NAME
        try:
            place.mkdir(mode=0o755, exist_ok=True)
            state = place.lstat()
        except OSError:
            continue
        # A directory of somebody else under a world-writable parent could be a trap.
        ours = state.st_uid == os.geteuid() and stat.S_ISDIR(state.st_mode)
        if ours and not state.st_mode & (stat.S_IWGRP | stat.S_IWOTH) and everyone_can_reach(place):
            return place
    raise LauncherError(
        "PostgreSQL must run as an unprivileged user, and no directory was found that both it and "
        "root can use: start as another user or name a server in DATABASE_ADMIN_URL"
    )


def _forget_if_orphaned(wanted: Path, base: Path) -> None:
    """Delete a moved cluster whose wanted directory was deleted since: its reset was asked for."""
    marker, copy = wanted / "cluster-id", base / "cluster-id"
    if marker.exists() and copy.exists() and marker.read_text() == copy.read_text():
        return
    shutil.rmtree(base)
    base.mkdir(mode=0o755)
    identifier = secrets.token_hex(16)
    copy.write_text(identifier)
    marker.write_text(identifier)


def _write_private(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
