"""Algorithm confusion (RFC 8725 sections 2.1 and 3.1): keys mean what they were registered for.

Request objects have their own file; here assertions, hints, proofs and access tokens.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any

from joserfc.jwk import ECKey, RSAKey

from services.gateway.tests.oidc.fapi_client import Fapi
from services.gateway.tests.oidc.gateway_world import ISSUER, World, encode, location, page_code


def part(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def forged(header: dict[str, Any], claims: dict[str, Any], secret: bytes | None) -> str:
    """Sign with a secret (HS256 by whatever name), or not at all."""
    body = f"{part(json.dumps(header).encode())}.{part(json.dumps(claims).encode())}"
    mac = hmac.new(secret, body.encode(), hashlib.sha256).digest() if secret is not None else b""
    return f"{body}.{part(mac)}"


def forgeries(
    key: ECKey, claims: dict[str, Any], typ: str, kid: str | None = None
) -> Iterator[str]:
    """Yield tokens that anybody can make who knows the public key."""
    public = key.as_dict(private=False)
    named = {"typ": typ} | ({"kid": kid} if kid else {})
    for alg in ("none", "None", "", "HS256", "ES256", "RS256", "PS256", "HS384"):
        yield forged(named | {"alg": alg}, claims, None)
        for secret in (key.as_pem(private=False), json.dumps(public).encode(), b""):
            yield forged(named | {"alg": alg}, claims, secret)
    stranger = ECKey.generate_key("P-256")
    mine = stranger.as_dict(private=False)
    for header in ({"jwk": mine}, {"jku": "https://evil.test/jwks"}, {"x5c": ["AAAA"]}, {}):
        yield encode(named | {"alg": "ES256"} | header, claims, stranger)
    rsa = RSAKey.generate_key(2048)
    for alg in ("RS256", "PS256"):
        yield encode(named | {"alg": alg}, claims, rsa)


async def test_client_assertions(fapi: Fapi) -> None:
    now = int(fapi.world.clock.now().timestamp())
    claims = {"iss": fapi.client_id, "sub": fapi.client_id, "aud": ISSUER, "iat": now,
              "exp": now + 60, "jti": "forged"}  # fmt: skip
    for token in forgeries(fapi.key, claims, "JWT", fapi.key.thumbprint()):
        form = fapi.auth() | {"client_assertion": token, "token": "x"}
        answer = await fapi.world.http.post("/introspect", data=form)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client"), token
    good = await fapi.world.http.post("/introspect", data=fapi.auth() | {"token": "x"})
    assert good.json() == {"active": False}


async def keys_of(world: World) -> list[ECKey]:
    return [ECKey.import_key(key) for key in (await world.jwks())["keys"] if key["kty"] == "EC"]


async def test_id_token_hints(world: World) -> None:
    await world.register()
    claims = {"iss": ISSUER, "sub": "somebody", "aud": "demo-web",
              "exp": int(world.clock.now().timestamp()) + 60}  # fmt: skip
    for key in await keys_of(world):
        for token in forgeries(key, claims, "JWT", str(key.kid)):
            answer = location(await world.authorize(id_token_hint=token, prompt="none"))
            assert answer["error"] == "invalid_request", token
        for token in list(forgeries(key, claims, "JWT", str(key.kid)))[:8]:
            page = await world.http.get("/logout", params={"id_token_hint": token})
            assert page_code(page) == "bad_logout_request"


async def test_access_tokens(world: World) -> None:
    await world.register()
    claims = {"iss": ISSUER, "sub": "somebody", "aud": ISSUER, "client_id": "demo-web",
              "scope": "openid", "jti": "x", "iat": 1, "exp": 10**10}  # fmt: skip
    for key in await keys_of(world):
        for token in forgeries(key, claims, "at+jwt", str(key.kid)):
            assert (await world.userinfo(token)).status_code == 401
            assert (await world.introspect(token)) == {"active": False}
        break


async def test_dpop_proofs(fapi: Fapi) -> None:
    now = int(fapi.world.clock.now().timestamp())
    public = fapi.dpop_key.as_dict(private=False)
    claims = {"htm": "POST", "htu": f"{ISSUER}/token", "iat": now, "jti": "x"}
    symmetric = {"kty": "oct", "k": part(b"known to all")}
    for header, secret in (
        ({"alg": "none", "jwk": public}, None), ({"alg": "HS256", "jwk": public}, b""),
        ({"alg": "HS256", "jwk": public}, fapi.dpop_key.as_pem(private=False)),
        ({"alg": "HS256", "jwk": symmetric}, b"known to all"),
        ({"alg": "ES256", "jwk": symmetric}, b"known to all"),
        ({"alg": "ES256", "jwk": public}, None), ({"alg": "RS256", "jwk": public}, None),
        ({"alg": "ES256", "jwk": fapi.dpop_key.as_dict(private=True)}, None),
    ):  # fmt: skip
        proof = forged({"typ": "dpop+jwt"} | header, claims, secret)
        answer = await fapi.token(grant_type="client_credentials", headers={"DPoP": proof})
        assert answer.json()["error"] == "invalid_dpop_proof", header


async def test_one_kind_of_token_is_none_of_another(world: World) -> None:
    # RFC 8725 section 3.11: all are signed by us, each is what its typ says.
    await world.register(audiences=["api"])
    tokens = await world.tokens()
    assert tokens["access_token"].count(".") == 2
    assert (await world.userinfo(tokens["id_token"])).status_code == 401
    hinted = await world.authorize(id_token_hint=tokens["access_token"], prompt="none")
    assert location(hinted)["error"] == "invalid_request"
    page = await world.http.get("/logout", params={"id_token_hint": tokens["access_token"]})
    assert page_code(page) == "bad_logout_request"
