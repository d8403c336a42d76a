"""The end of an enrolment without an officer: prove the phone, accept the terms, get the code.

The same two screens for a letter and for a video call. Of an automatic identification the first
leads to its case.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from clavis_gateway.citizen import forms, texts
from clavis_gateway.citizen.page import PublicPage, open_page
from clavis_gateway.login import forms as login_forms
from clavis_gateway.login.clients.sibling import Answer, Gone, Refused
from clavis_gateway.login.forms import FieldError
from clavis_gateway.login.render import PageFault
from clavis_gateway.login.routes.route import PageRoute

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_START = {
    "letter": "/register/letter",
    "video": "/register/video/call",
    "automatic": "/register/video/automatic",
}
_CODE = "/register/code"


@router.get(_CODE)
async def show_code(request: Request) -> Response:
    """Ask for the code that was sent, and for the acceptance of the terms."""
    page = open_page(request)
    return await _code_page(page) if page.begun.completion_id else page.to("/register")


@router.post(_CODE)
async def enter(request: Request) -> Response:
    """Prove the phone and enter the person."""
    page = open_page(request)
    values = await page.form()
    if not page.begun.completion_id:
        return page.to("/register")
    otp = login_forms.otp(values)
    errors = [otp] if isinstance(otp, FieldError) else []
    if "terms_accepted" not in values:
        errors.append(FieldError("terms_accepted", "terms-unread"))
    if errors or isinstance(otp, FieldError):
        return await _code_page(page, *page.faults(errors), status=422)
    begun = page.begun
    try:
        answer = await page.registry.prove(
            begun.way,
            begun.completion_id,
            otp,
            values.get("terms_version", ""),
            values.get("terms_language", ""),
        )
    except Refused as refused:
        code = refused.code if refused.code in texts.FAULTS else "enrolment-refused"
        return await _code_page(page, page.fault(code, forms.fault_field(code)), status=422)
    except Gone:
        return await _over(page)
    return await _judged(page, answer)


async def _judged(page: PublicPage, answer: Answer) -> Response:
    match answer["outcome"]:
        case "registered":
            return await _done(page, answer)
        case "proved":
            return page.with_case(answer["reference"]).to("/register/video/automatic/case")
        case _:
            fault, status = page.code_fault(answer)
            return await _code_page(page, fault, status=status)


async def _done(page: PublicPage, answer: Answer) -> Response:
    receipt = await page.registry.receipt(answer["receipt_token"])
    return page.with_receipt(answer["receipt_token"]).page(
        "register_done.html",
        None,
        email=True,
        activation_code=receipt["activation_code"],
        receipt=receipt["receipt_pdf"],
        advanced=False,
    )


@router.post(f"{_CODE}/resend")
async def resend(request: Request) -> Response:
    """Send another code to the same phone."""
    page = open_page(request)
    await page.form()
    if not page.begun.completion_id:
        return page.to("/register")
    try:
        answer = await page.registry.resend(page.begun.way, page.begun.completion_id)
    except Refused as refused:
        code = refused.code if refused.code in texts.FAULTS else "enrolment-refused"
        return await _code_page(page, page.fault(code), status=429)
    except Gone:
        return await _over(page)
    return page.with_code(page.begun.way, answer).to(_CODE)


async def _over(page: PublicPage) -> Response:
    """Say that it took too long; the first screen is where it begins anew."""
    fault = page.fault("enrolment-over")
    return page.page(
        "register_over.html", None, faults=[fault], status=410, start=_START[page.begun.way]
    )


async def _code_page(page: PublicPage, *faults: PageFault, status: int = 200) -> Response:
    terms = await page.registry.terms()
    languages = terms["languages"]
    language = page.language.tag if page.language.tag in languages else "es"
    return page.page(
        "register_code.html",
        _CODE,
        faults=faults,
        status=status,
        begun=page.begun,
        start=_START[page.begun.way],
        terms={"version": terms["version"], "language": language, "text": languages[language]},
    )
