"""Request objects for the tests: what a client signs, and the ways it sends that."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx

from services.gateway.tests.oidc.fapi_client import Fapi
from services.gateway.tests.oidc.gateway_world import ISSUER, REDIRECT, World, encode

TYP = "oauth-authz-req+jwt"
MINUTE = 60


def claims_of(client: Fapi, **changes: Any) -> dict[str, Any]:
    """Return the claims of a good request object; None removes one."""
    now = int(client.world.clock.now().timestamp())
    claims = {
        "iss": client.client_id, "aud": ISSUER, "client_id": client.client_id,
        "nbf": now, "exp": now + 5 * MINUTE, "response_type": "code", "scope": "openid",
        "redirect_uri": REDIRECT, "state": "inside", "nonce": "n-inside",
        "code_challenge": client.challenge, "code_challenge_method": "S256",
    } | changes  # fmt: skip
    return {name: value for name, value in claims.items() if value is not None}


def signed(client: Fapi, *, header: dict[str, Any] | None = None, **changes: Any) -> str:
    fields = {"alg": client.alg, "typ": TYP, "kid": client.key.thumbprint()} | (header or {})
    fields = {name: value for name, value in fields.items() if value is not None}
    return encode(fields, claims_of(client, **changes), client.key)


def unsigned(client: Fapi, **changes: Any) -> str:
    def part(value: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    return f"{part({'alg': 'none', 'typ': TYP})}.{part(claims_of(client, **changes))}."


async def push(client: Fapi, request: str, **outside: str) -> httpx.Response:
    form = client.auth() | {"client_id": client.client_id, "request": request} | outside
    return await client.world.http.post("/par", data=form)


async def refusal(client: Fapi, request: str) -> str:
    response = await push(client, request)
    assert response.status_code == 400, response.text
    return str(response.json()["error"])


async def basic(world: World, **changes: Any) -> Fapi:
    """Register a confidential client of the basic profile that can sign."""
    client = Fapi(world, "demo-signing")
    public = client.key.as_dict(private=False) | {"kid": client.key.thumbprint()}
    await world.register("demo-signing", jwks={"keys": [public]}, **changes)
    return client


async def by_value(client: Fapi, request: str, **outside: Any) -> httpx.Response:
    query = {"client_id": client.client_id, "request": request} | outside
    return await client.world.http.get("/authorize", params=query)
