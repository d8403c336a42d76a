"""Signed authorization requests (RFC 9101; FAPI 2.0 Message Signing section 5.3.1)."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
import pytest_asyncio
from clavis_kit.ids import new_id
from joserfc.jwk import OctKey, OKPKey, RSAKey

from services.gateway.tests.oidc.fapi_client import Fapi
from services.gateway.tests.oidc.gateway_world import (
    ISSUER,
    REDIRECT,
    World,
    encode,
    location,
    page_code,
)
from services.gateway.tests.oidc.signed_requests import (
    MINUTE,
    TYP,
    basic,
    by_value,
    claims_of,
    push,
    refusal,
    signed,
    unsigned,
)


@pytest_asyncio.fixture
async def fapi(world: World) -> Fapi:
    client = Fapi(world)
    await client.register()
    return client


async def test_5_it_can_be_pushed_and_answers_with_what_is_inside(fapi: Fapi) -> None:
    request = signed(fapi, nonce="n-inside")
    pushed = await push(fapi, request, state="outside", nonce="n-outside", scope="openid email")
    assert pushed.status_code == 201, pushed.text
    answer = await fapi.world.complete(await fapi.start(pushed.json()["request_uri"]), new_id())
    assert answer.params["state"] == "inside"
    tokens = (await fapi.token(code=answer.params["code"])).json()
    assert tokens["scope"] == "openid"
    part = tokens["id_token"].split(".")[1]
    assert json.loads(base64.urlsafe_b64decode(part + "=="))["nonce"] == "n-inside"


async def test_6_3_state_outside_alone_is_not_used(fapi: Fapi) -> None:
    pushed = await push(fapi, signed(fapi, state=None), state="outside")
    query = {"client_id": fapi.client_id, "request_uri": pushed.json()["request_uri"]}
    response = await fapi.world.http.get("/authorize", params=query | {"state": "outside"})
    answer = await fapi.world.complete(response, new_id())
    assert answer.error is None
    assert "state" not in answer.params


@pytest.mark.parametrize(
    "outside",
    [{"redirect_uri": REDIRECT}, {"code_challenge": "x" * 43, "code_challenge_method": "S256"}],
)
async def test_6_3_nothing_outside_completes_the_object(
    fapi: Fapi, outside: dict[str, str]
) -> None:
    response = await push(fapi, signed(fapi, **dict.fromkeys(outside)), **outside)
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")


async def test_10_8_types_that_are_request_objects(fapi: Fapi) -> None:
    for typ in (TYP, "JWT", "jwt", "application/oauth-authz-req+jwt", None):
        assert (await push(fapi, signed(fapi, header={"typ": typ}))).status_code == 201, typ


async def test_4_and_10_8_what_an_object_must_hold(fapi: Fapi) -> None:
    faults: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({"typ": "dpop+jwt"}, {}),
        ({"typ": "at+jwt"}, {}),
        ({}, {"iss": "other"}),
        ({}, {"iss": None}),
        ({}, {"aud": "https://other.test"}),
        ({}, {"aud": ["https://other.test"]}),
        ({}, {"aud": None}),
        ({}, {"client_id": "other"}),
        ({}, {"client_id": None}),
        ({}, {"sub": "demo-fapi"}),
        ({}, {"request": "x.y.z"}),
        ({}, {"request_uri": "urn:ietf:params:oauth:request_uri:x"}),
        ({}, {"exp": None}),
        ({}, {"nbf": None}),
        ({}, {"exp": "soon"}),
        ({}, {"nbf": True}),
    ]
    for header, changes in faults:
        error = await refusal(fapi, signed(fapi, header=header, **changes))
        assert error == "invalid_request_object", (header, changes)


async def test_4_several_audiences_are_fine(fapi: Fapi) -> None:
    request = signed(fapi, aud=["https://other.test", ISSUER])
    assert (await push(fapi, request)).status_code == 201


async def test_message_signing_5_3_1_times(fapi: Fapi) -> None:
    now = int(fapi.world.clock.now().timestamp())
    for nbf, exp, status in (
        (8, 5 * MINUTE, 201),
        (90, 5 * MINUTE, 400),
        (0, -5 * MINUTE, 400),
        (0, 0, 400),
        (-59 * MINUTE, 1, 201),
        (-70 * MINUTE, -11 * MINUTE, 400),
        (-70 * MINUTE, 5, 400),
        (0, 60 * MINUTE, 201),
        (0, 70 * MINUTE, 400),
    ):
        response = await push(fapi, signed(fapi, nbf=now + nbf, exp=now + exp))
        assert response.status_code == status, (nbf, exp, response.text)
        if status == 400:
            assert response.json()["error"] == "invalid_request_object"


async def test_10_5_unsigned_is_refused(fapi: Fapi) -> None:
    assert await refusal(fapi, unsigned(fapi)) == "invalid_request_object"


async def test_6_2_the_signature_is_the_client_s(world: World, fapi: Fapi) -> None:
    stranger = Fapi(world)
    request = signed(stranger, header={"kid": fapi.key.thumbprint()})
    assert await refusal(fapi, request) == "invalid_request_object"
    head, body, signature = signed(fapi).split(".")
    changed = signature[:10] + ("A" if signature[10] != "A" else "B") + signature[11:]
    assert await refusal(fapi, f"{head}.{body}.{changed}") == "invalid_request_object"


async def test_10_5_hs256_under_the_public_key_is_refused(fapi: Fapi) -> None:
    public = json.dumps(fapi.key.as_dict(private=False)).encode()
    header = {"alg": "HS256", "typ": TYP, "kid": fapi.key.thumbprint()}
    request = encode(header, claims_of(fapi), OctKey.import_key(public))
    assert await refusal(fapi, request) == "invalid_request_object"


@pytest.mark.parametrize("alg", ["PS256", "EdDSA", "ES256", "RS256"])
async def test_fapi_5_4_1_algorithms(world: World, alg: str) -> None:
    client = Fapi(world)
    if alg in {"PS256", "RS256"}:
        client.key = RSAKey.generate_key(2048)  # type: ignore[assignment]
    elif alg == "EdDSA":
        client.key = OKPKey.generate_key("Ed25519")  # type: ignore[assignment]
    client.alg = alg
    await client.register()
    request = signed(client)
    client.alg = "PS256" if alg == "RS256" else alg
    response = await push(client, request)
    assert response.status_code == (400 if alg == "RS256" else 201), response.text


async def test_registration_2_only_the_registered_algorithm(world: World) -> None:
    client = Fapi(world)
    await client.register(request_object_signing_alg="PS256")
    assert await refusal(client, signed(client)) == "invalid_request_object"
    plain = await client.push()
    assert plain.status_code == 201, "a request without an object needs no algorithm"


async def test_10_5_a_client_may_bind_itself_to_sign(world: World) -> None:
    client = Fapi(world)
    await client.register(require_signed_request_object=True)
    plain = await client.push()
    assert (plain.status_code, plain.json()["error"]) == (400, "invalid_request")
    pushed = await push(client, signed(client))
    assert pushed.status_code == 201
    answer = await world.complete(await client.start(pushed.json()["request_uri"]), new_id())
    assert answer.error is None


async def test_10_5_the_binding_holds_at_the_authorization_endpoint(world: World) -> None:
    client = await basic(world, require_signed_request_object=True)
    answer = location(await world.authorize("demo-signing"))
    assert (answer["error"], answer["state"]) == ("invalid_request", "st4te")
    assert (await by_value(client, signed(client))).headers["location"].startswith("/login/")


async def test_6_1_what_is_no_signed_jwt_is_refused(fapi: Fapi) -> None:
    for text in ("x", "a.b", "x.y.z", "..", "e30.e30.e30", "a.b.c.d.e"):
        assert await refusal(fapi, text) == "invalid_request_object", text


async def test_6_1_an_object_too_long_to_be_one_is_refused(fapi: Fapi) -> None:
    assert await refusal(fapi, signed(fapi, state="s" * 16384)) == "invalid_request_object"
    assert (await push(fapi, signed(fapi, state="s" * 1100, nonce="n" * 1100))).status_code == 201


async def test_5_by_value_at_the_authorization_endpoint(world: World) -> None:
    client = await basic(world)
    request = signed(client, max_age=0, claims={"userinfo": {"email": None}})
    for response in (
        await by_value(client, request, state="outside", redirect_uri="https://evil.test/"),
        await world.http.post(
            "/authorize", data={"client_id": client.client_id, "request": request}
        ),
    ):
        answer = await world.complete(response, new_id())
        assert answer.params["state"] == "inside"
        assert answer.url.startswith(REDIRECT)


async def test_core_6_1_a_basic_client_need_not_state_iss_aud_or_times(world: World) -> None:
    client = await basic(world)
    request = signed(client, iss=None, aud=None, exp=None, nbf=None)
    assert (await by_value(client, request)).headers["location"].startswith("/login/")


async def test_6_2_but_what_it_states_is_true(world: World) -> None:
    client = await basic(world)
    faults: list[dict[str, Any]] = [
        {"iss": "other"}, {"aud": "https://other.test"}, {"exp": 1}, {"client_id": "x"},
    ]  # fmt: skip
    for changes in faults:
        request = signed(client, **changes)
        answer = location(await by_value(client, request, redirect_uri=REDIRECT, state="s"))
        assert (answer["error"], answer["state"]) == ("invalid_request_object", "s"), changes
        assert answer["iss"] == ISSUER


async def test_7_without_a_trusted_address_the_person_is_told(world: World) -> None:
    client = await basic(world)
    for outside in ({}, {"redirect_uri": "https://evil.test/"}):
        response = await by_value(client, unsigned(client), **outside)
        assert (response.status_code, page_code(response)) == (400, "invalid_request_object")
    inside = signed(client, redirect_uri="https://evil.test/")
    assert page_code(await by_value(client, inside, redirect_uri=REDIRECT)) == "bad_redirect_uri"


async def test_10_5_rs256_for_a_basic_client_that_registered_it(world: World) -> None:
    client = Fapi(world, "demo-rsa")
    client.key, client.alg = RSAKey.generate_key(2048), "RS256"  # type: ignore[assignment]
    public = client.key.as_dict(private=False) | {"kid": client.key.thumbprint()}
    for registered, accepted in (({}, False), ({"request_object_signing_alg": "RS256"}, True)):
        await world.register("demo-rsa", jwks={"keys": [public]}, **registered)
        response = await by_value(client, signed(client), redirect_uri=REDIRECT)
        assert response.headers["location"].startswith("/login/") == accepted


async def test_5_request_and_request_uri_exclude_each_other(world: World) -> None:
    client = await basic(world)
    response = await by_value(
        client, signed(client), request_uri="https://rp.test/object", redirect_uri=REDIRECT
    )
    assert location(response)["error"] == "invalid_request"


async def test_core_3_1_2_6_references_are_not_supported(world: World) -> None:
    await world.register()
    response = await world.authorize(request_uri="https://rp.test/object")
    assert location(response)["error"] == "request_uri_not_supported"
    alone = await world.authorize(request_uri="https://rp.test/object", redirect_uri=None)
    assert page_code(alone) == "request_uri_not_supported"


async def test_6_2_a_client_without_keys_cannot_sign(world: World) -> None:
    await world.register()
    client = Fapi(world, "demo-web")
    response = await by_value(client, signed(client), redirect_uri=REDIRECT)
    assert location(response)["error"] == "invalid_request_object"


async def test_rfc9101_10_5_discovery_says_what_is_supported(world: World) -> None:
    body = (await world.http.get("/.well-known/openid-configuration")).json()
    assert body["request_parameter_supported"] is True
    assert body["request_uri_parameter_supported"] is False
    assert body["require_signed_request_object"] is False
    algorithms = set(body["request_object_signing_alg_values_supported"])
    assert {"ES256", "PS256", "EdDSA", "RS256"} <= algorithms
    assert not algorithms & {"none", "HS256"}
    assert "request_object_encryption_alg_values_supported" not in body
