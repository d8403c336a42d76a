"""The filter of breached passwords: built from a package of one version, compared or written.

``python -m dev.checks.breached`` builds it again and fails when the shipped one differs;
``--write`` replaces it. The package comes by its registry's own client, and its content must have
the recorded hash.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from clavis_permanent.breached import SHIPPED, BreachedPasswords, build

MANIFEST = SHIPPED.with_suffix(".json")
CONTEXT = SHIPPED.with_name("breached-context.txt")


def passwords_of(package: Path, member: str) -> list[str]:
    """Read the list in a package."""
    with tarfile.open(package) as archive:
        file = archive.extractfile(member)
        if file is None:
            raise ValueError(f"{member} is not in the package")
        found: list[str] = json.load(file)
    return found


def fetched(source: dict[str, Any], directory: Path) -> Path:
    """Fetch the package and return it. Raises ValueError when it is not the recorded one."""
    name = f"{source['package']}@{source['version']}"
    command = ["npm", "pack", name, "--silent", "--pack-destination", str(directory)]
    packed = subprocess.run(command, check=True, capture_output=True, text=True)
    package = directory / packed.stdout.split()[-1]
    if hashlib.sha256(package.read_bytes()).hexdigest() != source["sha256"]:
        raise ValueError(f"{name} is not the package that was recorded")
    return package


def built(manifest: dict[str, Any]) -> bytes:
    """Build the filter from its sources."""
    context = CONTEXT.read_text().split()
    with tempfile.TemporaryDirectory() as directory:
        package = fetched(manifest["source"], Path(directory))
        return build([*passwords_of(package, manifest["source"]["member"]), *context])


def described(manifest: dict[str, Any], content: bytes) -> dict[str, Any]:
    """Return the manifest as it must be for this filter."""
    return manifest | {
        "entries": len(BreachedPasswords(content)),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def main(arguments: Iterable[str] | None = None) -> int:
    """Compare or write; return the exit code."""
    parser = argparse.ArgumentParser(prog="dev.checks.breached", description=__doc__)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args(None if arguments is None else list(arguments))
    manifest = json.loads(MANIFEST.read_text())
    content = built(manifest)
    if options.write:
        SHIPPED.write_bytes(content)
        MANIFEST.write_text(json.dumps(described(manifest, content), indent=2) + "\n")
    elif content != SHIPPED.read_bytes() or manifest != described(manifest, content):
        sys.stderr.write("the filter of breached passwords is not the one its sources make\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
