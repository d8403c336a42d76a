"""Token introspection (RFC 7662), also as a signed and encrypted JWT (RFC 9701)."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from clavis_gateway.deps import Deps, DepsDep
from clavis_gateway.errors import invalid_client, invalid_request
from clavis_gateway.oidc import encryption, forms
from clavis_gateway.oidc.bearer import handle_hash
from clavis_gateway.oidc.client_auth import (
    read_credentials,
    require_confidential,
    verify_client,
)
from clavis_gateway.oidc.http import NO_STORE
from clavis_gateway.oidc.tokens import confirmation, seconds
from clavis_gateway.records import AccessToken, Grant, RelyingParty
from clavis_gateway.store import tokens
from clavis_gateway.store.tokens import Held

router = APIRouter()
SIGNED = "application/token-introspection+jwt"


@router.post("/introspect")
async def introspect(request: Request, deps: DepsDep) -> Response:
    """Say whether a token lives and what it stands for, to those it concerns."""
    form = await forms.read_unique_form(request)
    credentials = read_credentials(request, form)
    token = form.get("token")
    digest = await handle_hash(deps, token) if token else None
    client, held = await tokens.find_for(deps.pool, credentials.client_id, digest)
    assertion = await verify_client(deps, client, credentials, "/introspect")
    if client is None:
        raise invalid_client("unknown client")
    require_confidential(client)
    if assertion is not None and not await tokens.use_jtis(
        deps.pool, [(assertion.jti_hash, assertion.expires_at)]
    ):
        raise invalid_client("an assertion came twice", rule="assertion_replayed")
    if token is None:
        raise invalid_request("The token is missing.", rule="token_missing")
    return await _answer(request, deps, client, _describe(deps, client, held))


# RFC 7662 section 2.2: whatever is wrong, the answer is the same.
def _describe(deps: Deps, client: RelyingParty, held: Held | None) -> dict[str, Any]:
    if held is None or not held.alive(deps.clock.now()) or not _concerns(client, held):
        return {"active": False}
    token = held.access_token or held.refresh_token
    if token is None:
        return {"active": False}
    answer: dict[str, Any] = {
        "active": True,
        "iss": deps.settings.issuer,
        "client_id": held.client.client_id,
        "scope": token.scope,
        "exp": seconds(token.expires_at),
    }
    if held.access_token is not None:
        answer |= _of_access(held.access_token)
    bound = confirmation(token)
    if bound:
        answer["cnf"] = bound
    if held.grant is not None:
        answer |= _of_person(held.grant)
    return answer


# RFC 7662 section 4: a client learns about its own tokens, a resource server about those meant
# for it; it is registered under its resource identifier.
def _concerns(client: RelyingParty, held: Held) -> bool:
    audience = held.access_token.audience if held.access_token else ()
    return client.client_id == held.client.client_id or client.client_id in audience


# RFC 9396 section 9.2: authorization details as the token holds them.
def _of_access(token: AccessToken) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "iat": seconds(token.issued_at),
        "token_type": "DPoP" if token.jkt else "Bearer",
    }
    if token.audience:
        answer["aud"] = list(token.audience)
    if token.authorization_details:
        answer["authorization_details"] = list(token.authorization_details)
    return answer


# RFC 9470 section 6.2: what a resource server needs to demand a better authentication.
def _of_person(grant: Grant) -> dict[str, Any]:
    return {
        "sub": grant.sub,
        "acr": grant.acr,
        "amr": list(grant.amr),
        "auth_time": seconds(grant.auth_time),
    }


# RFC 9701 sections 4 and 5: who asks for a JWT gets one, signed, addressed, and encrypted if it
# registered so.
async def _answer(
    request: Request, deps: Deps, client: RelyingParty, described: dict[str, Any]
) -> Response:
    if not wants_jwt(request.headers.get("accept", "")):
        return JSONResponse(described, headers=NO_STORE)
    claims = {
        "iss": deps.settings.issuer,
        "aud": client.client_id,
        "iat": seconds(deps.clock.now()),
        "token_introspection": described,
    }
    token = await encryption.signed(
        deps, client, "introspection", claims, "token-introspection+jwt"
    )
    return Response(token, media_type=SIGNED, headers=NO_STORE)


# RFC 9110 section 12.5.1: a range with a quality of zero is not acceptable.
def wants_jwt(accept: str) -> bool:
    """Say whether an Accept header names the JWT form."""
    for item in accept.lower().split(","):
        media, *parameters = (part.strip().replace(" ", "") for part in item.split(";"))
        if media == SIGNED:
            return not any(part in {"q=0", "q=0.0", "q=0.00", "q=0.000"} for part in parameters)
    return False
