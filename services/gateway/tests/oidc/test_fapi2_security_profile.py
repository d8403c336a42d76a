"""Requests of the strict profile, clause by clause (FAPI 2.0 Security Profile, section 5)."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

import httpx
import pytest_asyncio
from clavis_kit.ids import new_id

from services.gateway.tests.oidc.fapi_client import Fapi
from services.gateway.tests.oidc.gateway_world import (
    ISSUER,
    REDIRECT,
    World,
    encode,
    location,
    page_code,
)


@pytest_asyncio.fixture
async def fapi(world: World) -> Fapi:
    client = Fapi(world)
    await client.register(scope="openid profile email offline_access")
    return client


def error(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, str(response.json()["error"])


def claims_of(id_token: str) -> dict[str, Any]:
    body = id_token.split(".")[1]
    return dict(json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))))


async def test_5_3_2_2_without_state_and_nonce(fapi: Fapi) -> None:
    target = await fapi.world.complete(await fapi.start(await fapi.pushed()), new_id())
    assert set(target.params) == {"code", "iss"}
    tokens = (await fapi.token(code=target.params["code"])).json()
    assert "nonce" not in claims_of(tokens["id_token"])


async def test_5_3_2_2_long_state_and_nonce_come_back_unchanged(fapi: Fapi) -> None:
    for length in (64, 384, 1000, 4096):
        state, nonce = "s" * length, "n" * length
        request_uri = await fapi.pushed(state=state, nonce=nonce, prompt="login")
        target = await fapi.world.complete(await fapi.start(request_uri), new_id())
        assert target.params["state"] == state
        tokens = (await fapi.token(code=target.params["code"])).json()
        assert claims_of(tokens["id_token"])["nonce"] == nonce


async def test_rfc6749_3_3_scopes_keep_the_order_asked(fapi: Fapi) -> None:
    code = await fapi.code(scope="email openid profile")
    assert (await fapi.token(code=code)).json()["scope"] == "email openid profile"


async def test_5_3_2_2_only_response_type_code(fapi: Fapi) -> None:
    for other in ("token", "code token", "code id_token", "id_token", "code id_token token"):
        refused = await fapi.push(response_type=other)
        assert error(refused) == (400, "unsupported_response_type"), other


async def test_rfc9126_2_3_other_methods_are_405(fapi: Fapi) -> None:
    for method in ("GET", "PUT", "DELETE", "PATCH", "HEAD"):
        assert (await fapi.world.http.request(method, "/par")).status_code == 405, method


async def test_rfc9126_2_1_a_request_uri_cannot_be_pushed(fapi: Fapi) -> None:
    known = await fapi.pushed()
    for request_uri in (known, "https://rp.test/object", "urn:ietf:params:oauth:request_uri:x"):
        assert error(await fapi.push(request_uri=request_uri)) == (400, "invalid_request")


async def test_rfc6749_3_1_a_repeated_parameter_is_refused(fapi: Fapi) -> None:
    form = {
        "response_type": "code", "scope": ["openid", "openid"], "redirect_uri": REDIRECT,
        "code_challenge": fapi.challenge, "code_challenge_method": "S256",
    } | fapi.auth()  # fmt: skip
    assert error(await fapi.world.http.post("/par", data=form)) == (400, "invalid_request")


async def test_rfc9126_4_client_id_and_request_uri_are_enough(fapi: Fapi) -> None:
    assert fapi.world.interaction_id(await fapi.start(await fapi.pushed()))


async def test_rfc9126_4_the_query_cannot_change_what_was_pushed(fapi: Fapi) -> None:
    request_uri = await fapi.pushed(state="inside", nonce="n-inside")
    query = {
        "client_id": fapi.client_id, "request_uri": request_uri, "state": "outside",
        "nonce": "n-outside", "scope": "openid email", "redirect_uri": "https://evil.test/",
    }  # fmt: skip
    response = await fapi.world.http.get("/authorize", params=query)
    target = await fapi.world.complete(response, new_id())
    assert target.url.startswith(REDIRECT)
    assert target.params["state"] == "inside"
    tokens = (await fapi.token(code=target.params["code"])).json()
    assert claims_of(tokens["id_token"])["nonce"] == "n-inside"
    assert tokens["scope"] == "openid"


async def test_rfc9126_4_it_is_good_until_the_person_has_answered(fapi: Fapi) -> None:
    request_uri = await fapi.pushed()
    for _ in range(3):
        page = await fapi.start(request_uri)
    assert (await fapi.world.complete(page, new_id())).error is None
    again = await fapi.start(request_uri)
    assert (again.status_code, page_code(again)) == (400, "request_expired")


async def test_rfc9126_4_nobody_else_and_nothing_unknown(world: World, fapi: Fapi) -> None:
    other = Fapi(world, "demo-other")
    await other.register()
    stolen = await other.start(await fapi.pushed())
    assert (stolen.status_code, page_code(stolen)) == (400, "invalid_request_uri")
    unknown = await fapi.start("urn:ietf:params:oauth:request_uri:unknown")
    assert page_code(unknown) == "invalid_request_uri"


async def test_5_3_2_2_a_request_uri_is_long_and_short_lived(fapi: Fapi) -> None:
    answer = (await fapi.push()).json()
    assert answer["expires_in"] < 600
    assert len(answer["request_uri"].rpartition(":")[2]) * 6 >= 128
    fapi.world.clock.advance(timedelta(seconds=answer["expires_in"]))
    assert page_code(await fapi.start(answer["request_uri"])) == "request_expired"


async def test_5_3_2_2_pkce_with_s256_always(fapi: Fapi) -> None:
    faults: list[dict[str, Any]] = [
        {"code_challenge": None, "code_challenge_method": None},
        {"code_challenge_method": "plain"},
        {"code_challenge_method": None},
        {"code_challenge": "too-short"},
    ]
    for params in faults:
        assert error(await fapi.push(**params)) == (400, "invalid_request"), params


async def test_rfc7636_4_6_the_verifier_is_required_and_right(fapi: Fapi) -> None:
    for verifier in (None, "x" * 43):
        refused = await fapi.token(code=await fapi.code(), code_verifier=verifier)
        assert refused.status_code == 400
        assert refused.json()["error"] in {"invalid_grant", "invalid_request"}


async def test_5_3_2_1_the_audience_of_an_assertion_is_the_issuer_alone(fapi: Fapi) -> None:
    for aud in ([ISSUER], f"{ISSUER}/par", f"{ISSUER}/token", "https://other.test", None):
        refused = await fapi.push(client_assertion=fapi.assertion(aud=aud))
        assert error(refused) == (401, "invalid_client"), aud


async def test_5_3_2_1_times_of_an_assertion(fapi: Fapi) -> None:
    now = int(fapi.world.clock.now().timestamp())
    cases: list[tuple[dict[str, int], int]] = [
        ({"nbf": 8}, 201),
        ({"iat": 8}, 201),
        ({"nbf": 70}, 401),
        ({"iat": 70}, 401),
        ({"exp": -300}, 401),
    ]
    for changes, status in cases:
        times = {name: now + seconds for name, seconds in ({"exp": 120} | changes).items()}
        response = await fapi.push(client_assertion=fapi.assertion(**times))
        assert response.status_code == status, (changes, response.text)


async def test_rfc8725_3_11_an_assertion_is_not_a_jwt_of_another_kind(fapi: Fapi) -> None:
    now = int(fapi.world.clock.now().timestamp())
    for typ, status in (
        ("JWT", 201),
        ("client-authentication+jwt", 201),
        ("oauth-authz-req+jwt", 401),
        ("dpop+jwt", 401),
    ):
        claims = {
            "iss": fapi.client_id, "sub": fapi.client_id, "aud": ISSUER, "jti": new_id(),
            "iat": now, "exp": now + 60,
        }  # fmt: skip
        header = {"alg": "ES256", "kid": fapi.key.thumbprint(), "typ": typ}
        response = await fapi.push(client_assertion=encode(header, claims, fapi.key))
        assert response.status_code == status, (typ, response.text)


async def test_5_3_2_1_plain_requests_are_refused_signed_or_not(world: World, fapi: Fapi) -> None:
    now = int(world.clock.now().timestamp())
    claims = {
        "iss": fapi.client_id, "aud": ISSUER, "client_id": fapi.client_id, "nbf": now,
        "exp": now + 60, "response_type": "code", "scope": "openid", "redirect_uri": REDIRECT,
        "code_challenge": fapi.challenge, "code_challenge_method": "S256", "state": "s",
    }  # fmt: skip
    header = {"alg": "ES256", "kid": fapi.key.thumbprint(), "typ": "oauth-authz-req+jwt"}
    query = {"client_id": fapi.client_id, "request": encode(header, claims, fapi.key)}
    answer = location(await world.http.get("/authorize", params=query))
    assert (answer["error"], answer["state"], answer["iss"]) == ("invalid_request", "s", ISSUER)


async def test_5_3_2_2_redirects_are_303_and_tell_no_referrer(world: World, fapi: Fapi) -> None:
    response = await fapi.start(await fapi.pushed(prompt="none"))
    assert response.status_code == 303
    assert response.headers["referrer-policy"] == "no-referrer"
    assert location(response)["error"] == "login_required"
