"""Activating the permanent password: who, the phone, the password. No login is needed.

What lies between the three screens is in a cookie of this browser alone; the service of
permanent passwords holds the truth and judges every step again.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from clavis_gateway.login import forms
from clavis_gateway.login.activation import ActivationPage, open_activation
from clavis_gateway.login.clients import Answer
from clavis_gateway.login.forms import FieldError
from clavis_gateway.login.routes.route import PageRoute
from clavis_gateway.login.texts import PASSWORD_FAULTS

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/activate")
async def show_start(request: Request) -> Response:
    """Ask who wants to activate, and for the activation code."""
    return open_activation(request).restarted().start_page({})


@router.post("/activate")
async def start(request: Request) -> Response:
    """Check the activation code and have a code sent to the phone."""
    page = open_activation(request)
    values = await page.form()
    wanted = forms.activation(values)
    if isinstance(wanted, list):
        faults = [page.fault(error.code, error.field) for error in wanted]
        return page.start_page(values, *faults, status=422)
    answer = await page.login.permanent.start_activation(
        national_id=wanted.national_id,
        email=wanted.email,
        activation_code=wanted.activation_code,
        language=page.language.tag,
    )
    return _started(page, values, answer)


def _started(page: ActivationPage, values: dict[str, str], answer: Answer) -> Response:
    if answer["outcome"] == "code_sent":
        response = RedirectResponse("/activate/code", status_code=303)
        return page.with_code(answer).keep(response)
    if answer["outcome"] == "limited":
        fault = page.fault("activation-limited", until=answer["retry_at"])
        return page.start_page(values, fault, status=429)
    if answer["outcome"] == "undeliverable":
        return page.start_page(values, page.fault("otp-undeliverable"), status=503)
    fault = page.fault("activation-mismatch", "identifier")
    return page.start_page(values, fault, status=422)


@router.get("/activate/code")
async def show_code(request: Request) -> Response:
    """Ask for the code that was sent."""
    page = open_activation(request)
    return page.code_page() if page.state.activation_id else _restart()


@router.post("/activate/code")
async def enter_code(request: Request) -> Response:
    """Judge the code that proves the phone."""
    page = open_activation(request)
    otp = forms.otp(await page.form())
    if not page.state.activation_id:
        return _restart()
    if isinstance(otp, FieldError):
        return page.code_page(page.fault(otp.code, otp.field), status=422)
    answer = await page.login.permanent.prove_phone(page.state.activation_id, otp)
    match answer["verdict"]:
        case "accepted":
            response = RedirectResponse("/activate/password", status_code=303)
            return page.with_phone_proved().keep(response)
        case "wrong":
            left = answer.get("attempts_left") or 0
            fault = page.fault("otp-wrong", "otp", attempts_left=left)
            return page.code_page(fault, status=422)
        case "locked":
            return page.start_page({}, page.fault("activation-locked"), status=429)
        case _:
            return page.start_page({}, page.fault("activation-expired"), status=422)


@router.get("/activate/password")
async def show_password(request: Request) -> Response:
    """Ask for the password."""
    page = open_activation(request)
    return page.password_page() if page.state.phone_proved else _restart()


@router.post("/activate/password")
async def choose_password(request: Request) -> Response:
    """Set the password."""
    page = open_activation(request)
    password = forms.new_password(await page.form())
    if not page.state.phone_proved or page.state.activation_id is None:
        return _restart()
    if isinstance(password, FieldError):
        return page.password_page(page.fault(password.code, password.field), status=422)
    answer = await page.login.permanent.choose_password(page.state.activation_id, password)
    match answer["outcome"]:
        case "activated":
            return page.done_page(answer["expires_on"])
        case "rejected":
            known = [reason for reason in answer["reasons"] if reason in PASSWORD_FAULTS]
            faults = [page.fault(code, "password") for code in known or ["password-rejected"]]
            return page.password_page(*faults, status=422)
        case _:
            return page.start_page({}, page.fault("activation-expired"), status=422)


def _restart() -> Response:
    return RedirectResponse("/activate", status_code=303)
