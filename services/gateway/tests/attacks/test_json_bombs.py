"""Oversized, deeply nested and two-faced JSON and forms: refused cheaply, each time alike."""

from __future__ import annotations

import base64
import json
import tracemalloc
from typing import Any

import pytest
from clavis_gateway.oidc import jose
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OctKey

from services.gateway.tests.oidc.fapi_client import Fapi
from services.gateway.tests.oidc.gateway_world import REDIRECT, World, encode, location

DEEP = '{"userinfo":' * 300 + "{}" + "}" * 300
DEEPER = "[" * 2000 + "]" * 2000
WIDE = json.dumps({"userinfo": {f"c{number}": None for number in range(20_000)}})
TWICE = '{"userinfo":{"email":null},"userinfo":{"phone_number":null}}'
HIDDEN = '{"id_token":{"acr":{"essential":true,"values":["low"]},"\\u0061cr":null}}'
STRANGE = ('{"userinfo":{"email":NaN}}', '{"\\ud800":1}', '{"userinfo":{"\\u0000":null}}', "[" * 9)


def object_of(client: Fapi, body: str) -> str:
    """Sign a body of claims exactly as it is spelled."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, utils

    def part(content: bytes) -> str:
        return base64.urlsafe_b64encode(content).decode().rstrip("=")

    header = {"alg": "ES256", "typ": "oauth-authz-req+jwt", "kid": client.key.thumbprint()}
    signed = part(json.dumps(header).encode()) + "." + part(body.encode())
    r, s = utils.decode_dss_signature(
        client.key.private_key.sign(signed.encode(), ec.ECDSA(hashes.SHA256()))
    )
    return f"{signed}.{part(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


async def test_the_claims_parameter(world: World) -> None:
    await world.register()
    for claims in (DEEP, DEEPER, WIDE, TWICE, HIDDEN, *STRANGE):
        form = {"client_id": "demo-web", "response_type": "code", "scope": "openid",
                "redirect_uri": REDIRECT, "claims": claims}  # fmt: skip
        answer = await world.http.post("/authorize", data=form)
        assert location(answer)["error"] == "invalid_request", claims[:80]


async def test_authorization_details(world: World) -> None:
    await world.register(authorization_details_types=["credential"])
    twice = '[{"type":"credential","type":"other"}]'
    for details in (DEEPER, "[" + "{}," * 5000 + "{}]", twice, "[" * 400 + "]" * 400, "NaN"):
        form = {"client_id": "demo-web", "response_type": "code", "scope": "openid",
                "redirect_uri": REDIRECT, "authorization_details": details}  # fmt: skip
        answer = await world.http.post("/authorize", data=form)
        assert location(answer)["error"] in {"invalid_request", "invalid_authorization_details"}


async def test_a_request_object(fapi: Fapi) -> None:
    now = int(fapi.world.clock.now().timestamp())
    claims = {
        "iss": fapi.client_id, "aud": "https://gateway.test", "client_id": fapi.client_id,
        "nbf": now, "exp": now + 60, "response_type": "code", "scope": "openid",
        "redirect_uri": REDIRECT, "code_challenge": fapi.challenge,
        "code_challenge_method": "S256",
    }  # fmt: skip
    good = json.dumps(claims)
    bodies = {
        "plain": good,
        "scope twice": good[:-1] + ',"scope":"openid email"}',
        "client twice": '{"client_id":"demo-web",' + good[1:],
        "nested": good[:-1] + f',"x":{DEEPER[:600]}{DEEPER[-600:]}}}',
        "wide": good[:-1] + ',"x":[' + "[]," * 2000 + "[]]}",
        "not a number": good[:-1] + ',"iat":NaN}',
        "surrogate": good[:-1] + ',"state":"\\ud800"}',
    }
    for name, body in bodies.items():
        form = fapi.auth() | {"client_id": fapi.client_id, "request": object_of(fapi, body)}
        answer = await fapi.world.http.post("/par", data=form)
        expected = (201, None) if name == "plain" else (400, "invalid_request_object")
        assert (answer.status_code, answer.json().get("error")) == expected, name


async def test_a_client_assertion_that_says_two_things(fapi: Fapi) -> None:
    now = int(fapi.world.clock.now().timestamp())
    good = {"iss": fapi.client_id, "sub": fapi.client_id, "aud": "https://gateway.test",
            "jti": "1", "iat": now, "exp": now + 60}  # fmt: skip
    for body in (
        json.dumps(good)[:-1] + ',"sub":"somebody-else"}',
        json.dumps(good)[:-1] + f',"exp":{now + 10**6}}}',
        json.dumps(good | {"exp": float("nan")}),
        json.dumps(good | {"exp": float("inf")}),
        json.dumps(good | {"jti": "\ud800"}),
        "[" * 3000,
    ):
        form = fapi.auth() | {"client_assertion": object_of(fapi, body), "token": "x"}
        answer = await fapi.world.http.post("/introspect", data=form)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client"), body[:80]


async def test_a_registration(world: World) -> None:
    for body in (DEEPER, TWICE, WIDE, '{"redirect_uris":["\\ud800"]}', "[1]", "{", ""):
        headers = {"Content-Type": "application/json", "Authorization": "Bearer x"}
        answer = await world.http.post("/connect/register", content=body, headers=headers)
        assert answer.status_code in {400, 401}


async def test_too_many_fields_and_too_long_values(world: World) -> None:
    await world.register()
    many = "&".join(f"x{number}=1" for number in range(5000))
    for path in ("/token", "/par", "/introspect", "/revoke"):
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = await world.http.post(path, content=many, headers=headers)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert (await world.http.post("/authorize", data={"x": "y" * 2_000_000})).status_code == 413
    answer = location(await world.authorize(state="s" * 5000))
    assert (answer["error"], "state" in answer) == ("invalid_request", False)


async def test_headers_that_are_far_too_long(fapi: Fapi) -> None:
    long = "a" * 60_000
    for headers in (
        {"Authorization": f"Bearer {long}"}, {"Authorization": f"DPoP {long}", "DPoP": long},
        {"Authorization": f"Basic {long}"}, {"Cookie": f"__Host-Http-sso={long}"},
        {"Origin": f"https://{long}"}, {"Accept-Language": "es," * 20_000},
    ):  # fmt: skip
        for path in ("/userinfo", "/token", "/authorize"):
            answer = await fapi.world.http.post(path, headers=headers, data={"x": "y"})
            assert 400 <= answer.status_code < 500, (path, headers)


def test_jose_headers_that_are_too_long_critical_or_two_faced() -> None:
    key = ECKey.generate_key("P-256")
    good = encode({"alg": "ES256"}, {"sub": "x"}, key)
    assert jose.verify(good, key, ["ES256"]) == {"sub": "x"}

    def with_header(spelled: str) -> str:
        head = base64.urlsafe_b64encode(spelled.encode()).decode().rstrip("=")
        return ".".join([head, *good.split(".")[1:]])

    for header in (
        '{"alg":"ES256","crit":["exp"],"exp":1}', '{"alg":"ES256","crit":[]}',
        '{"alg":"ES256","b64":false,"crit":["b64"]}', '{"alg":"none","alg":"ES256"}',
        '{"alg":"ES256","x":"' + "a" * 9000 + '"}',
        '{"alg":"ES256","x":' + "[" * 500 + "]" * 500 + "}",
        "[]", "", "null",
    ):  # fmt: skip
        with pytest.raises(JoseError):
            jose.verify(with_header(header), key, ["ES256"])
    for token in (good + ".", good + ".x", ".".join("abcd"), "." * 100_000, "a" * 1_000_000):
        with pytest.raises(JoseError):
            jose.verify(token, key, ["ES256"])


def test_a_compressed_token_does_not_unfold_without_bound() -> None:
    # The library that opens encrypted tokens stops at 250 kB, whatever is inside.
    key = OctKey.generate_key(256)
    registry = jwe.JWERegistry(algorithms=["dir", "A256GCM", "DEF"])
    bomb = jwe.encrypt_compact(
        {"alg": "dir", "enc": "A256GCM", "zip": "DEF"}, b"\0" * 20_000_000, key, registry=registry
    )
    assert len(bomb) < 40_000
    tracemalloc.start()
    try:
        with pytest.raises(JoseError):
            jwe.decrypt_compact(bomb, key, registry=registry)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 2_000_000


async def test_the_application_takes_no_encrypted_tokens_at_all(fapi: Fapi) -> None:
    key = OctKey.generate_key(256)
    registry = jwe.JWERegistry(algorithms=["dir", "A256GCM", "DEF"])
    header = {"alg": "dir", "enc": "A256GCM", "zip": "DEF"}
    bomb = jwe.encrypt_compact(header, b"\0" * 20_000_000, key, registry=registry)
    answers: list[Any] = [
        await fapi.push(request=bomb[:4000]),
        await fapi.world.http.post("/introspect", data=fapi.auth() | {"client_assertion": bomb}),
        await fapi.world.http.get("/userinfo", headers={"Authorization": f"Bearer {bomb[:8000]}"}),
    ]
    assert [answer.status_code for answer in answers] == [400, 401, 401]
