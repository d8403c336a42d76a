"""private_key_jwt of basic clients, with keys registered or published."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from clavis_testkit.served import listen, served
from fastapi import FastAPI

from services.gateway.tests.oidc.fapi_client import Fapi
from services.gateway.tests.oidc.gateway_world import ISSUER, SECRET, World


@contextlib.asynccontextmanager
async def published(keys: list[dict[str, Any]]) -> AsyncIterator[str]:
    """Serve a key set, as a relying party does."""
    app = FastAPI()

    @app.get("/jwks")
    async def jwks() -> dict[str, Any]:
        return {"keys": keys}

    listener, url = listen()
    async with served(app, listener):
        yield f"{url}/jwks"


async def refused(client: Fapi) -> str:
    """Present a wrong code: an authenticated client is told so, any other is not."""
    form = {"grant_type": "authorization_code", "code": "wrong"} | client.auth()
    return str((await client.world.http.post("/token", data=form)).json()["error"])


async def basic(world: World, **changes: Any) -> Fapi:
    client = Fapi(world)
    public = client.key.as_dict(private=False) | {"kid": client.key.thumbprint()}
    await world.register(
        "demo-fapi", client_secret=None, token_endpoint_auth_method="private_key_jwt",
        **({"jwks": {"keys": [public]}} | changes),
    )  # fmt: skip
    return client


@pytest.mark.parametrize("audience", [ISSUER, [ISSUER], ISSUER + "/token"])
async def test_rfc7523_3_a_basic_client_may_name_issuer_or_endpoint(
    world: World, audience: str | list[str]
) -> None:
    client = await basic(world)
    form = {"grant_type": "authorization_code", "code": "wrong"} | client.auth(aud=audience)
    response = await world.http.post("/token", data=form)
    assert response.json()["error"] == "invalid_grant"


@pytest.mark.parametrize("audience", [[ISSUER, "https://other.test"], "https://other.test", 7])
async def test_rfc7523_3_several_or_other_audiences_are_refused(
    world: World, audience: Any
) -> None:
    client = await basic(world)
    form = {"grant_type": "authorization_code", "code": "wrong"} | client.auth(aud=audience)
    response = await world.http.post("/token", data=form)
    assert response.json()["error"] == "invalid_client"


async def test_registration_2_keys_can_be_published(world: World) -> None:
    keys: list[dict[str, Any]] = []
    async with published(keys) as address:
        client = await basic(world, jwks=None, jwks_uri=address)
        keys.append(client.key.as_dict(private=False) | {"kid": client.key.thumbprint()})
        assert await refused(client) == "invalid_grant"


async def test_registration_2_keys_that_cannot_be_fetched_are_invalid_client(world: World) -> None:
    client = await basic(world, jwks=None, jwks_uri="http://127.0.0.1:1/jwks")
    assert await refused(client) == "invalid_client"


async def test_rfc7523_3_a_key_of_somebody_else_is_refused(world: World) -> None:
    client, other = await basic(world), Fapi(world)
    client.key = other.key
    assert await refused(client) == "invalid_client"


@pytest.mark.parametrize("assertion", ["", "x", "a.b.c", "e30.e30.", "eyJhbGciOiJub25lIn0.e30."])
async def test_rfc7521_4_2_a_broken_assertion_is_invalid_client(
    world: World, assertion: str
) -> None:
    client = await basic(world)
    form = {"grant_type": "authorization_code", "code": "x"} | client.auth()
    response = await world.http.post("/token", data=form | {"client_assertion": assertion})
    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")


HOSTILE = ("' OR '1'='1", "<script>alert(1)</script>", "\u202e\u0000x", "%00", "𝕏" * 300, "{{7*7}}")


@pytest.mark.parametrize("endpoint", ["/token", "/par", "/introspect", "/revoke"])
@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
async def test_hostile_values_in_every_field_are_answered_calmly(
    world: World, endpoint: str, value: str
) -> None:
    await world.register()
    fields = (
        "grant_type", "code", "refresh_token", "redirect_uri", "code_verifier", "scope", "token",
        "client_id", "client_secret", "client_assertion", "client_assertion_type", "request_uri",
        "claims", "acr_values", "nonce", "state", "prompt", "max_age", "id_token_hint",
    )  # fmt: skip
    for field in fields:
        for auth in (None, ("demo-web", SECRET)):
            response = await world.http.post(endpoint, data={field: value}, auth=auth)
            assert response.status_code in {200, 400, 401}, (field, response.text)
            assert value not in response.text
            assert "Traceback" not in response.text


@pytest.mark.parametrize("path", ["/authorize", "/logout", "/userinfo"])
@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
async def test_hostile_values_in_every_parameter_are_answered_calmly(
    world: World, path: str, value: str
) -> None:
    await world.register()
    good = {
        "client_id": "demo-web", "response_type": "code", "scope": "openid",
        "redirect_uri": "https://rp.test/callback",
    }  # fmt: skip
    fields = (*good, "state", "nonce", "prompt", "max_age", "claims", "acr_values", "ui_locales",
              "login_hint", "id_token_hint", "request_uri", "response_mode", "code_challenge",
              "post_logout_redirect_uri", "access_token")  # fmt: skip
    for field in fields:
        world.http.cookies.set("__Host-Http-sso", "forged", domain="gateway.test")
        response = await world.http.get(path, params=good | {field: value})
        assert response.status_code in {200, 303, 400, 401}, (field, response.text)
        assert "<script>alert(1)" not in response.text
