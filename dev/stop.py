"""``make demo-stop`` and ``make demo-reset``: end a running demo, and forget its data."""

import shutil
import sys

from clavis_testkit.launchers.process import LauncherError

from dev.infrastructure import Infrastructure
from dev.layout import LayoutError, from_environment
from dev.runfile import RunFile


def main(arguments: list[str]) -> int:
    """Stop the demo; with ``--reset`` also delete its database, keys, messages and logs."""
    try:
        layout = from_environment()
        ended = RunFile(layout.file("run.json")).end_all()
        print("The demo was stopped." if ended else "The demo was not running.")
        if "--reset" in arguments and layout.directory.exists():
            Infrastructure(layout).postgres.remove()
            shutil.rmtree(layout.directory)
            print("Its data is gone; the next start makes it anew.")
    except (LayoutError, LauncherError) as error:
        print(error)
        return 1
    except OSError as error:
        print(f"Cannot delete {error.filename}: {error.strerror}.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
