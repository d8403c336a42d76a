"""The second factor after the password: a code by SMS, of the authenticator app, or of a list."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, Request
from starlette.responses import Response

from clavis_gateway.login import finish, forms, outcomes, second_factor
from clavis_gateway.login.clients.sibling import Answer
from clavis_gateway.login.finish import Identified
from clavis_gateway.login.flow import Flow, open_flow
from clavis_gateway.login.forms import FieldError
from clavis_gateway.login.progress import FirstFactor
from clavis_gateway.login.render import PageFault
from clavis_gateway.login.routes.route import PageRoute
from clavis_gateway.login.texts import N_
from clavis_gateway.rules.levels import Choice, Factor, Method

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_DEAD = frozenset({"expired", "used", "locked"})
_CARDS = {
    Factor.TOTP: ("totp.html", "otp", "totp"),
    Factor.RECOVERY_CODE: ("recovery_code.html", "recovery_code", "recovery-code"),
}


@router.post("/login/{interaction_id}/step-up")
async def take_step_up(interaction_id: str, request: Request) -> Response:
    """Ask for what a session by password lacks."""
    flow = await open_flow(request, interaction_id)
    await flow.form()
    person = await second_factor.session_step_up(flow)
    return await second_factor.ask(flow, person) if person else flow.to("")


@router.get("/login/{interaction_id}/second-factor")
async def show_choice(interaction_id: str, request: Request) -> Response:
    """Ask which second factor the person wants to use."""
    flow = await open_flow(request, interaction_id)
    person = flow.progress.first_factor
    return second_factor.choice_page(flow, person.factors) if person else flow.to("")


@router.get("/login/{interaction_id}/permanent/code")
async def show_code(interaction_id: str, request: Request) -> Response:
    """Ask for the code that was sent."""
    flow = await open_flow(request, interaction_id)
    return _code_page(flow) if flow.progress.otp else flow.to("")


def _code_page(flow: Flow, *faults: PageFault, status: int = 200) -> Response:
    return flow.page(
        "otp.html", status=status, path="/permanent/code", faults=faults, sent=flow.progress.otp,
        several=second_factor.has_others(flow),
    )  # fmt: skip


@router.post("/login/{interaction_id}/permanent/code")
async def enter_code(interaction_id: str, request: Request) -> Response:
    """Judge the typed code; with the password before, it makes two factors."""
    flow = await open_flow(request, interaction_id)
    values = await flow.form()
    sent, person = flow.progress.otp, flow.progress.first_factor
    if sent is None or person is None:
        return flow.to("")
    otp = forms.otp(values)
    if isinstance(otp, FieldError):
        return _code_page(flow, flow.fault(otp.code, otp.field), status=422)
    answer = await flow.login.permanent.attempt_otp(
        sent.code_id, otp, bound_to=flow.interaction.interaction_id
    )
    verdict = answer["verdict"]
    if verdict == "accepted" and answer["subject_id"] == person.subject_id:
        return await _completed(flow, person, Factor.SMS)
    if verdict == "wrong":
        fault = flow.fault("otp-wrong", "otp", attempts_left=answer["attempts_left"])
        return _code_page(flow, fault, status=422)
    code = f"otp-{verdict}" if verdict in _DEAD else "otp-used"
    return _code_page(flow, flow.fault(code), status=422)


async def _completed(flow: Flow, person: FirstFactor, factor: Factor) -> Response:
    level = person.enrolment_level
    since = datetime.fromisoformat(person.session_at) if person.session_at else None
    identified = Identified(person.subject_id, Method.PERMANENT_OTP, level, factor, since=since)
    return await finish.settle(flow, identified)


@router.post("/login/{interaction_id}/permanent/code/resend")
async def send_code(interaction_id: str, request: Request) -> Response:
    """Send a code by SMS: the first where it was chosen, or another."""
    flow = await open_flow(request, interaction_id)
    await flow.form()
    person = flow.progress.first_factor
    return await second_factor.send_otp(flow, person) if person else flow.to("")


@router.get("/login/{interaction_id}/permanent/totp")
async def show_totp(interaction_id: str, request: Request) -> Response:
    """Ask for the code that the authenticator app shows."""
    return _card_or_start(await open_flow(request, interaction_id), Factor.TOTP)


@router.get("/login/{interaction_id}/permanent/recovery-code")
async def show_recovery_code(interaction_id: str, request: Request) -> Response:
    """Ask for a code of the printed list."""
    return _card_or_start(await open_flow(request, interaction_id), Factor.RECOVERY_CODE)


def _card_or_start(flow: Flow, factor: Factor) -> Response:
    person = flow.progress.first_factor
    return _card(flow, factor) if person and factor in person.factors else flow.to("")


def _card(flow: Flow, factor: Factor, *faults: PageFault, status: int = 200) -> Response:
    return flow.page(
        _CARDS[factor][0], status=status, path=second_factor.PATHS[factor], faults=faults,
        several=second_factor.has_others(flow),
    )  # fmt: skip


@router.post("/login/{interaction_id}/permanent/totp")
async def enter_totp(interaction_id: str, request: Request) -> Response:
    """Judge a code of the authenticator app."""
    return await _enter(interaction_id, request, Factor.TOTP)


@router.post("/login/{interaction_id}/permanent/recovery-code")
async def enter_recovery_code(interaction_id: str, request: Request) -> Response:
    """Judge a code of the printed list; it serves once."""
    return await _enter(interaction_id, request, Factor.RECOVERY_CODE)


async def _enter(interaction_id: str, request: Request, factor: Factor) -> Response:
    flow = await open_flow(request, interaction_id)
    values = await flow.form()
    person = flow.progress.first_factor
    if person is None or factor not in person.factors:
        return flow.to("")
    typed = forms.totp(values) if factor is Factor.TOTP else forms.recovery_code(values)
    if isinstance(typed, FieldError):
        return _card(flow, factor, flow.fault(typed.code, typed.field), status=422)
    service, bound_to = flow.login.permanent, flow.interaction.interaction_id
    attempt = (
        service.attempt_totp if factor is Factor.TOTP else service.attempt_recovery_code
    )  # one shape, two lists of attempts
    answer = await attempt(person.subject_id, typed, bound_to=bound_to)
    return await _judged(flow, person, factor, answer)


async def _judged(flow: Flow, person: FirstFactor, factor: Factor, answer: Answer) -> Response:
    _, field, name = _CARDS[factor]
    match answer["verdict"]:
        case "accepted":
            return await _completed(flow, person, factor)
        case "wrong":
            fault = flow.fault(f"{name}-wrong", field, attempts_left=answer["attempts_left"])
            return _card(flow, factor, fault, status=422)
        case "locked":
            title = N_("Espere antes de probar otro código")
            until = answer["locked_until"]
            return await outcomes.blocked(
                flow, f"{name}-locked", title, but=Choice.PERMANENT, status=429, until=until
            )
        case _:
            others = tuple(other for other in person.factors if other is not factor)
            return second_factor.choice_page(flow, others, f"{name}-unavailable", status=409)
