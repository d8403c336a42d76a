"""Runs several verbs of one command line in one process: most of a verb's time is its start.

    python -m dev.verbs clavis_registry '[["deaths", "FILE"], ["verify"]]'

Standard input is shared: each verb reads its own line. The first that fails ends the run with its
code.
"""

import importlib
import json
import sys


def main(module: str, verbs: list[list[str]]) -> int:
    """Run the verbs in order; return the code of the first that fails, else 0."""
    parser = importlib.import_module(f"{module}.__main__").parser()
    for arguments in verbs:
        chosen = parser.parse_args(arguments)
        code: int = chosen.run(chosen)
        if code:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], json.loads(sys.argv[2])))
