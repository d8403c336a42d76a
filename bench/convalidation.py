"""``python -m bench.convalidation``: how fast another census is entered, by two workers.

What `people convalidate` does with each chunk: read the lines, judge them, seal contact data, write
people, evidence and events. PostgreSQL runs on the same machine; its processor time counts.
"""

import asyncio
import json
import multiprocessing
import os
import secrets
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
from clavis_kit.clock import SystemClock
from clavis_kit.db import open_pool
from clavis_kit.ids import new_id
from clavis_kit.migrations import migrate
from clavis_registry.actions.convalidation import CHUNK_LINES, Chunk, Consent, enter_chunk
from clavis_registry.commands.census_files import Line, candidate
from clavis_registry.deps import Deps, Keys
from clavis_registry.settings import MIGRATIONS, RegistrySettings
from clavis_registry.texts import TERMS_VERSION
from clavis_testkit.launchers.postgres import PostgresServer

from bench.processes import machine
from bench.registry_fill import national_id
from bench.registry_scale import made_up_keys

RESULTS = Path(__file__).parent / "results"
WORKERS, CHUNKS = 2, 30
CONSENT = Consent("bench", TERMS_VERSION)


def _line(number: int) -> Line:
    return {
        "national_id": national_id(number), "given_name": "María José", "first_surname": "García",
        "second_surname": "Fernández", "birth_date": "1980-02-03", "document_kind": "dni",
        "support_number": "", "issued_on": "2022-01-01", "expires_on": "2032-01-01",
        "email": f"p{number}@example.org", "mobile": f"+346{number:08}", "language": "ca",
    }  # fmt: skip


async def _deps(dsn: str, keys: Keys) -> Deps:
    parts: dict[str, Any] = dict.fromkeys(("messages", "documents", "seal"))
    return Deps(
        settings=RegistrySettings.model_construct(), pool=await open_pool(dsn, 1),
        clock=SystemClock(), new_id=new_id, random_below=secrets.randbelow, keys=keys, **parts,
    )  # fmt: skip


async def _enter(dsn: str, run_id: str, first: int) -> None:
    deps = await _deps(dsn, made_up_keys())
    for number in range(first, CHUNKS, WORKERS):
        start = number * CHUNK_LINES + 1
        lines = [_line(at) for at in range(start, start + CHUNK_LINES)]
        candidates = [candidate(start + at, line) for at, line in enumerate(lines)]
        await enter_chunk(deps, Chunk(run_id, number, CONSENT, candidates))
    await deps.pool.close()


def _worker(dsn: str, run_id: str, first: int, start: Any) -> None:
    start.wait()
    asyncio.run(_enter(dsn, run_id, first))


async def _begin(dsn: str) -> str:
    deps = await _deps(dsn, made_up_keys())
    async with deps.transaction() as unit:
        begun = await unit.convalidations.obtain_run(
            new_id(), "bench", "bench", CHUNK_LINES, deps.clock.now()
        )
    await deps.pool.close()
    return begun.run_id


def _measure(server: PostgresServer) -> dict[str, Any]:
    server.create_database("census", "census_owner", "clavis_registry")
    owner, runtime = server.dsn("census", "census_owner"), server.dsn("census", "clavis_registry")
    asyncio.run(migrate(owner, MIGRATIONS, runtime_role="clavis_registry"))
    run_id = asyncio.run(_begin(runtime))
    spawn = multiprocessing.get_context("spawn")
    barrier = spawn.Barrier(WORKERS + 1)
    workers = [
        spawn.Process(target=_worker, args=(runtime, run_id, n, barrier)) for n in range(WORKERS)
    ]
    for worker in workers:
        worker.start()
    barrier.wait()
    begun, spent = time.monotonic(), _spent(server, workers)
    for worker in workers:
        worker.join()
    seconds, people = time.monotonic() - begun, CHUNKS * CHUNK_LINES
    cpu = [after - before for after, before in zip(_spent(server, workers), spent, strict=True)]
    return {
        "people": people,
        "seconds": round(seconds, 1),
        "per_second": round(people / seconds),
        # Processor time is nearly free of what else runs on the machine.
        "per_second_of_two_whole_cores": round(2 * people / sum(cpu)),
        "cpu_us_per_person": {
            "workers": round(cpu[0] / people * 1e6),
            "postgresql": round(cpu[1] / people * 1e6),
        },
        "failed_workers": sum(worker.exitcode != 0 for worker in workers),
    }


def _spent(server: PostgresServer, workers: list[Any]) -> tuple[float, float]:
    """Return processor seconds of the workers, and of the backends that have ended."""
    own = sum(
        sum(psutil.Process(worker.pid).cpu_times()[:2]) for worker in workers if worker.is_alive()
    )
    mine, theirs = os.times(), psutil.Process(server.pid or 0).cpu_times()
    ended = mine.children_user + mine.children_system
    return own + ended, theirs.children_user + theirs.children_system


def main() -> None:
    """Measure, print, and write the result."""
    with tempfile.TemporaryDirectory(prefix="clavis-census-") as folder:
        Path(folder).chmod(0o755)  # PostgreSQL runs as a user with fewer rights
        server = PostgresServer(Path(folder) / "postgres")
        server.start()
        try:
            load = os.getloadavg()[0]
            result = {"machine": machine(), "load_average": load, **_measure(server)}
        finally:
            server.remove()
    text = json.dumps(result, indent=2)
    print(text)
    day = datetime.now(UTC).date().isoformat()
    (RESULTS / f"{day}-convalidation.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
