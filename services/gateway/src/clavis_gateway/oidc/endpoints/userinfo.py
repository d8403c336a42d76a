"""The userinfo endpoint (OpenID Connect Core 1.0 section 5.3)."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from clavis_gateway.deps import Deps, DepsDep
from clavis_gateway.oidc import bearer, encryption, person_claims
from clavis_gateway.oidc.checks.claims import userinfo_claims
from clavis_gateway.oidc.http import NO_STORE
from clavis_gateway.records import RelyingParty

router = APIRouter()


@router.get("/userinfo")
@router.post("/userinfo")
async def userinfo(request: Request, deps: DepsDep) -> Response:
    """Return the subject and the claims that were granted, fresh from the registry."""
    presented = await bearer.present(request, deps, "/userinfo")
    grant = presented.grant
    # A refreshed token may carry less than its grant.
    scope = presented.access_token.scope
    if "openid" not in scope.split():
        raise bearer.insufficient_scope("openid", presented.scheme)
    names = userinfo_claims(scope, grant.claims)
    claims = await person_claims.collect(
        deps, grant, dict.fromkeys([*names, "acr"]), presented.enrolment_level
    )
    # Section 5.3.2: sub is always there and is that of the ID token.
    return await _answer(deps, presented.client, {**claims, "sub": grant.sub})


# Section 5.3.2: JSON, unless the client registered to have it signed, encrypted or both; a signed
# answer says who made it and for whom.
async def _answer(deps: Deps, client: RelyingParty, claims: dict[str, Any]) -> Response:
    own = {"iss": deps.settings.issuer, "aud": client.client_id}
    if client.metadata.get("userinfo_signed_response_alg"):
        return _jwt(await encryption.signed(deps, client, "userinfo", {**claims, **own}))
    how = encryption.wanted(client, "userinfo")
    if how is not None:
        return _jwt(await encryption.unsigned(deps, client, how, {**claims, **own}))
    return JSONResponse(claims, headers=NO_STORE)


def _jwt(token: str) -> Response:
    return Response(token, media_type="application/jwt", headers=NO_STORE)
