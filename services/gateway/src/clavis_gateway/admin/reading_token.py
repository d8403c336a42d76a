"""The token with which a technical contact reads the refusal log, in the operator's API."""

from __future__ import annotations

from typing import Any

from clavis_kit.errors import ServiceError
from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from clavis_gateway.admin import versions
from clavis_gateway.admin.access import Operator, RegistrarDep
from clavis_gateway.admin.bodies import ReadingTokenWish
from clavis_gateway.admin.relying_parties import PATH
from clavis_gateway.deps import DepsDep
from clavis_gateway.oidc.http import NO_STORE
from clavis_gateway.registration import reading_token
from clavis_gateway.store import reading_tokens
from clavis_gateway.store.reading_tokens import ReadingToken

router = APIRouter(prefix=PATH + "/{client_id}/reading-token")


@router.get("")
async def get_reading_token(client_id: str, deps: DepsDep, _: Operator) -> JSONResponse:
    """Tell who made the reading token and until when it holds; never the token."""
    await versions.found(deps.pool, client_id)
    token = await reading_tokens.find(deps.pool, client_id)
    if token is None:
        raise _none()
    return JSONResponse(_told(token))


@router.post("", status_code=201)
async def issue_reading_token(
    client_id: str, wish: ReadingTokenWish, deps: DepsDep, registrar: RegistrarDep
) -> JSONResponse:
    """Make a reading token in place of the one before and return it, once."""
    found = await versions.found(deps.pool, client_id)
    try:
        token, secret = await reading_token.issue(registrar, deps.pool, found, wish.life)
    except ValueError as error:
        raise ServiceError("registration-refused", 422, str(error)) from error
    return JSONResponse(_told(token) | {"reading_token": secret}, 201, NO_STORE)


@router.delete("", status_code=204)
async def revoke_reading_token(client_id: str, deps: DepsDep, registrar: RegistrarDep) -> Response:
    """End the reading token now."""
    await versions.found(deps.pool, client_id)
    if not await reading_token.revoke(registrar, deps.pool, client_id):
        raise _none()
    return Response(status_code=204)


def _none() -> ServiceError:
    return ServiceError("reading-token-not-found", 404)


def _told(token: ReadingToken) -> dict[str, Any]:
    return {
        "client_id": token.client_id,
        "created_at": token.created_at.isoformat(),
        "created_by": token.created_by,
        "expires_at": token.expires_at.isoformat(),
    }
