"""The userinfo endpoint (OpenID Connect Core 1.0 section 5.3)."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse

from clavis_gateway.deps import DepsDep
from clavis_gateway.oidc import bearer, person_claims
from clavis_gateway.oidc.checks.claims import userinfo_claims
from clavis_gateway.oidc.http import NO_STORE

router = APIRouter()


@router.get("/userinfo")
@router.post("/userinfo")
async def userinfo(request: Request, deps: DepsDep) -> JSONResponse:
    """Return the subject and the claims that were granted, fresh from the registry."""
    presented = await bearer.present(request, deps, "/userinfo")
    grant = presented.grant
    # A refreshed token may carry less than its grant.
    scope = presented.access_token.scope
    if "openid" not in scope.split():
        raise bearer.insufficient_scope("openid")
    names = userinfo_claims(scope, grant.claims)
    claims = await person_claims.collect(
        deps, grant, dict.fromkeys([*names, "acr"]), presented.enrolment_level
    )
    # Section 5.3.2: sub is always there and is that of the ID token.
    return JSONResponse({**claims, "sub": grant.sub}, headers=NO_STORE)
