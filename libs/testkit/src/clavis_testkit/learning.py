"""When every service has taken in what the registry said of people: read in their own tables.

Facts travel as events, in a moment on a quiet machine. Whoever did something at one service and
goes on at another waits here, or races the event.
"""

import asyncio
import time
from contextlib import AsyncExitStack
from typing import Any

import asyncpg
from clavis_events.codec import CONTACT_TOPIC, PERSON_TOPIC
from clavis_kit.keyed_hash import KeyedHash

from clavis_testkit.launchers.databases import run_sync
from clavis_testkit.running_demo import RunningDemo
from dev.infrastructure import Infrastructure
from dev.layout import Layout
from dev.services import by_name

WAIT_SECONDS = 120.0
_TICK_SECONDS = 0.05
_SUBJECTS = "SELECT subject_id::text FROM person WHERE national_id_hash = ANY($1::text[])"
_SAID = """
    SELECT event_id, topic, type FROM outbox WHERE key = ANY($1::text[])
    UNION SELECT event_id, topic, type FROM event_log WHERE key = ANY($1::text[])
"""
_TAKEN = "SELECT event_id FROM inbox WHERE event_id = ANY($1::uuid[])"
# What each service reads, and what it passes over there.
_READS: dict[str, tuple[tuple[str, ...], frozenset[str]]] = {
    "pin": (
        (PERSON_TOPIC, CONTACT_TOPIC),
        frozenset({"IdentificationRenewed", "DocumentChanged", "CertificateRevocationRequested"}),
    ),
    "permanent": (
        (PERSON_TOPIC, CONTACT_TOPIC),
        frozenset({"IdentificationRenewed", "DocumentChanged", "CertificateRevocationRequested"}),
    ),
    "signing": ((PERSON_TOPIC,), frozenset({"PhoneChanged"})),
    "gateway": (
        (PERSON_TOPIC,),
        frozenset({"DocumentChanged", "CertificateRevocationRequested"}),
    ),
}
Databases = dict[str, "asyncpg.Connection[Any]"]


def wait_until_known(demo: RunningDemo, *people: dict[str, Any]) -> None:
    """Return when every service has taken in what the registry has said of these people by now.

    Raises AssertionError naming the services that have not after two minutes.
    """
    hashes = KeyedHash.from_file(demo.directory / "keys" / "national-id.key")
    numbers = [hashes.of(person["national_id"]) for person in people]
    # In a thread of its own: that of a browser has a loop already.
    missing = run_sync(_wait(demo, numbers))
    assert not missing, f"not known after {WAIT_SECONDS:.0f} s to: {', '.join(missing)}"


async def _wait(demo: RunningDemo, numbers: list[str]) -> list[str]:
    infrastructure = Infrastructure(Layout(demo.base, demo.directory))
    deadline = time.monotonic() + WAIT_SECONDS
    async with AsyncExitStack() as stack:
        databases: Databases = {}
        for name in ("registry", *_READS):
            connection = await asyncpg.connect(infrastructure.owner_url(by_name(name)))
            stack.push_async_callback(connection.close)
            databases[name] = connection
        while True:
            missing = await _missing(databases, numbers)
            if not missing or time.monotonic() > deadline:
                return missing
            await asyncio.sleep(_TICK_SECONDS)


async def _missing(databases: Databases, numbers: list[str]) -> list[str]:
    """Name the services that have not taken in everything."""
    registry = databases["registry"]
    subjects = [row[0] for row in await registry.fetch(_SUBJECTS, numbers)]
    if len(subjects) < len(numbers):
        return ["the registry itself"]
    said = await registry.fetch(_SAID, subjects)
    missing = []
    for name, (topics, passed_over) in _READS.items():
        wanted = {
            row["event_id"]
            for row in said
            if row["topic"] in topics and row["type"].rpartition(".")[2] not in passed_over
        }
        taken = {row["event_id"] for row in await databases[name].fetch(_TAKEN, list(wanted))}
        if wanted - taken:
            missing.append(name)
    return missing
