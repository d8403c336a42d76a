"""Setting a permanent password, the first or another: who, the phone, the password.

No login is needed; whoever forgot the password comes this way too.

What lies between the three screens is in a cookie of this browser alone; the service of
permanent passwords holds the truth and judges every step again.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from clavis_gateway.login import forms
from clavis_gateway.login.clients.sibling import Answer
from clavis_gateway.login.forms import FieldError
from clavis_gateway.login.password_setup import SetupPage, open_setup
from clavis_gateway.login.routes.route import PageRoute
from clavis_gateway.login.texts import PASSWORD_FAULTS

_MISMATCH = {"activate": "activation-mismatch", "recover": "recovery-mismatch"}
router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/activate")
@router.get("/recover")
async def show_start(request: Request) -> Response:
    """Ask who wants a password, and for the activation code."""
    return open_setup(request).restarted().start_page({})


@router.post("/activate")
@router.post("/recover")
async def start(request: Request) -> Response:
    """Check the activation code and have a code sent to the phone."""
    page = open_setup(request)
    values = await page.form()
    wanted = forms.activation(values, with_email=page.setup == "activate")
    if isinstance(wanted, list):
        faults = [page.fault(error.code, error.field) for error in wanted]
        return page.start_page(values, *faults, status=422)
    answer = await page.login.setups.start(
        page.setup,
        national_id=wanted.national_id,
        email=wanted.email,
        activation_code=wanted.activation_code,
        language=page.language.tag,
        source=page.login.terminator.source_of(request),
    )
    return _started(page, values, answer)


def _started(page: SetupPage, values: dict[str, str], answer: Answer) -> Response:
    if answer["outcome"] == "code_sent":
        response = page.to("/code")
        return page.with_code(answer).keep(response)
    if answer["outcome"] == "limited":
        fault = page.fault("activation-limited", until=answer["retry_at"])
        return page.start_page(values, fault, status=429)
    if answer["outcome"] == "undeliverable":
        return page.start_page(values, page.fault("otp-undeliverable"), status=503)
    fault = page.fault(_MISMATCH[page.setup], "identifier")
    return page.start_page(values, fault, status=422)


@router.get("/activate/code")
@router.get("/recover/code")
async def show_code(request: Request) -> Response:
    """Ask for the code that was sent."""
    page = open_setup(request)
    return page.code_page() if page.state.setup_id else page.to("")


@router.post("/activate/code")
@router.post("/recover/code")
async def enter_code(request: Request) -> Response:
    """Judge the code that proves the phone."""
    page = open_setup(request)
    otp = forms.otp(await page.form())
    if not page.state.setup_id:
        return page.to("")
    if isinstance(otp, FieldError):
        return page.code_page(page.fault(otp.code, otp.field), status=422)
    answer = await page.login.setups.prove_phone(page.setup, page.state.setup_id, otp)
    match answer["verdict"]:
        case "accepted":
            response = page.to("/password")
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
@router.get("/recover/password")
async def show_password(request: Request) -> Response:
    """Ask for the password."""
    page = open_setup(request)
    return page.password_page() if page.state.phone_proved else page.to("")


@router.post("/activate/password")
@router.post("/recover/password")
async def choose_password(request: Request) -> Response:
    """Set the password."""
    page = open_setup(request)
    password = forms.new_password(await page.form())
    if not page.state.phone_proved or page.state.setup_id is None:
        return page.to("")
    if isinstance(password, FieldError):
        return page.password_page(page.fault(password.code, password.field), status=422)
    answer = await page.login.setups.choose_password(page.setup, page.state.setup_id, password)
    match answer["outcome"]:
        case "activated":
            return page.done_page(answer["expires_on"])
        case "rejected":
            known = [reason for reason in answer["reasons"] if reason in PASSWORD_FAULTS]
            faults = [page.fault(code, "password") for code in known or ["password-rejected"]]
            return page.password_page(*faults, status=422)
        case _:
            return page.start_page({}, page.fault("activation-expired"), status=422)
