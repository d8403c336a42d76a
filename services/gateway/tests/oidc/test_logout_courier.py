"""The courier of logout tokens stops when it is told to, whatever happens at that moment."""

from __future__ import annotations

import asyncio

from clavis_gateway.oidc.backchannel import LogoutCourier
from clavis_testkit.patience import FOREVER_SECONDS, until

from services.gateway.tests.oidc.gateway_world import World


async def test_a_wake_up_at_the_moment_of_stopping_does_not_keep_it_running(world: World) -> None:
    deps = world.deps
    courier = LogoutCourier(deps.pool, deps.outbound, deps.clock, deps.keys, deps.settings.issuer)
    running = asyncio.create_task(courier.run())

    # The race is inside asyncio's own wait: only the event itself knows who waits for it.
    async def waits() -> bool:
        return bool(courier._woken._waiters)  # type: ignore[attr-defined]

    await until(waits, "a courier that has nothing to carry")
    # Both in one turn of the loop: the wait is over, and the task is cancelled.
    courier.wake()
    await asyncio.sleep(0)
    running.cancel()
    done, _ = await asyncio.wait({running}, timeout=FOREVER_SECONDS)
    assert running in done
    assert running.cancelled()
