"""``python -m bench.strangers``: whether time tells a stranger who is in the registry.

Every question that anybody may ask without a session is asked for numbers of nobody, of people on
record with a wrong datum, of people who wait for a letter, of people who are registered and of
people who renounced, in one shuffled order against one database. Told are the medians and, for each
kind against nobody, the chance to guess right from one answer's time (the area under the ROC curve,
0.5 is a coin) with the two-sided p of Mann and Whitney.
"""

import argparse
import asyncio
import json
import math
import os
import random
import re
import secrets
import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
from clavis_kit.clock import SystemClock
from clavis_kit.db import open_pool
from clavis_kit.messages import opened_sender
from clavis_kit.national_id import check_letter
from clavis_kit.sealed import read_own_key
from clavis_kit.service_tokens import JwksCache, ServiceTokenSigner, ServiceTokenVerifier
from clavis_registry.actions.census import CensusEntry, take_census
from clavis_registry.actions.entering import Applicant
from clavis_registry.actions.imports import ImportedPerson, import_within
from clavis_registry.app import build_deps, create_app, furnish, read_keys
from clavis_registry.deps import Deps
from clavis_registry.rules.identity import Document, DocumentKind
from clavis_registry.rules.person import Channel, PersonName
from clavis_registry.settings import RegistrySettings
from clavis_registry.store.letters import NewLetter
from clavis_registry.store.postal import PostalAddress
from clavis_testkit.launchers.databases import run_sync
from clavis_testkit.launchers.postgres import open_postgres
from clavis_testkit.pki.seal import ensure_seal
from clavis_testkit.service_databases import ServiceDatabases
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from bench.processes import machine

ROOT = Path(__file__).parents[1]
RESULTS = Path(__file__).parent / "results"
KINDS = ("nobody", "wrong_datum", "letter_waits", "registered", "renounced")
PATHS = ("/letters", "/letter-status", "/letter-completions", "/letter-renunciations")
WARM_UP = 100
LATER = datetime(2099, 1, 1, tzinfo=UTC)
Values = dict[str, Any]


def number_of(kind: str, index: int) -> str:
    """Return an identity number of its own for every question."""
    number = KINDS.index(kind) * 10_000_000 + 1_000_000 + index
    return f"{number:08d}{check_letter(number)}"


def settings_of(dsn: str, folder: Path) -> RegistrySettings:
    """Make keys and settings of one registry."""
    files: Values = {}
    for name in ("national_id", "contrast", "activation", "name"):
        files[f"{name}_key_file"] = folder / name
        (folder / name).write_bytes(secrets.token_bytes(32))
    for name in ("service", "reader", "checkpoint"):
        (folder / f"{name}.pem").write_bytes(
            ec.generate_private_key(ec.SECP256R1()).private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
    reader = read_own_key(folder / "reader.pem", "pin")
    readers = {"keys": [reader.as_dict(private=False)]}
    (folder / "readers.json").write_text(json.dumps(readers))
    ensure_seal(folder, now=datetime.now(UTC))
    return RegistrySettings(
        database_url=dsn, kafka_bootstrap="127.0.0.1:1", public_url="http://registry.bench",
        service_key_file=folder / "service.pem", oidc_issuer="http://issuer.bench",
        contact_readers_file=folder / "readers.json",
        checkpoint_key_file=folder / "checkpoint.pem",
        seal_key_file=folder / "seal.key.pem", seal_cert_file=folder / "seal.cer.pem",
        sms_webhook_url="http://provider.bench/messages", requests_per_hour=10_000_000, **files,
    )  # fmt: skip


@asynccontextmanager
async def registry(
    dsn: str, folder: Path
) -> AsyncIterator[tuple[Deps, httpx.AsyncClient, ServiceTokenSigner]]:
    """Open a registry in this process, with the gateway's keys at hand."""
    settings, clock = settings_of(dsn, folder), SystemClock()
    gateway = ServiceTokenSigner("gateway", ec.generate_private_key(ec.SECP256R1()), clock)
    outer = httpx.AsyncClient(
        transport=httpx.MockTransport(lambda _: httpx.Response(200, json=gateway.jwks))
    )
    pool = await open_pool(dsn, 4)
    async with outer, opened_sender(settings, pool, clock) as opened:
        deps = build_deps(settings, read_keys(settings), pool, opened.sender, clock)
        app, keys = create_app(settings, clock), JwksCache(outer)
        furnish(app, deps, keys)
        callers = {"gateway": "http://gateway.bench/jwks"}
        app.state.service_tokens = ServiceTokenVerifier("registry", callers, keys, clock)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://r.bench") as http:
            yield deps, http, gateway
    await pool.close()


async def people(deps: Deps, count: int) -> None:
    """Enter people of every kind but nobody's."""
    home = PostalAddress(("Calle Mayor 1",), "28013", "Madrid", "Madrid")
    document = Document(DocumentKind.DNI, None, date(2021, 5, 17), date(2031, 5, 17))
    name = PersonName("Ana", "García", "López")
    for kind in KINDS[1:]:
        numbers = [number_of(kind, index) for index in range(count)]
        entries = [CensusEntry(n, name, date(1985, 6, 1), document, home) for n in numbers]
        await take_census(deps, entries, "bench")
        now = deps.clock.now()
        async with deps.transaction() as unit:
            for number in numbers:
                hashed = deps.keys.national_id.of(number)
                if kind == "letter_waits":
                    letter_id = deps.new_id()
                    await unit.letters.queue(
                        NewLetter(letter_id, hashed, "citizen", None, "es"), now
                    )
                    await unit.letters.printed(letter_id, secrets.token_hex(32), now, LATER)
                if kind == "renounced":
                    await unit.persons.obtain(number, hashed, deps.new_id(), now)
        if kind == "renounced":
            await deps.pool.execute("UPDATE person SET status = 'renounced' WHERE status = 'none'")
        if kind == "registered":
            await enrolled(deps, entries)


async def enrolled(deps: Deps, entries: list[CensusEntry]) -> None:
    """Enter living people with all that belongs to them."""
    for index, known in enumerate(entries):
        applicant = Applicant(
            national_id=known.national_id, name=known.name, birth_date=known.birth_date,
            document=known.document, guardian=None, email=f"a{index}@example.es",
            mobile=f"+346{index:08}", language="es",
        )  # fmt: skip
        entry = ImportedPerson(
            applicant=applicant, channel=Channel.LETTER, consent_reference="bench",
            enrolled_at=None, last_strong_identification_at=None, activation_code=None,
            renounced=False,
        )  # fmt: skip
        async with deps.transaction() as unit:
            await import_within(deps, unit, entry)


def question(path: str, national_id: str) -> Values:
    """Return what is asked at a path; the datum is right only where that is not told anybody."""
    body: Values = {"national_id": national_id, "contrast": "2031-05-18"}
    if path == "/letters":
        body |= {"contrast": "2031-05-17", "language": "es", "source": national_id}
    if path == "/letter-completions":
        body |= {"csv": "2222-2222-2222-2222", "mobile": "600111222",
                 "email": "ana@example.es", "language": "es"}  # fmt: skip
    if path == "/letter-renunciations":
        body |= {"csv": "2222-2222-2222-2222", "language": "es", "source": national_id}
    return body


def told(answer: httpx.Response) -> tuple[int, bytes]:
    """Return an answer without what is drawn or dated anew for everybody."""
    members = answer.json()
    drawn = [members.get(name) or "-" for name in ("renunciation_id", "expires_at")]
    content = answer.content
    for value in drawn:
        content = content.replace(value.encode(), b"")
    return answer.status_code, content


async def ask_all(
    http: httpx.AsyncClient, gateway: ServiceTokenSigner, path: str, count: int
) -> dict[str, list[float]]:
    """Ask for everybody in a shuffled order; return the times. Raises when answers differ."""
    waits: dict[str, list[float]] = {kind: [] for kind in KINDS}
    order = [(kind, index) for kind in KINDS for index in range(count)]
    random.Random(1).shuffle(order)  # noqa: S311  an order, no secret
    answers: set[tuple[int, bytes]] = set()
    for place, (kind, index) in enumerate(order):
        headers, body = gateway.headers("registry"), question(path, number_of(kind, index))
        begun = time.perf_counter()
        answer = await http.post(f"/internal/v1{path}", json=body, headers=headers)
        took = time.perf_counter() - begun
        answers.add(told(answer))
        if place >= WARM_UP:
            waits[kind].append(took)
    if len(answers) != 1:
        raise RuntimeError(f"{path} tells people apart: {answers}")
    return waits


def told_apart(one: list[float], other: list[float]) -> tuple[float, float]:
    """Return the area under the ROC curve and the two-sided p that it is 0.5."""
    ranked = sorted([(value, 0) for value in one] + [(value, 1) for value in other])
    ranks = sum(rank for rank, (_, whose) in enumerate(ranked, 1) if whose)
    m, n = len(one), len(other)
    above = ranks - n * (n + 1) / 2
    z = (above - m * n / 2) / math.sqrt(m * n * (m + n + 1) / 12)
    return above / (m * n), math.erfc(abs(z) / math.sqrt(2))


def report(waits: dict[str, list[float]]) -> Values:
    """Return medians, and each kind against nobody."""
    found: Values = {}
    for kind in KINDS:
        found[kind] = {"p50_ms": round(statistics.median(waits[kind]) * 1000, 3)}
        if kind != KINDS[0]:
            area, p = told_apart(waits[KINDS[0]], waits[kind])
            found[kind] |= {"roc_area": round(area, 3), "p": round(p, 3)}
    return found


async def measure(dsn: str, folder: Path, count: int) -> Values:
    """Return all figures."""
    async with registry(dsn, folder) as (deps, http, gateway):
        await people(deps, count)
        return {"count_of_each": count} | {
            path: report(await ask_all(http, gateway, path, count)) for path in PATHS
        }


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000, help="questions of each kind")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="clavis-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL runs as a user with fewer rights
        server = open_postgres(folder / "postgres", durable=True)
        server.start()
        try:
            made = run_sync(ServiceDatabases(server, ROOT / "services").create("registry"))
            found = asyncio.run(measure(made.dsn, folder, arguments.count))
        finally:
            server.remove()
    document: Values = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "load_average": [round(value, 1) for value in os.getloadavg()],
        **found,
    }
    print(json.dumps(document, indent=2))
    kind = re.sub(r"\W+", "-", f"{document['machine']['processor']} strangers").lower().strip("-")
    (RESULTS / f"{document['at'][:10]}-{kind}.json").write_text(
        json.dumps(document, indent=2) + "\n"
    )


if __name__ == "__main__":
    main()
