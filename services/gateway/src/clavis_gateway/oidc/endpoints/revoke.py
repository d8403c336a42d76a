"""Token revocation (RFC 7009)."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from clavis_gateway.deps import Deps, DepsDep
from clavis_gateway.errors import invalid_client, invalid_request
from clavis_gateway.oidc import forms
from clavis_gateway.oidc.bearer import handle_hash
from clavis_gateway.oidc.client_auth import read_credentials, verify_client
from clavis_gateway.oidc.http import NO_STORE
from clavis_gateway.records import RelyingParty
from clavis_gateway.store import grants, tokens
from clavis_gateway.store.tokens import Held

router = APIRouter()


@router.post("/revoke")
async def revoke(request: Request, deps: DepsDep) -> Response:
    """End a token of the asking client; unknown ones need no ending (section 2.2)."""
    form = await forms.read_unique_form(request)
    credentials = read_credentials(request, form)
    token = form.get("token")
    digest = await handle_hash(deps, token) if token else None
    client, held = await tokens.find_for(deps.pool, credentials.client_id, digest)
    assertion = await verify_client(deps, client, credentials, "/revoke")
    if client is None:
        raise invalid_client("unknown client")
    if assertion is not None and not await tokens.use_jtis(
        deps.pool, [(assertion.jti_hash, assertion.expires_at)]
    ):
        raise invalid_client("an assertion came twice", rule="assertion_replayed")
    if token is None:
        raise invalid_request("The token is missing.", rule="token_missing")
    await _end(deps, client, held)
    return Response(status_code=200, headers=NO_STORE)


# Section 2.1: ending a refresh token ends everything under the same grant; ending an access token
# ends that one. A token_type_hint changes nothing, because both kinds are looked up at once.
async def _end(deps: Deps, client: RelyingParty, held: Held | None) -> None:
    if held is None or held.client.client_id != client.client_id:
        return
    now = deps.clock.now()
    if held.access_token is not None:
        await tokens.revoke_access_token(deps.pool, held.access_token.handle_hash, now)
    elif held.grant is not None:
        await grants.revoke_grant(deps.pool, held.grant.grant_id, "revoked_by_client", now)
