"""Logging in with the permanent password, alone or with a code by SMS."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from clavis_gateway.login import finish, forms
from clavis_gateway.login.clients import Answer
from clavis_gateway.login.finish import Identified
from clavis_gateway.login.flow import Flow, open_flow, typed
from clavis_gateway.login.forms import FieldError
from clavis_gateway.login.progress import FirstFactor
from clavis_gateway.login.render import PageFault
from clavis_gateway.login.routes.route import PageRoute
from clavis_gateway.login.texts import N_
from clavis_gateway.rules.levels import Method, best_loa

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/login/{interaction_id}/permanent")
async def show_login(interaction_id: str, request: Request) -> Response:
    """Ask for identifier and password."""
    flow = await open_flow(request, interaction_id)
    return _login_page(flow, {"identifier": flow.login_hint})


def _login_page(
    flow: Flow, values: dict[str, str], *faults: PageFault, status: int = 200
) -> Response:
    best = best_loa(Method.PERMANENT, flow.deps.settings.level_policy)
    return flow.page(
        "permanent.html",
        status=status,
        path="/permanent",
        faults=faults,
        typed=typed(values, "identifier"),
        with_code=best < flow.interaction.required_loa,
    )


@router.post("/login/{interaction_id}/permanent")
async def log_in(interaction_id: str, request: Request) -> Response:
    """Judge the password."""
    flow = await open_flow(request, interaction_id)
    values = await flow.form()
    login = forms.login(values)
    if isinstance(login, list):
        faults = [flow.fault(error.code, error.field) for error in login]
        return _login_page(flow, values, *faults, status=422)
    answer = await flow.login.permanent.login(login.national_id, login.password)
    return await _logged_in(flow, values, answer)


async def _logged_in(flow: Flow, values: dict[str, str], answer: Answer) -> Response:
    match answer["verdict"]:
        case "accepted":
            person = Identified(answer["subject_id"], Method.PERMANENT, answer["enrolment_level"])
            return await finish.settle(flow, person)
        case "locked":
            return _locked(flow, answer)
        case "expired":
            return finish.blocked(
                flow,
                "password-expired",
                N_("Su contraseña ha caducado"),
                status=403,
                advice=N_("Cree otra con el código de activación de su justificante de registro."),
                activate=True,
            )
        case _:
            fault = flow.fault("login-wrong", "identifier")
            return _login_page(flow, values, fault, status=422)


def _locked(flow: Flow, answer: Answer) -> Response:
    title = N_("Contraseña bloqueada")
    advice = N_(
        "La bloqueamos por varios intentos fallidos. Cree otra con su código de activación."
    )
    until = answer.get("locked_until")
    if until is None:
        return finish.blocked(
            flow, "password-locked", title, status=429, advice=advice, activate=True
        )
    return finish.blocked(flow, "password-locked-until", title, status=429, until=until)


@router.get("/login/{interaction_id}/permanent/code")
async def show_code(interaction_id: str, request: Request) -> Response:
    """Ask for the code that was sent."""
    flow = await open_flow(request, interaction_id)
    return _code_page(flow) if flow.progress.otp else flow.to("")


def _code_page(flow: Flow, *faults: PageFault, status: int = 200) -> Response:
    return flow.page(
        "otp.html", status=status, path="/permanent/code", faults=faults, sent=flow.progress.otp
    )


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
    return await _judged(flow, person, answer)


async def _judged(flow: Flow, person: FirstFactor, answer: Answer) -> Response:
    verdict = answer["verdict"]
    if verdict == "accepted" and answer["subject_id"] == person.subject_id:
        identified = Identified(person.subject_id, Method.PERMANENT_OTP, person.enrolment_level)
        return await finish.settle(flow, identified)
    if verdict == "wrong":
        fault = flow.fault("otp-wrong", "otp", attempts_left=answer["attempts_left"])
        return _code_page(flow, fault, status=422)
    code = f"otp-{verdict}" if verdict in {"expired", "used", "locked"} else "otp-used"
    return _code_page(flow, flow.fault(code), status=422)


@router.post("/login/{interaction_id}/permanent/code/resend")
async def resend(interaction_id: str, request: Request) -> Response:
    """Send another code."""
    flow = await open_flow(request, interaction_id)
    await flow.form()
    person = flow.progress.first_factor
    return await finish.send_otp(flow, person) if person else flow.to("")
