"""The invitation letter: to ask for it, to follow it, and to enrol with its code.

To ask is answered with the same page for everybody: whether the number is anybody's, or a letter
goes out, never shows.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from clavis_gateway.citizen import forms, texts
from clavis_gateway.citizen.page import PublicPage, open_page
from clavis_gateway.login.clients.sibling import Refused
from clavis_gateway.login.flow import typed
from clavis_gateway.login.forms import FieldError
from clavis_gateway.login.render import PageFault
from clavis_gateway.login.routes.route import PageRoute

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_REQUEST = "/register/letter/request"
_STATUS = "/register/letter/status"
_LETTER = "/register/letter"


@router.get(_REQUEST)
async def show_request(request: Request) -> Response:
    """Ask who wants a letter."""
    return _request_page(open_page(request), {})


@router.post(_REQUEST)
async def ask(request: Request) -> Response:
    """Take the request; the answer is one and the same."""
    page = open_page(request)
    values = await page.form()
    errors: list[FieldError] = []
    who = forms.identity(values, errors)
    if errors:
        return _request_page(page, values, *page.faults(errors), status=422)
    try:
        await page.registry.ask_for_letter(*who, page.language.tag, page.source)
    except Refused as refused:
        fault = page.fault(*_known(refused.code))
        return _request_page(page, values, fault, status=429)
    return page.page("letter_asked.html", None)


def _request_page(
    page: PublicPage, values: dict[str, str], *faults: PageFault, status: int = 200
) -> Response:
    shown = typed(values, "identifier", "contrast")
    return page.page("letter_request.html", _REQUEST, faults=faults, status=status, typed=shown)


@router.get(_STATUS)
async def show_status_form(request: Request) -> Response:
    """Ask whose letter it is."""
    return _status_page(open_page(request), {})


@router.post(_STATUS)
async def show_status(request: Request) -> Response:
    """Say where the letter is, to who knows the document."""
    page = open_page(request)
    values = await page.form()
    errors: list[FieldError] = []
    who = forms.identity(values, errors)
    if errors:
        return _status_page(page, values, *page.faults(errors), status=422)
    answer = await page.registry.letter_status(*who)
    match answer["outcome"]:
        case "known":
            state = answer["state"] if answer["state"] in texts.LETTER_STATES else "requested"
            text = page.language.text(texts.LETTER_STATES[state])
            return page.page("letter_state.html", None, state=state, text=text, letter=answer)
        case "limited":
            fault = page.fault("enrolment-limited", until=answer["retry_at"])
            return _status_page(page, values, fault, status=429)
        case _:
            return _status_page(
                page, values, page.fault("status-mismatch", "identifier"), status=422
            )


def _status_page(
    page: PublicPage, values: dict[str, str], *faults: PageFault, status: int = 200
) -> Response:
    shown = typed(values, "identifier", "contrast")
    return page.page("letter_status.html", _STATUS, faults=faults, status=status, typed=shown)


@router.get(_LETTER)
async def show_letter(request: Request) -> Response:
    """Ask for the code of the letter and how to reach the person."""
    return _letter_page(open_page(request), {})


@router.post(_LETTER)
async def begin(request: Request) -> Response:
    """Check number, datum and code together, and send a code to the phone."""
    page = open_page(request)
    values = await page.form()
    errors: list[FieldError] = []
    who = forms.identity(values, errors)
    csv = forms.text(values, "csv", "csv-missing", errors)
    reach = forms.contact(values, errors)
    if errors:
        return _letter_page(page, values, *page.faults(errors), status=422)
    body = {
        "national_id": who[0],
        "contrast": who[1],
        "csv": csv,
        "mobile": reach.mobile,
        "email": reach.email,
        "language": page.language.tag,
    }
    return await _begun(page, values, body)


async def _begun(page: PublicPage, values: dict[str, str], body: dict[str, str]) -> Response:
    try:
        answer = await page.registry.begin("letter", body)
    except Refused as refused:
        return _letter_page(page, values, page.fault(*_known(refused.code)), status=422)
    match answer["outcome"]:
        case "code_sent":
            return page.with_code("letter", answer).to("/register/code")
        case "limited":
            fault = page.fault("enrolment-limited", until=answer["retry_at"])
            return _letter_page(page, values, fault, status=429)
        case _:
            return _letter_page(
                page, values, page.fault("letter-mismatch", "identifier"), status=422
            )


def _letter_page(
    page: PublicPage, values: dict[str, str], *faults: PageFault, status: int = 200
) -> Response:
    shown = typed(values, "identifier", "contrast", "csv", "mobile", "email")
    return page.page("letter.html", _LETTER, faults=faults, status=status, typed=shown)


def _known(code: str) -> tuple[str, str]:
    """Return a refusal that has words, and its field; what has none is told in general."""
    known = code if code in texts.FAULTS else "enrolment-refused"
    return known, forms.fault_field(known)
