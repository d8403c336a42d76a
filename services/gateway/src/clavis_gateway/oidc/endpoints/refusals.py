"""A relying party reads what was refused to it, and why."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse

from clavis_gateway.deps import Deps, DepsDep
from clavis_gateway.errors import invalid_client, invalid_request
from clavis_gateway.oidc import forms
from clavis_gateway.oidc.client_auth import read_credentials, require_confidential, verify_client
from clavis_gateway.oidc.forms import Parameters
from clavis_gateway.oidc.http import NO_STORE
from clavis_gateway.oidc.refusals.reading import page, read_wish
from clavis_gateway.store import refusals as store
from clavis_gateway.store import tokens

router = APIRouter()
PATH = "/rp/refusals"


@router.get(PATH)
async def refusals_get(request: Request, deps: DepsDep) -> JSONResponse:
    """Answer a client that authenticates in the header or by certificate."""
    params = forms.noted(request, forms.parse(request.url.query))
    # RFC 6749 section 2.3.1: credentials must not be in the address of a request.
    if params.values.keys() & {"client_secret", "client_assertion"}:
        raise invalid_request("Credentials must not be in the query.", rule="credentials_in_query")
    return await _answer(request, deps, params)


@router.post(PATH)
async def refusals_post(request: Request, deps: DepsDep) -> JSONResponse:
    """Answer a client that authenticates in a form, by assertion or secret."""
    return await _answer(request, deps, await forms.read_unique_form(request))


async def _answer(request: Request, deps: Deps, params: Parameters) -> JSONResponse:
    credentials = read_credentials(request, params)
    client = await tokens.load_client(deps.pool, credentials.client_id)
    assertion = await verify_client(deps, client, credentials, PATH)
    if client is None:
        raise invalid_client("unknown client")
    require_confidential(client)
    if assertion is not None and not await tokens.use_jtis(
        deps.pool, [(assertion.jti_hash, assertion.expires_at)]
    ):
        raise invalid_client("an assertion came twice")
    wanted = read_wish(client.client_id, params.values)
    return JSONResponse(page(wanted, await store.read(deps.pool, wanted)), headers=NO_STORE)
