"""Testers of a relying party, and initial access tokens, in the operator's API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from clavis_kit.errors import ServiceError
from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from clavis_gateway.admin import versions
from clavis_gateway.admin.access import Operator, RegistrarDep
from clavis_gateway.admin.bodies import TesterName, TokenWish
from clavis_gateway.admin.relying_parties import PATH
from clavis_gateway.deps import Deps, DepsDep
from clavis_gateway.registration import initial_access, tester_actions
from clavis_gateway.store import initial_access_tokens, testers
from clavis_gateway.store.initial_access_tokens import InitialAccessToken
from clavis_gateway.store.testers import Kind

router = APIRouter()
TESTERS = PATH + "/{client_id}/testers"
TOKENS = "/admin/v1/initial-access-tokens"


@router.get(TESTERS)
async def list_testers(client_id: str, deps: DepsDep, _: Operator) -> JSONResponse:
    """List who may log in while the relying party is in test."""
    await versions.found(deps.pool, client_id)
    found = await testers.listed(deps.pool, client_id)
    entries = [
        {
            "kind": entry.kind,
            "value": entry.value,
            "added_at": entry.added_at.isoformat(),
            "added_by": entry.added_by,
        }
        for entry in found
    ]
    return JSONResponse({"testers": entries})


@router.post(TESTERS, status_code=204)
async def add_tester(
    client_id: str, tester: TesterName, deps: DepsDep, registrar: RegistrarDep
) -> Response:
    """Put a person on the tester list; once more changes nothing."""
    await versions.found(deps.pool, client_id)
    kind, value = _named(deps, tester)
    await tester_actions.add(registrar, deps.pool, client_id, kind, value)
    return Response(status_code=204)


@router.post(TESTERS + "/remove", status_code=204)
async def remove_tester(
    client_id: str, tester: TesterName, deps: DepsDep, registrar: RegistrarDep
) -> Response:
    """Take a person off the tester list and end the tokens the tests gave.

    A POST, because an identity number does not belong into an address.
    """
    await versions.found(deps.pool, client_id)
    kind, value = _named(deps, tester)
    await tester_actions.remove(registrar, deps.pool, client_id, kind, value)
    return Response(status_code=204)


def _named(deps: Deps, tester: TesterName) -> tuple[Kind, str]:
    try:
        return tester_actions.named(
            tester.subject_id, tester.national_id, lambda: deps.national_ids
        )
    except ValueError as error:
        raise ServiceError("tester-refused", 422, str(error)) from error


@router.get(TOKENS)
async def list_tokens(deps: DepsDep, _: Operator) -> JSONResponse:
    """List the initial access tokens that are kept, without the tokens."""
    found = await initial_access_tokens.listed(deps.pool)
    return JSONResponse({"initial_access_tokens": [_told(token) for token in found]})


@router.post(TOKENS, status_code=201)
async def issue_token(wish: TokenWish, deps: DepsDep, registrar: RegistrarDep) -> JSONResponse:
    """Make an initial access token (RFC 7591 section 3) and return it, once."""
    token, secret = await initial_access.issue(
        registrar,
        deps.pool,
        label=wish.label,
        uses=wish.uses,
        life=timedelta(seconds=wish.life_seconds),
        profile=wish.profile,
    )
    return JSONResponse(_told(token) | {"initial_access_token": secret}, 201)


@router.delete(TOKENS + "/{token_id}", status_code=204)
async def revoke_token(token_id: str, deps: DepsDep, _: Operator) -> Response:
    """End an initial access token; what it registered stays."""
    now = deps.clock.now()
    if "\x00" in token_id or not await initial_access_tokens.revoke(deps.pool, token_id, now):
        raise ServiceError("initial-access-token-not-found", 404)
    return Response(status_code=204)


def _told(token: InitialAccessToken) -> dict[str, Any]:
    return {
        "token_id": token.token_id,
        "label": token.label,
        "profile": token.profile,
        "uses_left": token.uses_left,
        "created_at": token.created_at.isoformat(),
        "created_by": token.created_by,
        "expires_at": token.expires_at.isoformat(),
        "revoked_at": token.revoked_at.isoformat() if token.revoked_at else None,
    }
