"""Resource indicators (RFC 8707) and what kind of access token comes of them (RFC 9068)."""

from __future__ import annotations

from typing import Any

import pytest
from clavis_gateway.oidc.authlib_adapter.metadata import MetadataError
from clavis_gateway.oidc.metadata import SIGNING_ALGS
from clavis_gateway.rules import resources
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.tests.oidc.fapi_client import Fapi
from services.gateway.tests.oidc.gateway_world import ISSUER, SECRET, World, location
from services.gateway.tests.oidc.independent import parts, verified

ONE, TWO = "https://api.test/one", "urn:example:two"
KNOWN = (ONE, TWO)


def auth(client_id: str = "demo-web") -> tuple[str, str]:
    return client_id, SECRET


async def test_rfc8707_2_the_token_is_for_the_resource_asked(world: World) -> None:
    await world.register(audiences=list(KNOWN))
    body = await world.tokens(resource=ONE, scope="openid email", nonce="n")
    claims = verified(body["access_token"], await world.jwks())
    assert claims["aud"] == [ONE]
    refused = await world.userinfo(body["access_token"])
    assert refused.status_code == 401, "a token for an API tells nothing about the person here"


async def test_rfc8707_2_2_each_token_can_be_narrower(world: World) -> None:
    await world.register(audiences=list(KNOWN))
    code = await world.code(resource=[ONE, TWO])
    first = (await world.exchange(code, resource=TWO)).json()
    assert parts(first["access_token"])[1]["aud"] == [TWO]
    second = (await world.refresh(first["refresh_token"], resource=ONE)).json()
    assert parts(second["access_token"])[1]["aud"] == [ONE]
    both = (await world.refresh(second["refresh_token"])).json()
    assert parts(both["access_token"])[1]["aud"] == [ONE, TWO]


async def test_rfc8707_2_2_but_never_wider_than_the_grant(world: World) -> None:
    await world.register(audiences=list(KNOWN))
    code = await world.code(resource=ONE)
    wider = await world.exchange(code, resource=[ONE, TWO])
    assert (wider.status_code, wider.json()["error"]) == (400, "invalid_target")
    granted = await world.exchange(code)
    assert granted.status_code == 200, "the code was not burnt"
    again = await world.refresh(granted.json()["refresh_token"], resource=TWO)
    assert again.json()["error"] == "invalid_target"


@pytest.mark.parametrize("resource", ["https://other.test", "relative", f"{ONE}#part", "//x"])
async def test_rfc8707_2_a_resource_that_is_not_registered_is_invalid_target(
    world: World, resource: str
) -> None:
    await world.register(audiences=list(KNOWN))
    answer = location(await world.authorize(resource=resource))
    assert answer["error"] == "invalid_target"
    assert answer["iss"] == ISSUER


async def test_rfc8707_2_the_issuer_is_a_resource_of_everyone(world: World) -> None:
    await world.register(audiences=[ONE])
    token = (await world.tokens(resource=ISSUER))["access_token"]
    assert "." not in token, "for us alone, so a handle"
    assert (await world.userinfo(token)).status_code == 200
    assert (await world.introspect(token))["aud"] == [ISSUER]


async def test_rfc8707_2_1_pushed_requests_name_resources_too(world: World) -> None:
    client = Fapi(world)
    await client.register(audiences=list(KNOWN))
    refused = await client.push(resource="https://other.test")
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_target")
    body = (await client.token(code=await client.code(resource=[ONE, TWO]))).json()
    assert parts(body["access_token"])[1]["aud"] == [ONE, TWO]


async def test_rfc9068_2_2_a_jwt_says_all_that_its_readers_need(world: World) -> None:
    client = Fapi(world)
    await client.register(audiences=[ONE])
    body = (await client.token(code=await client.code(scope="openid email"))).json()
    header, _ = parts(body["access_token"])
    claims = verified(body["access_token"], await world.jwks())
    assert (header["typ"], header["alg"]) == ("at+jwt", "ES256")
    assert claims["aud"] == [ONE, ISSUER]
    assert (claims["client_id"], claims["scope"]) == ("demo-fapi", "openid email")
    assert claims["cnf"] == {"jkt": client.dpop_key.thumbprint()}
    assert claims["exp"] == claims["iat"] + 300
    assert {"iss", "sub", "jti", "acr", "amr", "auth_time", "sid"} <= claims.keys()
    assert claims["sub"] == parts(body["id_token"])[1]["sub"]
    described = (
        await world.http.post("/introspect", data={"token": body["access_token"]} | client.auth())
    ).json()
    for name in ("iss", "sub", "aud", "client_id", "scope", "exp", "iat", "acr", "amr", "cnf"):
        assert described[name] == claims[name], name


@pytest.mark.parametrize("alg", SIGNING_ALGS)
async def test_rfc9068_2_1_signed_with_what_the_apis_can_read(world: World, alg: str) -> None:
    await world.register(audiences=[ONE], access_token_signed_response_alg=alg)
    token = (await world.tokens())["access_token"]
    assert parts(token)[0]["alg"] == alg
    assert verified(token, await world.jwks())["aud"] == [ONE, ISSUER]


@pytest.mark.parametrize(
    "wrong",
    [
        {"access_token_format": "paper"},
        {"access_token_signed_response_alg": "HS256"},
        {"authorization_details_types": ["payment"]},
    ],
)
async def test_registration_of_tokens_that_cannot_be(world: World, wrong: dict[str, Any]) -> None:
    with pytest.raises(MetadataError):
        await world.register(**wrong)


async def test_a_client_can_have_handles_for_its_apis(world: World) -> None:
    await world.register(audiences=[ONE], access_token_format="opaque")
    await world.register(ONE, redirect_uris=[], grant_types=["client_credentials"])
    token = (await world.tokens(resource=ONE))["access_token"]
    assert "." not in token
    response = await world.http.post("/introspect", data={"token": token}, auth=auth(
        "https%3A%2F%2Fapi.test%2Fone"))  # fmt: skip
    assert response.json()["active"], "the API is registered under its identifier"
    assert response.json()["aud"] == [ONE]


async def test_rfc6749_4_4_client_credentials_take_scope_and_resource(world: World) -> None:
    await world.register(
        "machine", grant_types=["client_credentials"], redirect_uris=[], audiences=list(KNOWN),
        scope="read write openid",
    )  # fmt: skip

    async def ask(**form: str) -> Any:
        return await world.http.post(
            "/token", data={"grant_type": "client_credentials"} | form, auth=auth("machine")
        )

    body = (await ask(scope="read", resource=TWO)).json()
    claims = verified(body["access_token"], await world.jwks())
    assert (claims["sub"], claims["client_id"]) == ("machine", "machine")
    assert (claims["aud"], claims["scope"], body["scope"]) == ([TWO], "read", "read")
    assert not {"acr", "amr", "auth_time", "sid"} & claims.keys()
    assert (await ask()).json()["scope"] == "read write", "never scopes of persons"
    assert (await ask(scope="openid")).json()["error"] == "invalid_scope"
    assert (await ask(resource="https://other.test")).json()["error"] == "invalid_target"


URIS = st.sampled_from(["https://a.test", "https://b.test", "urn:c", "https://op.test"])
SETS = st.lists(URIS, unique=True, max_size=4).map(tuple)


@given(asked=SETS, granted=SETS, registered=SETS)
def test_rfc8707_2_2_no_token_is_good_anywhere_else(
    asked: tuple[str, ...], granted: tuple[str, ...], registered: tuple[str, ...]
) -> None:
    try:
        audience = resources.audience(asked, granted, registered, "https://op.test")
    except resources.TargetError:
        assert not set(asked) <= set(granted or (*registered, "https://op.test"))
        return
    assert set(audience) <= {*granted, *registered, "https://op.test"}
    if granted:
        assert set(audience) <= set(granted)
    if asked:
        assert audience == asked
