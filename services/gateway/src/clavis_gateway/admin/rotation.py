"""Secrets and keys of a relying party in the operator's API."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from clavis_gateway.admin import versions
from clavis_gateway.admin.access import Operator, RegistrarDep
from clavis_gateway.admin.bodies import KeyRotation, SecretRotation
from clavis_gateway.admin.relying_parties import PATH, refused
from clavis_gateway.deps import DepsDep
from clavis_gateway.oidc.authlib_adapter.metadata import MetadataError
from clavis_gateway.registration import actions
from clavis_gateway.registration.actions import VersionError
from clavis_gateway.registration.describing import described

router = APIRouter(prefix=PATH + "/{client_id}")


@router.get("/secrets")
async def list_secrets(client_id: str, deps: DepsDep, _: Operator) -> JSONResponse:
    """List the secrets that hold: identifier, since when, until when."""
    registration = await versions.found(deps.pool, client_id)
    body = {"secrets": described(registration)["secrets"]}
    return JSONResponse(body, headers=versions.tag(registration.version))


@router.post("/secrets", status_code=201)
async def rotate_secret(
    client_id: str,
    rotation: SecretRotation,
    request: Request,
    deps: DepsDep,
    registrar: RegistrarDep,
) -> JSONResponse:
    """Make a new secret and return it, once; those before hold for the overlap."""
    registration = await versions.found(deps.pool, client_id)
    versions.check_match(request, registration)
    try:
        new = await actions.rotate_secret(registrar, deps.pool, registration, rotation.overlap)
    except MetadataError as error:
        raise refused(error) from error
    except VersionError as error:
        raise versions.changed() from error
    body = {"client_id": client_id, "secret_id": new.secret_id, "client_secret": new.secret}
    return JSONResponse(body, 201, versions.tag(new.version))


@router.delete("/secrets/{secret_id}", status_code=204)
async def end_secret(
    client_id: str, secret_id: str, request: Request, deps: DepsDep, registrar: RegistrarDep
) -> Response:
    """End one secret now."""
    registration = await versions.found(deps.pool, client_id)
    versions.check_match(request, registration)
    try:
        version = await actions.end_secret(registrar, deps.pool, registration, secret_id)
    except MetadataError as error:
        raise refused(error) from error
    except VersionError as error:
        raise versions.changed() from error
    return Response(status_code=204, headers=versions.tag(version))


@router.put("/keys")
async def rotate_keys(
    client_id: str, rotation: KeyRotation, request: Request, deps: DepsDep, registrar: RegistrarDep
) -> JSONResponse:
    """Replace the registered keys; the old ones verify for the overlap."""
    registration = await versions.found(deps.pool, client_id)
    versions.check_match(request, registration)
    try:
        await actions.rotate_keys(
            registrar, deps.pool, registration, rotation.jwks, rotation.overlap
        )
    except MetadataError as error:
        raise refused(error) from error
    except VersionError as error:
        raise versions.changed() from error
    after = await versions.found(deps.pool, client_id)
    return JSONResponse(described(after), headers=versions.tag(after.version))
