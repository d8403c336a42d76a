"""``python -m bench.strangers``: whether time tells a stranger who is on record.

Every question that anybody may ask without a session is asked for numbers of nobody and of people
of every kind, in one shuffled order against one database. Told are the medians and, for each kind
against nobody, the chance to guess right from one answer's time (the area under the ROC curve, 0.5
is a coin) with the two-sided p of Mann and Whitney.
"""

import argparse
import json
import os
import re
import tempfile
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from clavis_kit import logging
from clavis_testkit.launchers.databases import run_sync
from clavis_testkit.launchers.postgres import open_postgres
from clavis_testkit.service_databases import ServiceDatabases

from bench.processes import machine
from bench.strangers import permanent, pin, registry
from bench.strangers.apart import Values

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "bench" / "results"
Measure = Callable[[str, Path, int], Coroutine[Any, Any, Values]]
SERVICES: dict[str, Measure] = {
    "registry": registry.measure,
    "pin": pin.measure,
    "permanent": permanent.measure,
}


def measured(names: list[str], count: int) -> Values:
    """Measure the services, each on a fresh database of one durable server."""
    found: Values = {}
    with tempfile.TemporaryDirectory(prefix="clavis-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL runs as a user with fewer rights
        server = open_postgres(folder / "postgres", durable=True)
        server.start()
        try:
            databases = ServiceDatabases(server, ROOT / "services")
            for service in names:
                made = run_sync(databases.create(service))
                keys = folder / service
                keys.mkdir()
                found[service] = run_sync(SERVICES[service](made.dsn, keys, count))
        finally:
            server.remove()
    return found


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000, help="questions of each kind")
    parser.add_argument(
        "--only", choices=SERVICES, help="one service; printed and not kept among the results"
    )
    arguments = parser.parse_args()
    names = [arguments.only] if arguments.only else list(SERVICES)
    logging.configure("bench", "WARNING")
    document: Values = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "load_average": [round(value, 1) for value in os.getloadavg()],
        "count_of_each": arguments.count,
        **measured(names, arguments.count),
    }
    print(json.dumps(document, indent=2))
    if arguments.only:
        return
    kind = re.sub(r"\W+", "-", f"{document['machine']['processor']} strangers").lower().strip("-")
    (RESULTS / f"{document['at'][:10]}-{kind}.json").write_text(
        json.dumps(document, indent=2) + "\n"
    )


if __name__ == "__main__":
    main()
