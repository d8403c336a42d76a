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
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import psutil
from aiohttp import web
from clavis_kit.clock import SystemClock
from clavis_kit.ids import new_id
from clavis_kit.keyed_hash import KeyedHash
from clavis_kit.national_id import check_letter
from clavis_kit.service_tokens import ServiceTokenSigner
from clavis_pin.settings import PinSettings
from clavis_testkit.launchers.databases import run_sync
from clavis_testkit.launchers.postgres import open_postgres
from clavis_testkit.launchers.process import free_port
from clavis_testkit.service_databases import ServiceDatabases
from clavis_testkit.service_processes import instance
from cryptography.hazmat.primitives.asymmetric import ec

from bench.load import quantile
from bench.processes import machine
from services.pin.tests.world import write_key_files

ROOT = Path(__file__).parents[1]
RESULTS = Path(__file__).parent / "results"
CONTRAST = "2031-05-17"
WARM_UP = 200
Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Citizen:
    """Somebody to send a PIN to."""

    national_id: str
    phone: str
    source: str


@dataclass
class Bench:
    """One instance of the service, its people, and the way to call it."""

    url: str
    http: aiohttp.ClientSession
    signer: ServiceTokenSigner
    messages: list[Document]
    server: psutil.Process

    async def post(self, path: str, document: Document) -> Document:
        """Post with the gateway's token and return the answer."""
        headers = self.signer.headers("pin")
        async with self.http.post(self.url + path, json=document, headers=headers) as answer:
            found: Document = await answer.json()
            return found

    async def ask(self, citizen: Citizen, contrast: str = CONTRAST) -> Document:
        """Ask for a PIN and return the answer."""
        return await self.post("/v1/pins", {
            "national_id": citizen.national_id, "contrast": contrast, "relying_party": "bench",
            "language": "es", "source": citizen.source,
        })  # fmt: skip


def citizens(count: int, first: int) -> list[Citizen]:
    """Make people with numbers, phones and networks of their own."""
    return [
        Citizen(
            f"{number:08}{check_letter(number)}",
            f"+346{number:08}",
            f"10.{number // 250 % 250}.{number % 250}.1",
        )
        for number in range(first, first + count)
    ]


async def enter(dsn: str, settings: PinSettings, people: list[Citizen], *, frozen: bool) -> None:
    """Write people as the events of the registry would have."""
    number, contrast = (
        KeyedHash.from_file(file)
        for file in (settings.national_id_key_file, settings.contrast_key_file)
    )
    rows = []
    for person in people:
        subject = new_id()
        rows.append((subject, number.of(person.national_id), "advanced", "active", True, 1,
                     person.phone, contrast.bound(subject, CONTRAST), "es", 1, frozen))  # fmt: skip
    connection = await asyncpg.connect(dsn)
    await connection.copy_records_to_table("person", records=rows, columns=[
        "subject_id", "national_id_hash", "level", "status", "phone_verified", "person_version",
        "phone", "contrast_hash", "language", "contact_version", "frozen",
    ])  # fmt: skip
    await connection.execute("ANALYZE person")
    await connection.close()


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


@asynccontextmanager
async def outside(signer: ServiceTokenSigner, messages: list[Document]) -> AsyncIterator[str]:
    """Publish the gateway's keys and take messages as a quick provider does."""

    async def take(request: web.Request) -> web.Response:
        messages.append(await request.json())
        return web.json_response({}, status=202)

    async def keys(_: web.Request) -> web.Response:
        return web.json_response(signer.jwks)

    app = web.Application()
    app.add_routes([web.post("/api/messages", take), web.get("/gateway", keys)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


def settings_of(dsn: str, directory: Path, url: str) -> PinSettings:
    """Return the settings of an instance whose neighbours all answer at one address."""
    values: Document = {
        "database_url": dsn,
        "kafka_bootstrap": "127.0.0.1:1",
        "port": 1,
        "public_url": "http://pin.bench",
        "app_url": "http://portal.bench/app/",
        "oidc_issuer": url,
        "sms_webhook_url": f"{url}/api/messages",
        "trusted_callers": {"gateway": f"{url}/gateway"},
        "log_level": "WARNING",
    }
    return PinSettings(**values, **write_key_files(directory))  # type: ignore[arg-type]  # by name


@asynccontextmanager
async def service(
    dsn: str, directory: Path, people: list[Citizen], frozen: list[Citizen]
) -> AsyncIterator[Bench]:
    """Run one instance on the last core."""
    signer = ServiceTokenSigner("gateway", ec.generate_private_key(ec.SECP256R1()), SystemClock())
    messages: list[Document] = []
    async with outside(signer, messages) as url:
        settings = settings_of(dsn, directory, url)
        await enter(dsn, settings, people, frozen=False)
        await enter(dsn, settings, frozen, frozen=True)
        before = {child.pid for child in psutil.Process().children()}
        async with (
            instance(settings, directory / "pin.log") as client,
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=100)) as http,
        ):
            [server] = [c for c in psutil.Process().children() if c.pid not in before]
            server.cpu_affinity([(psutil.cpu_count() or 1) - 1])
            yield Bench(str(client.base_url).rstrip("/"), http, signer, messages, server)


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
