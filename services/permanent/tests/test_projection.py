"""What the service knows from events, made anew from the topics while people log in."""

import asyncio
import contextlib
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from clavis_events.registry.v1 import person_pb2
from clavis_kit.bus import Producer, ensure_topics
from clavis_kit.ids import new_id
from clavis_permanent import consumers
from clavis_permanent.app import create_app
from clavis_permanent.settings import PermanentSettings
from clavis_testkit.launchers.kafka import TansuBroker
from clavis_testkit.service_processes import command

from services.permanent.tests.test_events import eventually, record_of
from services.permanent.tests.world import ANA, PASSWORD, World

ADVANCED = person_pb2.ENROLMENT_LEVEL_ADVANCED
OTHER_CODE = "PQRSTVWXYZ00"


@pytest.fixture
def own_broker(server_home: Path) -> Iterator[TansuBroker]:
    """A broker that holds nothing but what the test publishes."""
    broker = TansuBroker(server_home / f"tansu-{new_id()}")
    broker.start()
    yield broker
    broker.stop()


async def log_in_again_and_again(world: World, verdicts: list[str]) -> None:
    while True:
        verdicts.append((await world.log_in())["verdict"])
        await asyncio.sleep(0.02)


async def what_is_the_services_own_is_no_difference(
    world: World, running: PermanentSettings, ana: str
) -> None:
    """That her code was used, and that a wrong one was counted."""
    await world.pool.execute("UPDATE activation_code SET failures = 2 WHERE subject_id = $1", ana)
    code, out, err = await command(running, "projection", "checksum")
    assert code == 0, out + err
    assert "2 rows" in out


async def what_no_event_tells_is_found_and_put_right(
    world: World, running: PermanentSettings, ana: str, ben: str
) -> None:
    """Another code of his, and another language of hers."""
    await world.pool.execute(
        "UPDATE activation_code SET code_hash = 'x', failures = 4 WHERE subject_id = $1", ben
    )
    code, out, _ = await command(running, "projection", "checksum", "--patience", "0")
    assert (code, "1 different" in out) == (1, True), out
    await world.pool.execute("UPDATE person SET language = 'en' WHERE subject_id = $1", ana)
    code, out, err = await command(running, "projection", "rebuild")
    assert (code, out.startswith("2 rows put right")) == (0, True), out + err
    assert (await command(running, "projection", "checksum"))[0] == 0
    rows = await world.pool.fetch("SELECT subject_id::text, failures FROM activation_code")
    assert {row["subject_id"]: row["failures"] for row in rows} == {ana: 2, ben: 0}


async def test_person_and_activation_code_made_anew_equal_those_in_use_and_put_them_right(
    world: World, settings: PermanentSettings, own_broker: TansuBroker
) -> None:
    """One broker and one service for the whole life of a projection; logins never stop."""
    broker = {"kafka_bootstrap": own_broker.bootstrap, "kafka_idempotence": own_broker.idempotent}
    running = settings.model_copy(update=broker | {"activation_attempts_per_hour": 1000})
    await ensure_topics(own_broker.bootstrap, consumers.TOPICS)
    producer = Producer(own_broker.bootstrap, source="test", idempotent=False)
    app = create_app(running, clock=world.clock)
    ana, ben = new_id(), new_id()
    verdicts: list[str] = []
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://permanent.test"
        ) as world.client,
    ):
        facts = [
            world.registered(ben, "00000001R", ADVANCED),
            world.contact(ben, version=2, phone="+34600333444", activation_code=OTHER_CODE),
            world.contact(ben, version=1, phone="+34600333444"),
            world.registered(ana, ANA, ADVANCED),
            world.contact(ana, version=1),
        ]
        await producer.publish([record_of(fact) for fact in facts])
        started = await eventually(world.start, "code_sent")
        await world.prove(started["activation_id"], world.last_otp())
        await world.choose(started["activation_id"], PASSWORD)
        going_on = asyncio.create_task(log_in_again_and_again(world, verdicts))

        await what_is_the_services_own_is_no_difference(world, running, ana)
        await what_no_event_tells_is_found_and_put_right(world, running, ana, ben)

        going_on.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await going_on
    await producer.close()
    assert len(verdicts) > 5
    assert set(verdicts) == {"accepted"}
