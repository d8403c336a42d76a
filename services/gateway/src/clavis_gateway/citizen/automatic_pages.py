"""The automatic identification by video: to begin it, to follow it, and to fetch its receipt.

Nobody is looked up at the beginning, so the answer is the same for everybody; the case is shown
to the browser whose phone was proved, and to no other.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from clavis_gateway.citizen import forms, texts
from clavis_gateway.citizen.page import PublicPage, open_page
from clavis_gateway.login.clients.sibling import Gone, Refused
from clavis_gateway.login.flow import typed
from clavis_gateway.login.forms import FieldError
from clavis_gateway.login.render import PageFault
from clavis_gateway.login.routes.route import PageRoute

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_BEGIN = "/register/video/automatic"
_CASE = "/register/video/automatic/case"
_LIMITS = frozenset({"phone-code-too-soon", "phone-code-limit"})


@router.get(_BEGIN)
async def show_begin(request: Request) -> Response:
    """Ask for the number and how to reach the person."""
    return _begin_page(open_page(request), {})


@router.post(_BEGIN)
async def begin(request: Request) -> Response:
    """Send a code to the phone."""
    page = open_page(request)
    values = await page.form()
    errors: list[FieldError] = []
    national_id = forms.number(values, errors)
    reach = forms.contact(values, errors)
    if errors:
        faults = page.faults(errors)
        return _begin_page(page, values, *faults, status=422)
    body = {
        "national_id": national_id,
        "mobile": reach.mobile,
        "email": reach.email,
        "language": page.language.tag,
    }
    try:
        answer = await page.registry.begin("automatic", body)
    except Refused as refused:
        code = refused.code if refused.code in texts.FAULTS else "enrolment-refused"
        fault = page.fault(code, forms.fault_field(code))
        return _begin_page(page, values, fault, status=429 if code in _LIMITS else 422)
    return page.with_code("automatic", answer).to("/register/code")


def _begin_page(
    page: PublicPage, values: dict[str, str], *faults: PageFault, status: int = 200
) -> Response:
    shown = typed(values, "identifier", "mobile", "email")
    return page.page("video_automatic.html", _BEGIN, faults=faults, status=status, typed=shown)


@router.get(_CASE)
async def show_case(request: Request) -> Response:
    """Show the reference for the provider's app, and where the identification is."""
    page = open_page(request)
    return await _case_page(page) if page.begun.reference else page.to(_BEGIN)


@router.post(f"{_BEGIN}/receipt")
async def show_receipt(request: Request) -> Response:
    """Show the receipt and its activation code, once."""
    page = open_page(request)
    await page.form()
    reference = page.begun.reference
    if not reference:
        return page.to(_BEGIN)
    try:
        state = await page.registry.automatic_state(reference)
        receipt = await page.registry.automatic_receipt(reference)
    except (Refused, Gone):
        return await _case_page(page, page.fault("receipt-gone"), status=410)
    return page.page(
        "register_done.html",
        None,
        keep=False,
        email=False,
        activation_code=receipt["activation_code"],
        receipt=receipt["receipt_pdf"],
        advanced=state == "approved",
    )


async def _case_page(page: PublicPage, *faults: PageFault, status: int = 200) -> Response:
    reference = page.begun.reference
    try:
        state = await page.registry.automatic_state(reference)
    except Gone:
        over = page.fault("enrolment-over")
        return page.with_case("").page(
            "register_over.html", None, faults=[over], status=410, start=_BEGIN
        )
    state = state if state in texts.AUTOMATIC_STATES else "submitted"
    return page.page(
        "video_automatic_case.html",
        _CASE,
        faults=faults,
        status=status,
        reference=reference,
        state=state,
        text=page.language.text(texts.AUTOMATIC_STATES[state]),
        entered=state in texts.AUTOMATIC_ENTERED,
    )
