"""``make client FILE=client.json``: registers a relying party with the running demo.

The file holds RFC 7591 metadata, and optionally what the operator decides (``minimum_loa``,
``profile`` …). Identifier and secret are made when the file has none, and printed once.

``python -m dev.client VERB …`` runs any other verb of ``client`` (docs/relying-parties) against it.
"""

import sys
from pathlib import Path

from clavis_testkit.launchers.process import LauncherError

from dev.commands import run_command
from dev.infrastructure import Infrastructure
from dev.layout import Layout, LayoutError, from_environment
from dev.processes import DemoError
from dev.runfile import RunFile


def register(layout: Layout, file: Path) -> str:
    """Register the client and return what its owner must know. DemoError says why not."""
    said = run_verb(layout, ["add", str(file)])
    return f"{said}\nDiscovery: {layout.issuer}/.well-known/openid-configuration"


def run_verb(layout: Layout, verb: list[str]) -> str:
    """Run a verb of ``client`` and return what it printed. DemoError says why not."""
    if RunFile(layout.file("run.json")).supervisor() is None:
        raise DemoError("The demo is not running: make demo starts it.")
    # Commands run in another directory than this one.
    spelled = [str(Path(word).resolve()) if Path(word).is_file() else word for word in verb]
    typed = sys.stdin.readline() if "--national-id" in verb else ""
    command = ["client", *spelled]
    return run_command(layout, Infrastructure(layout), "gateway", command, typed).strip()


def main(arguments: list[str]) -> int:
    """Register the client of a file, or run a verb; the exit code is 1 when that was not possible.

    One word alone is a file unless it looks like a verb.
    """
    if not arguments:
        print("Name the file: make client FILE=client.json")
        return 2
    alone = len(arguments) == 1 and not arguments[0].isalpha()
    try:
        layout = from_environment()
        print(register(layout, Path(arguments[0])) if alone else run_verb(layout, arguments))
    except (DemoError, LayoutError, LauncherError) as error:
        print(error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
