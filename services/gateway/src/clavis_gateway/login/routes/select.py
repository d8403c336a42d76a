"""The method selector, the way back without logging in, and what is sent at the end."""

from __future__ import annotations

from dataclasses import dataclass

from clavis_kit.loa import Loa
from fastapi import APIRouter, Request
from starlette.responses import Response

from clavis_gateway import interactions
from clavis_gateway.login import finish, store, texts
from clavis_gateway.login.flow import Flow, open_flow
from clavis_gateway.login.routes.route import PageRoute
from clavis_gateway.rules.levels import Choice, Method, Offer, Reason, WayUp, offers, ways_up

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Line:
    """One method as the selector shows it."""

    choice: Choice
    name: str
    text: str
    reason: Reason | None
    ways_up: tuple[WayUp, ...]


@router.get("/login/{interaction_id}")
async def start(interaction_id: str, request: Request) -> Response:
    """Show the selector, or the one step that a live session still lacks."""
    flow = await open_flow(request, interaction_id)
    if finish.session_step_up(flow):
        return flow.page("step_up.html")
    return await _selector(flow)


@router.get("/login/{interaction_id}/methods")
async def methods(interaction_id: str, request: Request) -> Response:
    """Show the selector in any case."""
    return await _selector(await open_flow(request, interaction_id), path="/methods")


async def _selector(flow: Flow, path: str = "") -> Response:
    client = flow.interaction.client
    lines = offers(
        flow.interaction.required_loa,
        client.allowed_methods,
        await flow.login.available(),
        flow.deps.settings.level_policy,
    )
    closed = [_line(offer) for offer in lines if not offer.enabled]
    return flow.page(
        "select.html",
        path=path,
        others=False,
        open=[_line(offer) for offer in lines if offer.enabled],
        closed=closed,
        down_only=all(line.reason is Reason.SERVICE_DOWN for line in closed),
        can_end_short=any(line.reason is Reason.LEVEL_TOO_LOW for line in closed),
    )


def _line(offer: Offer) -> Line:
    name, text = texts.CHOICES[offer.choice]
    if offer.method is Method.PERMANENT_OTP:
        text = texts.CHOICE_WITH_CODE
    elif offer.method is Method.CERTIFICATE_QSCD:
        text = texts.CHOICE_QUALIFIED_DEVICE
    return Line(offer.choice, name, text, offer.reason, offer.ways_up)


@router.post("/login/{interaction_id}/step-up")
async def take_step_up(interaction_id: str, request: Request) -> Response:
    """Send the code that a session by password lacks."""
    flow = await open_flow(request, interaction_id)
    await flow.form()
    person = finish.session_step_up(flow)
    return await finish.send_otp(flow, person) if person else flow.to("")


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
        ways_up=ways_up(
            flow.interaction.required_loa,
            flow.interaction.client.allowed_methods & await flow.login.available(),
            enrolment_level=shortfall.enrolment_level,
        ),
    )


@router.get("/login/{interaction_id}/data")
async def show_data(interaction_id: str, request: Request) -> Response:
    """Show which data the service receives."""
    flow = await open_flow(request, interaction_id)
    if flow.progress.authentication is None:
        return flow.to("")
    purpose = flow.interaction.client.purpose
    return flow.page(
        "data.html",
        path="/data",
        claims=_lines(finish.personal_claims(flow)),
        purpose=purpose.get(flow.language.tag) or purpose.get(""),
    )


def _lines(claims: dict[str, str]) -> list[tuple[str, str]]:
    """Name each datum once: several claims may say the same, and the whole name its parts."""
    lines: dict[str, str] = {}
    for claim, label in claims.items():
        if texts.PART_OF.get(claim) not in claims:
            lines.setdefault(label, claim)
    return [(claim, label) for label, claim in lines.items()]


@router.post("/login/{interaction_id}/data")
async def send_data(interaction_id: str, request: Request) -> Response:
    """Go on to the service, remembering what the person was shown."""
    flow = await open_flow(request, interaction_id)
    await flow.form()
    authentication = flow.progress.authentication
    if authentication is None:
        return flow.to("")
    await store.record_disclosure(
        flow.deps.pool,
        authentication.subject_id,
        flow.interaction.client.client_id,
        finish.personal_claims(flow),
        flow.deps.clock.now(),
    )
    return await finish.complete(flow, authentication)


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
    target = await interactions.fail_interaction(flow.deps, interaction_id, error, description)
    return flow.login.pages.returning(request, target, language=flow.language)
