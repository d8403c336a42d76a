"""Token introspection (RFC 7662)."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse

from clavis_gateway.deps import Deps, DepsDep
from clavis_gateway.errors import invalid_client, invalid_request
from clavis_gateway.oidc import forms
from clavis_gateway.oidc.bearer import handle_hash
from clavis_gateway.oidc.client_auth import (
    read_credentials,
    require_confidential,
    verify_client,
)
from clavis_gateway.oidc.http import NO_STORE
from clavis_gateway.oidc.tokens import seconds
from clavis_gateway.records import RelyingParty
from clavis_gateway.store import tokens
from clavis_gateway.store.tokens import Held

router = APIRouter()


@router.post("/introspect")
async def introspect(request: Request, deps: DepsDep) -> JSONResponse:
    """Say whether a token lives and what it stands for, to those it concerns."""
    form = await forms.read_unique_form(request)
    credentials = read_credentials(request, form)
    client = await tokens.load_client(deps.pool, credentials.client_id)
    assertion = await verify_client(deps, client, credentials, "/introspect")
    if client is None:
        raise invalid_client("unknown client")
    require_confidential(client)
    if assertion is not None and not await tokens.use_jtis(
        deps.pool, [(assertion.jti_hash, assertion.expires_at)]
    ):
        raise invalid_client("an assertion came twice")
    token = form.get("token")
    if token is None:
        raise invalid_request("The token is missing.")
    held = await tokens.find(deps.pool, await handle_hash(deps, token))
    # Section 2.2: whatever is wrong, the answer is the same.
    if held is None or not held.alive(deps.clock.now()) or not _concerns(client, held):
        return JSONResponse({"active": False}, headers=NO_STORE)
    return JSONResponse(_describe(deps, held), headers=NO_STORE)


# Section 4: a client learns about its own tokens, a resource server about those meant for it.
def _concerns(client: RelyingParty, held: Held) -> bool:
    audience = held.access_token.audience if held.access_token else ()
    return client.client_id == held.client.client_id or client.client_id in audience


def _describe(deps: Deps, held: Held) -> dict[str, Any]:
    token = held.access_token or held.refresh_token
    if token is None:
        return {"active": False}
    issued = held.access_token.issued_at if held.access_token else None
    answer: dict[str, Any] = {
        "active": True,
        "iss": deps.settings.issuer,
        "client_id": held.client.client_id,
        "scope": token.scope,
        "exp": seconds(token.expires_at),
    }
    if issued is not None:
        answer["iat"] = seconds(issued)
        answer["token_type"] = "DPoP" if token.jkt else "Bearer"
    if held.access_token and held.access_token.audience:
        answer["aud"] = list(held.access_token.audience)
    if token.jkt:
        answer["cnf"] = {"jkt": token.jkt}
    if held.grant is not None:
        answer |= {
            "sub": held.grant.sub,
            "acr": held.grant.acr,
            "amr": list(held.grant.amr),
            "auth_time": seconds(held.grant.auth_time),
        }
    return answer
