"""What the tests of the operator's API send."""

from __future__ import annotations

from typing import Any

import httpx

from services.gateway.tests.oidc.gateway_world import REDIRECT

RELYING_PARTIES = "/admin/v1/relying-parties"
TOKENS = "/admin/v1/initial-access-tokens"
DESCRIPTION: dict[str, Any] = {
    "profile": "basic",
    "redirect_uris": [REDIRECT],
    "client_name": "Padrón",
    "contacts": ["tecnica@padron.example"],
    "claim_purposes": {"email": {"es": "Para avisarle."}},
}
INSIDE = "http://gateway.internal:8400"


async def made(admin: httpx.AsyncClient, client_id: str = "padron", **changes: Any) -> Any:
    answer = await admin.put(f"{RELYING_PARTIES}/{client_id}", json=DESCRIPTION | changes)
    assert answer.status_code == 201, answer.text
    return answer.json() | {"etag": answer.headers["etag"]}


def match(etag: str) -> dict[str, str]:
    return {"If-Match": etag}
