"""The e-mail address of who has just enrolled, proved by a code: nobody has to do it."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from clavis_gateway.citizen.page import PublicPage, open_page
from clavis_gateway.login import forms as login_forms
from clavis_gateway.login.clients.sibling import Answer, Gone, Refused
from clavis_gateway.login.forms import FieldError
from clavis_gateway.login.render import PageFault
from clavis_gateway.login.routes.route import PageRoute

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_EMAIL = "/register/email"
# After these refusals the code that was sent can still be typed; the others end the page.
_LIMITS = {"phone-code-too-soon": "phone-code-too-soon", "phone-code-limit": "email-code-limit"}


@router.post(_EMAIL)
async def send(request: Request) -> Response:
    """Send a code to the address given at the enrolment, or another one."""
    page = open_page(request)
    await page.form()
    if not page.begun.receipt:
        return page.to("/register")
    try:
        answer = await page.registry.email_code(page.begun.receipt)
    except Refused as refused:
        if refused.code not in _LIMITS:
            return _ended(page, refused.code)
        return _code_page(page, page.fault(_LIMITS[refused.code]), status=429)
    except Gone:
        return _ended(page, "email-over")
    return page.with_email(answer).to(_EMAIL)


@router.get(_EMAIL)
async def show_code(request: Request) -> Response:
    """Ask for the code that was sent."""
    page = open_page(request)
    return _code_page(page) if page.begun.email_proof else page.to("/register")


@router.post(f"{_EMAIL}/code")
async def prove(request: Request) -> Response:
    """Judge the code that came back."""
    page = open_page(request)
    values = await page.form()
    begun = page.begun
    if not begun.email_proof:
        return page.to("/register")
    otp = login_forms.otp(values)
    if isinstance(otp, FieldError):
        return _code_page(page, page.fault(otp.code, otp.field), status=422)
    try:
        answer = await page.registry.prove_email(begun.receipt, begun.email_proof, otp)
    except Refused as refused:
        return _ended(page, refused.code)
    except Gone:
        return _ended(page, "email-over")
    return _judged(page, answer)


def _judged(page: PublicPage, answer: Answer) -> Response:
    if answer["outcome"] == "accepted":
        return page.page("register_email_done.html", None, keep=False)
    fault, status = page.code_fault(answer)
    return _code_page(page, fault, status=status)


def _code_page(page: PublicPage, *faults: PageFault, status: int = 200) -> Response:
    return page.page("register_email.html", _EMAIL, faults=faults, status=status, begun=page.begun)


def _ended(page: PublicPage, code: str) -> Response:
    """Say that there is nothing left to prove here; an address proved before counts as done."""
    if code in ("contact-unchanged", "change-done"):
        return page.page("register_email_done.html", None, keep=False)
    fault = page.fault("email-over")
    return page.page("register_email_over.html", None, faults=[fault], status=410, keep=False)
