"""The registry's questions: a letter, where it is, what it lets one do."""

import json
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import httpx
from clavis_kit.clock import SystemClock
from clavis_kit.sealed import read_own_key
from clavis_kit.service_tokens import ServiceTokenSigner
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
from clavis_testkit.key_files import draw_keys, draw_secrets
from clavis_testkit.pki.seal import ensure_seal

from bench.strangers.apart import Asked, Values, ask_all, headers_of, number_of
from bench.strangers.inside import calls_of, runtime_of

KINDS = ("nobody", "wrong_datum", "letter_waits", "registered", "renounced")
PATHS = ("/letters", "/letter-status", "/letter-completions", "/letter-renunciations")
ROOT = "/internal/v1"
LATER = datetime(2099, 1, 1, tzinfo=UTC)


def settings_of(dsn: str, folder: Path) -> RegistrySettings:
    """Make keys and settings of one registry."""
    names = ("national_id", "contrast", "activation", "name")
    files: Values = draw_secrets(folder, [f"{name}_key_file" for name in names])
    files |= draw_keys(folder, ("service_key_file", "checkpoint_key_file"))
    reader = read_own_key(draw_keys(folder, ("reader",))["reader"], "pin")
    readers = {"keys": [reader.as_dict(private=False)]}
    (folder / "readers.json").write_text(json.dumps(readers))
    ensure_seal(folder, now=datetime.now(UTC))
    return RegistrySettings(
        database_url=dsn, kafka_bootstrap="127.0.0.1:1", public_url="http://registry.bench",
        oidc_issuer="http://issuer.bench",
        contact_readers_file=folder / "readers.json",
        seal_key_file=folder / "seal.key.pem", seal_cert_file=folder / "seal.cer.pem",
        sms_webhook_url="http://provider.bench/messages", requests_per_hour=10_000_000,
        **files,
    )  # fmt: skip


@asynccontextmanager
async def registry(
    dsn: str, folder: Path
) -> AsyncIterator[tuple[Deps, httpx.AsyncClient, ServiceTokenSigner]]:
    """Open a registry in this process, with the gateway's keys at hand."""
    settings, clock = settings_of(dsn, folder), SystemClock()
    async with AsyncExitStack() as stack:
        runtime = await stack.enter_async_context(runtime_of(settings, dsn, clock))
        deps = build_deps(settings, read_keys(settings), runtime.pool, runtime.messages, clock)
        app = create_app(settings, clock)
        furnish(app, deps, runtime.keys)
        http = await stack.enter_async_context(calls_of(app, "registry", runtime.keys, clock))
        yield deps, http, runtime.signer


async def people(deps: Deps, count: int) -> None:
    """Enter people of every kind but nobody's."""
    home = PostalAddress(("Calle Mayor 1",), "28013", "Madrid", "Madrid")
    document = Document(DocumentKind.DNI, None, date(2021, 5, 17), date(2031, 5, 17))
    name = PersonName("Ana", "García", "López")
    for kind in KINDS[1:]:
        numbers = [number_of(KINDS, kind, index) for index in range(count)]
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


def question(path: str, kind: str, index: int) -> Values:
    """Return what is asked at a path; the datum is right only where that is not told anybody."""
    national_id = number_of(KINDS, kind, index)
    body: Values = {"national_id": national_id, "contrast": "2031-05-18"}
    if path == "/letters":
        body |= {"contrast": "2031-05-17", "language": "es", "source": national_id}
    if path == "/letter-completions":
        body |= {"csv": "2222-2222-2222-2222", "mobile": "600111222",
                 "email": "ana@example.es", "language": "es"}  # fmt: skip
    if path == "/letter-renunciations":
        body |= {"csv": "2222-2222-2222-2222", "language": "es", "source": national_id}
    return body


def asked_at(path: str) -> Asked:
    """Return the question of a path."""
    return Asked(ROOT + path, KINDS, lambda kind, index: question(path, kind, index))


async def measure(dsn: str, folder: Path, count: int) -> Values:
    """Return all figures of the service."""
    async with registry(dsn, folder) as (deps, http, gateway):
        await people(deps, count)
        headers = headers_of(gateway, "registry")
        return {path: await ask_all(http, headers, asked_at(path), count) for path in PATHS}
