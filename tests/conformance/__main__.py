"""``python -m tests.conformance suite FOLDER ISSUER SUITE``: a bundle and configurations.

``python -m tests.conformance table`` writes the table of docs/conformance.md anew.
"""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from dev.seed.people import demo_people
from tests.conformance.harness.configuration import configurations
from tests.conformance.harness.suite import Suite
from tests.conformance.harness.table import PAGE, page

_ALIAS = "clavis"
_USAGE = "usage: python -m tests.conformance table | suite FOLDER ISSUER SUITE"


def write_suite(folder: Path, issuer: str, suite_url: str) -> None:
    """Write clients.json for DEMO_CLIENTS, and one configuration for each plan of the suite."""
    folder.mkdir(parents=True, mode=0o700)
    address = f"{suite_url.rstrip('/')}/test/a/{_ALIAS}/"
    suite = Suite(folder, f"{address}backchannel_logout", address)
    suite.write()
    person = demo_people(datetime.now(UTC).date())[0].public()
    for plan, content in configurations(suite, issuer.rstrip("/"), person, _ALIAS).items():
        text = json.dumps(content | {"description": f"Clavis: {plan}"}, indent=2)
        (folder / f"{plan}.json").write_text(text + "\n", encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Do one of the two; the exit code is 2 when it is neither."""
    match arguments:
        case ["table"]:
            PAGE.write_text(page(), encoding="utf-8")
        case ["suite", folder, issuer, suite_url]:
            write_suite(Path(folder), issuer, suite_url)
        case _:
            print(_USAGE, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
