"""The method selector, the way back without logging in, and what is sent at the end."""

from __future__ import annotations

from clavis_kit.ids import is_id
from clavis_kit.loa import Loa
from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from clavis_gateway import cookies, interactions
from clavis_gateway.deps import get_deps
from clavis_gateway.interactions import InteractionClosed, InteractionState
from clavis_gateway.interactions import Reason as Reasons
from clavis_gateway.login import disclosure, guard, texts
from clavis_gateway.login.flow import (
    MAX_FIELDS,
    Flow,
    StaleForm,
    open_flow,
    origin_of,
    text_fields,
)
from clavis_gateway.login.progress import Shortfall
from clavis_gateway.login.routes.app import drop
from clavis_gateway.login.routes.data import told_person
from clavis_gateway.login.routes.route import PageRoute
from clavis_gateway.login.second_factor import session_step_up
from clavis_gateway.login.selection import lines
from clavis_gateway.rules.levels import Method, Reason, WayUp, ways_up

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/login/{interaction_id}")
async def start(interaction_id: str, request: Request) -> Response:
    """Show the selector, or the one step that a live session still lacks."""
    flow = await open_flow(request, interaction_id)
    if told_person(flow) is not None:
        return flow.to("/data")
    if await session_step_up(flow):
        return flow.page("step_up.html")
    return await _selector(flow)


@router.get("/login/{interaction_id}/methods")
async def methods(interaction_id: str, request: Request) -> Response:
    """Show the selector in any case."""
    return await _selector(await open_flow(request, interaction_id), path="/methods")


async def _selector(flow: Flow, path: str = "") -> Response:
    found = await lines(flow)
    closed = [line for line in found if line.reason]
    return flow.page(
        "select.html",
        path=path,
        others=False,
        open=[line for line in found if not line.reason],
        closed=closed,
        down_only=all(line.reason is Reason.SERVICE_DOWN for line in closed),
        can_end_short=any(line.reason is Reason.LEVEL_TOO_LOW for line in closed),
        again=bool({Reasons.LEVEL_AGED, Reasons.MAX_AGE} & flow.interaction.reasons),
        told=None if flow.interaction.client.first_party else disclosure.disclosure_of(flow),
    )


@router.get("/login/{interaction_id}/short")
async def show_shortfall(interaction_id: str, request: Request) -> Response:
    """Explain a login that does not reach the level, with the ways up."""
    flow = await open_flow(request, interaction_id)
    shortfall = flow.progress.shortfall
    if shortfall is None:
        return flow.to("")
    return flow.page(
        "short.html",
        path="/short",
        reached=Loa(shortfall.reached),
        reason=shortfall.reason if shortfall.reason in texts.SHORT_REASONS else None,
        ways_up=_ways_up(flow, shortfall, await flow.login.available()),
    )


def _ways_up(flow: Flow, shortfall: Shortfall, available: frozenset[Method]) -> tuple[WayUp, ...]:
    required = flow.interaction.required_loa
    allowed = flow.interaction.client.allowed_methods & available
    if shortfall.reason != texts.APP_BASIC or required > Loa.SUBSTANTIAL:
        return ways_up(required, allowed, enrolment_level=shortfall.enrolment_level)
    # Whether the person or only the device is basic is not known: both ways are shown.
    return (*ways_up(required, allowed - {Method.APP}), WayUp.OFFICE)


@router.post("/login/{interaction_id}/restart")
async def restart(interaction_id: str, request: Request) -> Response:
    """Open the same request anew after its time, in the browser that began it."""
    deps = get_deps(request)
    values = text_fields(await request.form(max_files=0, max_fields=MAX_FIELDS))
    if not is_id(interaction_id) or not guard.is_our_form(
        token=values.get(guard.FIELD, ""),
        browser_secret=cookies.flow_cookie(request),
        scope=interaction_id,
        headers=request.headers,
        origin=origin_of(deps.settings.public_url),
    ):
        raise StaleForm
    interaction = await interactions.load_interaction(
        deps, interaction_id, cookies.flow_cookie(request)
    )
    if interaction is None or interaction.state is not InteractionState.EXPIRED:
        raise InteractionClosed
    new_id = await interactions.reopen_interaction(deps, interaction_id)
    response = RedirectResponse(f"/login/{new_id}", status_code=303)
    cookies.set_flow_cookie(response, cookies.flow_cookie(request) or "")
    return response


# RFC 6749 section 4.1.2.1: access_denied when the person refuses.
@router.post("/login/{interaction_id}/cancel")
async def cancel(interaction_id: str, request: Request) -> Response:
    """Go back to the service without logging in."""
    return await _fail(interaction_id, request, "access_denied", "The person cancelled the login.")


# OpenID Connect Core Unmet Authentication Requirements 1.0 section 2.
@router.post("/login/{interaction_id}/unmet")
async def unmet(interaction_id: str, request: Request) -> Response:
    """Go back to the service because its level is out of reach."""
    return await _fail(
        interaction_id,
        request,
        "unmet_authentication_requirements",
        "The person cannot reach the required level of assurance.",
    )


async def _fail(interaction_id: str, request: Request, error: str, description: str) -> Response:
    flow = await open_flow(request, interaction_id)
    await flow.form()
    await drop(flow)
    person = told_person(flow)
    if person is not None:
        await disclosure.keep(flow, person, agreed=False)
    target = await interactions.fail_interaction(flow.deps, interaction_id, error, description)
    return flow.login.pages.returning(request, target, language=flow.language)
