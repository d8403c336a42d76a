"""An enrolment of somebody already known: whose phone it is, and who is told."""

from datetime import timedelta

import pytest
from clavis_events.registry.v1 import person_pb2

from services.registry.tests.life import TERMS, as_officer, desk, problem, supervisor
from services.registry.tests.test_changes import NEW_PHONE, proved
from services.registry.tests.world import Enrol, World, application, deliver_due

OTHER = {"mobile": NEW_PHONE, "email": "otra@example.es"}
BASIC = "UPDATE person SET level = 'basic', channel = 'letter'"


async def told_since(world: World, count: int) -> list[str]:
    await deliver_due(world.deps)
    return [message["to"] for message in world.outside.sent[count:]]


@pytest.fixture
async def basic(world: World, enrol: Enrol) -> str:
    """Ana at the basic level with her phone; the clock has moved on."""
    entered = await enrol()
    await world.deps.pool.execute(BASIC)
    await deliver_due(world.deps)
    world.clock.advance(timedelta(minutes=2))
    return entered.subject_id


async def enter(world: World, enrol: Enrol, **changes: str) -> list[str]:
    seen = len(world.outside.sent)
    await enrol(**changes)
    return await told_since(world, seen)


async def test_a_level_up_at_an_office_is_no_change_of_phone(world: World, basic: str) -> None:
    refused = await as_officer(world, "enrolments", application(**OTHER))
    assert problem(refused) == (409, "phone-change-first")


async def test_a_level_up_with_the_same_phone_stays_one_act(
    world: World, basic: str, enrol: Enrol
) -> None:
    entered = await enrol()
    assert entered.subject_id == basic
    assert "PhoneChanged" not in await world.event_names()


async def test_a_level_up_tells_the_former_address(world: World, basic: str, enrol: Enrol) -> None:
    told = await enter(world, enrol, email="otra@example.es")
    assert "ana@example.es" in told


async def test_a_phone_that_replaces_a_lost_one_is_told_and_known_to_readers(
    world: World, basic: str, enrol: Enrol
) -> None:
    await enrol(national_id="00000001R", email="eva@example.es")  # took the number
    await deliver_due(world.deps)
    world.clock.advance(timedelta(minutes=2))
    told = await enter(world, enrol, mobile=NEW_PHONE)
    changed = [e for e in await world.events() if isinstance(e, person_pb2.PhoneChanged)]
    assert [e.phone_verified for e in changed if e.subject_id == basic] == [False, True]
    assert "ana@example.es" in told
    assert "+34600111222" not in told, "the number is somebody else's by now"


async def test_a_frozen_person_is_not_thawed_with_another_phone(world: World, basic: str) -> None:
    await as_officer(world, "freezes", desk())
    refused = await as_officer(world, "enrolments", application(**OTHER))
    assert problem(refused) == (409, "phone-change-first")


async def test_who_was_just_unfrozen_changes_the_phone_with_a_second_officer(
    world: World, enrol: Enrol
) -> None:
    await enrol()
    await as_officer(world, "freezes", desk())
    await as_officer(world, "unfreezings", desk())
    change = await proved(world, mobile=NEW_PHONE)
    ended = await as_officer(world, f"phone-changes/{change}/completion", TERMS)
    assert ended.json()["state"] == "awaiting_approval"
    assert ended.json()["risks"] == ["recently-restored"]


async def test_leaving_and_enrolling_again_is_no_way_around_the_second_officer(
    world: World, enrol: Enrol
) -> None:
    await enrol()
    await supervisor(world)
    await as_officer(world, "renunciations", desk(signed=True))
    world.clock.advance(timedelta(minutes=2))
    refused = await as_officer(world, "enrolments", application(**OTHER))
    assert problem(refused) == (409, "phone-change-first")
    await as_officer(world, "rehabilitations", desk(**TERMS))
    change = await proved(world, mobile=NEW_PHONE)
    ended = await as_officer(world, f"phone-changes/{change}/completion", TERMS)
    assert ended.json()["risks"] == ["recently-restored"]


async def test_who_comes_back_long_after_brings_a_phone_and_the_former_one_is_told(
    world: World, enrol: Enrol
) -> None:
    entered = await enrol()
    await as_officer(world, "renunciations", desk(signed=True))
    await deliver_due(world.deps)
    world.clock.advance(timedelta(days=31))
    seen = len(world.outside.sent)
    again = await enrol(**OTHER)
    assert again.subject_id == entered.subject_id
    told = await told_since(world, seen)
    assert {"+34600111222", "ana@example.es"} <= set(told)
