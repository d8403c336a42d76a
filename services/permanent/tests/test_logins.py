"""Judging a password: one answer for every failure, five wrong ones block, parallel or not."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from argon2 import extract_parameters
from clavis_events.registry.v1 import person_pb2
from clavis_kit.ids import new_id
from clavis_kit.pepper import PepperKey
from clavis_permanent.passwords import StoredPassword, create_hasher, create_passwords
from clavis_permanent.peppers import FilePepper

from services.permanent.tests.world import ANA, BEN, PASSWORD, World

WRONG = {"verdict": "wrong"}


async def test_the_right_password_names_the_person_and_what_they_can_do(world: World) -> None:
    subject_id = await world.enrol()
    await world.activate()
    assert await world.log_in() == {
        "verdict": "accepted",
        "subject_id": subject_id,
        "enrolment_level": "advanced",
        "can_use_otp": True,
        "password_expires_on": "2028-03-09",
        "second_factors": ["sms"],
    }


async def test_the_two_spellings_of_an_accent_are_one_password(world: World) -> None:
    await world.enrol()
    await world.activate("Camio\u0301n-1-rojo")
    assert (await world.log_in("Cami\u00f3n-1-rojo"))["verdict"] == "accepted"


async def test_a_basic_person_logs_in_and_cannot_use_codes(world: World) -> None:
    await world.enrol(level=person_pb2.ENROLMENT_LEVEL_BASIC)
    await world.activate()
    answer = await world.log_in()
    assert (answer["enrolment_level"], answer["can_use_otp"]) == ("basic", False)


async def test_every_failure_is_the_same_answer(world: World) -> None:
    await world.enrol()
    await world.activate()
    inactive = "87654321X"
    await world.enrol(national_id=inactive)
    ended = await world.enrol(national_id=BEN)
    at = world.clock.now()
    await world.tell(person_pb2.Revoked(subject_id=ended, version=2, occurred_at=at))
    answers = [
        await world.post("/v1/logins", {"national_id": national_id, "password": password})
        for national_id, password in (
            (ANA, "Wrong1!horse"),
            (ANA, ""),
            (ANA, "x" * 1000),
            (inactive, PASSWORD),
            (BEN, PASSWORD),
            ("00000000T", PASSWORD),
        )
    ]
    assert {a.content for a in answers} == {b'{"verdict":"wrong"}'}


async def test_every_failure_is_the_same_work(world: World) -> None:
    """One Argon2 run, the same two statements, one row written."""
    await world.enrol()
    await world.activate()
    known = await world.statements_of(lambda: world.log_in("Wrong1!horse"))
    unknown = await world.statements_of(lambda: world.log_in(national_id="00000000T"))
    assert known == unknown
    assert len(known) == 2
    assert await world.pool.fetchval("SELECT sum(touched) FROM decoy") == 2
    assert await world.pool.fetchval("SELECT failures FROM credential") == 2


async def test_five_wrong_passwords_block_and_then_the_right_one_is_wrong_too(
    world: World,
) -> None:
    await world.enrol()
    await world.activate()
    assert [await world.log_in("Wrong1!horse") for _ in range(6)] == [WRONG] * 6
    assert await world.log_in() == WRONG


async def test_a_right_password_forgets_the_wrong_ones(world: World) -> None:
    await world.enrol()
    await world.activate()
    for _ in range(2):
        for _ in range(4):
            await world.log_in("Wrong1!horse")
        assert (await world.log_in())["verdict"] == "accepted"


async def test_a_block_ends_with_a_new_password(world: World) -> None:
    await world.enrol()
    await world.activate()
    for _ in range(5):
        await world.log_in("Wrong1!horse")
    await world.activate(PASSWORD + "2")
    assert (await world.log_in(PASSWORD + "2"))["verdict"] == "accepted"


async def test_parallel_wrong_passwords_are_counted_exactly(world: World) -> None:
    await world.enrol()
    await world.activate()
    answers = await asyncio.gather(*(world.log_in("Wrong1!horse") for _ in range(30)))
    assert answers == [WRONG] * 30
    row = await world.pool.fetchrow("SELECT failures, blocked_at FROM credential")
    assert row is not None
    assert row["failures"] == 5
    assert row["blocked_at"] == world.clock.now()
    assert await world.log_in() == WRONG
    assert (await world.events())[-1] == ("PasswordBlocked", 3)


async def test_parallel_right_passwords_are_all_accepted(world: World) -> None:
    await world.enrol()
    await world.activate()
    answers = await asyncio.gather(*(world.log_in() for _ in range(10)))
    assert Counter(a["verdict"] for a in answers) == {"accepted": 10}


async def test_a_password_lives_two_years(world: World) -> None:
    subject_id = await world.enrol()
    await world.activate()
    world.clock.advance(timedelta(days=730) - timedelta(seconds=1))
    assert (await world.log_in())["verdict"] == "accepted"
    world.clock.advance(timedelta(seconds=1))
    expired = await world.log_in()
    assert (expired["verdict"], expired["subject_id"]) == ("expired", subject_id)
    assert await world.log_in("Wrong1!horse") == WRONG


async def test_what_is_stored_is_argon2id_of_something_else_than_the_password(
    world: World,
) -> None:
    await world.enrol()
    await world.activate()
    row = await world.pool.fetchrow("SELECT password_hash, pepper_id FROM credential")
    stored = StoredPassword(*row)
    assert stored.hash.startswith("$argon2id$v=19$m=8192,t=1,p=1$")
    # The pepper is needed: the password alone does not verify.
    hasher = create_hasher(memory_kib=8192, passes=1, lanes=1)
    other = FilePepper([PepperKey("0", b"another pepper")], world.clock)
    bare = create_passwords(hasher, other, world.deps.passwords._pool, "x")
    subject_id = str(await world.pool.fetchval("SELECT subject_id FROM credential"))
    assert not await bare.matches(stored, subject_id, PASSWORD)
    assert await world.deps.passwords.matches(stored, subject_id, PASSWORD)
    assert not await world.deps.passwords.matches(stored, new_id(), PASSWORD)


async def test_a_login_renews_a_hash_of_former_parameters(world: World) -> None:
    await world.enrol()
    await world.activate()
    world.raise_argon2_passes()
    assert (await world.log_in("Wrong1!horse")) == WRONG
    before = await world.pool.fetchval("SELECT password_hash FROM credential")
    assert extract_parameters(before).time_cost == 1
    assert (await world.log_in())["verdict"] == "accepted"
    after = await world.pool.fetchval("SELECT password_hash FROM credential")
    assert extract_parameters(after).time_cost == 2
    assert (await world.log_in())["verdict"] == "accepted"


async def test_before_a_signature_the_caller_learns_the_block(world: World) -> None:
    subject_id = await world.enrol()
    assert await world.check(subject_id) == {"verdict": "inactive"}
    assert await world.check(new_id()) == {"verdict": "inactive"}
    await world.activate()
    assert await world.check(subject_id) == {"verdict": "accepted"}
    answers = [await world.check(subject_id, "Wrong1!horse") for _ in range(6)]
    assert [a["verdict"] for a in answers] == ["wrong"] * 4 + ["locked"] * 2
    assert await world.check(subject_id) == {"verdict": "locked"}


async def test_nobody_signs_with_an_expired_password(world: World) -> None:
    subject_id = await world.enrol()
    await world.activate()
    world.clock.advance(timedelta(days=730))
    assert await world.check(subject_id) == {"verdict": "inactive"}


ENDINGS = [person_pb2.Renounced, person_pb2.Deceased, person_pb2.Revoked]


@pytest.mark.parametrize("ending", ENDINGS)
async def test_an_ended_identity_cannot_use_its_password(world: World, ending: Any) -> None:
    subject_id = await world.enrol()
    await world.activate()
    at = world.clock.now()
    await world.tell(ending(subject_id=subject_id, version=2, occurred_at=at))
    assert await world.log_in() == WRONG
    assert await world.check(subject_id) == {"verdict": "inactive"}


async def test_a_renounced_password_is_destroyed_and_the_others_are_told(world: World) -> None:
    subject_id = await world.enrol()
    await world.activate()
    at = world.clock.now()
    await world.tell(person_pb2.Renounced(subject_id=subject_id, version=2, occurred_at=at))
    assert await world.pool.fetchval("SELECT password_hash FROM credential") is None
    await world.tell(
        world.registered(subject_id, ANA, person_pb2.ENROLMENT_LEVEL_ADVANCED, version=3)
    )
    assert await world.log_in() == WRONG
    world.clock.advance(timedelta(minutes=1))
    await world.activate()
    assert (await world.log_in())["verdict"] == "accepted"
    assert await world.events() == [
        ("PasswordActivated", 1),
        ("ActivationCodeUsed", 2),
        ("PasswordRemoved", 3),
        ("PasswordActivated", 4),
    ]


async def test_a_revoked_password_rests_until_the_person_is_reinstated(world: World) -> None:
    subject_id = await world.enrol()
    await world.activate()
    at = world.clock.now()
    await world.tell(person_pb2.Revoked(subject_id=subject_id, version=2, occurred_at=at))
    reinstated = person_pb2.Reinstated(
        subject_id=subject_id,
        version=3,
        occurred_at=at,
        level=person_pb2.ENROLMENT_LEVEL_ADVANCED,
        national_id_hash=world.national_id_hash(ANA),
    )
    await world.tell(reinstated)
    assert (await world.log_in())["verdict"] == "accepted"


async def test_too_many_logins_at_once_are_shed_with_a_time_to_return(world: World) -> None:
    await world.enrol()
    world.shrink_argon2_pool()
    document = {"national_id": ANA, "password": PASSWORD}
    answers = await asyncio.gather(*(world.post("/v1/logins", document) for _ in range(20)))
    counted = Counter(a.status_code for a in answers)
    assert set(counted) == {200, 503}
    shed = next(a for a in answers if a.status_code == 503)
    assert shed.headers["retry-after"] == "1"
    assert shed.json()["code"] == "overloaded"
