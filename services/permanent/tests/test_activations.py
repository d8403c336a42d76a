"""Activating the password: receipt, phone, policy, and the event that tells the others."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from clavis_events.registry.v1 import person_pb2

from services.permanent.tests.world import ANA, PASSWORD, World

UNKNOWN = "00000000T"


async def test_receipt_phone_and_password_put_the_password_in_force(world: World) -> None:
    subject_id = await world.enrol()
    started = await world.start()
    assert started["outcome"] == "code_sent"
    assert started["phone_hint"] == "222"
    expires_at = datetime.fromisoformat(started["expires_at"])
    assert expires_at == world.clock.now() + timedelta(minutes=5)
    assert world.outside.messages[-1]["body"].endswith(f"@clavis.example #{world.last_otp()}")
    proof = await world.prove(started["activation_id"], world.last_otp())
    assert proof == {"verdict": "accepted"}
    chosen = await world.choose(started["activation_id"], PASSWORD)
    assert chosen == {"outcome": "activated", "expires_on": "2028-03-09"}
    assert (await world.log_in())["subject_id"] == subject_id
    assert await world.events() == [("PasswordActivated", 1), ("ActivationCodeUsed", 2)]


async def test_a_basic_enrolment_may_activate_the_password_too(world: World) -> None:
    await world.enrol(level=person_pb2.ENROLMENT_LEVEL_BASIC)
    assert (await world.activate())["outcome"] == "activated"


async def test_unknown_person_wrong_email_and_wrong_code_get_the_same_answer(
    world: World,
) -> None:
    await world.enrol()
    answers = [
        await world.start(**changes)
        for changes in (
            {"national_id": UNKNOWN},
            {"email": "other@example.org"},
            {"activation_code": "ZZZZ-ZZZZ-ZZZZ"},
        )
    ]
    assert answers == [{"outcome": "mismatch"}] * 3
    assert world.outside.messages == []


async def test_the_fifth_wrong_activation_code_blocks_it(world: World) -> None:
    await world.enrol()
    for _ in range(5):
        await world.start(activation_code="ZZZZ-ZZZZ-ZZZZ")
    assert await world.start() == {"outcome": "mismatch"}
    assert world.outside.messages == []


async def test_four_wrong_activation_codes_do_not(world: World) -> None:
    await world.enrol()
    for _ in range(4):
        await world.start(activation_code="ZZZZ-ZZZZ-ZZZZ")
    assert (await world.start())["outcome"] == "code_sent"


async def test_a_new_activation_code_is_not_blocked(world: World) -> None:
    subject_id = await world.enrol()
    for _ in range(5):
        await world.start(activation_code="ZZZZ-ZZZZ-ZZZZ")
    await world.tell(world.contact(subject_id, version=2, activation_code="PQRSTVWXYZ00"))
    assert (await world.start(activation_code="PQRS TVWX YZOO"))["outcome"] == "code_sent"


async def test_a_stranger_without_the_email_cannot_block_the_code(world: World) -> None:
    await world.enrol()
    for _ in range(6):
        await world.start(email="x@example.org", activation_code="ZZZZ-ZZZZ-ZZZZ")
    assert (await world.start())["outcome"] == "code_sent"


async def test_of_parallel_wrong_codes_exactly_the_allowed_number_is_counted(world: World) -> None:
    await world.enrol()
    await asyncio.gather(*(world.start(activation_code="ZZZZ-ZZZZ-ZZZZ") for _ in range(8)))
    assert await world.pool.fetchval("SELECT failures FROM activation_code") == 5
    assert await world.start() == {"outcome": "mismatch"}


@pytest.mark.parametrize("national_id", [ANA, UNKNOWN])
async def test_ten_attempts_an_hour_are_admitted_for_any_number(
    world: World, national_id: str
) -> None:
    await world.enrol()
    for _ in range(10):
        await world.start(national_id=national_id, email="x@example.org")
    answer = await world.start(national_id=national_id)
    assert answer["outcome"] == "limited"
    assert datetime.fromisoformat(answer["retry_at"]) == world.clock.now() + timedelta(hours=1)


async def test_a_second_code_may_be_sent_after_a_minute_and_replaces_the_first(
    world: World,
) -> None:
    await world.enrol()
    first = await world.start()
    first_otp = world.last_otp()
    limited = await world.start()
    assert limited["outcome"] == "limited"
    at = datetime.fromisoformat(limited["retry_at"])
    assert at == world.clock.now() + timedelta(minutes=1)
    world.clock.advance(timedelta(minutes=1))
    second = await world.start()
    assert second["outcome"] == "code_sent"
    assert await world.prove(first["activation_id"], first_otp) == {"verdict": "expired"}
    accepted = await world.prove(second["activation_id"], world.last_otp())
    assert accepted == {"verdict": "accepted"}


async def test_parallel_starts_send_one_code(world: World) -> None:
    await world.enrol()
    answers = await asyncio.gather(*(world.start() for _ in range(8)))
    assert Counter(a["outcome"] for a in answers) == {"code_sent": 1, "limited": 7}
    assert len(world.outside.messages) == 1


async def test_three_wrong_codes_end_the_activation(world: World) -> None:
    await world.enrol()
    started = await world.start()
    answers = [await world.prove(started["activation_id"], world.wrong_otp()) for _ in range(4)]
    assert answers == [
        {"verdict": "wrong", "attempts_left": 2},
        {"verdict": "wrong", "attempts_left": 1},
        {"verdict": "wrong", "attempts_left": 0},
        {"verdict": "locked"},
    ]
    right = await world.prove(started["activation_id"], world.last_otp())
    assert right == {"verdict": "locked"}


async def test_the_code_expires_after_five_minutes(world: World) -> None:
    await world.enrol()
    started = await world.start()
    world.clock.advance(timedelta(minutes=5))
    answer = await world.prove(started["activation_id"], world.last_otp())
    assert answer == {"verdict": "expired"}


async def test_ten_parallel_right_codes_give_one_proof(world: World) -> None:
    await world.enrol()
    started = await world.start()
    answers = await asyncio.gather(
        *(world.prove(started["activation_id"], world.last_otp()) for _ in range(10))
    )
    assert Counter(a["verdict"] for a in answers) == {"accepted": 1, "expired": 9}


async def test_no_password_may_be_chosen_before_the_phone_is_proved(world: World) -> None:
    await world.enrol()
    started = await world.start()
    assert await world.choose(started["activation_id"], PASSWORD) == {"outcome": "expired"}


async def test_a_quarter_of_an_hour_is_the_time_to_choose(world: World) -> None:
    await world.enrol()
    started = await world.start()
    await world.prove(started["activation_id"], world.last_otp())
    world.clock.advance(timedelta(minutes=15))
    assert await world.choose(started["activation_id"], PASSWORD) == {"outcome": "expired"}


async def test_a_refused_password_says_why_and_another_may_be_tried(world: World) -> None:
    await world.enrol()
    started = await world.start()
    await world.prove(started["activation_id"], world.last_otp())
    refused = await world.choose(started["activation_id"], "Núñez1!")
    assert refused == {"outcome": "rejected", "reasons": ["too_short", "contains_personal"]}
    assert (await world.choose(started["activation_id"], PASSWORD))["outcome"] == "activated"


async def test_of_ten_parallel_choices_one_is_put_in_force(world: World) -> None:
    await world.enrol()
    started = await world.start()
    await world.prove(started["activation_id"], world.last_otp())
    answers = await asyncio.gather(
        *(world.choose(started["activation_id"], f"{PASSWORD}{n}") for n in range(10))
    )
    assert Counter(a["outcome"] for a in answers) == {"activated": 1, "expired": 9}
    assert await world.events() == [("PasswordActivated", 1), ("ActivationCodeUsed", 2)]


async def test_activating_again_changes_the_password_but_not_to_the_same(world: World) -> None:
    await world.enrol()
    await world.activate()
    again = await world.start()
    await world.prove(again["activation_id"], world.last_otp())
    same = await world.choose(again["activation_id"], PASSWORD)
    assert same == {"outcome": "rejected", "reasons": ["same_as_previous"]}
    other = await world.choose(again["activation_id"], PASSWORD + "2")
    assert other["outcome"] == "activated"
    assert (await world.log_in())["verdict"] == "wrong"
    assert (await world.log_in(PASSWORD + "2"))["verdict"] == "accepted"
    assert await world.events() == [
        ("PasswordActivated", 1),
        ("ActivationCodeUsed", 2),
        ("PasswordChanged", 3),
    ]


@pytest.mark.parametrize("contact", [{"phone": ""}, {}])
async def test_a_code_that_cannot_be_sent_leaves_nothing_half_done(
    world: World, contact: dict[str, Any]
) -> None:
    await world.enrol(**contact)
    world.outside.accepting = False
    assert await world.start() == {"outcome": "undeliverable"}
    world.outside.accepting = True
    again = await world.start()
    assert again["outcome"] == ("undeliverable" if contact else "code_sent")


ENDINGS = [person_pb2.Renounced, person_pb2.Deceased, person_pb2.Revoked]


@pytest.mark.parametrize("ending", ENDINGS)
async def test_an_activation_under_way_dies_with_the_identity(world: World, ending: Any) -> None:
    subject_id = await world.enrol()
    started = await world.start()
    await world.tell(ending(subject_id=subject_id, version=2, occurred_at=world.clock.now()))
    answer = await world.prove(started["activation_id"], world.last_otp())
    assert answer == {"verdict": "expired"}
    world.clock.advance(timedelta(minutes=2))
    assert await world.start() == {"outcome": "mismatch"}


async def test_a_proved_activation_dies_with_the_identity_too(world: World) -> None:
    subject_id = await world.enrol()
    started = await world.start()
    await world.prove(started["activation_id"], world.last_otp())
    at = world.clock.now()
    await world.tell(person_pb2.Renounced(subject_id=subject_id, version=2, occurred_at=at))
    assert await world.choose(started["activation_id"], PASSWORD) == {"outcome": "expired"}
