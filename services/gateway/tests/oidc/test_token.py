"""The token endpoint: codes, refresh tokens, client authentication."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from clavis_kit.ids import new_id
from jose import jwt as python_jose

from services.gateway.tests.oidc.gateway_world import REDIRECT, SECRET, World, pkce


def error(response: Any) -> str:
    assert response.headers["content-type"] == "application/json", response.text
    assert response.headers["cache-control"] == "no-store"
    return str(response.json()["error"])


async def test_rfc6749_4_1_2_a_second_use_fails_and_ends_what_the_first_gave(world: World) -> None:
    await world.register()
    code = await world.code()
    first = (await world.exchange(code)).json()
    assert (await world.userinfo(first["access_token"])).status_code == 200
    second = await world.exchange(code)
    assert (second.status_code, error(second)) == (400, "invalid_grant")
    assert (await world.userinfo(first["access_token"])).status_code == 401
    assert error(await world.refresh(first["refresh_token"])) == "invalid_grant"


async def test_rfc6749_4_1_2_of_twenty_at_once_one_wins_at_most_and_then_dies(world: World) -> None:
    await world.register()
    code = await world.code()
    answers = await asyncio.gather(*(world.exchange(code) for _ in range(20)))
    won = [answer for answer in answers if answer.status_code == 200]
    assert len(won) == 1
    assert {error(answer) for answer in answers if answer not in won} == {"invalid_grant"}
    assert (await world.userinfo(won[0].json()["access_token"])).status_code == 401
    assert await world.deps.pool.fetchval("SELECT count(*) FROM access_token") == 1


async def test_rfc6749_4_1_2_a_code_lives_a_minute(world: World) -> None:
    await world.register()
    code = await world.code()
    world.clock.advance(timedelta(seconds=60))
    assert error(await world.exchange(code)) == "invalid_grant"


async def test_rfc6749_4_1_3_redirect_uri_must_be_that_of_the_request(world: World) -> None:
    await world.register(redirect_uris=[REDIRECT, "https://rp.test/other"])
    code = await world.code()
    assert (
        error(await world.exchange(code, redirect_uri="https://rp.test/other")) == "invalid_grant"
    )
    assert error(await world.exchange(code, redirect_uri=None)) == "invalid_grant"


async def test_rfc6749_4_1_3_a_code_belongs_to_its_client(world: World) -> None:
    await world.register()
    await world.register("other")
    code = await world.code()
    assert error(await world.exchange(code, auth=("other", SECRET))) == "invalid_grant"
    assert (await world.exchange(code)).status_code == 200, "a stranger's try burnt nothing"


async def test_rfc7636_4_6_wrong_verifier_is_invalid_grant(world: World) -> None:
    await world.register()
    _, challenge = pkce()
    code = await world.code(code_challenge=challenge, code_challenge_method="S256")
    assert error(await world.exchange(code, code_verifier=pkce()[0])) == "invalid_grant"
    assert error(await world.exchange(code)) == "invalid_grant"


async def test_rfc9700_4_8_a_verifier_without_challenge_is_refused(world: World) -> None:
    await world.register()
    code = await world.code()
    assert error(await world.exchange(code, code_verifier=pkce()[0])) == "invalid_request"


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ({"code": "x"}, "invalid_request"),
        ({"grant_type": "password", "username": "a", "password": "b"}, "unsupported_grant_type"),
        ({"grant_type": "authorization_code"}, "invalid_request"),
        ({"grant_type": "authorization_code", "code": "nonsense"}, "invalid_grant"),
        ({"grant_type": "authorization_code", "code": "<script>'\";--"}, "invalid_grant"),
        ({"grant_type": "refresh_token"}, "invalid_request"),
        ({"grant_type": "refresh_token", "refresh_token": "nonsense"}, "invalid_grant"),
        ({"grant_type": "client_credentials"}, "unauthorized_client"),
        ({"grant_type": "authorization_code", "code": "a\x00b"}, "invalid_request"),
    ],
)
async def test_rfc6749_5_2_bad_requests_have_their_error(
    world: World, form: dict[str, str], expected: str
) -> None:
    await world.register()
    response = await world.http.post("/token", data=form, auth=("demo-web", SECRET))
    assert (response.status_code, error(response)) == (400, expected)


async def test_rfc6749_3_2_a_repeated_parameter_is_refused(world: World) -> None:
    await world.register()
    response = await world.http.post(
        "/token",
        content="grant_type=refresh_token&grant_type=refresh_token",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert error(response) == "invalid_request"


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", ""])
async def test_rfc6749_4_1_3_only_forms_are_read(world: World, content_type: str) -> None:
    response = await world.http.post(
        "/token", content=b'{"grant_type": "x"}', headers={"Content-Type": content_type}
    )
    assert error(response) == "invalid_request"


async def test_rfc6749_3_2_get_is_not_allowed(world: World) -> None:
    assert (await world.http.get("/token")).status_code == 405


async def test_an_oversize_body_is_413(world: World) -> None:
    response = await world.http.post("/token", data={"code": "x" * 1_100_000})
    assert response.status_code == 413


@pytest.mark.parametrize("auth", [("demo-web", "wrong"), ("nobody", SECRET), ("demo-web", "")])
async def test_rfc6749_5_2_bad_credentials_are_one_answer(
    world: World, auth: tuple[str, str]
) -> None:
    await world.register()
    response = await world.exchange("any", auth=auth)
    assert (response.status_code, error(response)) == (401, "invalid_client")
    assert response.headers["www-authenticate"].startswith("Basic")


async def test_rfc6749_2_3_another_method_than_registered_is_refused(world: World) -> None:
    await world.register()
    response = await world.exchange("x", auth=None, client_id="demo-web", client_secret=SECRET)
    assert (response.status_code, error(response)) == (401, "invalid_client")


async def test_rfc6749_2_3_two_methods_at_once_are_refused(world: World) -> None:
    await world.register()
    response = await world.exchange("x", client_id="demo-web", client_secret=SECRET)
    assert error(response) == "invalid_request"


@pytest.mark.parametrize("header", ["Basic !!!", "Basic", "Basic " + "QQ==", "Basic 77+9"])
async def test_rfc7617_2_a_broken_basic_header_is_invalid_client(world: World, header: str) -> None:
    response = await world.http.post(
        "/token", data={"grant_type": "x"}, headers={"Authorization": header}
    )
    assert (response.status_code, error(response)) == (401, "invalid_client")


async def test_rfc6749_2_3_1_basic_credentials_are_form_urlencoded(world: World) -> None:
    secret = "a b+c%/:" + "é" * 30
    await world.register("odd:id", client_secret=secret)
    from urllib.parse import quote_plus

    code = await world.code("odd:id")
    response = await world.exchange(code, auth=(quote_plus("odd:id"), quote_plus(secret)))
    assert response.status_code == 200, response.text


async def test_rfc6749_6_refresh_rotates_and_keeps_auth_time_without_nonce(world: World) -> None:
    await world.register()
    first = await world.tokens(nonce="once")
    world.clock.advance(timedelta(minutes=4))
    response = await world.refresh(first["refresh_token"])
    assert response.status_code == 200, response.text
    second = response.json()
    assert second["refresh_token"] != first["refresh_token"]
    before = python_jose.get_unverified_claims(first["id_token"])
    after = python_jose.get_unverified_claims(second["id_token"])
    assert after["auth_time"] == before["auth_time"]
    assert (after["sub"], after["sid"]) == (before["sub"], before["sid"])
    assert "nonce" not in after
    assert after["iat"] == before["iat"] + 240


async def test_rfc6749_6_scope_can_shrink_but_not_grow(world: World) -> None:
    await world.register()
    token = (await world.tokens(scope="openid email"))["refresh_token"]
    assert error(await world.refresh(token, scope="openid phone")) == "invalid_scope"
    narrowed = (await world.refresh(token, scope="openid")).json()
    assert narrowed["scope"] == "openid"
    assert "email" not in (await world.userinfo(narrowed["access_token"])).json()
    widened = (await world.refresh(narrowed["refresh_token"])).json()
    assert widened["scope"] == "openid email"


async def test_a_family_ends_with_its_session_at_the_latest(world: World) -> None:
    await world.register()
    token = (await world.tokens())["refresh_token"]
    world.clock.advance(timedelta(hours=8))
    assert error(await world.refresh(token)) == "invalid_grant"


async def test_rfc6749_6_a_client_without_the_grant_gets_no_refresh_token(world: World) -> None:
    await world.register(grant_types=["authorization_code"])
    assert "refresh_token" not in await world.tokens()


async def test_rfc6749_4_4_client_credentials_give_a_token_without_a_person(world: World) -> None:
    await world.register(grant_types=["client_credentials"], redirect_uris=[], scope="openid x")
    response = await world.http.post(
        "/token",
        data={"grant_type": "client_credentials", "scope": "x y"},
        auth=("demo-web", SECRET),
    )
    assert response.status_code == 200, response.text
    body = response.json()
    assert body["scope"] == "x"
    assert not {"id_token", "refresh_token"} & body.keys()
    assert (await world.userinfo(body["access_token"])).status_code == 401
    assert (await world.introspect(body["access_token"]))["active"]


async def test_core_5_5_claims_asked_in_the_id_token_are_there_and_nowhere_else(
    world: World,
) -> None:
    await world.register()
    tokens = await world.tokens(
        claims='{"id_token": {"given_name": {"essential": true}}, "userinfo": {"birthdate": null}}'
    )
    assert python_jose.get_unverified_claims(tokens["id_token"])["given_name"] == "Alba"
    claims = (await world.userinfo(tokens["access_token"])).json()
    assert claims["birthdate"] == "1990-05-17"
    assert not {"given_name", "unasked"} & claims.keys()


async def test_core_5_5_1_a_registry_that_is_down_does_not_stop_a_login(world: World) -> None:
    await world.register()
    world.peer.claims_status = 503
    tokens = await world.tokens(scope="openid email", claims='{"id_token": {"name": null}}')
    assert "name" not in python_jose.get_unverified_claims(tokens["id_token"])
    response = await world.userinfo(tokens["access_token"])
    assert response.status_code == 503
    assert response.headers["retry-after"]


async def test_rfc9068_2_2_our_own_apis_get_a_jwt_with_the_subject_itself(world: World) -> None:
    await world.register("portal", first_party=True, audiences=["clavis-registry"])
    subject = new_id()
    tokens = await world.tokens("portal", subject_id=subject)
    header = python_jose.get_unverified_header(tokens["access_token"])
    claims = python_jose.get_unverified_claims(tokens["access_token"])
    assert (header["typ"], header["alg"]) == ("at+jwt", "ES256")
    assert claims["sub"] == subject
    assert "clavis-registry" in claims["aud"]
    assert {"iss", "exp", "iat", "jti", "client_id", "acr", "amr", "auth_time", "sid"} <= set(
        claims
    )
    assert (await world.userinfo(tokens["access_token"])).json()["sub"] == subject
