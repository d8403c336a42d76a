"""Signed authorization responses (JWT Secured Authorization Response Mode)."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from clavis_gateway.interactions import ResponseTarget
from clavis_gateway.oidc.authlib_adapter.metadata import MetadataError
from clavis_kit.ids import new_id
from joserfc import jwt
from joserfc.jwk import KeySet, import_key

from services.gateway.tests.oidc.fapi_client import Fapi
from services.gateway.tests.oidc.gateway_world import ISSUER, REDIRECT, World, location


async def opened(world: World, response: str, alg: str) -> dict[str, Any]:
    """Verify a response as a relying party would, and return its claims."""
    keys = KeySet([import_key(key) for key in (await world.jwks())["keys"]])
    return dict(jwt.decode(response, keys, algorithms=[alg]).claims)


def posted(response: httpx.Response) -> dict[str, str]:
    """Read the fields of the page that posts back to the relying party."""
    assert response.status_code == 200
    assert f'action="{REDIRECT}"' in response.text
    assert 'id="continue"' in response.text, "without script there is a button"
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', response.text))


async def answered(world: World, mode: str, **params: Any) -> ResponseTarget:
    response = await world.authorize(response_mode=mode, nonce="n", **params)
    return await world.complete(response, new_id())


@pytest.mark.parametrize("mode", ["jwt", "query.jwt"])
async def test_2_3_1_the_query_holds_the_response_and_nothing_else(world: World, mode: str) -> None:
    await world.register()
    target = await answered(world, mode)
    assert target.mode == "query"
    assert set(target.params) == {"response"}
    assert target.url == f"{REDIRECT}?response={target.params['response']}"
    assert target.error is None


async def test_2_1_the_claims(world: World) -> None:
    await world.register()
    now = int(world.clock.now().timestamp())
    claims = await opened(world, (await answered(world, "jwt")).params["response"], "RS256")
    assert claims.pop("exp") == now + 600
    code = claims.pop("code")
    assert claims == {"iss": ISSUER, "aud": "demo-web", "state": "st4te"}
    assert (await world.exchange(code)).status_code == 200


async def test_2_3_3_form_post_jwt(world: World) -> None:
    await world.register()
    await answered(world, "query")
    fields = posted(await world.authorize(response_mode="form_post.jwt"))
    assert set(fields) == {"response"}
    assert (await opened(world, fields["response"], "RS256"))["code"]


@pytest.mark.parametrize("mode", ["jwt", "form_post.jwt"])
async def test_2_1_errors_are_signed_too(world: World, mode: str) -> None:
    await world.register()
    response = await world.authorize(response_mode=mode, prompt="none")
    fields = posted(response) if mode == "form_post.jwt" else location(response)
    assert set(fields) == {"response"}
    claims = await opened(world, fields["response"], "RS256")
    assert (claims["error"], claims["state"]) == ("login_required", "st4te")
    assert (claims["iss"], claims["aud"]) == (ISSUER, "demo-web")
    refused = location(await world.authorize(response_mode="jwt", max_age="soon"))
    assert (await opened(world, refused["response"], "RS256"))["error"] == "invalid_request"


@pytest.mark.parametrize("mode", ["fragment", "fragment.jwt", "web_message"])
async def test_multiple_response_types_5_a_code_is_never_in_a_fragment(
    world: World, mode: str
) -> None:
    await world.register()
    assert location(await world.authorize(response_mode=mode))["error"] == "invalid_request"


async def test_3_the_registered_algorithm_and_es256_for_fapi2(world: World) -> None:
    await world.register(authorization_signed_response_alg="ES256")
    claims = await opened(world, (await answered(world, "jwt")).params["response"], "ES256")
    assert claims["code"]
    client = Fapi(world)
    await client.register()
    request_uri = await client.pushed(response_mode="jwt", prompt="login", state="s" * 1000)
    target = await world.complete(await client.start(request_uri), new_id())
    claims = await opened(world, target.params["response"], "ES256")
    assert (claims["aud"], claims["state"]) == ("demo-fapi", "s" * 1000)
    assert (await client.token(code=claims["code"])).status_code == 200


async def test_3_an_answer_is_no_id_token(world: World) -> None:
    await world.register()
    response = (await answered(world, "jwt")).params["response"]
    hinted = location(await world.authorize(id_token_hint=response))
    assert hinted["error"] == "invalid_request"


@pytest.mark.parametrize("alg", ["none", "HS256", "RS256"])
async def test_3_algorithms_that_are_not_for_fapi2(world: World, alg: str) -> None:
    with pytest.raises(MetadataError, match="authorization_signed_response_alg"):
        await Fapi(world).register(authorization_signed_response_alg=alg)


async def test_4_discovery_says_what_is_supported(world: World) -> None:
    body = (await world.http.get("/.well-known/openid-configuration")).json()
    modes = {"query", "form_post", "jwt", "query.jwt", "form_post.jwt"}
    assert set(body["response_modes_supported"]) == modes
    assert {"ES256", "RS256"} <= set(body["authorization_signing_alg_values_supported"])
