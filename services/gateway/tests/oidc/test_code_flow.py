"""The authorization code flow, end to end: OpenID Connect Core 1.0 section 3.1."""

from __future__ import annotations

import hashlib
from typing import Any

from clavis_kit.ids import encode_base64url, new_id
from jose import jwt as python_jose

from services.gateway.tests.oidc.gateway_world import ISSUER, SECRET, World, location, pkce


def decoded(token: str, jwks: dict[str, Any], alg: str, access_token: str) -> dict[str, Any]:
    kid = python_jose.get_unverified_header(token)["kid"]
    key = next(key for key in jwks["keys"] if key["kid"] == kid)
    claims: dict[str, Any] = python_jose.decode(
        token, key, algorithms=[alg], audience="demo-web", issuer=ISSUER,
        access_token=access_token, options={"verify_exp": False},
    )  # fmt: skip
    return claims


async def test_core_3_1_3_7_id_token_is_readable_by_an_independent_library(world: World) -> None:
    await world.register()
    tokens = await world.tokens(nonce="n-0S6", scope="openid email")
    claims = decoded(tokens["id_token"], await world.jwks(), "RS256", tokens["access_token"])
    now = int(world.clock.now().timestamp())
    assert claims["nonce"] == "n-0S6"
    assert claims["auth_time"] == now
    assert claims["iat"] == now
    assert claims["exp"] == now + 300
    assert claims["acr"] == "http://eidas.europa.eu/LoA/low"
    assert claims["amr"] == ["otp", "sms"]
    digest = hashlib.sha256(tokens["access_token"].encode()).digest()
    assert claims["at_hash"] == encode_base64url(digest[:16])
    assert {"sid", "sub"} <= claims.keys()
    assert "email" not in claims


async def test_registration_2_es256_is_used_for_who_registered_it(world: World) -> None:
    await world.register(id_token_signed_response_alg="ES256")
    tokens = await world.tokens()
    assert decoded(tokens["id_token"], await world.jwks(), "ES256", tokens["access_token"])


async def test_rfc9207_2_the_response_names_its_issuer_and_returns_the_state(world: World) -> None:
    await world.register()
    target = await world.complete(await world.authorize(), new_id())
    assert target.params["iss"] == ISSUER
    assert target.params["state"] == "st4te"
    assert f"code={target.params['code']}" in target.url


async def test_core_5_4_userinfo_returns_exactly_the_claims_of_the_scopes(world: World) -> None:
    await world.register()
    tokens = await world.tokens(scope="openid email")
    response = await world.userinfo(tokens["access_token"])
    assert response.status_code == 200
    claims = response.json()
    assert claims.pop("sub")
    assert claims == {
        "email": "alba@example.test",
        "email_verified": True,
        "acr": "http://eidas.europa.eu/LoA/low",
    }
    asked = world.peer.claims_requests[-1]
    assert asked["claims"] == ["email", "email_verified"]
    assert asked["authorization"].startswith("Bearer ")


async def test_rfc7636_4_6_the_right_verifier_redeems_the_code(world: World) -> None:
    await world.register("demo-spa", token_endpoint_auth_method="none", client_secret=None)
    verifier, challenge = pkce()
    code = await world.code("demo-spa", code_challenge=challenge, code_challenge_method="S256")
    response = await world.http.post(
        "/token",
        data={
            "grant_type": "authorization_code", "code": code, "client_id": "demo-spa",
            "redirect_uri": "https://rp.test/callback", "code_verifier": verifier,
        },
    )  # fmt: skip
    assert response.status_code == 200, response.text
    assert response.headers["cache-control"] == "no-store"


async def test_core_3_1_2_3_a_live_session_answers_without_asking_again(world: World) -> None:
    await world.register()
    await world.register("demo-post", token_endpoint_auth_method="client_secret_post")
    subject = new_id()
    first = await world.tokens(subject_id=subject)
    answer = location(await world.authorize("demo-post", prompt="none"))
    response = await world.exchange(
        answer["code"], auth=None, client_id="demo-post", client_secret=SECRET
    )
    assert response.status_code == 200, response.text
    one = decoded(first["id_token"], await world.jwks(), "RS256", first["access_token"])
    body = response.json()
    again = python_jose.get_unverified_claims(body["id_token"])
    assert again["auth_time"] == one["auth_time"]
    assert again["sub"] == one["sub"], "both live in the sector rp.test"
    assert again["sid"] != one["sid"], "two clients cannot join their sessions"


async def test_core_8_1_two_sectors_know_two_subjects(world: World) -> None:
    await world.register()
    await world.register("other", redirect_uris=["https://other.test/cb"])
    subject = new_id()
    first = await world.tokens(subject_id=subject)
    response = await world.authorize("other", redirect_uri="https://other.test/cb")
    code = response.headers["location"].partition("code=")[2].partition("&")[0]
    second = await world.exchange(
        code, auth=("other", SECRET), redirect_uri="https://other.test/cb"
    )
    subs = [python_jose.get_unverified_claims(t)["sub"]
            for t in (first["id_token"], second.json()["id_token"])]  # fmt: skip
    assert len({*subs, subject}) == 3
