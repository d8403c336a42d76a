"""What requests cost: at most two round trips to the database for a token or its use."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from clavis_gateway.oidc import client_keys

from services.gateway.tests.oidc.fapi_client import Fapi
from services.gateway.tests.oidc.gateway_world import SECRET, World
from services.gateway.tests.oidc.independent import round_trips

MOST = 2


async def cost(world: World, ask: Callable[[], Awaitable[Any]]) -> int:
    """Return how many statements a successful request sent."""
    async with round_trips(world.deps.pool) as queries:
        response = await ask()
        assert response.status_code == 200, response.text
        return len(queries)


async def test_token_by_code_and_by_refresh_and_its_retry(world: World) -> None:
    await world.register(audiences=["https://api.test"])
    code = await world.code(resource="https://api.test")
    assert await cost(world, lambda: world.exchange(code)) == MOST
    token = (await world.tokens(prompt="login"))["refresh_token"]
    assert await cost(world, lambda: world.refresh(token)) == MOST
    assert await cost(world, lambda: world.refresh(token)) == MOST, "a retry costs no more"


async def test_token_by_client_credentials(world: World) -> None:
    await world.register("machine", grant_types=["client_credentials"], redirect_uris=[], scope="x")
    form = {"grant_type": "client_credentials"}
    assert (
        await cost(world, lambda: world.http.post("/token", data=form, auth=("machine", SECRET)))
        == MOST
    )


async def test_token_introspection_and_userinfo_of_a_fapi_client(world: World) -> None:
    client = Fapi(world)
    await client.register()
    code = await client.code()
    body: dict[str, Any] = {}

    async def exchange() -> Any:
        response = await client.token(code=code)
        body.update(response.json())
        return response

    assert await cost(world, exchange) == MOST, "assertion and proof are used up on the way"
    token = body["access_token"]
    data = {"token": token} | client.auth()
    assert await cost(world, lambda: world.http.post("/introspect", data=data)) == MOST
    headers = {
        "Authorization": f"dpop {token}",
        "DPoP": client.proof("GET", "/userinfo", access_token=token),
    }
    assert await cost(world, lambda: world.http.get("/userinfo", headers=headers)) == MOST
    refresh = {"grant_type": "refresh_token", "refresh_token": body["refresh_token"]}
    assert (
        await cost(world, lambda: client.token(**refresh, code_verifier=None, redirect_uri=None))
        == MOST
    )


@pytest.mark.parametrize("audiences", [[], ["https://api.test"]], ids=["opaque", "jwt"])
async def test_introspection_and_userinfo_of_a_bearer_token_cost_one(
    world: World, audiences: list[str]
) -> None:
    await world.register(audiences=audiences)
    token = (await world.tokens(scope="openid email"))["access_token"]
    data = {"token": token}
    auth = ("demo-web", SECRET)
    assert await cost(world, lambda: world.http.post("/introspect", data=data, auth=auth)) == 1
    assert await cost(world, lambda: world.userinfo(token)) == 1


async def test_the_keys_of_a_client_are_parsed_once(world: World) -> None:
    client = Fapi(world)
    await client.register()
    client_keys._parsed.cache_clear()
    for _ in range(3):
        data = {"token": "nonsense"} | client.auth()
        assert (await world.http.post("/introspect", data=data)).status_code == 200
    assert client_keys._parsed.cache_info().misses == 1
    await world.register(
        client.client_id, client_secret=None, profile="fapi2",
        token_endpoint_auth_method="private_key_jwt",
        jwks={"keys": [Fapi(world).key.as_dict(private=False)]},
    )  # fmt: skip
    response = await world.http.post("/introspect", data={"token": "nonsense"} | client.auth())
    assert response.status_code == 401, "a changed registration is read at once"
