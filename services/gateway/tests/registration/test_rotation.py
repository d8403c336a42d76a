"""Secrets and keys that follow one another, at the token endpoint."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from clavis_gateway.registration import actions
from clavis_gateway.registration.actions import VersionError, apply
from clavis_gateway.store import relying_parties
from clavis_gateway.store.relying_parties import Registration
from clavis_kit.keyed_hash import sha256_hex
from joserfc.jwk import ECKey

from services.gateway.tests.oidc.fapi_client import Fapi
from services.gateway.tests.oidc.gateway_world import SECRET, World, registration

WEEK = timedelta(days=7)


async def stored(world: World, client_id: str = "demo-web") -> Registration:
    found = await relying_parties.find(world.deps.pool, client_id)
    assert found is not None
    return found


async def answer(world: World, secret: str) -> str:
    """Say how the token endpoint takes a secret: invalid_grant means that it holds."""
    body = (await world.exchange("x", auth=("demo-web", secret))).json()
    return str(body["error"])


async def test_a_digest_of_the_release_before_works_and_a_write_brings_it_under_the_key(
    world: World,
) -> None:
    await world.register()
    await world.deps.pool.execute(
        "UPDATE relying_party SET secrets = '[]', secret_hash = $1", sha256_hex(SECRET)
    )
    assert await answer(world, SECRET) == "invalid_grant"
    assert await answer(world, SECRET + "x") == "invalid_client"
    await apply(world.registrar(), world.deps.pool, registration(client_secret=None))
    row = await world.deps.pool.fetchrow("SELECT secret_hash, secrets FROM relying_party")
    assert row is not None
    assert row["secret_hash"] is None
    assert sha256_hex(SECRET) not in str(row["secrets"])
    assert await answer(world, SECRET) == "invalid_grant"


async def test_of_many_rotations_at_once_from_one_version_one_is_done(world: World) -> None:
    await world.register()
    before = await stored(world)
    registrar, pool = world.registrar(), world.deps.pool
    tries = (actions.rotate_secret(registrar, pool, before, WEEK) for _ in range(5))
    made = await asyncio.gather(*tries, return_exceptions=True)
    new = [one.secret for one in made if isinstance(one, actions.NewSecret)]
    assert len(new) == 1
    assert sum(isinstance(one, VersionError) for one in made) == 4
    assert [await answer(world, secret) for secret in (SECRET, *new)] == ["invalid_grant"] * 2


async def test_the_secret_is_read_from_the_same_query_as_the_client(world: World) -> None:
    await world.register()
    await actions.rotate_secret(world.registrar(), world.deps.pool, await stored(world), WEEK)
    statements: list[str] = []

    async def count(connection: Any) -> None:
        connection.add_query_logger(lambda query: statements.append(query.query))

    connections = [await world.deps.pool.acquire() for _ in range(10)]
    for connection in connections:
        await count(connection)
    for connection in connections:
        await world.deps.pool.release(connection)
    assert await answer(world, SECRET) == "invalid_grant"
    assert len(statements) == 1, statements


async def test_a_replaced_key_signs_assertions_until_its_date(world: World) -> None:
    client = Fapi(world)
    await client.register()
    new = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"})
    jwks = {"keys": [new.as_dict(private=False) | {"kid": new.thumbprint()}]}
    before = await stored(world, client.client_id)
    await actions.rotate_keys(world.registrar(), world.deps.pool, before, jwks, WEEK)
    assert (await client.push()).status_code == 201
    world.clock.advance(WEEK)
    assert (await client.push()).json()["error"] == "invalid_client"
    client.key = new
    assert (await client.push()).status_code == 201
