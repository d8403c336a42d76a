"""The relay and the consumer killed at exact lines, and anywhere: nothing lost, nothing doubled."""

import asyncio
import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer
from clavis_events.registry.v1 import person_pb2
from clavis_kit.bus import EventRecord, ensure_topics
from clavis_kit.db import Pool, open_pool
from clavis_kit.ids import new_id
from clavis_kit.outbox import record_events
from clavis_testkit.launchers.kafka import Broker
from clavis_testkit.patience import until
from clavis_testkit.plugin import DatabaseFactory
from clavis_testkit.service_databases import Database

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")
PROGRAM = Path(__file__).with_name("dying.py")
PATIENCE_SECONDS = 180
Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
async def stored(database: DatabaseFactory) -> Database:
    """A database with the kit's tables and one that counts how often an event took effect."""
    made = await database("pin")
    owner = await asyncpg.connect(made.owner_dsn)
    await owner.execute(
        "CREATE TABLE effect (subject text, version bigint, times integer NOT NULL DEFAULT 1,"
        " PRIMARY KEY (subject, version));"
        f"GRANT SELECT, INSERT, UPDATE ON effect TO {made.runtime_role}"
    )
    await owner.close()
    return made


@pytest.fixture
async def pool(stored: Database) -> AsyncIterator[Pool]:
    made = await open_pool(stored.dsn, 4)
    yield made
    await made.close()


@pytest.fixture
async def topic(broker: Broker) -> str:
    name = f"test.{new_id()}.v1"
    await ensure_topics(broker.bootstrap, [name])
    return name


@pytest.fixture
def start() -> Iterator[Start]:
    """Start processes; what still runs at the end of the test is killed."""
    processes: list[subprocess.Popen[bytes]] = []

    def start_one(*arguments: object) -> subprocess.Popen[bytes]:
        command = [sys.executable, str(PROGRAM), *map(str, arguments)]
        processes.append(subprocess.Popen(command))
        return processes[-1]

    yield start_one
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        process.wait()


async def killed(process: subprocess.Popen[bytes]) -> None:
    """Wait until SIGKILL has ended the process, and nothing else."""
    code = await asyncio.to_thread(process.wait, PATIENCE_SECONDS)
    assert code == -signal.SIGKILL


async def save(pool: Pool, topic: str, subject: str, versions: range) -> None:
    records = [
        EventRecord.of(
            person_pb2.Renounced(subject_id=subject, version=version),
            topic=topic,
            event_id=new_id(),
            key=subject,
            occurred_at=datetime.now(UTC),
            sequence=version,
        )
        for version in versions
    ]
    async with pool.acquire() as connection, connection.transaction():
        await record_events(connection, records)


async def effects(pool: Pool, expected: int) -> Counter[int]:
    """Wait until so many events took effect; count how many did once, twice …"""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await pool.fetchval("SELECT count(*) FROM effect") < expected:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    return Counter(row["times"] for row in await pool.fetch("SELECT times FROM effect"))


async def all_sent(pool: Pool) -> None:
    """Wait until the relay has moved what it sent: a consumer may have it before."""

    async def moved() -> bool:
        return not await pool.fetchval("SELECT EXISTS (SELECT FROM outbox)")

    await until(moved, "an empty outbox")


async def on_the_broker(broker: Broker, topic: str) -> list[str]:
    """List the ids of all records of the topic, as anybody reads them."""
    consumer = AIOKafkaConsumer(
        topic, bootstrap_servers=broker.bootstrap, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        ends = await consumer.end_offsets(consumer.assignment())
        found: list[str] = []
        while any([await consumer.position(place) < end for place, end in ends.items()]):
            for records in (await consumer.getmany(timeout_ms=500)).values():
                found += [dict(record.headers)["ce_id"].decode() for record in records]
        return found
    finally:
        await consumer.stop()


@pytest.mark.parametrize("point", ["half-sent", "acknowledged"])
async def test_a_relay_killed_before_it_moves_the_rows_sends_them_again_under_the_same_ids(
    broker: Broker, stored: Database, pool: Pool, topic: str, start: Start, point: str
) -> None:
    await save(pool, topic, "s", range(40))
    await killed(start("relay", stored.dsn, broker.bootstrap, broker.idempotent, point))
    assert await pool.fetchval("SELECT count(*) FROM outbox") == 40
    start("relay", stored.dsn, broker.bootstrap, broker.idempotent, "nowhere")
    start("consumer", stored.dsn, broker.bootstrap, topic, "nowhere")
    assert await effects(pool, 40) == {1: 40}
    await all_sent(pool)
    sent = await on_the_broker(broker, topic)
    assert len(sent) == (60 if point == "half-sent" else 80)
    recorded = {str(row["event_id"]) for row in await pool.fetch("SELECT event_id FROM event_log")}
    assert set(sent) == recorded
    assert len(recorded) == 40


@pytest.mark.parametrize(("point", "kept"), [("applying", 0), ("committed", 1)])
async def test_a_consumer_killed_before_its_offset_is_committed_doubles_no_effect(
    broker: Broker, stored: Database, pool: Pool, topic: str, start: Start, point: str, kept: int
) -> None:
    await save(pool, topic, "s", range(10))
    start("relay", stored.dsn, broker.bootstrap, broker.idempotent, "nowhere")
    await killed(start("consumer", stored.dsn, broker.bootstrap, topic, point))
    assert await pool.fetchval("SELECT count(*) FROM effect") == kept
    assert await pool.fetchval("SELECT count(*) FROM inbox") == kept
    start("consumer", stored.dsn, broker.bootstrap, topic, "nowhere")
    assert await effects(pool, 10) == {1: 10}
    assert await pool.fetchval("SELECT count(*) FROM parked_event") == 0


async def test_both_killed_anywhere_in_a_stream_lose_and_double_nothing(
    broker: Broker, stored: Database, pool: Pool, topic: str, start: Start
) -> None:
    seed = int(os.environ.get("CLAVIS_FAULT_SEED") or time.time_ns() % 10**6)
    print(f"CLAVIS_FAULT_SEED={seed}")  # noqa: T201  to repeat a failure
    chance = random.Random(seed)  # noqa: S311  chooses when to kill, no secret
    relay = ("relay", stored.dsn, broker.bootstrap, broker.idempotent, "nowhere")
    consumer = ("consumer", stored.dsn, broker.bootstrap, topic, "nowhere")
    running = {role: start(*role) for role in (relay, consumer)}
    for n in range(6):
        await save(pool, topic, f"s{n}", range(200))
        # From before they are up to when they are idle again.
        await asyncio.sleep(chance.uniform(0.2, 2.0))
        victim = chance.choice([relay, consumer])
        running[victim].kill()
        await killed(running[victim])
        running[victim] = start(*victim)
    assert await effects(pool, 1200) == {1: 1200}
    await all_sent(pool)
    assert await pool.fetchval("SELECT count(*) FROM event_log") == 1200
