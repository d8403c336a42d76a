"""Request objects nobody signed, or signed with what everybody knows (RFC 9101 section 10.5).

Times, audiences and the rest are in tests/oidc/test_rfc9101_request_objects.py.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

from joserfc.jwk import ECKey

from services.gateway.tests.oidc.fapi_client import Fapi
from services.gateway.tests.oidc.gateway_world import ISSUER, REDIRECT, encode

TYP = "oauth-authz-req+jwt"


def claims_of(client: Fapi) -> dict[str, Any]:
    now = int(client.world.clock.now().timestamp())
    return {
        "iss": client.client_id, "aud": ISSUER, "client_id": client.client_id, "nbf": now,
        "exp": now + 300, "response_type": "code", "scope": "openid", "redirect_uri": REDIRECT,
        "code_challenge": client.challenge, "code_challenge_method": "S256",
    }  # fmt: skip


def part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def unsigned(client: Fapi, alg: str, signature: str = "") -> str:
    return f"{part({'alg': alg, 'typ': TYP})}.{part(claims_of(client))}.{signature}"


async def pushed(client: Fapi, request: str) -> tuple[int, str]:
    form = client.auth() | {"client_id": client.client_id, "request": request}
    response = await client.world.http.post("/par", data=form)
    return response.status_code, response.json().get("error", "")


REFUSED = (400, "invalid_request_object")


async def test_an_object_that_nobody_signed_is_refused(fapi: Fapi) -> None:
    for alg in ("none", "None", "NONE", "nOnE", ""):
        assert await pushed(fapi, unsigned(fapi, alg)) == REFUSED, alg
        assert await pushed(fapi, unsigned(fapi, alg, "AAAA")) == REFUSED, alg


async def test_an_object_signed_with_the_public_key_as_a_secret_is_refused(fapi: Fapi) -> None:
    public = fapi.key.as_dict(private=False)
    known_to_all = [
        fapi.key.as_pem(private=False),
        json.dumps(public).encode(),
        str(public["x"]).encode(),
        b"",
    ]
    for secret in known_to_all:
        for alg, digest in (("HS256", hashlib.sha256), ("HS512", hashlib.sha512)):
            body = f"{part({'alg': alg, 'typ': TYP})}.{part(claims_of(fapi))}"
            mac = hmac.new(secret, body.encode(), digest).digest()
            signature = base64.urlsafe_b64encode(mac).decode().rstrip("=")
            assert await pushed(fapi, f"{body}.{signature}") == REFUSED


async def test_an_object_that_brings_its_own_key_is_refused(fapi: Fapi) -> None:
    # RFC 8725 section 3.10: keys and addresses in a header are not believed.
    stranger = ECKey.generate_key("P-256")
    public = stranger.as_dict(private=False)
    for header in (
        {"jwk": public}, {"jku": "https://evil.test/jwks"}, {"x5u": "https://evil.test/x"},
        {"kid": fapi.key.thumbprint()}, {"kid": "../../../dev/null"}, {"kid": "' OR '1'='1"},
    ):  # fmt: skip
        fields = {"alg": "ES256", "typ": TYP} | header
        assert await pushed(fapi, encode(fields, claims_of(fapi), stranger)) == REFUSED
    good = {"alg": "ES256", "typ": TYP, "kid": fapi.key.thumbprint()}
    assert (await pushed(fapi, encode(good, claims_of(fapi), fapi.key)))[0] == 201


async def test_a_client_assertion_is_no_request_object_and_neither_way_round(fapi: Fapi) -> None:
    assert await pushed(fapi, fapi.assertion()) == REFUSED
    now = int(fapi.world.clock.now().timestamp())
    both = claims_of(fapi) | {"sub": fapi.client_id, "jti": "1", "iat": now, "exp": now + 60}
    header = {"alg": "ES256", "typ": TYP, "kid": fapi.key.thumbprint()}
    form = {"grant_type": "client_credentials", "client_assertion": encode(header, both, fapi.key)}
    form |= {"client_assertion_type": fapi.auth()["client_assertion_type"]}
    response = await fapi.world.http.post("/token", data=form)
    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")
