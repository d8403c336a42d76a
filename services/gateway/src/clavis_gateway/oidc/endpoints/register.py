"""Dynamic registration of relying parties (RFC 7591) and their own management (RFC 7592).

Nobody registers without an initial access token, and what is registered starts in test: it works
for the testers that the operator lists, until the operator brings it to production.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from clavis_kit import strict_json
from clavis_kit.keyed_hash import sha256_hex
from clavis_kit.outbound import FetchError, OutboundRefusedError, fetch_json
from clavis_kit.outbound.rules import check_url
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from clavis_gateway.deps import Deps, DepsDep
from clavis_gateway.errors import OAuthError
from clavis_gateway.oidc.asking import asking
from clavis_gateway.oidc.authlib_adapter.metadata import MetadataError
from clavis_gateway.oidc.http import NO_STORE
from clavis_gateway.registration import actions, dynamic
from clavis_gateway.registration.actions import DYNAMIC, Registrar, VersionError, planned
from clavis_gateway.registration.describing import decided_by_operator
from clavis_gateway.registration.differences import detail
from clavis_gateway.rules import client_secrets
from clavis_gateway.rules.registration_states import State
from clavis_gateway.store import initial_access_tokens, relying_parties
from clavis_gateway.store.relying_parties import Registration

router = APIRouter()
PATH = "/connect/register"  # `/register` is where citizens enrol


@router.post(PATH, status_code=201, openapi_extra=dynamic.body())
async def register(request: Request, deps: DepsDep) -> JSONResponse:
    """Register a relying party (RFC 7591 section 3.1)."""
    token_hash = sha256_hex(_bearer(request))
    token = await initial_access_tokens.usable(deps.pool, token_hash, deps.clock.now())
    if token is None:
        raise _invalid_token("unknown, used up or expired initial access token")
    sent = await _metadata(request)
    registrar = _registrar(deps, f"token:{token.token_id}")
    secret = deps.new_secret() if dynamic.needs_secret(sent) else None
    try:
        description = dynamic.description(sent, token.profile) | {
            "client_id": deps.new_id(),
            "state": deps.settings.dynamic_registration_state,
        }
        if secret is not None:
            description["client_secret"] = secret
        party = planned(registrar, description, None)
        await _check_addresses(deps, party.metadata, party.redirect_uris)
    except MetadataError as error:
        raise _refused(error) from error
    access_token = deps.new_secret()
    async with deps.pool.acquire() as connection, connection.transaction():
        if not await initial_access_tokens.use(connection, token_hash, deps.clock.now()):
            raise _invalid_token("the initial access token was used up meanwhile")
        await actions.write(
            registrar, connection, None, party, action="register",
            managed_by=DYNAMIC, registration_token_hash=sha256_hex(access_token),
        )  # fmt: skip
    now = int(deps.clock.now().timestamp())
    answer = dynamic.information(
        party, issuer=deps.settings.issuer, issued_at=now, access_token=access_token, secret=secret
    )
    return JSONResponse(answer, 201, NO_STORE)


@router.get(PATH + "/{client_id}")
async def read(client_id: str, request: Request, deps: DepsDep) -> JSONResponse:
    """Tell a relying party what is registered (RFC 7592 section 2.1)."""
    access_token = _bearer(request)
    found = await _own(deps, client_id, access_token)
    _note(request, found)
    return _answer(deps, found, found.party, access_token)


@router.put(PATH + "/{client_id}", openapi_extra=dynamic.body())
async def update(client_id: str, request: Request, deps: DepsDep) -> JSONResponse:
    """Replace what is registered; the access token changes with it (RFC 7592 section 2.2)."""
    found = await _own(deps, client_id, _bearer(request))
    _note(request, found)
    sent = await _metadata(request)
    registrar = _registrar(deps, f"client:{client_id}")
    secret, access_token = None, deps.new_secret()
    try:
        dynamic.check_update(sent, client_id)
        _check_secret(deps, found, sent)
        description = decided_by_operator(found) | dynamic.description(sent, found.party.profile)
        if dynamic.needs_secret(sent) and not found.party.secrets:
            secret = description["client_secret"] = deps.new_secret()
        party = planned(registrar, description, found.party)
        changed = detail(found.party, party)
        reviewed = State(deps.settings.dynamic_registration_state) is not State.PRODUCTION
        dynamic.check_reviewed(found.party, changed, reviewed=reviewed)
        await _check_addresses(deps, party.metadata, party.redirect_uris)
        await actions.write(
            registrar, deps.pool, found, party, action="update",
            registration_token_hash=sha256_hex(access_token),
        )  # fmt: skip
    except MetadataError as error:
        raise _refused(error) from error
    except VersionError as error:
        # Who was faster holds the next access token; this one is spent.
        raise _invalid_token("the registration access token was used meanwhile") from error
    return _answer(deps, found, party, access_token, secret)


@router.delete(PATH + "/{client_id}", status_code=204)
async def delete(client_id: str, request: Request, deps: DepsDep) -> Response:
    """End a registration and all it gave (RFC 7592 section 2.3)."""
    found = await _own(deps, client_id, _bearer(request))
    party = replace(found.party, status=State.SUSPENDED.value, secrets=(), retiring_keys=())
    try:
        await actions.write(
            _registrar(deps, f"client:{client_id}"), deps.pool, found, party, action="deregister",
            registration_token_hash=None, deregistered_at=deps.clock.now(),
        )  # fmt: skip
    except VersionError as error:
        raise _invalid_token("the registration changed meanwhile") from error
    return Response(status_code=204, headers=NO_STORE)


def _registrar(deps: Deps, actor: str) -> Registrar:
    return Registrar(
        deps.settings.issuer, deps.client_secrets, deps.clock, deps.new_id, deps.new_secret, actor
    )


# RFC 6750 section 2.1: the only way in which these tokens come.
def _bearer(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise _invalid_token("no bearer token", challenge="Bearer")
    return token.strip()


def _invalid_token(private: str, challenge: str = 'Bearer error="invalid_token"') -> OAuthError:
    return OAuthError(
        "invalid_token",
        "The access token for registrations is missing, spent or expired.",
        status=401,
        headers={"WWW-Authenticate": challenge},
        private=private,
    )


def _refused(error: MetadataError) -> OAuthError:
    code, sentence = dynamic.error_of(error)
    return OAuthError(code, sentence)


async def _metadata(request: Request) -> dict[str, Any]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise _refused(MetadataError("the content type must be application/json"))
    try:
        sent = strict_json.load_object(await request.body())
    except strict_json.JsonRefusedError as error:
        said = f"the body must be a JSON object: {error.reason}"
        raise _refused(MetadataError(said)) from error
    # RFC 7591 section 3.2.2: nobody's statements are trusted here, and none is ignored either.
    if sent.get("software_statement") is not None:
        raise OAuthError(
            "unapproved_software_statement", "Software statements are not accepted here."
        )
    return sent


# RFC 7592 section 2: a client that does not exist is answered like a wrong token.
async def _own(deps: Deps, client_id: str, access_token: str) -> Registration:
    found = None if "\x00" in client_id else await relying_parties.find(deps.pool, client_id)
    expected = found.registration_token_hash if found else None
    if found is None or not hmac.compare_digest(sha256_hex(access_token), expected or ""):
        raise _invalid_token("unknown client or wrong registration access token")
    return found


def _note(request: Request, found: Registration) -> None:
    """Let the client read in its log what is refused to it from here on."""
    known = asking(request)
    known.client, known.authenticated = found.party, True


# RFC 7592 section 2.2: a secret that is sent must be the one that holds; it is never replaced so.
def _check_secret(deps: Deps, found: Registration, sent: dict[str, Any]) -> None:
    offered = sent.get("client_secret")
    if offered is None:
        return
    secrets, now = found.party.secrets, deps.clock.now()
    if not isinstance(offered, str) or not client_secrets.proves(
        deps.client_secrets, secrets, offered, now
    ):
        raise MetadataError("client_secret must be the one that was issued")


# What is refused here would be refused again at every call: better said at once.
async def _check_addresses(
    deps: Deps, metadata: Mapping[str, Any], redirect_uris: tuple[str, ...]
) -> None:
    for member in ("jwks_uri", "backchannel_logout_uri", "sector_identifier_uri"):
        try:
            if member in metadata:
                check_url(metadata[member], deps.settings.outbound_allowed)
        except OutboundRefusedError as error:
            raise MetadataError(f"{member} is not called from here: {error.reason}") from error
    if "sector_identifier_uri" in metadata:
        await _check_sector(deps, metadata["sector_identifier_uri"], redirect_uris)


async def _check_sector(deps: Deps, uri: str, redirect_uris: tuple[str, ...]) -> None:
    try:
        document = await fetch_json(deps.outbound, uri)
    except FetchError as error:
        raise MetadataError(f"sector_identifier_uri cannot be read: {error.reason}") from error
    dynamic.check_sector(document, redirect_uris)


def _answer(
    deps: Deps, found: Registration, party: Any, access_token: str, secret: str | None = None
) -> JSONResponse:
    answer = dynamic.information(
        party,
        issuer=deps.settings.issuer,
        issued_at=int(found.created_at.timestamp()),
        access_token=access_token,
        secret=secret,
    )
    return JSONResponse(answer, headers=NO_STORE)
