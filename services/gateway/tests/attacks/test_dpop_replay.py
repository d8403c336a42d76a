"""DPoP proofs that were seen before, or were made for something else (RFC 9449 section 11)."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from typing import Any

import httpx
from clavis_kit.ids import new_id
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from joserfc.jwk import ECKey

from services.gateway.tests.oidc.fapi_client import Fapi
from services.gateway.tests.oidc.gateway_world import ISSUER, World


async def asked(client: Fapi, token: str, proof: str, scheme: str = "DPoP") -> httpx.Response:
    headers = {"Authorization": f"{scheme} {token}", "DPoP": proof}
    return await client.world.http.get("/userinfo", headers=headers)


async def token_of(client: Fapi) -> str:
    response = await client.token(code=await client.code())
    assert response.status_code == 200, response.text
    return str(response.json()["access_token"])


async def test_of_ten_uses_of_one_proof_at_once_one_counts(fapi: Fapi) -> None:
    token = await token_of(fapi)
    proof = fapi.proof("GET", "/userinfo", access_token=token)
    answers = await asyncio.gather(*(asked(fapi, token, proof) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200, *[401] * 9]
    assert (await asked(fapi, token, proof)).status_code == 401


async def test_a_proof_of_one_endpoint_does_not_open_another(world: World, fapi: Fapi) -> None:
    proof = fapi.proof(path="/par")
    response = await fapi.token(code=await fapi.code(), headers={"DPoP": proof})
    assert response.json()["error"] == "invalid_dpop_proof"
    assert world.app is not None


MISFITS: tuple[dict[str, Any], ...] = (
    {"htu": f"{ISSUER}/userinfo/"}, {"htu": f"{ISSUER}/userinfo/../userinfo"},
    {"htu": f"{ISSUER}/%75serinfo"}, {"htu": f"{ISSUER}//userinfo"}, {"htu": "/userinfo"},
    {"htu": "https://evil.test/userinfo"}, {"htu": f"{ISSUER}:444/userinfo"},
    {"htu": "http://gateway.test/userinfo"}, {"htu": "https://gateway.test@evil.test/userinfo"},
    {"htu": f"{ISSUER}.evil.test/userinfo"}, {"htu": [f"{ISSUER}/userinfo"]}, {"htu": None},
    {"htu": "https://["}, {"htm": "POST"}, {"htm": "get"}, {"htm": None}, {"htm": ["GET"]},
    {"ath": None}, {"ath": ""}, {"ath": "A" * 43}, {"ath": ["A"]}, {"jti": None}, {"jti": ""},
    {"jti": 7}, {"jti": "\ud800"}, {"iat": None}, {"iat": "0"}, {"iat": True}, {"iat": -1},
    {"iat": float("nan")}, {"iat": float("inf")}, {"iat": 10**30}, {"nbf": 10**12}, {"exp": 1},
    {"header": {"typ": "JWT"}}, {"header": {"typ": "at+jwt"}}, {"header": {"jwk": None}},
    {"header": {"jwk": {"kty": "oct", "k": "AAAA"}}}, {"header": {"crit": ["x"], "x": 1}},
    {"header": {"alg": "none"}}, {"header": {"alg": "HS256"}},
    {"key": ECKey.generate_key("P-256")},
)  # fmt: skip


def spelled(header: dict[str, Any], claims: dict[str, Any], key: ECKey) -> str:
    """Sign whatever is asked for, also what a library would not."""
    body = ".".join(part(json.dumps(half).encode()) for half in (header, claims))
    digest = key.private_key.sign(body.encode(), ec.ECDSA(hashes.SHA256()))
    r, s = utils.decode_dss_signature(digest)
    return f"{body}.{part(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def part(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def made(client: Fapi, token: str, changes: dict[str, Any]) -> str:
    key: ECKey = changes.get("key", client.dpop_key)
    header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": key.as_dict(private=False)}
    claims = {
        "htm": "GET", "htu": f"{ISSUER}/userinfo", "jti": new_id(),
        "iat": int(client.world.clock.now().timestamp()),
        "ath": part(hashlib.sha256(token.encode()).digest()),
    } | changes  # fmt: skip
    left_out = {"header", "key"} | {name for name, value in claims.items() if value is None}
    given = {name: value for name, value in claims.items() if name not in left_out}
    return spelled(header | changes.get("header", {}), given, key)


async def test_a_proof_that_does_not_fit_opens_nothing(fapi: Fapi) -> None:
    token = await token_of(fapi)
    for changes in MISFITS:
        answer = await asked(fapi, token, made(fapi, token, changes))
        assert answer.status_code == 401, changes
    assert (await asked(fapi, token, made(fapi, token, {}))).status_code == 200


async def test_a_bound_token_opens_nothing_without_a_proof_or_as_bearer(fapi: Fapi) -> None:
    token = await token_of(fapi)
    for headers in (
        {"Authorization": f"DPoP {token}"}, {"Authorization": f"Bearer {token}"},
        {"Authorization": f"Bearer {token}", "DPoP": made(fapi, token, {})},
    ):  # fmt: skip
        answer = await fapi.world.http.get("/userinfo", headers=headers)
        assert answer.status_code == 401
