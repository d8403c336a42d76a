"""What the service knows from events, made anew from the topics while people log in."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from clavis_events.registry.v1 import person_pb2
from clavis_kit.bus import Producer, ensure_topics
from clavis_kit.ids import new_id
from clavis_kit.projection import compared
from clavis_kit.replay import replaying, shadowed
from clavis_pin import consumers
from clavis_pin.app import create_app
from clavis_pin.settings import PinSettings
from clavis_testkit.launchers.kafka import TansuBroker
from clavis_testkit.service_processes import command
from google.protobuf.message import Message

from services.pin.tests.test_events import eventually, record_of
from services.pin.tests.world import ANA, ANA_CONTRAST, BEN, BEN_CONTRAST, World

PLENTY = {
    "requests_per_hour": 100_000,
    "requests_per_day": 100_000,
    "resend_seconds": 0,
    "sends_per_hour": 100_000,
    "sends_per_day": 100_000,
}


@pytest.fixture
def own_broker(server_home: Path) -> Iterator[TansuBroker]:
    """A broker that holds nothing but what the test publishes."""
    broker = TansuBroker(server_home / f"tansu-{new_id()}")
    broker.start()
    yield broker
    broker.stop()


@dataclass
class Logins:
    """Somebody who logs in again and again."""

    world: World
    verdicts: list[str] = field(default_factory=list)

    async def go_on(self) -> None:
        while True:
            asked = await self.world.ask()
            pin_request_id = asked["pin_request_id"]
            answer = await self.world.attempt(pin_request_id, self.world.last_pin())
            self.verdicts.append(answer["verdict"])
            await asyncio.sleep(0.02)


@dataclass
class Fed:
    """A service that reads a broker, and two people whose facts came that way."""

    world: World
    settings: PinSettings
    producer: Producer
    ana: str
    ben: str
    logins: Logins

    async def agrees(self) -> bool:
        """Compare as `checksum` does, without starting a process."""
        made = consumers.projected(self.world.contact_key, self.world.clock)
        async with (
            shadowed(self.settings.migration_database_url or "") as connection,
            replaying(self.settings.kafka_bootstrap, made.topics, made.handlers) as replay,
        ):
            for _ in range(600):
                if (await compared(connection, replay, made)).equal:
                    return True
                await asyncio.sleep(0.1)
        return False

    async def projection(self, *arguments: str) -> tuple[int, str, str]:
        return await command(self.settings, "projection", *arguments)

    async def alter(self, statement: str, *values: object) -> None:
        await self.world.pool.execute(statement, *values)


@pytest_asyncio.fixture
async def fed(world: World, settings: PinSettings, own_broker: TansuBroker) -> AsyncIterator[Fed]:
    broker = {"kafka_bootstrap": own_broker.bootstrap, "kafka_idempotence": own_broker.idempotent}
    running = settings.model_copy(update=PLENTY | broker)
    await ensure_topics(own_broker.bootstrap, consumers.TOPICS)
    app = create_app(running, clock=world.clock)
    async with AsyncExitStack() as stack:
        producer = Producer(own_broker.bootstrap, source="test", idempotent=False)
        stack.push_async_callback(producer.close)
        await stack.enter_async_context(app.router.lifespan_context(app))
        world.client = await stack.enter_async_context(
            httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://pin.test")
        )
        ana, ben = new_id(), new_id()
        await producer.publish([record_of(fact) for fact in history(world, ana, ben)])
        await eventually(world.ask, "sent")
        logins = Logins(world)
        going_on = asyncio.create_task(logins.go_on())
        yield Fed(world, running, producer, ana, ben, logins)
        going_on.cancel()
        with pytest.raises(asyncio.CancelledError):
            await going_on


def history(world: World, ana: str, ben: str) -> list[Message]:
    """What happened to two people, some of it twice and some too late."""
    basic, at = person_pb2.ENROLMENT_LEVEL_BASIC, world.clock.now()
    frozen = person_pb2.Frozen(subject_id=ben, version=4, occurred_at=at)
    return [
        world.registered(ben, BEN, basic),
        world.contact(ben, BEN_CONTRAST, "+34600333444", "es", version=1),
        person_pb2.LevelRaised(
            subject_id=ben, version=2, occurred_at=at, level=person_pb2.ENROLMENT_LEVEL_ADVANCED
        ),
        person_pb2.PhoneChanged(subject_id=ben, version=3, occurred_at=at, phone_verified=True),
        world.contact(ben, BEN_CONTRAST, "+34600555666", "en", version=3),
        world.contact(ben, BEN_CONTRAST, "+34600999999", "es", version=2),
        frozen,
        frozen,
        world.registered(ana, ANA, basic),
        world.contact(ana, ANA_CONTRAST, "+34600111222", "es", version=1),
    ]


async def test_a_projection_made_anew_equals_the_one_in_use_and_puts_it_right(fed: Fed) -> None:
    """One broker and one service for the whole life of a projection; logins never stop."""
    code, out, err = await fed.projection("checksum")
    assert code == 0, out + err
    assert "2 rows" in out
    assert "0 different" in out

    # What no event says is found, and put right.
    await fed.alter("UPDATE person SET phone = '+34600000000', frozen = false"
                    " WHERE subject_id = $1", fed.ben)  # fmt: skip
    code, out, _ = await fed.projection("checksum", "--patience", "0")
    assert code == 1
    assert "1 different" in out
    code, out, err = await fed.projection("rebuild")
    assert (code, out.startswith("1 rows put right")) == (0, True), out + err
    assert await fed.agrees()
    assert await fed.world.ask(national_id=BEN, contrast=BEN_CONTRAST) == {"outcome": "mismatch"}

    # The consumer goes on where it was.
    unfrozen = person_pb2.Unfrozen(subject_id=fed.ben, version=5, occurred_at=fed.world.clock.now())
    await fed.producer.publish([record_of(unfrozen)])
    asked = await eventually(lambda: fed.world.ask(national_id=BEN, contrast=BEN_CONTRAST), "sent")
    assert asked["phone_hint"] == "666"
    assert await fed.agrees()

    # People whom the topics do not know are not thrown away by the way.
    stranger = new_id()
    await fed.alter(
        "INSERT INTO person (subject_id, person_version, status) VALUES ($1, 1, 'active')", stranger
    )
    code, _, err = await fed.projection("rebuild")
    assert code == 2
    assert "know less" in err
    assert (await fed.projection("rebuild", "--accept-loss"))[0] == 0
    assert await fed.agrees()

    assert len(fed.logins.verdicts) > 10
    assert set(fed.logins.verdicts) == {"accepted"}


async def test_a_row_put_right_voids_the_pin_under_way(world: World) -> None:
    subject_id = await world.enrol()
    asked = await world.ask()
    async with world.pool.acquire() as connection:
        made = consumers.projected(world.contact_key, world.clock)
        await made.changed(connection, [subject_id])
    answer = await world.attempt(asked["pin_request_id"], world.last_pin())
    assert answer == {"verdict": "expired"}


async def test_without_its_topics_nothing_is_put_right(world: World) -> None:
    await world.enrol()
    code, _, err = await command(world.settings, "projection", "rebuild")
    assert code == 2
    assert err.startswith("projection: ")
    assert "Traceback" not in err
    assert (await world.ask())["outcome"] == "sent"
