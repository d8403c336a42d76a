"""The video call: to book it, to come to it, and to go on once the agent has accepted it."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from fastapi import APIRouter, Request
from starlette.responses import Response

from clavis_gateway.citizen import forms, texts
from clavis_gateway.citizen.page import PublicPage, open_page
from clavis_gateway.login.clients.sibling import Answer, Gone, Refused
from clavis_gateway.login.flow import typed
from clavis_gateway.login.forms import FieldError
from clavis_gateway.login.i18n import calendar_date, clock_time
from clavis_gateway.login.render import PageFault
from clavis_gateway.login.routes.route import PageRoute

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_VIDEO = "/register/video"
_CALL = "/register/video/call"
Slot = tuple[str, str]


@router.get(_VIDEO)
async def show_booking(request: Request) -> Response:
    """Offer the free hours and ask who comes."""
    return await _booking_page(open_page(request), {})


@router.post(_VIDEO)
async def book(request: Request) -> Response:
    """Book a call. Nobody is looked up, so the answer is the same for everybody."""
    page = open_page(request)
    values = await page.form()
    errors: list[FieldError] = []
    who = forms.identity(values, errors)
    email = forms.text(values, "email", "email-missing", errors)
    starts_at = forms.text(values, "starts_at", "slot-missing", errors)
    if errors:
        faults = page.faults(errors)
        return await _booking_page(page, values, *faults, status=422)
    body = {
        "national_id": who[0],
        "contrast": who[1],
        "starts_at": starts_at,
        "email": email,
        "language": page.language.tag,
        "source": page.source,
    }
    try:
        booked = await page.registry.book(body)
    except Refused as refused:
        # A moment that is none was not on our list.
        code = refused.code if refused.code in texts.FAULTS else "slot-not-free"
        fault = page.fault(code, forms.fault_field(code))
        return await _booking_page(page, values, fault, status=422)
    return page.with_booking(booked["token"]).page("video_booked.html", None, booked=booked)


async def _booking_page(
    page: PublicPage, values: dict[str, str], *faults: PageFault, status: int = 200
) -> Response:
    shown = typed(values, "identifier", "contrast", "email", "starts_at")
    days = _by_day(page, await page.registry.slots())
    return page.page("video.html", _VIDEO, faults=faults, status=status, typed=shown, days=days)


def _by_day(page: PublicPage, slots: list[str]) -> list[tuple[str, list[Slot]]]:
    """Group the free hours by day, as people read them; each keeps its moment for the form."""
    tag, zone = page.language.tag, page.login.pages.renderer.zone
    days: dict[str, list[Slot]] = defaultdict(list)
    for slot in slots:
        moment = datetime.fromisoformat(slot)
        day = calendar_date(moment.astimezone(zone), tag, zone)
        days[day].append((slot, clock_time(moment, tag, zone)))
    return list(days.items())


@router.get(_CALL)
async def show_call(request: Request) -> Response:
    """Offer to begin the call that this browser booked, or ask for the code of the booking."""
    return _call_page(open_page(request))


@router.post(_CALL)
async def come(request: Request) -> Response:
    """Enter the queue; asking again says the place in it, and then what became of the call."""
    page = open_page(request)
    values = await page.form()
    token = page.begun.booking or values.get("booking", "").strip()[: forms.MAX_TEXT]
    if not token:
        return _call_page(page, page.fault("booking-missing", "booking"), status=422)
    try:
        arrival = await page.registry.arrive(token)
    except Refused as refused:
        code = refused.code if refused.code in texts.FAULTS else "enrolment-refused"
        return _call_page(page, page.fault(code), status=422)
    except Gone:
        fault = page.fault("booking-unknown", "booking")
        return _call_page(page.with_booking(""), fault, status=422)
    return _arrived(page.with_booking(token), arrival)


def _arrived(page: PublicPage, arrival: Answer) -> Response:
    state = arrival["state"]
    if state == "accepted":
        return _contact_page(page, {})
    text = page.language.text(texts.CALL_STATES.get(state, texts.CALL_STATES["queued"]))
    return page.page("video_waiting.html", None, state=state, text=text, place=arrival["place"])


@router.post(f"{_CALL}/cancel")
async def cancel(request: Request) -> Response:
    """Give the call up."""
    page = open_page(request)
    await page.form()
    try:
        await page.registry.cancel_call(page.begun.booking)
    except Gone:
        fault = page.fault("booking-unknown", "booking")
        return _call_page(page.with_booking(""), fault, status=422)
    return page.with_booking("").page("video_cancelled.html", None)


@router.post("/register/video/contact")
async def begin(request: Request) -> Response:
    """Take the contact data after an accepted call, and send a code to the phone."""
    page = open_page(request)
    values = await page.form()
    errors: list[FieldError] = []
    reach = forms.contact(values, errors)
    if errors:
        faults = page.faults(errors)
        return _contact_page(page, values, *faults, status=422)
    body = {
        "token": page.begun.booking,
        "mobile": reach.mobile,
        "email": reach.email,
        "language": page.language.tag,
    }
    try:
        answer = await page.registry.begin("video", body)
    except Refused as refused:
        code = refused.code if refused.code in texts.FAULTS else "enrolment-refused"
        fault = page.fault(code, forms.fault_field(code))
        return _contact_page(page, values, fault, status=422)
    return page.with_code("video", answer).to("/register/code")


def _contact_page(
    page: PublicPage, values: dict[str, str], *faults: PageFault, status: int = 200
) -> Response:
    shown = typed(values, "mobile", "email")
    return page.page("video_contact.html", None, faults=faults, status=status, typed=shown)


def _call_page(page: PublicPage, *faults: PageFault, status: int = 200) -> Response:
    known = bool(page.begun.booking)
    return page.page("video_call.html", _CALL, faults=faults, status=status, known=known)
