"""The pages: catalogues complete, types right, their own tests green."""

import os
import subprocess
import sys
from pathlib import Path

from dev.assets import WEB, find_node


def main() -> int:
    """Install from the lock what the checks need, then run them; 1 when one fails."""
    npm = find_node().npm
    steps = (
        ("ci", "--ignore-scripts", "--no-audit", "--no-fund"),
        ("run", "--silent", "check"),
        ("run", "--silent", "test"),
    )
    path = os.pathsep.join((str(Path(npm[0]).parent), os.environ.get("PATH", "")))
    for step in steps:
        done = subprocess.run((*npm, *step), cwd=WEB, env={**os.environ, "PATH": path}, check=False)
        if done.returncode != 0:
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
