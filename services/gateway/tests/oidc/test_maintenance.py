"""What expired is forgotten a day later, and nothing else."""

from __future__ import annotations

from datetime import timedelta

from clavis_gateway.maintenance import KEPT, forget_expired

from services.gateway.tests.oidc.fapi_client import Fapi
from services.gateway.tests.oidc.gateway_world import World

TABLES = (
    "used_jti", "pushed_request", "interaction", "authorization_grant", "authorization_code",
    "access_token", "refresh_token", "sso_session", "connected_service",
)  # fmt: skip


async def counts(world: World) -> dict[str, int]:
    return {
        table: await world.deps.pool.fetchval(f"SELECT count(*) FROM {table}")  # noqa: S608
        for table in TABLES
    }


async def test_no_table_grows_without_bound(world: World) -> None:
    client = Fapi(world)
    await client.register()
    assert (await client.token(code=await client.code())).status_code == 200
    full = await counts(world)
    assert min(full.values()) > 0, full
    await forget_expired(world.deps.pool, world.clock.now() - KEPT)
    assert await counts(world) == full
    world.clock.advance(timedelta(days=2))
    await forget_expired(world.deps.pool, world.clock.now() - KEPT)
    assert set((await counts(world)).values()) == {0}
