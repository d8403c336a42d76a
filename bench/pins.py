"""``python -m bench.pins``: PIN requests and verifications at a steady rate, on one core.

Requests leave at their moment whether or not earlier ones were answered, so a slow answer is not
hidden by a caller that waits for it. The database is real and durable; the SMS provider answers at
once. Also: what a stranger, a wrong datum and a frozen person cost, side by side in one run.
"""

import argparse
import asyncio
import json
import os
import random
import re
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import psutil
from clavis_testkit.launchers.databases import run_sync
from clavis_testkit.launchers.postgres import open_postgres
from clavis_testkit.service_databases import ServiceDatabases

from bench.load import quantile
from bench.pin_service import CONTRAST, Bench, Citizen, Document, citizens, service
from bench.processes import machine

ROOT = Path(__file__).parents[1]
RESULTS = Path(__file__).parent / "results"
WARM_UP = 200


async def steadily(
    works: list[Callable[[], Awaitable[None]]], per_second: float, server: psutil.Process
) -> Document:
    """Begin one work after the other at the rate and return what they took, in milliseconds."""
    waits: list[float] = []
    begun = time.perf_counter()
    cpu = sum(server.cpu_times()[:2])

    async def at_its_moment(number: int, work: Callable[[], Awaitable[None]]) -> None:
        due = begun + number / per_second
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        asked = time.perf_counter()
        await work()
        waits.append(time.perf_counter() - asked)

    await asyncio.gather(*(at_its_moment(n, work) for n, work in enumerate(works)))
    took, spent = time.perf_counter() - begun, sum(server.cpu_times()[:2]) - cpu
    return figures(waits) | {
        "per_second": round(len(works) / took, 1),
        "cpu_ms": round(spent / len(works) * 1000, 2),
        "core_share": round(spent / took, 2),
    }


def figures(waits: list[float]) -> Document:
    """Return the quantiles of some waits, in milliseconds."""
    ordered = sorted(waits)
    named = (("p50_ms", 0.5), ("p90_ms", 0.9), ("p99_ms", 0.99), ("p999_ms", 0.999))
    return {"count": len(ordered)} | {
        name: round(quantile(ordered, share) * 1000, 2) for name, share in named
    }


async def requests_and_verifications(
    bench: Bench, people: list[Citizen], per_second: float
) -> dict[str, Document]:
    """Send everybody a PIN at the rate, then have everybody type theirs."""
    asked: dict[str, str] = {}

    def request(person: Citizen) -> Callable[[], Awaitable[None]]:
        async def work() -> None:
            answer = await bench.ask(person)
            if answer.get("outcome") != "sent":
                raise RuntimeError(f"not sent: {answer}")
            asked[person.phone] = answer["pin_request_id"]

        return work

    works = [request(person) for person in people]
    await steadily(works[:WARM_UP], per_second, bench.server)
    requests = await steadily(works[WARM_UP:], per_second, bench.server)
    pins = {m["to"]: _pin_in(m["body"]) for m in bench.messages}

    def verification(person: Citizen) -> Callable[[], Awaitable[None]]:
        async def work() -> None:
            path = f"/v1/pins/{asked[person.phone]}/attempts"
            answer = await bench.post(path, {"pin": pins[person.phone]})
            if answer.get("verdict") != "accepted":
                raise RuntimeError(f"not accepted: {answer}")

        return work

    works = [verification(person) for person in people]
    await steadily(works[:WARM_UP], per_second, bench.server)
    return {
        "request": requests,
        "verification": await steadily(works[WARM_UP:], per_second, bench.server),
    }


def _pin_in(body: str) -> str:
    found = re.search(r" es ([A-Z2-7]{3})\.", body)
    if not found:
        raise RuntimeError("a message without a PIN")
    return found[1]


async def refusals(
    bench: Bench, known: list[Citizen], frozen: list[Citizen], rounds: int
) -> dict[str, Document]:
    """Ask for strangers, with a wrong datum and for frozen people, in a shuffled order."""
    strangers = citizens(rounds, 60_000_000)
    waits: dict[str, list[float]] = {"unknown": [], "wrong_datum": [], "frozen": []}
    works = [("unknown", person, CONTRAST) for person in strangers]
    works += [("wrong_datum", person, "2031-05-18") for person in known[:rounds]]
    works += [("frozen", person, CONTRAST) for person in frozen[:rounds]]
    random.Random(1).shuffle(works)  # noqa: S311  an order, no secret
    for kind, person, contrast in works:
        asked = time.perf_counter()
        answer = await bench.ask(person, contrast)
        waits[kind].append(time.perf_counter() - asked)
        if answer != {"outcome": "mismatch"}:
            raise RuntimeError(f"told apart: {kind} {answer}")
    return {kind: figures(found) for kind, found in waits.items()}


async def measure(dsn: str, directory: Path, per_second: float, seconds: float) -> Document:
    """Return all figures."""
    people = citizens(WARM_UP + int(per_second * seconds), 1_000_000)
    frozen, known = citizens(500, 50_000_000), citizens(500, 55_000_000)
    async with service(dsn, directory, [*people, *known], frozen) as bench:
        steady = await requests_and_verifications(bench, people, per_second)
        return {**steady, "refusals": await refusals(bench, known, frozen, 500)}


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=200.0, help="a second")
    parser.add_argument("--seconds", type=float, default=15.0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="clavis-bench-") as name:
        directory = Path(name)
        directory.chmod(0o755)  # PostgreSQL runs as a user with fewer rights
        server = open_postgres(directory / "postgres", durable=True)
        server.start()
        try:
            made = run_sync(ServiceDatabases(server, ROOT / "services").create("pin"))
            found = asyncio.run(measure(made.dsn, directory, arguments.rate, arguments.seconds))
        finally:
            server.remove()
    document: Document = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "load_average": [round(value, 1) for value in os.getloadavg()],
        "rate": arguments.rate,
        **found,
    }
    print(json.dumps(document, indent=2))
    kind = re.sub(r"\W+", "-", f"{document['machine']['processor']} pins").lower().strip("-")
    (RESULTS / f"{document['at'][:10]}-{kind}.json").write_text(
        json.dumps(document, indent=2) + "\n"
    )


if __name__ == "__main__":
    main()
