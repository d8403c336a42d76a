"""Events through a real broker into a running service, and facts that come late or twice."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from clavis_events.codec import CREDENTIAL_TOPIC, topic_of
from clavis_events.registry.v1 import person_pb2
from clavis_kit.bus import EventRecord, Producer, ensure_topics
from clavis_kit.clock import SystemClock
from clavis_kit.ids import new_id
from clavis_kit.sealed import SealedError
from clavis_permanent import consumers
from clavis_permanent.app import create_app
from clavis_permanent.settings import PermanentSettings
from clavis_testkit.launchers.kafka import Broker
from clavis_testkit.patience import FOREVER_SECONDS, in_time

from services.permanent.tests.world import ANA, PASSWORD, World


async def test_an_older_fact_does_not_undo_a_newer_one(world: World) -> None:
    subject_id = await world.enrol()
    await world.activate()
    at = world.clock.now()
    await world.tell(person_pb2.Deceased(subject_id=subject_id, version=3, occurred_at=at))
    await world.tell(
        world.registered(subject_id, ANA, person_pb2.ENROLMENT_LEVEL_ADVANCED, version=1)
    )
    await world.tell(
        person_pb2.PhoneChanged(
            subject_id=subject_id, version=2, occurred_at=at, phone_verified=True
        )
    )
    assert (await world.log_in())["verdict"] == "wrong"


async def test_older_contact_data_do_not_replace_newer(world: World) -> None:
    subject_id = await world.enrol()
    await world.tell(world.contact(subject_id, version=3, phone="+34600999888"))
    await world.tell(world.contact(subject_id, version=2, phone="+34600111222"))
    assert (await world.send_otp(subject_id))["phone_hint"] == "888"


async def test_a_raised_level_opens_the_codes(world: World) -> None:
    subject_id = await world.enrol(level=person_pb2.ENROLMENT_LEVEL_BASIC)
    raised = person_pb2.LevelRaised(
        subject_id=subject_id,
        version=2,
        occurred_at=world.clock.now(),
        level=person_pb2.ENROLMENT_LEVEL_ADVANCED,
    )
    await world.tell(raised)
    assert (await world.send_otp(subject_id))["outcome"] == "sent"


async def test_a_renunciation_told_twice_removes_once(world: World) -> None:
    subject_id = await world.enrol()
    await world.activate()
    at = world.clock.now()
    for _ in range(2):
        await world.tell(person_pb2.Renounced(subject_id=subject_id, version=2, occurred_at=at))
    assert await world.events() == [
        ("PasswordActivated", 1),
        ("ActivationCodeUsed", 2),
        ("PasswordRemoved", 3),
    ]


async def test_contact_data_sealed_for_another_event_are_refused(world: World) -> None:
    event = world.contact(new_id(), version=1)
    event.subject_id = new_id()
    with pytest.raises(SealedError):
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


async def test_a_renunciation_on_the_broker_kills_password_and_code_within_a_second(
    world: World, settings: PermanentSettings, embedded_broker: Broker
) -> None:
    running = settings.model_copy(
        update={
            "kafka_bootstrap": embedded_broker.bootstrap,
            "kafka_idempotence": embedded_broker.idempotent,
            "password_max_failures": 100,
            "activation_attempts_per_hour": 1000,
        }
    )
    bootstrap = embedded_broker.bootstrap
    await ensure_topics(bootstrap, [*consumers.TOPICS, CREDENTIAL_TOPIC])
    producer = Producer(bootstrap, source="test", idempotent=embedded_broker.idempotent)
    app = create_app(running, clock=world.clock)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://permanent.test") as world.client,
    ):
        subject_id = new_id()
        advanced = person_pb2.ENROLMENT_LEVEL_ADVANCED
        enrolled = [
            world.registered(subject_id, ANA, advanced),
            world.contact(subject_id, version=1),
        ]
        await producer.publish([record_of(message) for message in enrolled])
        started = await eventually(world.start, "code_sent")
        await world.prove(started["activation_id"], world.last_otp())
        await world.choose(started["activation_id"], PASSWORD)
        sent = await world.send_otp(subject_id)
        renounced = person_pb2.Renounced(
            subject_id=subject_id, version=2, occurred_at=SystemClock().now()
        )
        await producer.publish([record_of(renounced)])
        published = time.monotonic()
        await eventually(world.log_in, "wrong")
        assert in_time(time.monotonic() - published, 1.0)
        assert await world.attempt_otp(sent["otp_id"], world.last_otp()) == {"verdict": "expired"}
        await eventually(lambda: world.published(3), "PasswordRemoved")
        ready = await world.client.get("/health/ready")
        assert ready.json() == {"status": "ok", "failed": []}
    await producer.close()
