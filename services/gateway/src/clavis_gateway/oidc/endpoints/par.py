"""Pushed authorization requests (RFC 9126)."""

from __future__ import annotations

from datetime import timedelta

from clavis_kit.keyed_hash import sha256_hex
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse

from clavis_gateway.deps import Deps, DepsDep
from clavis_gateway.errors import invalid_client, invalid_request
from clavis_gateway.oidc import forms, request_objects
from clavis_gateway.oidc.checks import pipeline
from clavis_gateway.oidc.checks.draft import Draft
from clavis_gateway.oidc.checks.redirect_uri import allowed_redirect_uri
from clavis_gateway.oidc.client_auth import read_credentials, verify_client
from clavis_gateway.oidc.endpoints.authorize import hint_reader
from clavis_gateway.oidc.forms import Parameters
from clavis_gateway.oidc.http import NO_STORE
from clavis_gateway.oidc.metadata import REQUEST_URI_PREFIX
from clavis_gateway.oidc.possession import proof_of
from clavis_gateway.records import RelyingParty
from clavis_gateway.store import authorize as store
from clavis_gateway.store import tokens

router = APIRouter()
_CREDENTIALS = frozenset({"client_secret", "client_assertion", "client_assertion_type"})


@router.post("/par", status_code=201)
async def push(request: Request, deps: DepsDep) -> JSONResponse:
    """Check an authorization request in advance and keep it under a reference."""
    form = await forms.read_unique_form(request)
    credentials = read_credentials(request, form)
    client = await tokens.load_client(deps.pool, credentials.client_id)
    assertion = await verify_client(deps, client, credentials, "/par")
    if client is None:
        raise invalid_client("unknown client")
    proof = proof_of(request, deps, client, "/par")
    parameters = await _check(deps, client, form, proof.jkt if proof else None)
    used = [jti for jti in (assertion, proof.jti if proof else None) if jti is not None]
    reference = REQUEST_URI_PREFIX + deps.new_secret()
    lifetime = timedelta(seconds=deps.settings.request_uri_seconds)
    kept = await store.add_pushed_request(
        deps.pool,
        sha256_hex(reference),
        client.client_id,
        parameters,
        deps.clock.now() + lifetime,
        [(jti.jti_hash, jti.expires_at) for jti in used],
    )
    if not kept:
        raise invalid_client("an assertion or proof came twice", basic=credentials.basic)
    body = {"request_uri": reference, "expires_in": deps.settings.request_uri_seconds}
    return JSONResponse(body, 201, NO_STORE)


async def _check(
    deps: Deps, client: RelyingParty, form: Parameters, jkt: str | None
) -> dict[str, str]:
    # RFC 9126 section 2.1: a request_uri cannot be pushed; the rest is as at the endpoint.
    if form.get("request_uri") is not None:
        raise invalid_request("A request_uri cannot be pushed.")
    # RFC 9126 section 3: with a request object, only what it holds counts.
    unpacked = await request_objects.unpack(deps, client, form)
    asked = unpacked or form
    redirect_uri = allowed_redirect_uri(client, asked.get("redirect_uri"))
    if redirect_uri is None:
        raise invalid_request("The redirect_uri is missing or not registered.")
    parameters = {name: value for name, value in asked.values.items() if name not in _CREDENTIALS}
    draft = Draft(
        client,
        parameters,
        redirect_uri,
        pushed=True,
        signed=unpacked is not None,
        read_hint=await hint_reader(deps, asked.get("id_token_hint")),
        issuer=deps.settings.issuer,
        dpop_jkt=jkt,
    )
    pipeline.run(pipeline.PAR_CHECKS, draft)
    # RFC 9449 section 10.1: a proof here binds the code like dpop_jkt does.
    if draft.dpop_jkt is not None:
        parameters["dpop_jkt"] = draft.dpop_jkt
    return parameters
