"""How often a PIN may be asked for: by a phone, from a network, by everybody together."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta

import pytest
from clavis_kit.networks import Networks, network_of
from clavis_pin.store import quotas
from clavis_pin.store.pins import BUDGET_SPAN

from services.pin.tests.conftest import OpenWorld
from services.pin.tests.world import ANA, BEN, BEN_CONTRAST, RESEND, World

SHARED_PHONE = "+34600777888"


async def test_a_second_message_waits_sixty_seconds(world: World) -> None:
    await world.enrol()
    await world.ask()
    sent_at = world.clock.now()
    world.clock.advance(RESEND - timedelta(seconds=1))
    early = await world.ask()
    assert early["outcome"] == "limited"
    assert datetime.fromisoformat(early["retry_at"]) == sent_at + RESEND
    world.clock.advance(timedelta(seconds=1))
    assert (await world.ask())["outcome"] == "sent"


async def test_a_mistyped_datum_makes_nobody_wait(world: World) -> None:
    await world.enrol()
    assert (await world.ask(contrast="2031-05-18"))["outcome"] == "mismatch"
    assert (await world.ask())["outcome"] == "sent"


async def test_a_refused_message_leaves_the_pin_under_way_alone(world: World) -> None:
    await world.enrol()
    asked = await world.ask()
    assert (await world.ask())["outcome"] == "limited"
    answer = await world.attempt(asked["pin_request_id"], world.last_pin())
    assert answer["verdict"] == "accepted"


async def test_two_people_with_one_phone_share_its_limit(world: World) -> None:
    await world.enrol(phone=SHARED_PHONE)
    await world.enrol(national_id=BEN, contrast=BEN_CONTRAST, phone=SHARED_PHONE)
    outcomes = []
    for turn in range(6):
        who = {"national_id": BEN, "contrast": BEN_CONTRAST} if turn % 2 else {}
        outcomes.append((await world.ask(**who))["outcome"])
        world.clock.advance(RESEND)
    assert outcomes == ["sent"] * 5 + ["limited"]


async def test_a_network_is_limited_whoever_it_asks_for(open_world: OpenWorld) -> None:
    world = await open_world(source_requests_per_hour=6)
    numbers = [f"{n:08d}{'TRWAGMYFPDXBNJZSQVHLCKE'[n % 23]}" for n in range(12)]
    answers = [
        await world.ask(national_id=number, source=f"203.0.113.{turn}")
        for turn, number in enumerate(numbers)
    ]
    assert [a["outcome"] for a in answers] == ["mismatch"] * 6 + ["limited"] * 6
    # The bucket leaks at the allowed rate: six an hour, one each ten minutes.
    assert datetime.fromisoformat(answers[6]["retry_at"]) == world.clock.now() + timedelta(
        minutes=10
    )
    assert (await world.ask(national_id=numbers[6], source="203.0.114.1"))["outcome"] == "mismatch"
    world.clock.advance(timedelta(minutes=10))
    again = [await world.ask(national_id=n, source="203.0.113.7") for n in numbers[7:9]]
    assert [a["outcome"] for a in again] == ["mismatch", "limited"]


async def test_a_network_at_its_limit_does_not_use_up_a_persons_requests(
    open_world: OpenWorld,
) -> None:
    world = await open_world(source_requests_per_hour=1)
    await world.enrol()
    for _ in range(10):
        await world.ask(source="2001:db8::1", contrast="2031-05-18")
    assert (await world.ask(source="2001:db8:0:1::1"))["outcome"] == "sent"


async def test_parallel_requests_from_a_network_do_not_slip_through(open_world: OpenWorld) -> None:
    world = await open_world(source_requests_per_hour=3)
    numbers = [f"{n:08d}{'TRWAGMYFPDXBNJZSQVHLCKE'[n % 23]}" for n in range(20)]
    answers = await asyncio.gather(
        *(world.ask(national_id=number, source="198.51.100.1") for number in numbers)
    )
    assert Counter(a["outcome"] for a in answers) == {"mismatch": 3, "limited": 17}


async def test_the_budget_of_all_stops_messages_and_nothing_else(open_world: OpenWorld) -> None:
    world = await open_world(all_sends_per_hour=2, requests_per_hour=100, sends_per_hour=100)
    await world.enrol()
    for _ in range(2):
        asked = await world.ask()
        world.clock.advance(RESEND)
    refused = await world.ask()
    assert refused["outcome"] == "limited"
    assert (await world.attempt(asked["pin_request_id"], world.last_pin()))["verdict"] == "accepted"
    retry_at = datetime.fromisoformat(refused["retry_at"])
    assert retry_at <= world.clock.now() + BUDGET_SPAN
    world.clock.advance(retry_at - world.clock.now())
    assert (await world.ask())["outcome"] == "sent"


async def test_a_message_that_failed_costs_no_limit_and_brings_the_older_pin_back(
    world: World,
) -> None:
    await world.enrol()
    asked = await world.ask()
    older_pin = world.last_pin()
    world.clock.advance(RESEND)
    world.outside.accepting = False
    for _ in range(12):
        assert (await world.ask())["outcome"] == "undeliverable"
    answer = await world.attempt(asked["pin_request_id"], older_pin)
    assert answer["verdict"] == "accepted"
    assert await world.pool.fetchval("SELECT sum(sends) FROM send_count") == 1
    world.outside.accepting = True
    assert (await world.ask())["outcome"] == "sent"


@pytest.mark.parametrize(
    ("source", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("203.0.113.0/28", "203.0.113.0/24"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", None),
        (None, None),
        ("not an address", None),
    ],
)
def test_a_source_is_counted_by_its_network(source: str | None, network: str | None) -> None:
    assert network_of(source, Networks()) == network


async def test_counts_that_limit_nothing_any_more_are_forgotten(world: World) -> None:
    await world.enrol()
    await world.ask(source="203.0.113.9", national_id=ANA)
    world.clock.advance(timedelta(days=1, seconds=1))
    await quotas.forget_quotas(world.pool, world.clock.now())
    for table in ("pin_quota", "phone_quota", "source_quota", "send_count"):
        assert await world.pool.fetchval(f"SELECT count(*) FROM {table}") == 0  # noqa: S608  fixed
