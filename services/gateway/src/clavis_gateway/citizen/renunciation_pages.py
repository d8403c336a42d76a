"""Giving up the digital identity with the code of the letter that enrolled the person.

What is typed is answered with the same page for everybody; a code comes only to the phone of who
proved all of it. The warning stands before the confirmation (BOE-A-2015-14215 section 2.1).
"""

from __future__ import annotations

from base64 import b64decode

from fastapi import APIRouter, Request
from starlette.responses import Response

from clavis_gateway.citizen import forms, texts
from clavis_gateway.citizen.page import PublicPage, open_page
from clavis_gateway.login import forms as login_forms
from clavis_gateway.login.clients.sibling import Answer, Gone, Refused
from clavis_gateway.login.flow import typed
from clavis_gateway.login.forms import FieldError
from clavis_gateway.login.render import PageFault
from clavis_gateway.login.routes.route import PageRoute

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_LETTER = "/renounce/letter"
_CODE = "/renounce/letter/code"
_DONE = "/renounce/letter/done"
_PROOF = "/renounce/letter/proof"


@router.get(_LETTER)
async def show_letter(request: Request) -> Response:
    """Warn, and ask for number, datum and code of the letter."""
    return _letter_page(open_page(request), {})


@router.post(_LETTER)
async def ask(request: Request) -> Response:
    """Take what was typed; the answer is one and the same."""
    page = open_page(request)
    values = await page.form()
    errors: list[FieldError] = []
    who = forms.identity(values, errors)
    csv = forms.text(values, "csv", "csv-missing", errors)
    if errors:
        return _letter_page(page, values, *page.faults(errors), status=422)
    try:
        answer = await page.registry.ask_to_renounce(*who, csv, page.language.tag, page.source)
    except Refused as refused:
        code = refused.code if refused.code in texts.FAULTS else "renunciation-refused"
        fault = page.fault(code, forms.fault_field(code))
        status = 429 if code == "too-many-requests" else 422
        return _letter_page(page, values, fault, status=status)
    return page.with_renunciation(answer).to(_CODE)


def _letter_page(
    page: PublicPage, values: dict[str, str], *faults: PageFault, status: int = 200
) -> Response:
    shown = typed(values, "identifier", "contrast", "csv")
    return page.page("renounce_letter.html", _LETTER, faults=faults, status=status, typed=shown)


@router.get(_CODE)
async def show_code(request: Request) -> Response:
    """Ask for the code that came to the phone, and for the confirmation."""
    page = open_page(request)
    return _code_page(page) if page.begun.renunciation else page.to(_LETTER)


@router.post(_CODE)
async def renounce(request: Request) -> Response:
    """End the identity of who types the code and confirms."""
    page = open_page(request)
    values = await page.form()
    if not page.begun.renunciation:
        return page.to(_LETTER)
    otp = login_forms.otp(values)
    errors = [otp] if isinstance(otp, FieldError) else []
    if "confirmed" not in values:
        errors.append(FieldError("confirmed", "renunciation-unconfirmed"))
    if errors or isinstance(otp, FieldError):
        return _code_page(page, *page.faults(errors), status=422)
    try:
        answer = await page.registry.renounce(page.begun.renunciation, otp)
    except Refused:
        return _code_page(page, page.fault("renunciation-refused"), status=422)
    return _judged(page, answer)


def _judged(page: PublicPage, answer: Answer) -> Response:
    if answer["outcome"] == "renounced":
        return page.with_proof(answer["proof_token"]).to(_DONE)
    fault, status = page.code_fault(answer)
    return _code_page(page, fault, status=status)


def _code_page(page: PublicPage, *faults: PageFault, status: int = 200) -> Response:
    return page.page("renounce_code.html", _CODE, faults=faults, status=status, begun=page.begun)


@router.get(_DONE)
async def show_done(request: Request) -> Response:
    """Say that the identity has ended, and offer the proof."""
    page = open_page(request)
    return _done_page(page) if page.begun.proof else page.to(_LETTER)


@router.post(_PROOF)
async def fetch_proof(request: Request) -> Response:
    """Hand the signed proof out, once."""
    page = open_page(request)
    await page.form()
    if not page.begun.proof:
        return page.to(_LETTER)
    try:
        pdf = b64decode((await page.registry.renunciation_proof(page.begun.proof))["proof_pdf"])
    except (Gone, Refused):
        return _done_page(page, page.fault("receipt-gone"), status=410)
    name = page.language.text(texts.PROOF_NAME)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(pdf, media_type="application/pdf", headers=headers)


def _done_page(page: PublicPage, *faults: PageFault, status: int = 200) -> Response:
    return page.page("renounce_done.html", _DONE, faults=faults, status=status)
