"""The command line: `python -m clavis_permanent serve`, `migrate`, `calibrate` and more."""

import argparse
import sys
from pathlib import Path

from clavis_kit.clock import SystemClock
from clavis_kit.commands import add_migrate
from clavis_kit.http import serve
from clavis_kit.ids import new_id
from clavis_kit.pepper_commands import add_pepper
from clavis_kit.projection import Projection
from clavis_kit.projection_commands import add_projection
from clavis_kit.sealed import read_own_key
from clavis_kit.settings import KeyFileError, load

from clavis_permanent import breached
from clavis_permanent.app import create_app
from clavis_permanent.calibration import LEAST_MEMORY_KIB, MEBIBYTE, calibrate
from clavis_permanent.consumers import projected
from clavis_permanent.settings import MIGRATIONS, PermanentSettings


def run_service(_: argparse.Namespace) -> int:
    """Serve until told to stop; a key that cannot be read ends the start with a sentence."""
    settings = load(PermanentSettings)
    try:
        serve(create_app(settings), settings)
    except KeyFileError as error:
        print(f"permanent: {error}", file=sys.stderr)
        return 2
    return 0


def open_projection() -> tuple[PermanentSettings, Projection]:
    """Read the settings and say what is projected. Raises KeyFileError."""
    settings = load(PermanentSettings)
    key = read_own_key(settings.contact_key_file, settings.service_name)
    return settings, projected(key, new_id, SystemClock())


def run_calibrate(arguments: argparse.Namespace) -> int:
    """Print the parameters whose hash takes at most this long on this machine."""
    most_kib = max(arguments.memory_mib * MEBIBYTE, LEAST_MEMORY_KIB)
    cost = calibrate(arguments.target_ms, most_kib)
    print(cost.settings(), end="")
    print(f"permanent: one hash takes {cost.cpu_ms:.0f} ms of CPU here", file=sys.stderr)
    if cost.cpu_ms > arguments.target_ms:
        print("permanent: fewer would be too cheap to keep passwords", file=sys.stderr)
    return 0


def run_breached(arguments: argparse.Namespace) -> int:
    """Write a filter of the passwords in some lists, one a line."""
    lines = (
        line for path in arguments.lists for line in path.read_text(errors="replace").splitlines()
    )
    filtered = breached.build(lines)
    arguments.output.write_bytes(filtered)
    print(f"{len(breached.BreachedPasswords(filtered))} passwords", file=sys.stderr)
    return 0


def _add_own(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    calibrating = verbs.add_parser("calibrate", help="Argon2id parameters for a time, here")
    calibrating.add_argument("--target-ms", type=float, default=100, help="CPU time of one hash")
    calibrating.add_argument("--memory-mib", type=int, default=64, help="memory of one hash")
    calibrating.set_defaults(run=run_calibrate)
    filtering = verbs.add_parser("breached", help="make a filter of lists of known passwords")
    filtering.add_argument("lists", nargs="+", type=Path)
    filtering.add_argument("--output", type=Path, required=True)
    filtering.set_defaults(run=run_breached)


def main() -> int:
    """Read the verb and run it."""
    parser = argparse.ArgumentParser(prog="clavis_permanent")
    verbs = parser.add_subparsers(required=True)
    verbs.add_parser("serve", help="run the service").set_defaults(run=run_service)
    add_migrate(verbs, "permanent", MIGRATIONS)
    add_pepper(verbs)
    add_projection(verbs, open_projection)
    _add_own(verbs)
    arguments = parser.parse_args()
    code: int = arguments.run(arguments)
    return code


if __name__ == "__main__":
    sys.exit(main())
