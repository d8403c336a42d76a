"""The level that a device confirms: never more than what proved it."""

from typing import Any

import pytest
from clavis_events.registry.v1 import person_pb2
from clavis_kit.loa import Loa
from clavis_pin.rules.people import Level, ProvenBy, SmsDeviceLevel, device_level

from services.pin.tests.phone import Desk, Phone
from services.pin.tests.portal import Portal
from services.pin.tests.world import World

BASIC, ADVANCED = Level.BASIC, Level.ADVANCED


async def confirmed_level(world: World, phone: Phone) -> str:
    desk = Desk(world)
    await desk.begin()
    request = (await phone.claim((await desk.code())["content"]))["request"]
    await phone.decide(request, "confirm", desk.asked["number"])
    done = await desk.complete()
    assert done["verdict"] == "accepted"
    return str(done["enrolment_level"])


async def raise_level(world: World, subject_id: str) -> None:
    at = world.clock.now()
    raised = person_pb2.LevelRaised(
        subject_id=subject_id,
        version=2,
        occurred_at=at,
        level=person_pb2.ENROLMENT_LEVEL_ADVANCED,
    )
    await world.tell(raised)


async def test_a_taken_over_number_makes_no_advanced_device(world: World) -> None:
    await world.enrol()
    assert await confirmed_level(world, await Phone(world).enrol()) == "basic"


async def test_the_ticket_of_a_substantial_session_makes_one(world: World) -> None:
    subject_id = await world.enrol()
    assert await confirmed_level(world, await Portal(world).enrol(subject_id)) == "advanced"


async def test_an_operator_may_accept_the_number_as_proof(open_world: Any) -> None:
    world = await open_world(sms_device_level="person")
    await world.enrol()
    assert await confirmed_level(world, await Phone(world).enrol()) == "advanced"


async def test_raising_the_person_raises_no_device_of_before(open_world: Any) -> None:
    world = await open_world(sms_device_level="person", max_active_devices=2)
    subject_id = await world.enrol(level=person_pb2.ENROLMENT_LEVEL_BASIC)
    by_sms, portal = await Phone(world).enrol(), Portal(world)
    by_ticket = await portal.enrol(subject_id)
    await raise_level(world, subject_id)
    levels = [await confirmed_level(world, phone) for phone in (by_sms, by_ticket)]
    assert levels == ["basic", "basic"]
    assert await confirmed_level(world, await portal.enrol(subject_id)) == "advanced"


async def test_a_ticket_of_before_the_raise_stays_basic(world: World) -> None:
    subject_id = await world.enrol(level=person_pb2.ENROLMENT_LEVEL_BASIC)
    response = await Portal(world).call("POST", "/device-tickets", subject_id, acr=Loa.LOW.acr)
    await raise_level(world, subject_id)
    phone = Phone(world)
    await phone.begin(national_id=None, contrast=None)
    await phone.prove(ticket=response.json()["ticket"])
    assert await confirmed_level(world, phone) == "basic"


async def test_a_device_of_before_the_upgrade_counts_as_basic(world: World) -> None:
    phone = await Portal(world).enrol(await world.enrol())
    await world.pool.execute("UPDATE device SET proven_level = NULL")
    assert await confirmed_level(world, phone) == "basic"


async def test_a_session_of_before_neither_binds_nor_removes_a_device(world: World) -> None:
    subject_id = await world.enrol()
    portal = Portal(world)
    phone = await portal.enrol(subject_id)
    old = {"auth_time": int(world.clock.now().timestamp()) - 306}
    for method, path in (
        ("POST", "/device-tickets"),
        ("DELETE", f"/devices/{phone.device_id}?confirmed=true"),
    ):
        refused = await portal.call(method, path, subject_id, **old)
        assert (refused.status_code, refused.json()["max_age"]) == (401, 300)
    assert (await phone.call("GET", "/device")).status_code == 200


async def test_a_pin_removes_no_device_of_an_advanced_person(world: World) -> None:
    subject_id = await world.enrol()
    phone, portal = await Phone(world).enrol(), Portal(world)
    path, low = f"/devices/{phone.device_id}?confirmed=true", {"acr": Loa.LOW.acr}
    refused = await portal.call("DELETE", path, subject_id, **low)
    assert (refused.status_code, refused.json()["acr_values"]) == (401, Loa.SUBSTANTIAL.acr)
    assert (await portal.call("DELETE", path, subject_id)).status_code == 204


async def test_a_basic_person_removes_theirs_with_a_pin(world: World) -> None:
    subject_id = await world.enrol(level=person_pb2.ENROLMENT_LEVEL_BASIC)
    phone = await Phone(world).enrol()
    path, low = f"/devices/{phone.device_id}", {"acr": Loa.LOW.acr}
    assert (await Portal(world).call("DELETE", path, subject_id, **low)).status_code == 204


async def test_the_last_strong_device_goes_only_after_a_warning(world: World) -> None:
    subject_id = await world.enrol()
    portal = Portal(world)
    phone = await portal.enrol(subject_id)
    path = f"/devices/{phone.device_id}"
    warned = await portal.call("DELETE", path, subject_id)
    assert (warned.status_code, warned.json()["code"]) == (409, "last-strong-method")
    assert (await phone.call("GET", "/device")).status_code == 200
    assert (await portal.call("DELETE", f"{path}?confirmed=true", subject_id)).status_code == 204


@pytest.mark.parametrize(
    ("person", "proven", "proven_by", "sms_reaches", "reached"),
    [
        (ADVANCED, ADVANCED, ProvenBy.TICKET, "basic", ADVANCED),
        (ADVANCED, ADVANCED, ProvenBy.SMS, "basic", BASIC),
        (ADVANCED, ADVANCED, ProvenBy.SMS, "person", ADVANCED),
        (ADVANCED, BASIC, ProvenBy.TICKET, "person", BASIC),
        (ADVANCED, None, ProvenBy.TICKET, "person", BASIC),
        (ADVANCED, ADVANCED, None, "basic", BASIC),
        (BASIC, ADVANCED, ProvenBy.TICKET, "person", BASIC),
    ],
)
def test_the_weakest_of_person_and_proof_counts(
    person: Level,
    proven: Level | None,
    proven_by: ProvenBy | None,
    sms_reaches: SmsDeviceLevel,
    reached: Level,
) -> None:
    assert device_level(person, proven, proven_by, sms_reaches) is reached
