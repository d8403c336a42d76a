"""Outbox, brokers and inbox: no event lost, no effect doubled. On each broker of the ladder."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from clavis_events.registry.v1 import person_pb2
from clavis_kit.bus import EventRecord, Producer, ensure_topics, to_headers
from clavis_kit.clock import SystemClock
from clavis_kit.consumer import Consumer
from clavis_kit.db import Connection, Pool, open_pool
from clavis_kit.ids import new_id
from clavis_kit.outbox import MAX_PAYLOAD_BYTES, Relay, record_event, record_events
from clavis_kit.sealed import SealedError
from clavis_testkit.launchers.kafka import Broker
from clavis_testkit.patience import FOREVER_SECONDS, until
from clavis_testkit.plugin import DatabaseFactory
from clavis_testkit.service_databases import Database

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


@pytest.fixture
async def stored(database: DatabaseFactory) -> Database:
    """Any service's database holds the kit's tables."""
    return await database("pin")


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


def renounced(topic: str, subject: str, version: int) -> EventRecord:
    message = person_pb2.Renounced(subject_id=subject, version=version)
    return EventRecord.of(
        message,
        topic=topic,
        event_id=new_id(),
        key=subject,
        occurred_at=datetime.now(UTC),
        sequence=version,
    )


@contextlib.asynccontextmanager
async def at_work(*jobs: Awaitable[None]) -> AsyncIterator[None]:
    tasks = [asyncio.ensure_future(job) for job in jobs]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Seen:
    """What a consumer did, as its handler saw it."""

    def __init__(self) -> None:
        self.versions: list[int] = []

    async def handle(self, _: Connection, message: Any, __: EventRecord) -> None:
        self.versions.append(message.version)

    async def reach(self, count: int) -> None:
        async with asyncio.timeout(FOREVER_SECONDS):
            while len(self.versions) < count:  # noqa: ASYNC110  the broker has no event to await
                await asyncio.sleep(0.02)


def consumer(broker: Broker, topic: str, pool: Pool, seen: Seen, group: str = "g") -> Consumer:
    return Consumer(
        bootstrap=broker.bootstrap,
        group=f"{group}-{topic}",
        topics=[topic],
        pool=pool,
        handlers={person_pb2.Renounced: seen.handle},
        clock=SystemClock(),
        session_timeout_ms=2_000,
    )


def relay(broker: Broker, stored: Database, *, replay: bool = False) -> Relay:
    producer = Producer(broker.bootstrap, source="test", idempotent=broker.idempotent)
    return Relay(stored.dsn, producer, replay=replay)


async def save(pool: Pool, records: Sequence[EventRecord]) -> None:
    async with pool.acquire() as connection, connection.transaction():
        await record_events(connection, records)


async def test_events_arrive_once_and_in_order(
    broker: Broker, stored: Database, pool: Pool, topic: str
) -> None:
    seen = Seen()
    async with at_work(consumer(broker, topic, pool, seen).run(), relay(broker, stored).run()):
        for first in range(0, 500, 50):
            await save(pool, [renounced(topic, "s", n) for n in range(first, first + 50)])
        await seen.reach(500)
    assert seen.versions == list(range(500))
    assert await pool.fetchval("SELECT count(*) FROM outbox") == 0
    assert await pool.fetchval("SELECT count(*) FROM event_log") == 500


async def test_a_relay_that_died_after_publishing_doubles_nothing(
    broker: Broker, stored: Database, pool: Pool, topic: str
) -> None:
    records = [renounced(topic, "s", n) for n in range(20)]
    await save(pool, records)
    died = Producer(broker.bootstrap, source="test", idempotent=broker.idempotent)
    await died.publish(records)  # acknowledged, and the process ends before the rows move
    await died.close()
    seen = Seen()
    async with at_work(consumer(broker, topic, pool, seen).run(), relay(broker, stored).run()):
        await save(pool, [renounced(topic, "s", 20)])
        await seen.reach(21)
    assert seen.versions == list(range(21))


async def test_of_two_relays_one_works(
    broker: Broker, stored: Database, pool: Pool, topic: str
) -> None:
    seen = Seen()
    relays = [relay(broker, stored).run(), relay(broker, stored).run()]
    async with at_work(consumer(broker, topic, pool, seen).run(), *relays):
        for n in range(50):
            await save(pool, [renounced(topic, "s", n)])
        await seen.reach(50)
    assert seen.versions == list(range(50))


async def test_replay_reaches_a_new_reader_and_changes_nothing_for_an_old_one(
    broker: Broker, stored: Database, pool: Pool, topic: str
) -> None:
    old, new = Seen(), Seen()
    async with at_work(consumer(broker, topic, pool, old).run(), relay(broker, stored).run()):
        await save(pool, [renounced(topic, "s", n) for n in range(30)])
        await old.reach(30)
    await save(pool, [renounced(topic, "s", 30)])
    jobs = [
        consumer(broker, topic, pool, old).run(),
        consumer(broker, topic, pool, new, "new").run(),
        relay(broker, stored, replay=True).run(),
    ]
    async with at_work(*jobs):
        await old.reach(31)
        await new.reach(31)
    assert old.versions == new.versions == list(range(31))


async def test_a_poisoned_event_is_parked_and_the_next_one_applied(
    broker: Broker, pool: Pool, topic: str
) -> None:
    good = renounced(topic, "s", 1)
    poison = [
        (b"\xff\xff\xff", to_headers(renounced(topic, "s", 0), "test")),
        (b"", [("ce_type", b"clavis_events.registry.v1.Renounced")]),
        (b"", [("ce_id", b"x"), ("ce_type", b"y"), ("ce_time", b"z")]),
        (b"", []),
    ]
    producer = AIOKafkaProducer(bootstrap_servers=broker.bootstrap)
    await producer.start()
    for value, headers in poison:
        await producer.send_and_wait(topic, value, key=b"s", headers=headers)
    await producer.send_and_wait(topic, good.payload, key=b"s", headers=to_headers(good, "test"))
    await producer.stop()
    seen = Seen()
    async with at_work(consumer(broker, topic, pool, seen).run()):
        await seen.reach(1)
    assert seen.versions == [1]
    assert await pool.fetchval("SELECT count(*) FROM parked_event") == len(poison)


async def test_an_effect_and_its_mark_commit_together(
    broker: Broker, stored: Database, pool: Pool, topic: str
) -> None:
    """A handler that fails halfway leaves no trace of its first half."""
    attempts: list[int] = []

    async def fails_once(connection: Connection, message: Any, _: EventRecord) -> None:
        await connection.execute(
            "INSERT INTO inbox (consumer, event_id) VALUES ('effect', $1)", new_id()
        )
        attempts.append(message.version)
        if len(attempts) == 1:
            raise RuntimeError

    seen, effects = Seen(), "SELECT count(*) FROM inbox WHERE consumer = 'effect'"
    subscription = consumer(broker, topic, pool, seen)
    subscription._handlers = {person_pb2.Renounced.DESCRIPTOR.full_name: fails_once}
    await save(pool, [renounced(topic, "s", 1)])
    async with at_work(subscription.run(), relay(broker, stored).run()):
        await until(lambda: pool.fetchval(effects), "the effect")
    assert (len(attempts), await pool.fetchval(effects)) == (2, 1)


async def test_what_is_sealed_for_others_is_parked_without_another_attempt(
    embedded_broker: Broker, stored: Database, pool: Pool
) -> None:
    topic = f"test.{new_id()}.v1"
    await ensure_topics(embedded_broker.bootstrap, [topic])
    seen = Seen()

    async def opens(connection: Connection, message: Any, record: EventRecord) -> None:
        await seen.handle(connection, message, record)
        if message.version == 1:
            raise SealedError

    subscription = consumer(embedded_broker, topic, pool, seen)
    subscription._handlers = {person_pb2.Renounced.DESCRIPTOR.full_name: opens}
    await save(pool, [renounced(topic, "s", 1), renounced(topic, "s", 2)])
    async with at_work(subscription.run(), relay(embedded_broker, stored).run()):
        await seen.reach(2)
    assert seen.versions == [1, 2]
    assert await pool.fetchval("SELECT error_type FROM parked_event") == "SealedError"


async def test_an_event_too_large_is_refused_with_its_fact(pool: Pool) -> None:
    record = renounced("t", "s", 1)
    large = EventRecord(**{**record.__dict__, "payload": b"x" * (MAX_PAYLOAD_BYTES + 1)})
    with pytest.raises(ValueError, match="exceeds"):
        async with pool.acquire() as connection, connection.transaction():
            await record_event(connection, large)
    assert await pool.fetchval("SELECT count(*) FROM outbox") == 0


async def test_a_broker_that_is_gone_keeps_the_rows() -> None:
    producer = Producer("127.0.0.1:1", source="test", idempotent=False)
    with pytest.raises(KafkaError):
        await producer.publish([renounced("t", "s", 1)])
