"""Events through a real broker into a running service, and facts that come late or twice."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from clavis_events.codec import topic_of
from clavis_events.registry.v1 import person_pb2
from clavis_kit.bus import EventRecord, Producer, ensure_topics
from clavis_kit.clock import SystemClock
from clavis_kit.ids import new_id
from clavis_pin import consumers
from clavis_pin.app import create_app
from clavis_pin.settings import PinSettings
from clavis_pin.store import projection
from clavis_testkit.launchers.kafka import Broker
from clavis_testkit.patience import FOREVER_SECONDS, in_time
from google.protobuf.message import Message

from services.pin.tests.world import ANA, ANA_CONTRAST, World


async def test_an_older_fact_does_not_undo_a_newer_one(world: World) -> None:
    subject_id = await world.enrol()
    at = world.clock.now()
    await world.tell(person_pb2.Renounced(subject_id=subject_id, version=3, occurred_at=at))
    await world.tell(
        person_pb2.LevelRaised(
            subject_id=subject_id,
            version=2,
            occurred_at=at,
            level=person_pb2.ENROLMENT_LEVEL_ADVANCED,
        )
    )
    await world.tell(world.registered(subject_id, ANA, person_pb2.ENROLMENT_LEVEL_BASIC, version=1))
    assert (await world.ask())["outcome"] == "mismatch"


async def test_older_contact_data_do_not_replace_newer(world: World) -> None:
    subject_id = await world.enrol()
    newer = world.contact(subject_id, ANA_CONTRAST, "+34600999888", "es", version=3)
    older = world.contact(subject_id, ANA_CONTRAST, "+34600111222", "es", version=2)
    await world.tell(newer)
    await world.tell(older)
    assert (await world.ask())["phone_hint"] == "888"


@pytest.mark.parametrize("comeback", ["registered", "reinstated"])
async def test_a_person_who_comes_back_may_use_a_pin_again(world: World, comeback: str) -> None:
    subject_id = await world.enrol()
    at = world.clock.now()
    await world.tell(person_pb2.Revoked(subject_id=subject_id, version=2, occurred_at=at))
    advanced = person_pb2.ENROLMENT_LEVEL_ADVANCED
    event: Message = world.registered(subject_id, ANA, advanced, version=3)
    if comeback == "reinstated":
        event = person_pb2.Reinstated(
            subject_id=subject_id,
            version=3,
            occurred_at=at,
            level=advanced,
            national_id_hash=world.national_id_hash(ANA),
        )
    await world.tell(event)
    assert (await world.ask())["outcome"] == "sent"


async def test_a_frozen_person_is_served_again_when_unfrozen(world: World) -> None:
    subject_id = await world.enrol()
    at = world.clock.now()
    await world.tell(person_pb2.Frozen(subject_id=subject_id, version=2, occurred_at=at))
    assert await world.ask() == {"outcome": "mismatch"}
    await world.tell(person_pb2.Unfrozen(subject_id=subject_id, version=3, occurred_at=at))
    assert (await world.ask())["outcome"] == "sent"


async def test_coming_back_from_an_ending_does_not_unfreeze(world: World) -> None:
    subject_id = await world.enrol()
    at = world.clock.now()
    for version, kind in ((2, person_pb2.Frozen), (3, person_pb2.Renounced)):
        await world.tell(kind(subject_id=subject_id, version=version, occurred_at=at))
    await world.tell(world.registered(subject_id, ANA, person_pb2.ENROLMENT_LEVEL_BASIC, version=4))
    assert await world.ask() == {"outcome": "mismatch"}


async def test_a_report_refuses_the_person_before_the_registry_does_and_until_it_unfreezes(
    world: World,
) -> None:
    subject_id = await world.enrol()
    async with world.pool.acquire() as connection:
        await projection.report_fraud(connection, subject_id, world.clock.now())
    assert await world.ask() == {"outcome": "mismatch"}
    at = world.clock.now()
    for version, kind in ((2, person_pb2.Frozen), (3, person_pb2.Unfrozen)):
        await world.tell(kind(subject_id=subject_id, version=version, occurred_at=at))
    assert (await world.ask())["outcome"] == "sent"


async def test_contact_data_sealed_for_another_event_are_refused(world: World) -> None:
    ana, ben = new_id(), new_id()
    event = world.contact(ana, ANA_CONTRAST, "+34600111222", "es", version=1)
    event.subject_id = ben
    with pytest.raises(consumers.SealedError):
        await world.tell(event)


def record_of(message: Any) -> EventRecord:
    return EventRecord.of(
        message,
        topic=topic_of(message),
        event_id=new_id(),
        key=message.subject_id,
        occurred_at=datetime.now(UTC),
        sequence=message.version,
    )


async def eventually(ask: Any, expected: str) -> dict[str, Any]:
    """Ask until the outcome is the expected one."""
    deadline = time.monotonic() + FOREVER_SECONDS
    while True:
        answer: dict[str, Any] = await ask()
        if expected in answer.values() or time.monotonic() > deadline:
            assert expected in answer.values(), answer
            return answer
        await asyncio.sleep(0.05)


async def test_a_renunciation_on_the_broker_kills_a_pin_under_way_within_a_second(
    world: World, settings: PinSettings, embedded_broker: Broker
) -> None:
    running = settings.model_copy(
        update={
            "kafka_bootstrap": embedded_broker.bootstrap,
            "kafka_idempotence": embedded_broker.idempotent,
            "requests_per_hour": 1000,
            "requests_per_day": 1000,
            "resend_seconds": 0,
            "sends_per_hour": 1000,
            "sends_per_day": 1000,
        }
    )
    await ensure_topics(embedded_broker.bootstrap, consumers.TOPICS)
    producer = Producer(
        embedded_broker.bootstrap, source="test", idempotent=embedded_broker.idempotent
    )
    app = create_app(running, clock=world.clock)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://pin.test") as world.client,
    ):
        subject_id = new_id()
        advanced = person_pb2.ENROLMENT_LEVEL_ADVANCED
        enrolled = [
            world.registered(subject_id, ANA, advanced),
            world.contact(subject_id, ANA_CONTRAST, "+34600111222", "es", version=1),
        ]
        await producer.publish([record_of(message) for message in enrolled])
        asked = await eventually(world.ask, "sent")
        pin = world.last_pin()
        renounced = person_pb2.Renounced(
            subject_id=subject_id, version=2, occurred_at=SystemClock().now()
        )
        # Sent twice under one id: the second changes nothing.
        await producer.publish([record_of(renounced)] * 2)
        published = time.monotonic()
        await eventually(world.ask, "mismatch")
        assert in_time(time.monotonic() - published, 1.0)
        assert await world.attempt(asked["pin_request_id"], pin) == {"verdict": "expired"}
        ready = await world.client.get("/health/ready")
        assert ready.json() == {"status": "ok", "failed": []}
        keys = (await world.client.get("/.well-known/jwks.json")).json()["keys"]
        assert [set(key) >= {"kid", "x", "y"} and "d" not in key for key in keys] == [True]
    await producer.close()
