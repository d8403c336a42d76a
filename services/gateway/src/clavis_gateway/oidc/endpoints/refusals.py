"""A relying party reads what was refused to it, and why."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse

from clavis_gateway.deps import Deps, DepsDep
from clavis_gateway.errors import OAuthError, invalid_client, invalid_request
from clavis_gateway.oidc import forms
from clavis_gateway.oidc.asking import asking
from clavis_gateway.oidc.client_auth import read_credentials, require_confidential, verify_client
from clavis_gateway.oidc.forms import Parameters
from clavis_gateway.oidc.http import NO_STORE
from clavis_gateway.oidc.refusals.reading import page, read_wish
from clavis_gateway.records import RelyingParty
from clavis_gateway.registration.reading_token import opens
from clavis_gateway.store import reading_tokens, relying_parties, tokens
from clavis_gateway.store import refusals as store

router = APIRouter()
PATH = "/rp/refusals"
_CREDENTIALS = frozenset({"client_secret", "client_assertion"})


@router.get(PATH)
async def refusals_get(request: Request, deps: DepsDep) -> JSONResponse:
    """Answer a client that authenticates in the header or by certificate, or a reading token."""
    params = forms.unique(forms.noted(request, forms.parse(request.url.query)))
    # RFC 6749 section 2.3.1: credentials must not be in the address of a request.
    if params.values.keys() & _CREDENTIALS:
        raise invalid_request("Credentials must not be in the query.", rule="credentials_in_query")
    return await _answer(request, deps, params)


@router.post(PATH)
async def refusals_post(request: Request, deps: DepsDep) -> JSONResponse:
    """Answer a client that authenticates in a form, by assertion or secret, or a reading token."""
    return await _answer(request, deps, await forms.read_unique_form(request))


async def _answer(request: Request, deps: Deps, params: Parameters) -> JSONResponse:
    token = _bearer(request)
    if token is None:
        client = await _authenticated(request, deps, params)
    else:
        client = await _of_the_token(request, deps, params, token)
    wanted = read_wish(client.client_id, params.values)
    return JSONResponse(page(wanted, await store.read(deps.pool, wanted)), headers=NO_STORE)


async def _authenticated(request: Request, deps: Deps, params: Parameters) -> RelyingParty:
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
    return client


# RFC 6750 section 2.1: in the header alone, which no log keeps.
def _bearer(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


async def _of_the_token(
    request: Request, deps: Deps, params: Parameters, token: str
) -> RelyingParty:
    # RFC 6749 section 2.3: not more than one method in each request.
    if params.values.keys() & _CREDENTIALS:
        raise invalid_request("The client authenticates in more than one way.")
    client_id = params.get("client_id")
    found = await relying_parties.find(deps.pool, client_id) if client_id else None
    if found is None:
        raise _not_opened()
    known = asking(request)
    known.client = found.party
    kept = await reading_tokens.find(deps.pool, found.party.client_id)
    if not opens(deps.client_secrets, found, kept, token, deps.clock.now()):
        raise _not_opened()
    known.authenticated = True
    return found.party


# RFC 6750 section 3.1. One answer for a client that does not exist and a token that is worthless.
def _not_opened() -> OAuthError:
    return OAuthError(
        "invalid_token",
        "The token does not open the refusal log of this client.",
        status=401,
        headers={"WWW-Authenticate": 'Bearer realm="clavis", error="invalid_token"'},
        rule="reading_token",
    )
