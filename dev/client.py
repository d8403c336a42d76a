"""``make client FILE=client.json``: registers a relying party with the running demo.

The file holds RFC 7591 metadata, and optionally what the operator decides (``minimum_loa``,
``profile`` …). Identifier and secret are made when the file has none, and printed once.
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
    if RunFile(layout.file("run.json")).supervisor() is None:
        raise DemoError("The demo is not running: make demo starts it.")
    verb = ["client", "add", str(file.resolve())]
    said = run_command(layout, Infrastructure(layout), "gateway", verb)
    return f"{said.strip()}\nDiscovery: {layout.issuer}/.well-known/openid-configuration"


def main(arguments: list[str]) -> int:
    """Register the client of a file; the exit code is 1 when that was not possible."""
    if len(arguments) != 1:
        print("Name the file: make client FILE=client.json")
        return 2
    try:
        print(register(from_environment(), Path(arguments[0])))
    except (DemoError, LayoutError, LauncherError) as error:
        print(error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
