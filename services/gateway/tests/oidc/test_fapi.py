"""The strict profile: PAR, private_key_jwt, DPoP (FAPI 2.0 Security Profile)."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from clavis_kit.ids import new_id
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from services.gateway.tests.oidc.fapi_client import Fapi
from services.gateway.tests.oidc.gateway_world import ISSUER, REDIRECT, World, location, page_code


@pytest_asyncio.fixture
async def fapi(world: World) -> Fapi:
    client = Fapi(world)
    await client.register()
    return client


def error(response: Any) -> str:
    return str(response.json()["error"])


async def test_5_3_the_whole_flow(world: World, fapi: Fapi) -> None:
    code = await fapi.code(nonce="n1")
    response = await fapi.token(code=code)
    assert response.status_code == 200, response.text
    body = response.json()
    assert body["token_type"] == "DPoP"
    claims = jwt.decode(
        body["id_token"], ECKey.import_key(_es256(await world.jwks())), algorithms=["ES256"]
    ).claims
    assert (claims["aud"], claims["nonce"]) == ("demo-fapi", "n1")
    token = body["access_token"]
    headers = {
        "Authorization": f"DPoP {token}",
        "DPoP": fapi.proof("GET", "/userinfo", access_token=token),
    }
    assert (await world.http.get("/userinfo", headers=headers)).json()["sub"] == claims["sub"]
    again = await world.http.get("/userinfo", headers=headers)
    assert (again.status_code, error(again)) == (401, "invalid_dpop_proof"), "proofs are used once"


def _es256(jwks: dict[str, Any]) -> dict[str, Any]:
    return next(key for key in jwks["keys"] if key["alg"] == "ES256")


async def test_rfc9449_7_1_a_bound_token_needs_its_key(world: World, fapi: Fapi) -> None:
    token = (await fapi.token(code=await fapi.code())).json()["access_token"]
    other = ECKey.generate_key("P-256")
    attempts = [
        {"Authorization": f"Bearer {token}"},
        {"Authorization": f"DPoP {token}"},
        {"Authorization": f"DPoP {token}", "DPoP": fapi.proof("GET", "/userinfo")},
        {
            "Authorization": f"DPoP {token}",
            "DPoP": fapi.proof("GET", "/userinfo", access_token=token, key=other),
        },
        {
            "Authorization": f"DPoP {token}",
            "DPoP": fapi.proof("POST", "/userinfo", access_token=token),
        },
    ]
    for headers in attempts:
        response = await world.http.get("/userinfo", headers=headers)
        assert response.status_code in {400, 401}, headers
        assert "sub" not in response.json()


async def test_5_3_2_2_a_plain_request_is_refused(world: World, fapi: Fapi) -> None:
    response = await world.authorize(
        "demo-fapi", code_challenge=fapi.challenge, code_challenge_method="S256"
    )
    assert location(response)["error"] == "invalid_request"


async def test_rfc9126_4_a_request_uri_belongs_to_its_client(world: World, fapi: Fapi) -> None:
    await world.register()
    request_uri = await fapi.pushed()
    response = await world.http.get(f"/authorize?client_id=demo-web&request_uri={request_uri}")
    assert page_code(response) == "invalid_request_uri"


async def test_rfc9126_4_it_expires(world: World, fapi: Fapi) -> None:
    request_uri = await fapi.pushed()
    world.clock.advance(timedelta(seconds=60))
    assert page_code(await fapi.start(request_uri)) == "request_expired"


async def test_rfc9126_4_it_survives_a_reload_and_is_used_once(world: World, fapi: Fapi) -> None:
    request_uri = await fapi.pushed()
    first, reloaded = await fapi.start(request_uri), await fapi.start(request_uri)
    assert (await world.complete(reloaded, new_id())).error is None
    assert page_code(await fapi.start(request_uri)) == "request_expired"
    assert (await world.complete(first, new_id())).error == "invalid_request"


async def test_rfc9126_4_of_ten_logins_at_once_one_uses_it(world: World, fapi: Fapi) -> None:
    request_uri = await fapi.pushed()
    opened = [await fapi.start(request_uri) for _ in range(10)]
    answers = await asyncio.gather(*(world.complete(page, new_id()) for page in opened))
    assert sorted(str(answer.error) for answer in answers) == ["None"] + ["invalid_request"] * 9


async def test_rfc9126_4_what_was_pushed_wins_over_the_query(world: World, fapi: Fapi) -> None:
    request_uri = await fapi.pushed(state="inside")
    response = await world.http.get(
        f"/authorize?client_id=demo-fapi&request_uri={request_uri}&state=outside&prompt=none"
    )
    target = await world.complete(response, new_id())
    assert target.params["state"] == "inside"


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"redirect_uri": None}, "invalid_request"),
        ({"redirect_uri": "https://evil.test/"}, "invalid_request"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"request_uri": "urn:ietf:params:oauth:request_uri:x"}, "invalid_request"),
        ({"request": "x.y.z"}, "invalid_request_object"),
        ({"dpop_jkt": "x" * 43}, None),
    ],
)
async def test_rfc9126_2_3_the_checks_are_those_of_the_endpoint(
    fapi: Fapi, params: dict[str, Any], expected: str | None
) -> None:
    response = await fapi.push(**params)
    if expected is None:
        assert response.status_code == 201
    else:
        assert (response.status_code, error(response)) == (400, expected)


async def test_rfc9126_2_only_post(world: World) -> None:
    assert (await world.http.get("/par")).status_code == 405


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": [ISSUER]},
        {"aud": ISSUER + "/token"},
        {"aud": ISSUER + "/par"},
        {"aud": "https://other.test"},
        {"sub": None},
        {"iss": "other"},
        {"jti": None},
        {"exp": None},
        {"exp": 1},
    ],
)
async def test_rfc7523_3_a_bad_assertion_is_invalid_client(
    fapi: Fapi, changes: dict[str, Any]
) -> None:
    response = await fapi.push(client_assertion=fapi.assertion(**changes))
    assert (response.status_code, error(response)) == (401, "invalid_client")


@pytest.mark.parametrize(("seconds", "status"), [(8, 201), (90, 401)])
async def test_5_3_2_1_clocks_may_differ_a_little(fapi: Fapi, seconds: int, status: int) -> None:
    now = int(fapi.world.clock.now().timestamp())
    assertion = fapi.assertion(iat=now + seconds, nbf=now + seconds, exp=now + 200)
    assert (await fapi.push(client_assertion=assertion)).status_code == status


async def test_5_4_1_rs256_is_refused(world: World) -> None:
    client = Fapi(world)
    client.key = RSAKey.generate_key(2048)  # type: ignore[assignment]
    client.alg = "RS256"
    await client.register()
    response = await client.push()
    assert (response.status_code, error(response)) == (401, "invalid_client")


async def test_rfc7523_3_an_assertion_counts_once(fapi: Fapi) -> None:
    assertion = fapi.assertion()
    answers = await asyncio.gather(*(fapi.push(client_assertion=assertion) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [201] + [401] * 9


async def test_rfc7523_3_it_counts_once_at_the_token_endpoint_too(fapi: Fapi) -> None:
    code, assertion = await fapi.code(), fapi.assertion()
    first = await fapi.token(code="wrong", client_assertion=assertion)
    assert error(first) == "invalid_grant"
    answers = await asyncio.gather(
        *(fapi.token(code=code, client_assertion=assertion) for _ in range(5))
    )
    assert min(answer.status_code for answer in answers) == 200
    assert sum(answer.status_code == 200 for answer in answers) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"htm": "GET"},
        {"path": "/userinfo"},
        {"jti": None},
        {"iat": None},
        {"iat": 1},
        {"iat": True},
        {"exp": 1},
        {"nbf": 99999999999},
        {"header": {"typ": "JWT"}},
        {"header": {"jwk": {"kty": "oct", "k": "AAAA"}}},
    ],
)
async def test_rfc9449_4_3_a_bad_proof_is_refused(fapi: Fapi, changes: dict[str, Any]) -> None:
    code = await fapi.code()
    response = await fapi.token({"DPoP": fapi.proof(**changes)}, code=code)
    assert (response.status_code, error(response)) == (400, "invalid_dpop_proof")
    assert (await fapi.token(code=code)).status_code == 200, "the code is not burnt by it"


async def test_rfc9449_4_3_a_private_key_in_the_header_is_refused(fapi: Fapi) -> None:
    header = {"jwk": fapi.dpop_key.as_dict(private=True)}
    response = await fapi.token({"DPoP": fapi.proof(header=header)}, code=await fapi.code())
    assert error(response) == "invalid_dpop_proof"


async def test_rfc9449_5_a_proof_is_required_and_used_once(fapi: Fapi) -> None:
    code = await fapi.code()
    assert error(await fapi.token({}, code=code)) == "invalid_dpop_proof"
    proof = {"DPoP": fapi.proof()}
    first = await fapi.token(proof, code=code)
    assert first.status_code == 200
    second = await fapi.token(proof, code=await fapi.code())
    assert second.status_code in {400, 401}


@pytest.mark.parametrize("seconds", [-10, 10])
async def test_rfc9449_11_1_ten_seconds_either_way_are_fine(fapi: Fapi, seconds: int) -> None:
    issued = int(fapi.world.clock.now().timestamp()) + seconds
    response = await fapi.token({"DPoP": fapi.proof(iat=issued)}, code=await fapi.code())
    assert response.status_code == 200, response.text


async def test_rfc9449_10_a_code_bound_to_a_key_needs_that_key(fapi: Fapi) -> None:
    code = await fapi.code(dpop_jkt=ECKey.generate_key("P-256").thumbprint())
    assert error(await fapi.token(code=code)) == "invalid_grant"
    code = await fapi.code(dpop_jkt=fapi.dpop_key.thumbprint())
    assert (await fapi.token(code=code)).status_code == 200


async def test_rfc9449_10_1_a_proof_at_par_binds_the_code(world: World, fapi: Fapi) -> None:
    form = {
        "response_type": "code", "scope": "openid", "redirect_uri": REDIRECT,
        "code_challenge": fapi.challenge, "code_challenge_method": "S256", "prompt": "login",
    } | fapi.auth()  # fmt: skip
    headers = {"DPoP": fapi.proof(path="/par")}
    pushed = (await world.http.post("/par", data=form, headers=headers)).json()
    target = await world.complete(await fapi.start(pushed["request_uri"]), new_id())
    other = {"DPoP": fapi.proof(key=ECKey.generate_key("P-256"))}
    assert error(await fapi.token(other, code=target.params["code"])) == "invalid_grant"
    assert (await fapi.token(code=target.params["code"])).status_code == 200


async def test_5_3_2_1_refresh_tokens_are_not_rotated(fapi: Fapi) -> None:
    tokens = (await fapi.token(code=await fapi.code())).json()
    for _ in range(2):
        response = await fapi.token(
            grant_type="refresh_token", refresh_token=tokens["refresh_token"],
            code_verifier=None, redirect_uri=None,
        )  # fmt: skip
        assert response.status_code == 200, response.text
        assert "refresh_token" not in response.json()


async def test_rfc9449_4_2_rfc9864_eddsa_under_both_names(world: World, fapi: Fapi) -> None:
    from joserfc.jwk import OKPKey

    fapi.dpop_key = OKPKey.generate_key("Ed25519")  # type: ignore[assignment]
    header = {"alg": "Ed25519", "typ": "dpop+jwt", "jwk": fapi.dpop_key.as_dict(private=False)}
    claims = {
        "htm": "POST", "htu": ISSUER + "/token", "jti": new_id(),
        "iat": int(world.clock.now().timestamp()),
    }  # fmt: skip
    proof = jwt.encode(header, claims, fapi.dpop_key, algorithms=["Ed25519"])
    response = await fapi.token({"DPoP": proof}, code=await fapi.code())
    assert response.status_code == 200, response.text
