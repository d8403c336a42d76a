"""A relying party that takes no logout token: asked less often, in nobody's way, and seen."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from clavis_gateway.admin.operator_token import make_token
from clavis_gateway.oidc import backchannel
from clavis_gateway.oidc.backchannel import GIVE_UP_AFTER, LogoutCourier
from clavis_gateway.store import logouts
from clavis_gateway.store.logouts import FAILING, Health
from clavis_kit.ids import new_id
from clavis_testkit.service_databases import Database

from services.gateway.tests.oidc.gateway_world import World
from services.gateway.tests.oidc.test_command_line import gateway


@pytest.fixture(autouse=True)
def sleeping(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the gateway's own courier take one turn and then sleep: the test carries."""
    monkeypatch.setattr(backchannel, "POLL_SECONDS", 3600.0)


def courier(world: World) -> LogoutCourier:
    """Return one that works only when told."""
    deps = world.deps
    return LogoutCourier(deps.pool, deps.outbound, deps.clock, deps.keys, deps.settings.issuer)


async def owe(world: World, client_id: str, count: int = 1) -> None:
    """Owe logout tokens from now on."""
    async with world.deps.pool.acquire() as connection:
        owed = [(new_id(), client_id, "sub", "sid") for _ in range(count)]
        await logouts.add(connection, owed, world.clock.now())


async def health(world: World, client_id: str = "demo-web") -> Health:
    [found] = await logouts.health(world.deps.pool, client_id)
    return found


async def failing(world: World, times: int, **changes: Any) -> LogoutCourier:
    await world.register(backchannel_logout_uri=f"{world.peer.url}/backchannel-logout", **changes)
    world.peer.logout_statuses[:] = [503] * times
    await owe(world, "demo-web")
    carrier = courier(world)
    for _ in range(times):
        await carrier.carry_due()
        world.clock.advance(timedelta(minutes=15))
    return carrier


async def test_health_tells_of_success_and_failure(world: World) -> None:
    carrier = await failing(world, 2)
    ill = await health(world)
    assert (ill.consecutive_failures, ill.last_outcome, ill.owed) == (2, "503", 1)
    assert ill.last_success_at is None
    await carrier.carry_due()
    well = await health(world)
    assert (well.consecutive_failures, well.last_outcome, well.owed) == (0, "200", 0)
    assert well.last_success_at is not None


async def test_who_keeps_failing_is_tried_with_one_token_at_a_time(world: World) -> None:
    carrier = await failing(world, FAILING)
    await owe(world, "demo-web", 10)
    world.peer.logout_statuses[:] = [503]
    assert await carrier.carry_due() == 1
    assert await carrier.carry_due() == 0, "paused"
    paused = await health(world)
    assert paused.paused_until is not None
    world.clock.advance(timedelta(minutes=15))
    assert await carrier.carry_due() == 1, "one probe"
    assert await carrier.carry_due() == 10, "and it is back: all that waited"
    assert (await health(world)).owed == 0


async def test_an_outage_of_one_holds_up_no_other(world: World) -> None:
    await failing(world, FAILING)
    await world.register("second", backchannel_logout_uri=f"{world.peer.url}/backchannel-logout")
    await owe(world, "demo-web", 200)
    await owe(world, "second", 3)
    taken = await logouts.claim_due(
        world.deps.pool, world.clock.now(), world.clock.now() + timedelta(seconds=1), 100
    )
    assert sorted(delivery.client.client_id for delivery in taken) == ["demo-web"] + ["second"] * 3


async def test_two_couriers_carry_each_token_once(world: World) -> None:
    await world.register(backchannel_logout_uri=f"{world.peer.url}/backchannel-logout")
    await owe(world, "demo-web", 20)
    now = world.clock.now()
    until = now + timedelta(seconds=15)
    first = await logouts.claim_due(world.deps.pool, now, until, 100)
    second = await logouts.claim_due(world.deps.pool, now, until, 100)
    assert (len(first), len(second)) == (20, 0)


async def test_what_is_owed_too_long_is_given_up_and_counted(world: World) -> None:
    await world.register(backchannel_logout_uri=f"{world.peer.url}/backchannel-logout")
    await owe(world, "demo-web", 2)
    now = world.clock.now() + GIVE_UP_AFTER + timedelta(seconds=1)
    assert await logouts.abandon_older(world.deps.pool, now - GIVE_UP_AFTER, now) == 2
    assert await logouts.abandon_older(world.deps.pool, now - GIVE_UP_AFTER, now) == 0
    given_up = await health(world)
    assert (given_up.abandoned, given_up.owed) == (2, 0)


async def test_the_operator_reads_it(world: World, gateway_keys: dict[str, Path]) -> None:
    await failing(world, FAILING)
    token = make_token(gateway_keys["operator_key_file"], "ana", world.clock)
    transport = httpx.ASGITransport(app=world.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://inside:8400") as admin:
        headers = {"Authorization": f"Bearer {token}"}
        everybody = await admin.get("/admin/v1/logout-health", headers=headers)
        one = await admin.get("/admin/v1/relying-parties/demo-web/logout-health", headers=headers)
        nobody = await admin.get("/admin/v1/relying-parties/nobody/logout-health", headers=headers)
        stranger = await admin.get("/admin/v1/logout-health")
    assert everybody.json() == [one.json()]
    told = one.json()
    assert (told["failing"], told["consecutive_failures"], told["owed"]) == (True, FAILING, 1)
    assert (nobody.status_code, stranger.status_code) == (404, 401)


async def test_the_command_line_tells_it_and_says_so_by_its_exit_code(
    world: World, gateway_keys: dict[str, Path], gateway_database: Database
) -> None:
    await failing(world, 1)
    told = gateway(gateway_database, "client", "health", "--exit-code", **gateway_keys)
    assert (told.returncode, told.stderr) == (2, "")
    assert told.stdout.startswith("demo-web: last delivered never, 1 failures in a row (503)")
    unknown = gateway(gateway_database, "client", "health", "nobody", **gateway_keys)
    assert unknown.returncode == 1
