"""Asking for a PIN: who gets one, how often, and what nobody learns from the answers."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from clavis_events.registry.v1 import person_pb2
from clavis_kit.sms_text import GSM7

from services.pin.tests.world import ANA, ANA_CONTRAST, BEN, BEN_CONTRAST, RESEND, World

UNKNOWN = "00000000T"


async def test_whoever_holds_the_document_gets_a_pin_by_sms(world: World) -> None:
    await world.enrol()
    answer = await world.ask()
    assert answer["outcome"] == "sent"
    assert answer["phone_hint"] == "222"
    sent_at, expires_at = (datetime.fromisoformat(answer[k]) for k in ("sent_at", "expires_at"))
    assert sent_at == world.clock.now()
    assert expires_at - sent_at == timedelta(minutes=10)
    [message] = world.outside.messages
    assert message["channel"] == "sms"
    assert message["to"] == "+34600111222"


@pytest.mark.parametrize(("language", "word"), [("es", "su PIN"), ("en-GB", "your PIN")])
async def test_the_sms_says_purpose_relying_party_and_validity_in_the_persons_language(
    world: World, language: str, word: str
) -> None:
    await world.enrol(language=language)
    await world.ask(language="es", relying_party="Agencia " * 40)
    body = world.outside.messages[-1]["body"]
    assert word in body
    assert "Agencia" in body
    assert "10 minut" in body
    assert "http" not in body
    assert len(body) <= 160
    assert set(body) <= GSM7


async def test_a_foreigner_is_asked_for_the_support_number(world: World) -> None:
    await world.enrol(national_id=BEN, contrast=BEN_CONTRAST)
    assert (await world.ask(national_id="x-1234567-l", contrast="e 1234567"))["outcome"] == "sent"


async def test_unknown_person_and_wrong_datum_get_the_same_answer(world: World) -> None:
    await world.enrol()
    document = {"relying_party": "x", "language": "es"}
    answers = [
        await world.post("/v1/pins", document | {"national_id": n, "contrast": c})
        for n, c in ((UNKNOWN, ANA_CONTRAST), (ANA, "2031-05-18"), (ANA, "not a date"))
    ]
    assert {a.content for a in answers} == {b'{"outcome":"mismatch"}'}
    assert {a.status_code for a in answers} == {200}
    assert world.outside.messages == []


async def test_five_requests_an_hour_are_admitted_and_the_sixth_is_told_when(
    world: World,
) -> None:
    await world.enrol()
    first = world.clock.now()
    for _ in range(5):
        assert (await world.ask())["outcome"] == "sent"
        world.clock.advance(timedelta(minutes=1))
    answer = await world.ask()
    assert answer["outcome"] == "limited"
    assert datetime.fromisoformat(answer["retry_at"]) == first + timedelta(hours=1)
    world.clock.advance(timedelta(minutes=55, seconds=1))
    assert (await world.ask())["outcome"] == "sent"


async def test_ten_requests_a_day_are_admitted(world: World) -> None:
    await world.enrol()
    first = world.clock.now()
    for _ in range(10):
        assert (await world.ask())["outcome"] == "sent"
        world.clock.advance(timedelta(minutes=13))
    answer = await world.ask()
    assert answer["outcome"] == "limited"
    assert datetime.fromisoformat(answer["retry_at"]) == first + timedelta(days=1)


async def test_the_limit_counts_for_a_number_that_is_not_enrolled_too(world: World) -> None:
    answers = [(await world.ask(national_id=UNKNOWN))["outcome"] for _ in range(6)]
    assert answers == ["mismatch"] * 5 + ["limited"]


async def test_of_parallel_requests_one_sends_a_message_and_five_are_admitted(
    world: World,
) -> None:
    await world.enrol()
    now = world.clock.now()
    answers = await asyncio.gather(*(world.ask() for _ in range(20)))
    assert Counter(a["outcome"] for a in answers) == {"sent": 1, "limited": 19}
    assert len(world.outside.messages) == 1
    until = Counter(datetime.fromisoformat(a["retry_at"]) for a in answers if "retry_at" in a)
    assert until == {now + timedelta(minutes=1): 4, now + timedelta(hours=1): 15}


async def test_a_message_that_cannot_be_sent_leaves_no_pin(world: World) -> None:
    await world.enrol()
    world.outside.accepting = False
    assert await world.ask() == {"outcome": "undeliverable", "other_ways": []}
    assert await world.pool.fetchval("SELECT count(*) FROM pin") == 0


async def test_without_a_verified_phone_no_pin_can_be_sent(world: World) -> None:
    subject_id = await world.enrol()
    await world.tell(
        person_pb2.PhoneChanged(
            subject_id=subject_id,
            version=2,
            occurred_at=world.clock.now(),
            phone_verified=False,
        )
    )
    assert await world.ask() == {"outcome": "undeliverable", "other_ways": []}
    assert world.outside.messages == []


ENDINGS = [person_pb2.Renounced, person_pb2.Deceased, person_pb2.Revoked, person_pb2.Frozen]


@pytest.mark.parametrize("ending", ENDINGS)
async def test_an_ended_identity_is_answered_as_if_it_were_unknown(
    world: World, ending: Any
) -> None:
    subject_id = await world.enrol()
    await world.tell(ending(subject_id=subject_id, version=2, occurred_at=world.clock.now()))
    assert await world.ask() == {"outcome": "mismatch"}


async def test_neither_pin_nor_identity_number_is_stored_in_clear(world: World) -> None:
    await world.enrol()
    await world.ask(source="203.0.113.9", prefix="ab12")
    pin = world.last_pin()
    rows = [
        str(tuple(row))
        for query in (
            "SELECT * FROM person",
            "SELECT * FROM pin",
            "SELECT * FROM pin_quota",
            "SELECT * FROM phone_quota",
            "SELECT * FROM source_quota",
        )
        for row in await world.pool.fetch(query)
    ]
    assert not any(f"'{pin}'" in row or ANA in row or ANA_CONTRAST in row for row in rows)
    assert not any("203.0.113" in row or "AB12" in row.upper() for row in rows)
    assert "ab12" not in world.outside.messages[-1]["body"].lower()


async def test_asking_costs_at_most_two_round_trips(world: World) -> None:
    await world.enrol()

    async def ask() -> None:
        world.clock.advance(RESEND)
        assert (await world.ask(source="203.0.113.9"))["outcome"] == "sent"

    statements = await world.statements_of(ask)
    assert len(statements) == 2, statements
