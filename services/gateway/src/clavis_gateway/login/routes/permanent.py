"""Logging in with the permanent password."""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter, Request
from starlette.responses import Response

from clavis_gateway.login import finish, forms, second_factor
from clavis_gateway.login.clients.sibling import Answer
from clavis_gateway.login.finish import Identified
from clavis_gateway.login.flow import Flow, open_flow, typed
from clavis_gateway.login.outcomes import blocked
from clavis_gateway.login.progress import FirstFactor, PasswordChange
from clavis_gateway.login.render import PageFault
from clavis_gateway.login.routes.route import PageRoute
from clavis_gateway.login.texts import N_
from clavis_gateway.rules.levels import Choice, Method, best_loa

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/login/{interaction_id}/permanent")
async def show_login(interaction_id: str, request: Request) -> Response:
    """Ask for identifier and password, or for a passkey where the browser offers one."""
    flow = await open_flow(request, interaction_id)
    return await login_page(flow, {"identifier": flow.login_hint})


async def login_page(
    flow: Flow, values: dict[str, str], *faults: PageFault, status: int = 200
) -> Response:
    """Render the page, filled in but for the password."""
    best = best_loa(Method.PERMANENT, flow.deps.settings.level_policy)
    allowed = flow.interaction.client.allowed_methods & await flow.login.available()
    return flow.page(
        "permanent.html",
        status=status,
        path="/permanent",
        faults=faults,
        typed=typed(values, "identifier"),
        with_code=best < flow.interaction.required_loa,
        passkeys=Method.PASSKEY in allowed,
    )


@router.post("/login/{interaction_id}/permanent")
async def log_in(interaction_id: str, request: Request) -> Response:
    """Judge the password."""
    flow = await open_flow(request, interaction_id)
    values = await flow.form()
    login = forms.login(values)
    if isinstance(login, list):
        faults = [flow.fault(error.code, error.field) for error in login]
        return await login_page(flow, values, *faults, status=422)
    answer = await flow.login.permanent.login(login.national_id, login.password, source=flow.source)
    match answer["verdict"]:
        case "accepted":
            return await _accepted(flow, answer)
        case "expired":
            person = FirstFactor(answer["subject_id"], None)
            change = PasswordChange(answer["change_id"], person, expired=True)
            await flow.remember(replace(flow.progress, change=change))
            return flow.to("/permanent/change")
        case "locked":
            return await _locked(flow, answer)
        case "limited":
            title = N_("Espere antes de volver a intentarlo")
            until = answer["retry_at"]
            return await blocked(
                flow, "activation-limited", title, but=Choice.PERMANENT, status=429, until=until
            )
        case _:
            fault = flow.fault("login-wrong", "identifier")
            return await login_page(flow, values, fault, status=422)


def _person(answer: Answer) -> FirstFactor:
    factors = second_factor.factors_of(answer)
    return FirstFactor(answer["subject_id"], answer["enrolment_level"], factors)


async def _accepted(flow: Flow, answer: Answer) -> Response:
    person = _person(answer)
    if "change_id" not in answer:
        return await settle_password(flow, person)
    change = PasswordChange(
        answer["change_id"], person, expired=False, expires_on=answer["password_expires_on"]
    )
    await flow.remember(replace(flow.progress, change=change))
    return flow.to("/permanent/renewal")


async def settle_password(flow: Flow, person: FirstFactor) -> Response:
    """Go on for a person whose password has been proved."""
    identified = Identified(
        person.subject_id, Method.PERMANENT, person.enrolment_level, factors=person.factors
    )
    return await finish.settle(flow, identified)


async def _locked(flow: Flow, answer: Answer) -> Response:
    title = N_("Contraseña bloqueada")
    until = answer.get("locked_until")
    code = "password-locked-until" if until else "password-locked"
    advice = None if until else N_("La bloqueamos por varios intentos fallidos. Puede crear otra.")
    return await blocked(
        flow, code, title, but=Choice.PERMANENT, status=429, advice=advice, until=until,
        recover=until is None,
    )  # fmt: skip
