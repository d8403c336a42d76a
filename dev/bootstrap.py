"""Makes `.venv` ready with nothing but a Python: dependencies by hash, our packages by path.

    python3 dev/bootstrap.py          what the demo needs
    python3 dev/bootstrap.py --dev    also what tests, lint and code generation need

A second run with the same locks does nothing. This file alone must be readable by an old Python
(3.6), so that it can say that it is too old.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

MINIMUM = (3, 11)
NEWER = ("python3.11", "python3.12", "python3.13", "python3.14")
ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
INTERPRETER = VENV / "bin" / "python"
SOURCES = (
    "libs/kit/src",
    "libs/events/src",
    "libs/certificates/src",
    "libs/resource_server/src",
    "libs/testkit/src",
    "services/registry/src",
    "services/pin/src",
    "services/permanent/src",
    "services/signing/src",
    "services/gateway/src",
    ".",
)
PROBE = "import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))"


def fail(sentence: str) -> None:
    """End with one sentence and code 1."""
    sys.stderr.write(sentence + "\n")
    sys.exit(1)


def suitable(command: str) -> bool:
    """Say whether a Python is new enough and can make virtual environments."""
    try:
        return subprocess.call([command, "-c", PROBE], stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def choose_python() -> str:
    """Return the Python to build with: the running one if it suits, else a newer one on PATH."""
    for command in (os.environ.get("PYTHON") or sys.executable, *NEWER):
        if suitable(command):
            return command
    running = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info[:2] < MINIMUM:
        fail(
            f"Clavis needs Python 3.11 or newer and found only {running}; install one, or name it: "
            "make demo PYTHON=/path/to/python3.11"
        )
    fail(
        f"Python {running} has no venv module; install it (on Debian and Ubuntu: "
        "apt install python3-venv) and run again."
    )
    return ""


def digest(locks: "list[str]") -> str:
    """Name the wanted state: the locks, the place and this file."""
    state = hashlib.sha256(str(ROOT).encode())
    for name in [*locks, "dev/bootstrap.py"]:
        state.update((ROOT / name).read_bytes())
    return state.hexdigest()


def run(*command: str) -> None:
    """Run a command; end with one sentence when it fails."""
    code = subprocess.call(command, cwd=str(ROOT))
    if code:
        shown = " ".join(command[:4])
        fail(f"`{shown}` failed with code {code}; the lines above say why.")


def make_venv() -> None:
    """Create the environment unless a suitable one is there."""
    if INTERPRETER.exists() and suitable(str(INTERPRETER)):
        return
    sys.stderr.write("Making .venv ...\n")
    run(choose_python(), "-m", "venv", "--clear", str(VENV))


def install(locks: "list[str]") -> None:
    """Install exactly what the locks say, every file checked against its hash."""
    sys.stderr.write("Installing {} ...\n".format(" and ".join(locks)))
    command = [str(INTERPRETER), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    command += ["--require-hashes", "--no-deps"]
    for lock in locks:
        command += ["-r", lock]
    run(*command)


def write_paths() -> None:
    """Make our packages importable from the environment, straight from their sources."""
    probe = "import sysconfig; print(sysconfig.get_paths()['purelib'])"
    answer = subprocess.check_output([str(INTERPRETER), "-c", probe])
    lines = [str((ROOT / source).resolve()) for source in SOURCES]
    (Path(answer.decode().strip()) / "clavis.pth").write_text("\n".join(lines) + "\n")


def is_ready(kind: str, locks: "list[str]") -> bool:
    """Say whether the last run of this kind left exactly this state."""
    stamp = VENV / f".clavis-{kind}"
    if not (stamp.exists() and INTERPRETER.exists()):
        return False
    return stamp.read_text() == digest(locks)


def main(arguments: "list[str]") -> None:
    """Bring `.venv` to the wanted state."""
    wanted = {"run": ["requirements.lock"]}
    if "--dev" in arguments:
        wanted["dev"] = ["requirements.lock", "requirements-dev.lock"]
    if all(is_ready(kind, locks) for kind, locks in wanted.items()):
        return
    try:
        make_venv()
        install(wanted.get("dev") or wanted["run"])
        write_paths()
        for kind, locks in wanted.items():
            (VENV / f".clavis-{kind}").write_text(digest(locks))
    except OSError as error:
        fail(f"Cannot prepare .venv: {error.filename}: {error.strerror}.")


if __name__ == "__main__":
    main(sys.argv[1:])
