"""The authorization endpoint (OpenID Connect Core 1.0 section 3.1.2)."""

from __future__ import annotations

from typing import Any

from clavis_kit.keyed_hash import sha256_hex
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from clavis_gateway import cookies
from clavis_gateway.deps import Deps, DepsDep
from clavis_gateway.errors import OAuthError, PageFaultError
from clavis_gateway.interaction_values import ResponseTarget
from clavis_gateway.oidc import answering, forms, issuing, request_objects
from clavis_gateway.oidc.asking import asking
from clavis_gateway.oidc.checks import pipeline
from clavis_gateway.oidc.checks.draft import Draft
from clavis_gateway.oidc.checks.parameters import reference_fault
from clavis_gateway.oidc.checks.redirect_uri import allowed_redirect_uri
from clavis_gateway.oidc.forms import Parameters
from clavis_gateway.oidc.http import note_refusal
from clavis_gateway.oidc.metadata import REQUEST_URI_PREFIX
from clavis_gateway.records import AuthorizationRequest, RelyingParty, Session
from clavis_gateway.store import authorize as store
from clavis_gateway.store.authorize import Known, Pushed

router = APIRouter()


@router.get("/authorize")
async def authorize_get(request: Request, deps: DepsDep) -> Response:
    """Take an authorization request in the query."""
    try:
        params = forms.noted(request, forms.parse(request.url.query))
    except OAuthError as error:
        raise PageFaultError(error.code, error.description) from error
    return await _authorize(request, deps, params)


@router.post("/authorize")
async def authorize_post(request: Request, deps: DepsDep) -> Response:
    """Take an authorization request in a form (section 3.1.2.1)."""
    try:
        params = await forms.read_form(request)
    except OAuthError as error:
        raise PageFaultError(error.code, error.description) from error
    return await _authorize(request, deps, params)


async def _authorize(request: Request, deps: Deps, params: Parameters) -> Response:
    client_id = params.get("client_id")
    if client_id is None or "\x00" in client_id or "client_id" in params.repeated:
        raise PageFaultError("unknown_client", "The client_id is missing or malformed.")
    known = await _load(request, deps, client_id, params.get("request_uri"))
    asking(request).client = known.client
    if known.client is None or not known.client.active:
        rule = "client_id" if known.client is None else "client_state"
        raise PageFaultError("unknown_client", "No such client is registered.", rule=rule)
    pushed = _usable_push(deps, known, params)
    draft = await _draft(deps, known.client, params, pushed)
    try:
        pipeline.run(pipeline.AUTHORIZE_CHECKS, draft)
    except OAuthError as error:
        note_refusal(request, error)
        return _send(request, deps, await _refusal(deps, draft, error))
    authorization = draft.finish(pushed.uri_hash if pushed else None)
    return await _answer(request, deps, known.client, authorization, known.session)


async def _load(request: Request, deps: Deps, client_id: str, request_uri: str | None) -> Known:
    cookie = cookies.session_cookie(request)
    now = deps.clock.now()
    return await store.load(
        deps.pool,
        client_id,
        sha256_hex(cookie) if cookie else None,
        sha256_hex(request_uri) if request_uri else None,
        now=now,
        idle_since=now - deps.settings.session_idle,
    )


# RFC 9126 section 4: the reference belongs to its client, expires and is used once. Nothing in
# such a request can be trusted to redirect, so every fault is a page.
def _usable_push(deps: Deps, known: Known, params: Parameters) -> Pushed | None:
    request_uri = params.get("request_uri")
    if request_uri is None or not request_uri.startswith(REQUEST_URI_PREFIX):
        return None
    pushed, client = known.pushed, known.client
    if pushed is None or client is None or pushed.client_id != client.client_id:
        raise PageFaultError("invalid_request_uri", "The request_uri is not one of this client.")
    if pushed.consumed_at is not None or pushed.expires_at <= deps.clock.now():
        raise PageFaultError("request_expired", "The request_uri has expired or was used.")
    return pushed


async def _draft(
    deps: Deps, client: RelyingParty, params: Parameters, pushed: Pushed | None
) -> Draft:
    asked, signed, fault = params, False, None
    if pushed is not None:
        # RFC 9126 section 4: only what was pushed counts; FAPI 2.0 forbids mixing in the rest.
        asked, signed = Parameters(pushed.parameters, frozenset()), True
    else:
        try:
            unpacked = await request_objects.unpack(deps, client, params)
            asked, signed = unpacked or params, unpacked is not None
        except OAuthError as error:
            fault = error
    return Draft(
        client,
        asked.values,
        _redirect_uri(client, asked, fault),
        asked.repeated,
        pushed=pushed is not None,
        signed=signed,
        fault=fault,
        read_hint=await hint_reader(deps, asked.get("id_token_hint")),
        issuer=deps.settings.issuer,
        dpop_jkt=asked.values.get("dpop_jkt") if pushed else None,
    )


# RFC 6749 section 4.1.2.1: without an address that the client registered, the person is told. A
# broken request object leaves what came beside it, which is enough to send an error there.
def _redirect_uri(client: RelyingParty, asked: Parameters, fault: OAuthError | None) -> str:
    redirect_uri = None
    if "redirect_uri" not in asked.repeated:
        redirect_uri = allowed_redirect_uri(client, asked.values.get("redirect_uri"))
    if redirect_uri is not None:
        return redirect_uri
    fault = fault or reference_fault(asked.get("request_uri"))
    if fault is not None:
        raise PageFaultError(fault.code, fault.description, rule=fault.rule)
    raise PageFaultError(
        "bad_redirect_uri", "The redirect_uri is missing or not registered for this client."
    )


async def hint_reader(deps: Deps, hint: str | None) -> Any:
    """Return the function that reads ID tokens of ours, expired or not.

    The key of this one is looked up if another process made it since the keys were read.
    """
    if hint is not None:
        await deps.keys.learn(hint)

    def read(token: str) -> dict[str, Any] | None:
        verified = deps.keys.verify(token)
        if verified is None or verified[0].get("typ") != "JWT":
            return None
        claims = verified[1]
        return claims if claims.get("iss") == deps.settings.issuer else None

    return read


async def _refusal(deps: Deps, draft: Draft, error: OAuthError) -> ResponseTarget:
    state = None if "state" in draft.repeated else draft.get("state")
    # A state too long to keep is also too long to send back.
    request = AuthorizationRequest(
        redirect_uri=draft.redirect_uri,
        scope="",
        response_mode=draft.response_mode,
        state=state if state is None or len(state) <= _MAX_STATE else None,
    )
    return await issuing.failure(deps, draft.client, request, error)


_MAX_STATE = 4096


async def _answer(
    request: Request,
    deps: Deps,
    client: RelyingParty,
    authorization: AuthorizationRequest,
    session: Session | None,
) -> Response:
    given = await answering.answer(request, deps, client, authorization, session)
    return given if isinstance(given, Response) else _send(request, deps, given)


def _send(request: Request, deps: Deps, target: ResponseTarget) -> Response:
    """Redirect, or render the form of Form Post Response Mode 1.0."""
    if target.mode == "form_post":
        return deps.pages.returning(request, target)
    # RFC 9700 section 4.12: 303, so that no browser repeats a POST towards the client.
    return RedirectResponse(target.url, status_code=303, headers={"Referrer-Policy": "no-referrer"})
