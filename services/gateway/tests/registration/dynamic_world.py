"""A client that registers itself."""

from __future__ import annotations

from typing import Any

import httpx
from clavis_gateway.records import Profile
from clavis_gateway.registration import initial_access
from joserfc.jwk import ECKey

from services.gateway.tests.oidc.gateway_world import REDIRECT, World

KEY = ECKey.generate_key("P-256", {"kid": "one"})
METADATA: dict[str, Any] = {
    "redirect_uris": [REDIRECT],
    "client_name": "Se registra sola",
    "grant_types": ["authorization_code", "refresh_token"],
}
FAPI = METADATA | {
    "token_endpoint_auth_method": "private_key_jwt",
    "jwks": {"keys": [KEY.as_dict(private=False)]},
}


async def token(world: World, *, uses: int = 1, profile: Profile = "basic") -> str:
    made = await initial_access.issue(
        world.registrar(), world.deps.pool, label="tests", uses=uses, profile=profile
    )
    return made[1]


def bearer(value: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {value}"}


async def post(world: World, access: str, metadata: Any = METADATA) -> httpx.Response:
    return await world.http.post("/connect/register", json=metadata, headers=bearer(access))


async def registered(world: World, metadata: Any = METADATA) -> dict[str, Any]:
    answer = await post(world, await token(world), metadata)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


def path(client: dict[str, Any]) -> str:
    return f"/connect/register/{client['client_id']}"


async def put(world: World, client: dict[str, Any], **changes: Any) -> httpx.Response:
    sent = {"client_id": client["client_id"], **METADATA} | changes
    access = bearer(client["registration_access_token"])
    return await world.http.put(path(client), json=sent, headers=access)
