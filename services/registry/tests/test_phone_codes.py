"""The code that proves a phone: three tries, five minutes, a minute between two."""

import asyncio
from datetime import timedelta

from services.registry.tests.world import World, application

PROOF = "/officer/v1/enrolments/{}/phone-proof"
CODES = "/officer/v1/enrolments/{}/phone-codes"


async def start(world: World, **changes: object) -> str:
    answer = await world.http.post(
        "/officer/v1/enrolments", json=application(**changes), headers=world.as_officer()
    )
    enrolment_id: str = answer.json()["enrolment_id"]
    return enrolment_id


async def try_code(world: World, enrolment_id: str, code: str) -> dict[str, object]:
    answer = await world.http.post(
        PROOF.format(enrolment_id), json={"code": code}, headers=world.as_officer()
    )
    body: dict[str, object] = answer.json()
    return body


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


async def test_the_code_goes_to_the_phone_and_not_to_the_officer(world: World) -> None:
    answer = await world.http.post(
        "/officer/v1/enrolments", json=application(), headers=world.as_officer()
    )
    assert world.outside.sent[0]["to"] == "+34600111222"
    assert world.outside.last_code() not in answer.text
    assert answer.json()["phone_hint"] == "222"
    assert answer.json()["delivered"] is True


async def test_three_wrong_codes_lock_it_and_the_right_one_no_longer_works(world: World) -> None:
    enrolment = await start(world)
    code = world.outside.last_code()
    answers = [await try_code(world, enrolment, wrong(code)) for _ in range(3)]
    assert [(a["verdict"], a["attempts_left"]) for a in answers] == [
        ("wrong", 2), ("wrong", 1), ("locked", None),
    ]  # fmt: skip
    assert (await try_code(world, enrolment, code))["verdict"] == "locked"


async def test_parallel_guesses_get_three_tries_together(world: World) -> None:
    enrolment = await start(world)
    guess = wrong(world.outside.last_code())
    await asyncio.gather(*(try_code(world, enrolment, guess) for _ in range(10)))
    tries = await world.deps.pool.fetchval("SELECT tries FROM phone_code")
    assert tries == 3


async def test_the_right_code_tried_by_many_is_accepted_once(world: World) -> None:
    enrolment = await start(world)
    code = world.outside.last_code()
    answers = await asyncio.gather(*(try_code(world, enrolment, code) for _ in range(6)))
    assert [a.get("verdict") for a in answers].count("accepted") == 1


async def test_a_code_ends_after_five_minutes(world: World) -> None:
    enrolment = await start(world)
    code = world.outside.last_code()
    world.clock.advance(timedelta(minutes=5))
    assert (await try_code(world, enrolment, code))["verdict"] == "expired"


async def test_another_code_waits_a_minute_and_replaces_the_first(world: World) -> None:
    enrolment = await start(world)
    first = world.outside.last_code()
    early = await world.http.post(CODES.format(enrolment), headers=world.as_officer())
    assert (early.status_code, early.json()["code"]) == (429, "phone-code-too-soon")
    assert early.headers["retry-after"] == "60"
    world.clock.advance(timedelta(seconds=60))
    again = await world.http.post(CODES.format(enrolment), headers=world.as_officer())
    assert again.status_code == 201
    second = world.outside.last_code()
    if first != second:
        assert (await try_code(world, enrolment, first))["verdict"] == "wrong"
    assert (await try_code(world, enrolment, second))["verdict"] == "accepted"


async def test_one_number_gets_five_codes_an_hour_whatever_the_enrolment(world: World) -> None:
    headers = world.as_officer()
    answers = [
        await world.http.post("/officer/v1/enrolments", json=application(), headers=headers)
        for _ in range(6)
    ]
    assert [answer.status_code for answer in answers] == [201] * 5 + [429]
    assert answers[-1].json()["code"] == "phone-code-limit"
    assert len(world.outside.sent) == 5


async def test_an_sms_that_no_carrier_takes_may_be_sent_again_at_once(world: World) -> None:
    world.outside.failing = True
    answer = await world.http.post(
        "/officer/v1/enrolments", json=application(), headers=world.as_officer()
    )
    assert (answer.status_code, answer.json()["delivered"]) == (201, False)
    world.outside.failing = False
    enrolment = answer.json()["enrolment_id"]
    again = await world.http.post(CODES.format(enrolment), headers=world.as_officer())
    assert again.json()["delivered"] is True


async def test_the_database_holds_no_code_in_clear(world: World) -> None:
    await start(world)
    code = world.outside.last_code()
    rows = await world.deps.pool.fetch("SELECT phone_code::text AS row FROM phone_code")
    assert all(f",{code}," not in row["row"] for row in rows)
