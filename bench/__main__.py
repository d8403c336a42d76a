"""``python -m bench``: load figures of this machine, printed and kept as JSON.

DEMO_RUNNING=<port base>:<directory> measures a demo that already runs; without it one is started.
"""

import asyncio
import json
import os
import re
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
from argon2 import PasswordHasher
from clavis_permanent.passwords import create_hasher
from clavis_permanent.settings import PermanentSettings
from clavis_testkit.launchers.process import free_port
from clavis_testkit.running_demo import RunningDemo

from bench import cases
from bench.cases import Bench
from bench.delays import Delay, measure
from bench.load import Figure
from bench.processes import Process, machine, parts

RESULTS = Path(__file__).parent / "results"
LOWEST, SPAN = 20_000, 80  # below the ports that systems lend out, a hundred for each demo
HASHES = 10
Document = dict[str, Any]


@contextmanager
def running_demo() -> Iterator[RunningDemo]:
    """Yield a demo: the one named in the environment, or one of our own."""
    if "DEMO_RUNNING" in os.environ:
        base, _, directory = os.environ["DEMO_RUNNING"].partition(":")
        yield RunningDemo(int(base), Path(directory))
        return
    with tempfile.TemporaryDirectory(prefix="clavis-bench-") as name:
        Path(name).chmod(0o755)  # PostgreSQL runs as a user with fewer rights
        with RunningDemo(LOWEST + free_port() % SPAN * 100, Path(name) / "demo") as demo:
            yield demo


def argon2_cpu_ms() -> float:
    """Return the processor time of one hash with the service's parameters, in milliseconds."""
    fields = PermanentSettings.model_fields
    hasher: PasswordHasher = create_hasher(
        memory_kib=fields["argon2_memory_kib"].default,
        passes=fields["argon2_passes"].default,
        lanes=fields["argon2_lanes"].default,
    )
    hasher.hash("warm-up")
    begun = time.process_time()
    for _ in range(HASHES):
        hasher.hash("correct horse battery staple")
    return (time.process_time() - begun) / HASHES * 1000


async def all_figures(bench: Bench, owned: list[dict[str, str]]) -> AsyncIterator[Figure]:
    """Measure one kind of request after the other."""
    for group in (cases.reading(bench), cases.tokens(bench, owned), cases.credentials(bench)):
        async for figure in group:
            yield figure


async def load_figures(demo: RunningDemo, processes: dict[str, Process]) -> list[Figure]:
    """Return the figures with their cost as a multiple of the first, the cheapest."""
    owned = cases.people_with_tokens(demo)
    timeout = aiohttp.ClientTimeout(total=30)
    # Cookies would make one person of all requests, with ever more logins open.
    async with aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()) as http:
        found = [figure async for figure in all_figures(Bench(demo, processes, http), owned)]
    return [replace(figure, cost=figure.cpu_ms / found[0].cpu_ms) for figure in found]


def report(document: Document, figures: list[Figure], delays: list[Delay]) -> None:
    """Print what people compare."""
    print(f"\n{'request':28}{'per s':>9}{'p50 ms':>9}{'p99 ms':>9}{'CPU ms':>9}{'cost':>7}")
    for f in figures:
        note = f"  {f.failed} failed" if f.failed else ""
        times = f"{f.per_second:9.0f}{f.p50_ms:9.1f}{f.p99_ms:9.1f}{f.cpu_ms:9.2f}"
        print(f"{f.name:28}{times}{f.cost:6.1f}x{note}")
    argon2 = document["argon2id"]
    print(f"\none Argon2id: {argon2['cpu_ms']:.1f} ms of CPU; ", end="")
    print(f"a password login costs {argon2['login_in_hashes']:.2f} of them")
    print("\nfrom the registry's record to the effect")
    for d in delays:
        bounds = f"p50 <= {d.p50_at_most} s, p99 <= {d.p99_at_most} s"
        print(f"  {d.service:12}{bounds}  ({d.events} events)")
    print("\nmemory, MiB")
    for name, mib in document["memory_mib"].items():
        print(f"  {name:16}{mib:7.0f}")


def keep(document: Document) -> Path:
    """Write the results under the day and the kind of machine, never its name."""
    computer = document["machine"]
    kind = re.sub(r"\W+", "-", f"{computer['processor']} {computer['cores']} cores").lower()
    file = RESULTS / f"{document['at'][:10]}-{kind.strip('-')}.json"
    RESULTS.mkdir(exist_ok=True)
    file.write_text(json.dumps(document, indent=2) + "\n")
    return file


def main() -> None:
    """Measure, print, keep."""
    with running_demo() as demo:
        processes = parts(demo)
        idle = {name: round(process.memory_mib(), 1) for name, process in processes.items()}
        figures = asyncio.run(load_figures(demo, processes))
        hash_ms = argon2_cpu_ms()
        delays = measure(demo)
    login = next(figure for figure in figures if figure.name == "password login")
    document: Document = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "load_average": [round(value, 1) for value in os.getloadavg()],
        "requests": [rounded(asdict(figure)) for figure in figures],
        "argon2id": {"cpu_ms": round(hash_ms, 2),
                     "login_in_hashes": round(login.cpu_ms / hash_ms, 2)},
        "delays": [asdict(delay) for delay in delays],
        "memory_mib": idle | {"total": round(sum(idle.values()), 1)},
    }  # fmt: skip
    report(document, figures, delays)
    print(f"\n{keep(document).relative_to(Path.cwd())}")


def rounded(values: Document) -> Document:
    """Keep three decimals."""
    return {k: round(v, 3) if isinstance(v, float) else v for k, v in values.items()}


if __name__ == "__main__":
    main()
