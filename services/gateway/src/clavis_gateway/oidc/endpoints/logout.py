"""Logout at the wish of a relying party (OpenID Connect RP-Initiated Logout 1.0)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from clavis_kit.keyed_hash import sha256_hex
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from clavis_gateway import cookies, endings
from clavis_gateway.deps import Deps, DepsDep
from clavis_gateway.errors import OAuthError, PageFaultError
from clavis_gateway.oidc import forms, issuing
from clavis_gateway.oidc.asking import Asking, asking
from clavis_gateway.oidc.endpoints.authorize import hint_reader
from clavis_gateway.oidc.forms import Parameters
from clavis_gateway.pages import LoggedOut, LogoutQuestion
from clavis_gateway.records import RelyingParty, Session
from clavis_gateway.sealing import seal, unseal
from clavis_gateway.store import sessions, tokens

router = APIRouter()
QUESTION_LIFE = timedelta(minutes=15)
_PURPOSE = "logout"


@dataclass(frozen=True, slots=True)
class Wish:
    """A checked logout request: who asks and where the browser may go afterwards."""

    client: RelyingParty | None
    return_to: str | None
    ui_locales: tuple[str, ...]
    hinted: bool
    """An ID token of ours shows that the client has a login to end."""


@router.get("/logout")
async def logout_get(request: Request, deps: DepsDep) -> Response:
    """Take a logout request in the query (section 2)."""
    return await _ask(
        request, deps, _page(lambda: forms.noted(request, forms.parse(request.url.query)))
    )


@router.post("/logout")
async def logout_post(request: Request, deps: DepsDep) -> Response:
    """Take a logout request in a form (section 2)."""
    try:
        form = await forms.read_form(request)
    except OAuthError as error:
        raise PageFaultError("bad_logout_request", error.description) from error
    return await _ask(request, deps, form)


def _page(read: Any) -> Parameters:
    try:
        parameters: Parameters = read()
    except OAuthError as error:
        raise PageFaultError("bad_logout_request", error.description) from error
    return parameters


async def _ask(request: Request, deps: Deps, params: Parameters) -> Response:
    wish = await _check(deps, params, asking(request))
    session = await _session(request, deps)
    if session is None:
        # Section 3: without a hint the browser is not sent on by itself; the person may go.
        if wish.return_to is not None and wish.hinted:
            return RedirectResponse(wish.return_to, status_code=303)
        outcome = LoggedOut(
            ended=False, return_to=wish.return_to, client_name=_names(wish),
            ui_locales=wish.ui_locales, by_itself=False,
        )  # fmt: skip
        return deps.pages.logged_out(request, outcome)
    # Section 2: the person is asked, so that nobody else can log them out.
    others = len(await _others(deps, session))
    token = _seal(deps, session, wish)
    question = LogoutQuestion("/logout/confirmation", token, _names(wish), wish.ui_locales, others)
    return deps.pages.confirm_logout(request, question)


async def _others(deps: Deps, session: Session) -> list[Session]:
    """List the person's live sessions in other browsers."""
    now = deps.clock.now()
    live = await sessions.list_live(
        deps.pool, session.subject_id, now, now - deps.settings.session_idle
    )
    return [one for one in live if one.session_id != session.session_id]


async def _check(deps: Deps, params: Parameters, known: Asking) -> Wish:
    if params.repeated:
        raise PageFaultError("bad_logout_request", "A parameter appears more than once.")
    client = known.client = await _client(deps, params)
    return_to = params.get("post_logout_redirect_uri")
    if return_to is not None:
        # Section 3: an exact match with a registered address, or no redirect at all.
        registered = client.metadata.get("post_logout_redirect_uris", ()) if client else ()
        if return_to not in registered:
            raise PageFaultError(
                "bad_logout_request", "The post_logout_redirect_uri is not registered."
            )
        state = params.get("state")
        if state is not None:
            return_to = issuing.add_query(return_to, {"state": state})
    locales = tuple((params.get("ui_locales") or "").split()[:8])
    # Section 2 (logout_hint): it is for telling apart several sessions of a browser. There is one
    # here, and its person is asked by whatever hint came; so it is accepted and not used.
    return Wish(client, return_to, locales, params.get("id_token_hint") is not None)


# Section 2: the hint may have expired; with client_id both must name the same client.
async def _client(deps: Deps, params: Parameters) -> RelyingParty | None:
    hint, client_id = params.get("id_token_hint"), params.get("client_id")
    if hint is not None:
        claims = (await hint_reader(deps, hint))(hint)
        if claims is None or not isinstance(claims.get("aud"), str):
            raise PageFaultError("bad_logout_request", "The id_token_hint is not ours.")
        if client_id not in (None, claims["aud"]):
            raise PageFaultError("bad_logout_request", "The client_id differs from the hint.")
        client_id = claims["aud"]
    if client_id is None:
        return None
    if "\x00" in client_id:
        raise PageFaultError("bad_logout_request", "The client_id is malformed.")
    client = await tokens.load_client(deps.pool, client_id)
    if client is None:
        raise PageFaultError("bad_logout_request", "No such client is registered.")
    return client


@router.post("/logout/confirmation")
async def logout_confirmation(request: Request, deps: DepsDep) -> Response:
    """End the session of this browser, or keep it, as the person decided."""
    try:
        form = await forms.read_form(request)
    except OAuthError as error:
        raise PageFaultError("bad_logout_request", error.description) from error
    session = await _session(request, deps)
    asked = _open(deps, form.get("token") or "")
    if asked is None or (session is not None and asked["session_id"] != session.session_id):
        raise PageFaultError("request_expired", "The question has expired.")
    names, locales = asked["names"], tuple(asked["ui_locales"])
    if "cancel" in form.values:
        return deps.pages.logged_out(
            request,
            LoggedOut(
                ended=False, stays=session is not None, return_to=None, client_name=names,
                ui_locales=locales,
            ),
        )  # fmt: skip
    if session is not None:
        await _end(deps, session, everywhere="everywhere" in form.values)
    outcome = LoggedOut(
        ended=True, return_to=asked["return_to"], client_name=names, ui_locales=locales
    )
    response = deps.pages.logged_out(request, outcome)
    cookies.clear_session_cookie(response)
    return response


async def _end(deps: Deps, session: Session, *, everywhere: bool) -> None:
    """End the session of this browser, or every session of its person."""
    only = None if everywhere else session.session_id
    async with deps.pool.acquire() as connection, connection.transaction():
        live = await sessions.live_of_subject(connection, session.subject_id, only)
        await endings.end_sessions(
            connection, live, "logout",
            now=deps.clock.now(), pairwise=deps.pairwise, new_id=deps.new_id,
        )  # fmt: skip
    deps.logouts.wake()


async def _session(request: Request, deps: Deps) -> Session | None:
    cookie = cookies.session_cookie(request)
    if cookie is None:
        return None
    now = deps.clock.now()
    return await sessions.find_by_cookie(
        deps.pool, sha256_hex(cookie), now, now - deps.settings.session_idle
    )


def _names(wish: Wish) -> Mapping[str, str] | None:
    return wish.client.names if wish.client else None


# The question travels through the browser, sealed: nobody else can make one for this session, and
# the form needs no other protection against cross-site requests.
def _seal(deps: Deps, session: Session, wish: Wish) -> str:
    question = {
        "session_id": session.session_id,
        "return_to": wish.return_to,
        "names": _names(wish),
        "ui_locales": wish.ui_locales,
    }
    return seal(deps.seal_key, _PURPOSE, question, deps.clock.now() + QUESTION_LIFE)


def _open(deps: Deps, token: str) -> dict[str, Any] | None:
    return unseal(deps.seal_key, _PURPOSE, token, deps.clock.now())
