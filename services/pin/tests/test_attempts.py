"""Typing a PIN: used once, within ten minutes, and not guessed."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from clavis_events.registry.v1 import person_pb2
from clavis_kit.ids import new_id

from services.pin.tests.world import BEN, BEN_CONTRAST, RESEND, World


async def test_the_right_pin_names_the_person_the_level_and_the_factor(world: World) -> None:
    subject_id = await world.enrol()
    asked = await world.ask()
    assert await world.attempt(asked["pin_request_id"], world.last_pin()) == {
        "verdict": "accepted",
        "subject_id": subject_id,
        "enrolment_level": "advanced",
        "factors": ["sms"],
    }


async def test_a_basic_enrolment_is_said_to_be_basic(world: World) -> None:
    await world.enrol(level=person_pb2.ENROLMENT_LEVEL_BASIC)
    asked = await world.ask()
    answer = await world.attempt(asked["pin_request_id"], world.last_pin())
    assert answer["enrolment_level"] == "basic"


async def test_case_and_blanks_do_not_matter(world: World) -> None:
    await world.enrol()
    asked = await world.ask()
    typed = " ".join(world.last_pin().lower()) + " "
    assert (await world.attempt(asked["pin_request_id"], typed))["verdict"] == "accepted"


async def test_a_chosen_prefix_belongs_to_the_code(world: World) -> None:
    await world.enrol()
    asked = await world.ask(prefix="ab12")
    pin = world.last_pin()
    assert (await world.attempt(asked["pin_request_id"], pin))["verdict"] == "wrong"
    assert (await world.attempt(asked["pin_request_id"], "AB12" + pin))["verdict"] == "accepted"


async def test_a_pin_is_not_accepted_twice(world: World) -> None:
    await world.enrol()
    asked = await world.ask()
    await world.attempt(asked["pin_request_id"], world.last_pin())
    assert await world.attempt(asked["pin_request_id"], world.last_pin()) == {"verdict": "used"}


async def test_a_pin_is_accepted_just_before_ten_minutes_and_not_at_ten(world: World) -> None:
    await world.enrol()
    early, late = [], []
    for wait, answers in ((599, early), (600, late)):
        asked = await world.ask()
        world.clock.advance(timedelta(seconds=wait))
        answers.append(await world.attempt(asked["pin_request_id"], world.last_pin()))
    assert early[0]["verdict"] == "accepted"
    assert late == [{"verdict": "expired"}]


async def test_the_newest_pin_wins(world: World) -> None:
    await world.enrol()
    older = await world.ask()
    older_pin = world.last_pin()
    world.clock.advance(RESEND)
    newer = await world.ask()
    assert await world.attempt(older["pin_request_id"], older_pin) == {"verdict": "expired"}
    answer = await world.attempt(newer["pin_request_id"], world.last_pin())
    assert answer["verdict"] == "accepted"


async def test_the_sixth_wrong_pin_in_a_row_meets_a_lock_of_fifteen_minutes(world: World) -> None:
    await world.enrol()
    asked = await world.ask()
    answers = [await world.attempt(asked["pin_request_id"], world.wrong_pin(n)) for n in range(6)]
    assert [a["verdict"] for a in answers] == ["wrong"] * 5 + ["locked"]
    assert [a["attempts_left"] for a in answers[:5]] == [4, 3, 2, 1, 0]
    locked_until = datetime.fromisoformat(answers[5]["locked_until"])
    assert locked_until == world.clock.now() + timedelta(minutes=15)
    # The right one is no help now, and a new one cannot be had.
    assert (await world.attempt(asked["pin_request_id"], world.last_pin()))["verdict"] == "locked"
    limited = await world.ask()
    assert limited["outcome"] == "limited"
    assert datetime.fromisoformat(limited["retry_at"]) == locked_until


async def test_after_the_lock_the_count_starts_anew(world: World) -> None:
    await world.enrol()
    asked = await world.ask()
    for number in range(5):
        await world.attempt(asked["pin_request_id"], world.wrong_pin(number))
    world.clock.advance(timedelta(minutes=15))
    asked = await world.ask()
    answer = await world.attempt(asked["pin_request_id"], world.wrong_pin())
    assert answer == {"verdict": "wrong", "attempts_left": 4}
    answer = await world.attempt(asked["pin_request_id"], world.last_pin())
    assert answer["verdict"] == "accepted"


async def test_a_new_request_does_not_forget_the_wrong_attempts(world: World) -> None:
    await world.enrol()
    first = await world.ask()
    await world.attempt(first["pin_request_id"], world.wrong_pin())
    world.clock.advance(RESEND)
    second = await world.ask()
    answer = await world.attempt(second["pin_request_id"], world.wrong_pin())
    assert answer["attempts_left"] == 3


async def test_one_persons_pin_does_not_open_anothers_request(world: World) -> None:
    await world.enrol()
    await world.enrol(national_id=BEN, contrast=BEN_CONTRAST, phone="+34600333444")
    await world.ask()
    pin_of_ana = world.last_pin()
    asked_by_ben = await world.ask(national_id=BEN, contrast=BEN_CONTRAST)
    if pin_of_ana != world.last_pin():
        answer = await world.attempt(asked_by_ben["pin_request_id"], pin_of_ana)
        assert answer["verdict"] == "wrong"


async def test_an_unknown_request_has_expired(world: World) -> None:
    assert await world.attempt(new_id(), "ABC") == {"verdict": "expired"}


async def test_ten_parallel_right_attempts_give_one_success(world: World) -> None:
    await world.enrol()
    asked = await world.ask()
    answers = await asyncio.gather(
        *(world.attempt(asked["pin_request_id"], world.last_pin()) for _ in range(10))
    )
    assert Counter(a["verdict"] for a in answers) == {"accepted": 1, "used": 9}


async def test_of_a_hundred_parallel_wrong_attempts_five_are_judged(world: World) -> None:
    await world.enrol()
    asked = await world.ask()
    answers = await asyncio.gather(
        *(world.attempt(asked["pin_request_id"], world.wrong_pin()) for _ in range(100))
    )
    assert Counter(a["verdict"] for a in answers) == {"wrong": 5, "locked": 95}


ENDINGS = [person_pb2.Renounced, person_pb2.Deceased, person_pb2.Revoked, person_pb2.Frozen]


@pytest.mark.parametrize("ending", ENDINGS)
async def test_a_pin_under_way_dies_with_the_identity(world: World, ending: Any) -> None:
    subject_id = await world.enrol()
    asked = await world.ask()
    await world.tell(ending(subject_id=subject_id, version=2, occurred_at=world.clock.now()))
    answer = await world.attempt(asked["pin_request_id"], world.last_pin())
    assert answer == {"verdict": "expired"}


async def test_a_pin_sent_to_a_phone_that_changed_is_void(world: World) -> None:
    subject_id = await world.enrol()
    asked = await world.ask()
    changed = person_pb2.PhoneChanged(
        subject_id=subject_id, version=2, occurred_at=world.clock.now(), phone_verified=True
    )
    await world.tell(changed)
    answer = await world.attempt(asked["pin_request_id"], world.last_pin())
    assert answer == {"verdict": "expired"}


async def test_an_attempt_costs_at_most_two_round_trips(world: World) -> None:
    await world.enrol()
    asked = await world.ask()
    statements = await world.statements_of(
        lambda: world.attempt(asked["pin_request_id"], world.wrong_pin())
    )
    assert len(statements) == 1, statements
