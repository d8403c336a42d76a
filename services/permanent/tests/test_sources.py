"""The limit by network: whoever tries many identity numbers from one place is stopped there."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from clavis_kit.networks import Networks, network_of
from clavis_permanent.rules.sources import SourcePolicy
from clavis_permanent.store.sources import forget_sources

from services.permanent.tests.world import ANA, PASSWORD, World

HERE, NEIGHBOUR, ELSEWHERE = "192.0.2.7", "192.0.2.200", "198.51.100.1"


def allow(world: World, per_hour: int) -> None:
    policies = replace(world.deps.policies, sources=SourcePolicy(per_hour))
    world.app.state.deps = replace(world.deps, policies=policies)


async def log_in(world: World, source: str | None, **changes: str) -> dict[str, Any]:
    body = {"national_id": ANA, "password": PASSWORD} | changes
    return await world.ask("/v1/logins", body | ({"source": source} if source else {}))


async def test_of_many_logins_from_one_network_only_the_allowed_are_judged(world: World) -> None:
    await world.enrol()
    await world.activate()
    allow(world, 3)
    tried = (log_in(world, HERE, national_id="00000000T") for _ in range(12))
    counted = Counter(answer["verdict"] for answer in await asyncio.gather(*tried))
    assert counted == {"wrong": 3, "limited": 9}
    refused = await log_in(world, NEIGHBOUR)
    assert refused.keys() == {"verdict", "retry_at"}
    wait = datetime.fromisoformat(refused["retry_at"]) - world.clock.now()
    assert wait == timedelta(minutes=20)
    assert (await log_in(world, ELSEWHERE))["verdict"] == "accepted"
    world.clock.advance(wait)
    assert (await log_in(world, HERE))["verdict"] == "accepted"
    assert (await log_in(world, HERE))["verdict"] == "limited"


async def test_what_the_network_is_refused_counts_against_nobody(world: World) -> None:
    await world.enrol()
    await world.activate()
    allow(world, 1)
    await log_in(world, HERE)
    for _ in range(6):
        assert (await log_in(world, HERE, password="Wrong1!horse"))["verdict"] == "limited"
    assert (await log_in(world, None))["verdict"] == "accepted"


@pytest.mark.parametrize("source", [None, "", "nowhere", "192.0.2.999"])
async def test_an_address_that_cannot_be_read_is_not_counted(
    world: World, source: str | None
) -> None:
    allow(world, 1)
    assert [(await log_in(world, source))["verdict"] for _ in range(3)] == ["wrong"] * 3


async def test_activations_and_recoveries_are_limited_with_logins(world: World) -> None:
    await world.enrol()
    allow(world, 2)
    await log_in(world, HERE)
    assert (await world.start(source=HERE))["outcome"] == "code_sent"
    recovery = {"national_id": ANA, "activation_code": "ABCDEFGHJKMN", "language": "es"}
    for answer in (
        await world.start(source=HERE),
        await world.ask("/v1/recoveries", recovery | {"source": HERE}),
        await log_in(world, HERE),
    ):
        assert "limited" in answer.values()
        assert "retry_at" in answer


async def test_the_limit_costs_no_statement_and_keeps_no_address(world: World) -> None:
    statements = await world.statements_of(lambda: log_in(world, HERE))
    assert len(statements) == 2
    kept = await world.pool.fetchval("SELECT source_hash FROM source_quota")
    assert "192" not in kept
    await forget_sources(world.pool, world.clock.now() + timedelta(hours=1))
    assert await world.pool.fetchval("SELECT count(*) FROM source_quota") == 0


@pytest.mark.parametrize(
    ("address", "network"),
    [
        (HERE, "192.0.2.0/24"),
        ("::ffff:192.0.2.9", "192.0.2.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("x", None),
    ],
)
def test_a_network_is_what_its_first_bits_name(address: str, network: str | None) -> None:
    assert network_of(address, Networks()) == network
