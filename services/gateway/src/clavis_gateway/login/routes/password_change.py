"""Changing a password inside a login: because it expired, or because it soon will."""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter, Request
from starlette.responses import Response

from clavis_gateway.login import forms
from clavis_gateway.login.clients.permanent import TypedCode
from clavis_gateway.login.clients.sibling import Answer, Gone
from clavis_gateway.login.flow import Flow, open_flow
from clavis_gateway.login.forms import FieldError
from clavis_gateway.login.outcomes import blocked
from clavis_gateway.login.progress import FirstFactor, PasswordChange, SentCode
from clavis_gateway.login.render import PageFault
from clavis_gateway.login.routes.permanent import login_page, settle_password
from clavis_gateway.login.routes.route import PageRoute
from clavis_gateway.login.second_factor import factors_of, sent_code
from clavis_gateway.login.texts import N_, PASSWORD_FAULTS
from clavis_gateway.rules.levels import Choice

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_DEAD = frozenset({"expired", "used", "locked"})


@router.get("/login/{interaction_id}/permanent/renewal")
async def show_renewal(interaction_id: str, request: Request) -> Response:
    """Say that the password ends soon, and offer to change it now or later."""
    flow = await open_flow(request, interaction_id)
    change = flow.progress.change
    if change is None or change.expired:
        return flow.to("")
    return flow.page(
        "password_renewal.html", path="/permanent/renewal", expires_on=change.expires_on
    )


@router.post("/login/{interaction_id}/permanent/renewal")
async def put_off(interaction_id: str, request: Request) -> Response:
    """Go on with the password as it is."""
    flow = await open_flow(request, interaction_id)
    await flow.form()
    change = flow.progress.change
    if change is None or change.expired:
        return flow.to("")
    return await _go_on(flow, change)


async def _go_on(flow: Flow, change: PasswordChange) -> Response:
    flow = await flow.remember(replace(flow.progress, change=None))
    return await settle_password(flow, change.person)


@router.get("/login/{interaction_id}/permanent/change")
async def show_change(interaction_id: str, request: Request) -> Response:
    """Explain the change; once a code was sent, ask for it and for the new password."""
    flow = await open_flow(request, interaction_id)
    return _page(flow, flow.progress.change) if flow.progress.change else flow.to("/permanent")


def _page(flow: Flow, change: PasswordChange, *faults: PageFault, status: int = 200) -> Response:
    return flow.page(
        "password_change.html", status=status, path="/permanent/change", faults=faults,
        change=change, others=change.expired,
    )  # fmt: skip


@router.post("/login/{interaction_id}/permanent/change/code")
async def send_code(interaction_id: str, request: Request) -> Response:
    """Send the code that confirms the change, or another."""
    flow = await open_flow(request, interaction_id)
    await flow.form()
    change = flow.progress.change
    if change is None:
        return flow.to("/permanent")
    try:
        answer = await flow.login.permanent.send_change_otp(
            change.change_id, relying_party=flow.service.name, language=flow.language.tag
        )
    except Gone:
        return await _too_late(flow)
    if answer["outcome"] == "expired":
        return await _too_late(flow)
    if answer["outcome"] == "sent":
        return await _remember(flow, change, sent_code(answer, "otp_id"))
    return await _not_sent(flow, change, answer)


async def _remember(flow: Flow, change: PasswordChange, code: SentCode | None) -> Response:
    await flow.remember(replace(flow.progress, change=replace(change, code=code)))
    return flow.to("/permanent/change")


async def _not_sent(flow: Flow, change: PasswordChange, answer: Answer) -> Response:
    if answer["outcome"] == "limited":
        fault = flow.fault("otp-limited", until=answer["resend_at"])
        return _page(flow, change, fault, status=429)
    if answer.get("reason") == "undeliverable":
        return _page(flow, change, flow.fault("otp-undeliverable"), status=503)
    title = N_("No podemos cambiar la contraseña aquí")
    advice = N_("Puede crear otra con su código de activación, o entrar de otra forma.")
    return await blocked(
        flow, "no-phone", title, but=Choice.PERMANENT, status=409, advice=advice, recover=True
    )


@router.post("/login/{interaction_id}/permanent/change")
async def change_password(interaction_id: str, request: Request) -> Response:
    """Replace the password and go on with the login."""
    flow = await open_flow(request, interaction_id)
    values = await flow.form()
    change = flow.progress.change
    if change is None or change.code is None:
        return flow.to("/permanent/change")
    typed = (forms.otp(values), forms.new_password(values))
    wrong = [entry for entry in typed if isinstance(entry, FieldError)]
    if wrong:
        faults = [flow.fault(error.code, error.field) for error in wrong]
        return _page(flow, change, *faults, status=422)
    otp, password = (str(entry) for entry in typed)
    code = TypedCode(change.code.code_id, otp)
    try:
        answer = await flow.login.permanent.change_password(change.change_id, code, password)
    except Gone:
        return await _too_late(flow)
    return await _changed(flow, change, answer)


async def _changed(flow: Flow, change: PasswordChange, answer: Answer) -> Response:
    match answer["outcome"]:
        case "changed":
            known = await flow.login.permanent.second_factors(answer["subject_id"])
            person = FirstFactor(answer["subject_id"], answer["enrolment_level"], factors_of(known))
            return await _go_on(flow, replace(change, person=person))
        case "rejected":
            reasons = [reason for reason in answer["reasons"] if reason in PASSWORD_FAULTS]
            faults = [flow.fault(code, "password") for code in reasons or ["password-rejected"]]
            return _page(flow, change, *faults, status=422)
        case "wrong":
            fault = flow.fault("otp-wrong", "otp", attempts_left=answer["attempts_left"])
            return _page(flow, change, fault, status=422)
        case outcome:
            code = f"otp-{outcome}" if outcome in _DEAD else "otp-used"
            return _page(flow, change, flow.fault(code), status=422)


async def _too_late(flow: Flow) -> Response:
    flow = await flow.remember(replace(flow.progress, change=None))
    values = {"identifier": flow.login_hint}
    return await login_page(flow, values, flow.fault("change-expired"), status=422)
