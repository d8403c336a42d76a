"""``python -m bench.registry_scale``: what a look-up and an enrolment cost as the registry grows.

Registries of several sizes stand on one PostgreSQL and are asked in turn, so that whatever else the
machine does falls on all of them alike.
"""

import argparse
import asyncio
import dataclasses
import json
import os
import random
import secrets
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import asyncpg
from clavis_kit.clock import SystemClock
from clavis_kit.db import open_pool
from clavis_kit.ids import new_id
from clavis_kit.keyed_hash import KeyedHash
from clavis_kit.migrations import migrate
from clavis_registry.actions.entering import Applicant
from clavis_registry.actions.imports import ImportedPerson, import_person
from clavis_registry.actions.lookups import look_up
from clavis_registry.actions.offices import active_officer, add_office, add_officer
from clavis_registry.deps import Deps, Keys
from clavis_registry.rules.identity import Document, DocumentKind
from clavis_registry.rules.person import Channel, PersonName
from clavis_registry.settings import MIGRATIONS, RegistrySettings
from clavis_registry.store.offices import Officer
from clavis_testkit.launchers.postgres import PostgresServer
from joserfc.jwk import ECKey, Key, KeySet

from bench.load import quantile
from bench.processes import machine
from bench.registry_fill import Size, fill, national_id

RESULTS = Path(__file__).parent / "results"
FIRST_NEW = 50_000_000  # numbers of people who are not there yet
Timed = dict[str, list[float]]


@dataclasses.dataclass
class Registry:
    """One registry of a size, and the officer who asks."""

    size: Size
    deps: Deps
    officer: Officer
    times: Timed = dataclasses.field(default_factory=lambda: {"look-up": [], "enrolment": []})
    entered: int = 0

    async def look_up(self) -> None:
        """Look up somebody at random."""
        number = random.randint(1, self.size.people)  # noqa: S311  no secret
        await look_up(self.deps, self.officer, national_id(number), "Consulta en ventanilla")

    async def enrol(self) -> None:
        """Enter somebody new: the same act as at a desk, with events and evidence."""
        self.entered += 1
        await import_person(self.deps, _newcomer(FIRST_NEW + self.entered))


def _newcomer(number: int) -> ImportedPerson:
    return ImportedPerson(
        applicant=Applicant(
            national_id=national_id(number),
            name=PersonName("Nueva", "Persona", None),
            birth_date=date(1980, 1, 1),
            document=Document(DocumentKind.DNI, None, date(2024, 1, 1), date(2034, 1, 1)),
            guardian=None,
            email=f"nueva{number}@example.org",
            mobile=f"+347{number:08}",
            language="es",
        ),
        channel=Channel.OFFICE,
        consent_reference="bench",
        enrolled_at=None,
        last_strong_identification_at=None,
        activation_code=None,
        renounced=False,
    )


def made_up_keys() -> Keys:
    """Make keys for one run."""
    readers: list[Key] = [ECKey.generate_key("P-256", {"kid": kid}) for kid in ("pin", "permanent")]
    one: dict[str, Any] = {
        name: KeyedHash(secrets.token_bytes(32))
        for name in ("national_id", "contrast", "activation", "names")
    }
    return Keys(**one, contact_readers=KeySet(readers), checkpoint=ECKey.generate_key("P-256"))


async def _registry(server: PostgresServer, people: int) -> Registry:
    name, owner, runtime = f"scale_{people}", "scale_owner", "clavis_registry"
    server.create_database(name, owner, runtime)
    await migrate(server.dsn(name, owner), MIGRATIONS, runtime_role=runtime)
    connection = await asyncpg.connect(server.dsn(name, owner))
    begun = time.monotonic()
    size = await fill(connection, people)
    await connection.close()
    print(f"{people:>10} people in {time.monotonic() - begun:.0f} s", flush=True)
    parts: dict[str, Any] = dict.fromkeys(("messages", "documents", "seal"))
    deps = Deps(
        settings=RegistrySettings.model_construct(),
        pool=await open_pool(server.dsn(name, runtime), 2),
        clock=SystemClock(),
        new_id=new_id,
        random_below=secrets.randbelow,
        keys=made_up_keys(),
        **parts,
    )
    await add_office(deps, ("B1", "Bench"), "B-1", "Bench")
    subject_id = await add_officer(deps, national_id(FIRST_NEW), "B-1", "officer", "Bench")
    return Registry(size, deps, await active_officer(deps, subject_id))


async def _timed(into: list[float], act: Callable[[], Awaitable[None]]) -> None:
    begun = time.perf_counter()
    await act()
    into.append((time.perf_counter() - begun) * 1000)


async def _measure(registries: list[Registry], rounds: int) -> None:
    for number in range(rounds + rounds // 10):
        if number == rounds // 10:  # before that, caches fill
            for registry in registries:
                for times in registry.times.values():
                    times.clear()
        for registry in random.sample(registries, len(registries)):
            await _timed(registry.times["look-up"], registry.look_up)
            await _timed(registry.times["enrolment"], registry.enrol)


def _figures(registries: list[Registry]) -> list[dict[str, Any]]:
    figures = []
    for registry in registries:
        entry: dict[str, Any] = {"people": registry.size.people}
        for name, times in registry.times.items():
            ordered = sorted(times)
            entry[name] = {
                "p50_ms": round(quantile(ordered, 0.5), 2),
                "p99_ms": round(quantile(ordered, 0.99), 2),
            }
        entry["bytes_per_person"] = round(sum(registry.size.bytes_per_person.values()))
        entry["bytes_by_table"] = registry.size.bytes_per_person
        figures.append(entry)
    return figures


async def _run(server: PostgresServer, sizes: list[int], rounds: int) -> list[dict[str, Any]]:
    registries = [await _registry(server, people) for people in sorted(sizes)]
    await _measure(registries, rounds)
    figures = _figures(registries)
    for registry in registries:
        await registry.deps.pool.close()
    return figures


def main() -> None:
    """Fill, ask, print, write the result, and leave nothing behind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="100000,1000000,10000000")
    parser.add_argument("--rounds", type=int, default=2000)
    arguments = parser.parse_args()
    sizes = [int(size) for size in arguments.sizes.split(",")]
    with tempfile.TemporaryDirectory(prefix="clavis-scale-") as folder:
        Path(folder).chmod(0o755)  # PostgreSQL runs as a user with fewer rights
        server = PostgresServer(Path(folder) / "postgres", durable=False)
        server.start()
        try:
            figures = asyncio.run(_run(server, sizes, arguments.rounds))
        finally:
            server.remove()
    least, most = figures[0], figures[-1]
    result = {
        "machine": machine(),
        "load_average": os.getloadavg()[0],
        "rounds": arguments.rounds,
        "registries": figures,
        "p99_ratio": {
            name: round(most[name]["p99_ms"] / least[name]["p99_ms"], 2)
            for name in ("look-up", "enrolment")
        },
    }
    text = json.dumps(result, indent=2)
    print(text)
    day = datetime.now(UTC).date().isoformat()
    (RESULTS / f"{day}-registry-scale.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
