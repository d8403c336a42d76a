"""The command line: `python -m clavis_pin serve`, `migrate`, `pepper` and `projection`."""

import argparse
import sys

from clavis_kit.clock import SystemClock
from clavis_kit.commands import add_migrate
from clavis_kit.http import serve
from clavis_kit.pepper_commands import add_pepper
from clavis_kit.projection import Projection
from clavis_kit.projection_commands import add_projection
from clavis_kit.sealed import read_own_key
from clavis_kit.settings import KeyFileError, load

from clavis_pin.app import create_app
from clavis_pin.consumers import projected
from clavis_pin.settings import MIGRATIONS, PinSettings


def run_service(_: argparse.Namespace) -> int:
    """Serve until told to stop; a key that cannot be read ends the start with a sentence."""
    settings = load(PinSettings)
    try:
        serve(create_app(settings), settings)
    except KeyFileError as error:
        print(f"pin: {error}", file=sys.stderr)
        return 2
    return 0


def open_projection() -> tuple[PinSettings, Projection]:
    """Read the settings and say what is projected. Raises KeyFileError."""
    settings = load(PinSettings)
    key = read_own_key(settings.contact_key_file, settings.service_name)
    return settings, projected(key, SystemClock())


def main() -> int:
    """Read the verb and run it."""
    parser = argparse.ArgumentParser(prog="clavis_pin")
    verbs = parser.add_subparsers(required=True)
    verbs.add_parser("serve", help="run the service").set_defaults(run=run_service)
    add_migrate(verbs, "pin", MIGRATIONS)
    add_pepper(verbs)
    add_projection(verbs, open_projection)
    arguments = parser.parse_args()
    code: int = arguments.run(arguments)
    return code


if __name__ == "__main__":
    sys.exit(main())
