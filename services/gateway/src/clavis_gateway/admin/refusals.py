"""What was refused to a relying party, in the operator's API."""

from __future__ import annotations

from clavis_kit.errors import ServiceError
from fastapi import APIRouter, Request
from starlette.responses import JSONResponse

from clavis_gateway.admin import versions
from clavis_gateway.admin.access import Operator
from clavis_gateway.admin.relying_parties import PATH
from clavis_gateway.deps import DepsDep
from clavis_gateway.errors import OAuthError
from clavis_gateway.oidc.refusals.reading import page, read_wish
from clavis_gateway.store import refusals as store

router = APIRouter()


@router.get(PATH + "/{client_id}/refusals")
async def list_refusals(
    client_id: str, request: Request, deps: DepsDep, _: Operator
) -> JSONResponse:
    """List refused requests, newest first; filters and pages as at /rp/refusals."""
    await versions.found(deps.pool, client_id)
    try:
        wanted = read_wish(client_id, request.query_params)
    except OAuthError as error:
        raise ServiceError("invalid-request", 422, error.description) from error
    return JSONResponse(page(wanted, await store.read(deps.pool, wanted)))
