"""One-time codes: bound to what they confirm, one at a time, three tries, five minutes."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from clavis_events.registry.v1 import person_pb2
from clavis_kit.ids import new_id

from services.permanent.tests.world import World


async def test_a_code_confirms_the_action_it_was_sent_for(world: World) -> None:
    subject_id = await world.enrol()
    sent = await world.send_otp(subject_id)
    assert sent["outcome"] == "sent"
    assert sent["phone_hint"] == "222"
    now = world.clock.now()
    assert datetime.fromisoformat(sent["expires_at"]) == now + timedelta(minutes=5)
    assert datetime.fromisoformat(sent["resend_at"]) == now + timedelta(minutes=1)
    body = world.outside.messages[-1]["body"]
    assert "entrar en Ayuntamiento de Mostoles" in body
    assert body.splitlines()[-1] == f"@clavis.example #{world.last_otp()}"
    answer = await world.attempt_otp(sent["otp_id"], world.last_otp())
    assert answer == {"verdict": "accepted", "subject_id": subject_id}


async def test_a_code_to_sign_names_what_is_signed_in_the_persons_language(world: World) -> None:
    subject_id = await world.enrol(language="en")
    await world.send_otp(subject_id, action="sign", detail="7F3C-91AB")
    assert "sign 7F3C-91AB at Ayuntamiento" in world.outside.messages[-1]["body"]


async def test_a_code_is_wrong_for_another_transaction(world: World) -> None:
    subject_id = await world.enrol()
    sent = await world.send_otp(subject_id, bound_to="interaction-1")
    answer = await world.attempt_otp(sent["otp_id"], world.last_otp(), bound_to="interaction-2")
    assert answer == {"verdict": "wrong", "attempts_left": 2}


async def test_a_code_is_not_accepted_twice(world: World) -> None:
    subject_id = await world.enrol()
    sent = await world.send_otp(subject_id)
    await world.attempt_otp(sent["otp_id"], world.last_otp())
    assert await world.attempt_otp(sent["otp_id"], world.last_otp()) == {"verdict": "used"}


async def test_a_code_expires_after_five_minutes(world: World) -> None:
    subject_id = await world.enrol()
    sent = await world.send_otp(subject_id)
    world.clock.advance(timedelta(minutes=5))
    assert await world.attempt_otp(sent["otp_id"], world.last_otp()) == {"verdict": "expired"}


async def test_after_three_wrong_codes_the_right_one_is_no_help(world: World) -> None:
    subject_id = await world.enrol()
    sent = await world.send_otp(subject_id)
    answers = [await world.attempt_otp(sent["otp_id"], world.wrong_otp()) for _ in range(4)]
    assert [a["verdict"] for a in answers] == ["wrong"] * 3 + ["locked"]
    assert [a["attempts_left"] for a in answers[:3]] == [2, 1, 0]
    assert await world.attempt_otp(sent["otp_id"], world.last_otp()) == {"verdict": "locked"}


async def test_ten_parallel_right_attempts_give_one_success(world: World) -> None:
    subject_id = await world.enrol()
    sent = await world.send_otp(subject_id)
    answers = await asyncio.gather(
        *(world.attempt_otp(sent["otp_id"], world.last_otp()) for _ in range(10))
    )
    assert Counter(a["verdict"] for a in answers) == {"accepted": 1, "used": 9}


async def test_of_fifty_parallel_wrong_attempts_three_are_judged(world: World) -> None:
    subject_id = await world.enrol()
    sent = await world.send_otp(subject_id)
    answers = await asyncio.gather(
        *(world.attempt_otp(sent["otp_id"], world.wrong_otp()) for _ in range(50))
    )
    assert Counter(a["verdict"] for a in answers) == {"wrong": 3, "locked": 47}


async def test_a_second_code_waits_a_minute_and_then_replaces_the_first(world: World) -> None:
    subject_id = await world.enrol()
    first = await world.send_otp(subject_id)
    first_otp = world.last_otp()
    limited = await world.send_otp(subject_id)
    at = world.clock.now() + timedelta(minutes=1)
    assert limited["outcome"] == "limited"
    assert datetime.fromisoformat(limited["resend_at"]) == at
    world.clock.advance(timedelta(minutes=1))
    second = await world.send_otp(subject_id)
    assert second["outcome"] == "sent"
    assert await world.attempt_otp(first["otp_id"], first_otp) == {"verdict": "expired"}
    answer = await world.attempt_otp(second["otp_id"], world.last_otp())
    assert answer["verdict"] == "accepted"


async def test_after_a_used_code_the_next_needs_no_wait(world: World) -> None:
    subject_id = await world.enrol()
    sent = await world.send_otp(subject_id)
    await world.attempt_otp(sent["otp_id"], world.last_otp())
    assert (await world.send_otp(subject_id))["outcome"] == "sent"


async def test_login_and_signature_have_a_code_each(world: World) -> None:
    subject_id = await world.enrol()
    login = await world.send_otp(subject_id)
    login_otp = world.last_otp()
    sign = await world.send_otp(subject_id, action="sign", bound_to="tx")
    sign_otp = world.last_otp()
    answers = [
        await world.attempt_otp(sign["otp_id"], sign_otp, "tx"),
        await world.attempt_otp(login["otp_id"], login_otp),
    ]
    assert [a["verdict"] for a in answers] == ["accepted"] * 2


async def test_five_codes_an_hour_are_sent(world: World) -> None:
    subject_id = await world.enrol()
    first = world.clock.now()
    for _ in range(5):
        assert (await world.send_otp(subject_id))["outcome"] == "sent"
        world.clock.advance(timedelta(minutes=2))
    limited = await world.send_otp(subject_id)
    assert limited["outcome"] == "limited"
    assert datetime.fromisoformat(limited["resend_at"]) == first + timedelta(hours=1)


async def test_parallel_requests_send_one_code(world: World) -> None:
    subject_id = await world.enrol()
    answers = await asyncio.gather(*(world.send_otp(subject_id) for _ in range(8)))
    assert Counter(a["outcome"] for a in answers) == {"sent": 1, "limited": 7}
    assert len(world.outside.messages) == 1


async def test_a_basic_enrolment_has_no_codes(world: World) -> None:
    subject_id = await world.enrol(level=person_pb2.ENROLMENT_LEVEL_BASIC)
    expected = {"outcome": "unavailable", "reason": "basic_level"}
    assert await world.send_otp(subject_id) == expected


async def test_without_a_phone_there_is_no_code(world: World) -> None:
    subject_id = await world.enrol(phone="")
    expected = {"outcome": "unavailable", "reason": "no_phone"}
    assert await world.send_otp(subject_id) == expected


async def test_a_code_that_could_not_be_sent_leaves_its_place_free(world: World) -> None:
    subject_id = await world.enrol()
    world.outside.accepting = False
    expected = {"outcome": "unavailable", "reason": "undeliverable"}
    assert await world.send_otp(subject_id) == expected
    world.outside.accepting = True
    assert (await world.send_otp(subject_id))["outcome"] == "sent"


async def test_for_nobody_there_is_no_code(world: World) -> None:
    expected = {"outcome": "unavailable", "reason": "undeliverable"}
    assert await world.send_otp(new_id()) == expected


ENDINGS = [person_pb2.Renounced, person_pb2.Deceased, person_pb2.Revoked]


@pytest.mark.parametrize("ending", ENDINGS)
async def test_a_code_under_way_dies_with_the_identity(world: World, ending: Any) -> None:
    subject_id = await world.enrol()
    sent = await world.send_otp(subject_id)
    at = world.clock.now()
    await world.tell(ending(subject_id=subject_id, version=2, occurred_at=at))
    assert await world.attempt_otp(sent["otp_id"], world.last_otp()) == {"verdict": "expired"}
    assert (await world.send_otp(subject_id))["outcome"] == "unavailable"


@pytest.mark.parametrize("verified", [True, False])
async def test_a_code_sent_to_a_phone_that_changed_is_void(world: World, *, verified: bool) -> None:
    subject_id = await world.enrol()
    sent = await world.send_otp(subject_id)
    changed = person_pb2.PhoneChanged(
        subject_id=subject_id,
        version=2,
        occurred_at=world.clock.now(),
        phone_verified=verified,
    )
    await world.tell(changed)
    assert await world.attempt_otp(sent["otp_id"], world.last_otp()) == {"verdict": "expired"}


async def test_sending_and_judging_cost_one_round_trip_each(world: World) -> None:
    subject_id = await world.enrol()
    sent = await world.send_otp(subject_id)
    judged = await world.statements_of(lambda: world.attempt_otp(sent["otp_id"], world.wrong_otp()))
    asked = await world.statements_of(lambda: world.send_otp(subject_id))
    assert (len(judged), len(asked)) == (1, 1)
