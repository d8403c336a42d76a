"""Relying parties in the operator's API: list, read, write, change of state, history."""

from __future__ import annotations

from typing import Annotated, Any

from clavis_kit.errors import ServiceError
from fastapi import APIRouter, Body, Query
from starlette.requests import Request
from starlette.responses import JSONResponse

from clavis_gateway.admin import versions
from clavis_gateway.admin.access import Operator, RegistrarDep
from clavis_gateway.admin.bodies import StateChange
from clavis_gateway.deps import Deps, DepsDep
from clavis_gateway.oidc.authlib_adapter.metadata import MetadataError
from clavis_gateway.oidc.metadata import SECRET_METHODS
from clavis_gateway.registration import actions
from clavis_gateway.registration.actions import Registrar, VersionError
from clavis_gateway.registration.describing import described
from clavis_gateway.registration.differences import detail
from clavis_gateway.registration.members import unknown
from clavis_gateway.rules.registration_states import State
from clavis_gateway.store import relying_parties as store
from clavis_gateway.store.relying_parties import Registration

PATH = "/admin/v1/relying-parties"
router = APIRouter(prefix=PATH)


@router.get("")
async def list_relying_parties(
    deps: DepsDep,
    _: Operator,
    state: State | None = None,
    after: Annotated[str, Query(max_length=200, pattern=r"^[^\x00]*$")] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> JSONResponse:
    """List relying parties by identifier; `next` is the `after` of the next page."""
    page = await store.listed(deps.pool, after=after, limit=limit, state=state)
    items = [
        {
            "client_id": item.party.client_id,
            "name": item.party.names,
            "state": item.party.state,
            "profile": item.party.profile,
            "managed_by": item.managed_by,
            "contacts": list(item.party.contacts),
            "version": item.version,
            "updated_at": item.updated_at.isoformat(),
        }
        for item in page
    ]
    following = page[-1].party.client_id if len(page) == limit else None
    return JSONResponse({"relying_parties": items, "next": following})


@router.get("/{client_id}")
async def get_relying_party(client_id: str, deps: DepsDep, _: Operator) -> JSONResponse:
    """Read a relying party as it was described, with its rotation; the ETag is its version."""
    registration = await versions.found(deps.pool, client_id)
    return JSONResponse(described(registration), headers=versions.tag(registration.version))


@router.put("/{client_id}")
async def put_relying_party(
    client_id: str,
    description: Annotated[dict[str, Any], Body()],
    request: Request,
    deps: DepsDep,
    registrar: RegistrarDep,
) -> JSONResponse:
    """Register a relying party, or replace the one of the version in If-Match.

    A new one begins in draft unless the description names a state. When it authenticates with a
    secret and has none, one is made and returned, once.
    """
    before = await store.find(deps.pool, client_id) if "\x00" not in client_id else None
    _check_precondition(request, before)
    try:
        _check_description(client_id, description, before)
        made = _made(registrar, description, before)
        default = {} if before else {"state": State.DRAFT.value}
        complete = {"client_id": client_id, **default, **description, **made}
        party = actions.planned(registrar, complete, before.party if before else None)
        if before is None or detail(before.party, party):
            await actions.write(registrar, deps.pool, before, party, action="put")
    except MetadataError as error:
        raise refused(error) from error
    except VersionError as error:
        raise versions.changed() from error
    return await _answer(deps, client_id, 200 if before else 201, made)


def _check_precondition(request: Request, before: Registration | None) -> None:
    if request.headers.get("if-none-match") == "*" and before is not None:
        raise versions.changed(before.version)
    if before is None and request.headers.get("if-match") is not None:
        raise versions.changed()
    if before is not None:
        versions.check_match(request, before)


def _check_description(
    client_id: str, description: dict[str, Any], before: Registration | None
) -> None:
    strange = unknown(description)
    if strange:
        raise MetadataError(f"{strange[0]} is not a known member")
    if description.get("client_id", client_id) != client_id:
        raise MetadataError("client_id must be the one of the address")
    for name in ("client_secret", "status"):
        if name in description:
            raise MetadataError(f"{name} is not sent: secrets are made here, states are `state`")
    if before is not None and before.managed_by.startswith("bundle:"):
        raise MetadataError(f"client_id is kept by {before.managed_by}: change it there")


def _made(
    registrar: Registrar, description: dict[str, Any], before: Registration | None
) -> dict[str, str]:
    method = description.get("token_endpoint_auth_method", "client_secret_basic")
    if method not in SECRET_METHODS or (before is not None and before.party.secrets):
        return {}
    return {"client_secret": registrar.new_secret()}


async def _answer(
    deps: Deps, client_id: str, status: int, made: dict[str, str] | None = None
) -> JSONResponse:
    registration = await versions.found(deps.pool, client_id)
    body = described(registration) | (made or {})
    return JSONResponse(body, status, versions.tag(registration.version))


@router.patch("/{client_id}")
async def patch_relying_party(
    client_id: str, change: StateChange, request: Request, deps: DepsDep, registrar: RegistrarDep
) -> JSONResponse:
    """Bring a relying party to another state, from the version in If-Match."""
    registration = await versions.found(deps.pool, client_id)
    versions.check_match(request, registration)
    try:
        await actions.set_state(registrar, deps.pool, registration, change.state)
    except MetadataError as error:
        raise ServiceError("state-not-possible", 409, str(error)) from error
    except VersionError as error:
        raise versions.changed() from error
    return await _answer(deps, client_id, 200)


@router.get("/{client_id}/changes")
async def list_changes(
    client_id: str,
    deps: DepsDep,
    _: Operator,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> JSONResponse:
    """Read who changed what of a relying party, newest first."""
    await versions.found(deps.pool, client_id)
    found = await store.changes(deps.pool, client_id, limit=limit)
    changes = [
        {
            "at": change.at.isoformat(),
            "version": change.version,
            "actor": change.actor,
            "action": change.action,
            "detail": change.detail,
        }
        for change in found
    ]
    return JSONResponse({"changes": changes})


def refused(error: MetadataError) -> ServiceError:
    """Make the refusal of a description or a rotation; the sentence names the member."""
    return ServiceError("registration-refused", 422, str(error))
