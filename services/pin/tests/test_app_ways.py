"""How a login reaches the device: a code that turns, digits to type, number and datum."""

import asyncio
from datetime import datetime

import pytest

from services.pin.tests.phone import (
    OTHER_BROWSER,
    RELYING_PARTY,
    Desk,
    Phone,
    scanned,
    soon,
)
from services.pin.tests.world import ANA, ANA_CONTRAST, BEN, BEN_CONTRAST, World


async def test_of_parallel_scans_one_device_gets_the_login(world: World) -> None:
    await world.enrol()
    await world.enrol(national_id=BEN, contrast=BEN_CONTRAST, phone="+34600333444")
    phones = [
        await Phone(world).enrol(),
        await Phone(world).enrol(national_id=BEN, contrast=BEN_CONTRAST),
    ]
    desk = Desk(world)
    await desk.begin()
    content = (await desk.code())["content"]
    outcomes = await asyncio.gather(*(phone.claim(content) for phone in phones))
    assert sorted(o["outcome"] for o in outcomes) == ["claimed", "expired"]


async def test_the_code_changes_and_a_forwarded_one_is_dead(world: World) -> None:
    await world.enrol()
    phone = await Phone(world).enrol()
    desk = Desk(world)
    await desk.begin()
    first = await desk.code()
    world.clock.advance(soon(5))
    second = await desk.code()
    assert first["content"] != second["content"]
    assert first["content"].startswith("https://portal.test/app/#r=")
    world.clock.advance(soon(5))
    assert await phone.claim(first["content"]) == {"outcome": "expired"}
    assert (await phone.claim(second["content"]))["outcome"] == "claimed"


async def test_valid_until_is_when_the_code_stops_being_honoured(world: World) -> None:
    await world.enrol()
    phone = await Phone(world).enrol()
    desk = Desk(world)
    await desk.begin()
    code = await desk.code()
    left = datetime.fromisoformat(code["valid_until"]) - world.clock.now()
    world.clock.advance(left - soon(0.001))
    assert (await phone.claim(code["content"]))["outcome"] == "claimed"
    other = Desk(world)
    await other.begin()
    code = await other.code()
    world.clock.advance(datetime.fromisoformat(code["valid_until"]) - world.clock.now())
    assert await phone.claim(code["content"]) == {"outcome": "expired"}


async def test_another_browser_collects_nothing(world: World) -> None:
    subject_id, desk, phone, request = await scanned(world)
    await phone.decide(request, "confirm", desk.asked["number"])
    assert await desk.complete(OTHER_BROWSER) == {"verdict": "expired"}
    assert (await desk.complete())["subject_id"] == subject_id


async def test_a_code_put_together_by_somebody_else_is_dead(world: World) -> None:
    await world.enrol()
    phone = await Phone(world).enrol()
    desk = Desk(world)
    await desk.begin()
    content = (await desk.code())["content"]
    # Not the last letter: some of its bits stand for nothing (RFC 4648 section 3.5).
    changed = content[:-5] + ("A" if content[-5] != "A" else "B") + content[-4:]
    for forged in (changed, "x", "0" * 10, "#r=ñ"):
        assert await phone.claim(forged) == {"outcome": "expired"}


async def test_ten_digits_stand_for_the_code_where_nothing_can_scan(world: World) -> None:
    await world.enrol()
    phone = await Phone(world).enrol()
    desk = Desk(world)
    await desk.begin()
    typed = (await desk.code())["typed_code"]
    spaced = f"{typed[:3]} {typed[3:6]} {typed[6:]}"
    assert (await phone.claim(spaced))["request"]["relying_party"] == RELYING_PARTY


async def test_ten_digits_are_dead_after_two_minutes(world: World) -> None:
    await world.enrol()
    phone = await Phone(world).enrol()
    desk = Desk(world)
    await desk.begin()
    typed = (await desk.code())["typed_code"]
    world.clock.advance(soon(120))
    assert await phone.claim(typed) == {"outcome": "expired"}


async def test_by_number_the_login_appears_on_the_device_without_a_scan(world: World) -> None:
    subject_id = await world.enrol()
    phone = await Phone(world).enrol()
    desk = Desk(world)
    await desk.begin_by_number()
    [request] = await phone.waiting()
    await phone.decide(request, "confirm", desk.asked["number"])
    assert (await desk.complete())["subject_id"] == subject_id


async def test_by_number_nobody_learns_who_is_registered_or_has_a_device(world: World) -> None:
    await world.enrol()
    await world.enrol(national_id=BEN, contrast=BEN_CONTRAST)
    await Phone(world).enrol()
    asked = [
        await Desk(world).begin_by_number(**who)
        for who in (
            {},
            {"contrast": "2031-05-18"},
            {"national_id": BEN, "contrast": BEN_CONTRAST},
            {"national_id": "00000000T"},
        )
    ]
    assert {tuple(a) for a in asked} == {("outcome", "app_request_id", "number", "expires_at")}
    assert {a["outcome"] for a in asked} == {"created"}


@pytest.mark.parametrize("national_id", [ANA, "00000000T"])
async def test_one_request_by_the_same_data_at_a_time(world: World, national_id: str) -> None:
    await world.enrol()
    first = await Desk(world).begin_by_number(national_id=national_id)
    second = await Desk(world).begin_by_number(national_id=national_id)
    assert second == {"outcome": "limited", "retry_at": first["expires_at"]}
    world.clock.advance(soon(300))
    third = await Desk(world).begin_by_number(national_id=national_id)
    assert third["outcome"] == "created"


async def test_of_parallel_requests_by_the_same_data_one_waits(world: World) -> None:
    await world.enrol()
    asked = await asyncio.gather(*(Desk(world).begin_by_number() for _ in range(8)))
    assert sum(a["outcome"] == "created" for a in asked) == 1


async def test_a_person_answers_one_scan_at_a_time(world: World) -> None:
    _, _, phone, request = await scanned(world)
    other = Desk(world)
    await other.begin()
    content = (await other.code())["content"]
    assert await phone.claim(content) == {"outcome": "another-pending"}
    await phone.decide(request, "reject")
    assert (await phone.claim(content))["outcome"] == "claimed"


async def test_beside_a_scan_a_request_by_number_waits_for_nobody(world: World) -> None:
    _, _, phone, request = await scanned(world)
    desk = Desk(world, OTHER_BROWSER)
    assert (await desk.begin_by_number())["outcome"] == "created"
    assert [r["app_request_id"] for r in await phone.waiting()] == [request["app_request_id"]]


async def test_requests_by_number_are_limited_whoever_they_name(world: World) -> None:
    for number in (ANA, "00000000T"):
        outcomes = []
        for _ in range(11):
            asked = await Desk(world).begin_by_number(national_id=number, contrast=ANA_CONTRAST)
            outcomes.append(asked["outcome"])
            world.clock.advance(soon(300))
        assert outcomes == ["created"] * 10 + ["limited"]
        world.clock.advance(soon(3600))
