"""Logging in with a one-time PIN by SMS."""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter, Request
from starlette.responses import Response

from clavis_gateway.login import finish, forms
from clavis_gateway.login.clients import Answer
from clavis_gateway.login.finish import Identified
from clavis_gateway.login.flow import Flow, open_flow, typed
from clavis_gateway.login.forms import FieldError
from clavis_gateway.login.progress import SentCode
from clavis_gateway.login.render import PageFault
from clavis_gateway.login.routes.route import PageRoute
from clavis_gateway.login.texts import N_
from clavis_gateway.rules.levels import Method

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_FIELDS = ("identifier", "contrast", "prefix")
_ASK_AGAIN = frozenset({"expired", "used"})


@router.get("/login/{interaction_id}/pin")
async def show_request(interaction_id: str, request: Request) -> Response:
    """Ask who wants a PIN."""
    flow = await open_flow(request, interaction_id)
    return _request_page(flow, {"identifier": flow.login_hint})


def _request_page(
    flow: Flow, values: dict[str, str], *faults: PageFault, status: int = 200
) -> Response:
    shown = typed(values, *_FIELDS)
    return flow.page("pin.html", status=status, path="/pin", faults=faults, typed=shown)


@router.post("/login/{interaction_id}/pin")
async def request_pin(interaction_id: str, request: Request) -> Response:
    """Have a PIN sent to the person's phone."""
    flow = await open_flow(request, interaction_id)
    values = await flow.form()
    wanted = forms.pin_request(values)
    if isinstance(wanted, list):
        faults = [flow.fault(error.code, error.field) for error in wanted]
        return _request_page(flow, values, *faults, status=422)
    answer = await flow.login.pin.request(
        national_id=wanted.national_id,
        contrast=wanted.contrast,
        prefix=wanted.prefix,
        relying_party=flow.service.name,
        language=flow.language.tag,
    )
    return await _requested(flow, values, answer)


async def _requested(flow: Flow, values: dict[str, str], answer: Answer) -> Response:
    match answer["outcome"]:
        case "sent":
            sent = SentCode(
                code_id=answer["pin_request_id"],
                phone_hint=answer["phone_hint"],
                sent_at=answer["sent_at"],
                expires_at=answer["expires_at"],
            )
            await flow.remember(replace(flow.progress, pin=sent))
            return flow.to("/pin/code")
        case "limited":
            title = N_("Espere antes de pedir otro PIN")
            until = answer["retry_at"]
            return finish.blocked(flow, "pin-limited", title, status=429, until=until)
        case "undeliverable":
            fault = flow.fault("pin-undeliverable")
            return _request_page(flow, values, fault, status=503)
        case _:
            fault = flow.fault("pin-mismatch", "identifier")
            return _request_page(flow, values, fault, status=422)


@router.get("/login/{interaction_id}/pin/code")
async def show_entry(interaction_id: str, request: Request) -> Response:
    """Ask for the PIN that was sent."""
    flow = await open_flow(request, interaction_id)
    return _entry_page(flow) if flow.progress.pin else flow.to("/pin")


def _entry_page(flow: Flow, *faults: PageFault, status: int = 200) -> Response:
    return flow.page(
        "pin_code.html", status=status, path="/pin/code", faults=faults, sent=flow.progress.pin
    )


@router.post("/login/{interaction_id}/pin/code")
async def enter_pin(interaction_id: str, request: Request) -> Response:
    """Judge the typed PIN."""
    flow = await open_flow(request, interaction_id)
    values = await flow.form()
    sent = flow.progress.pin
    if sent is None:
        return flow.to("/pin")
    pin = forms.pin(values)
    if isinstance(pin, FieldError):
        return _entry_page(flow, flow.fault(pin.code, pin.field), status=422)
    return await _judged(flow, await flow.login.pin.attempt(sent.code_id, pin))


async def _judged(flow: Flow, answer: Answer) -> Response:
    verdict = answer["verdict"]
    if verdict == "accepted":
        person = Identified(answer["subject_id"], Method.PIN, answer["enrolment_level"])
        return await finish.settle(flow, person)
    if verdict == "locked":
        title = N_("PIN bloqueado")
        until = answer["locked_until"]
        return finish.blocked(flow, "pin-locked", title, status=429, until=until)
    if verdict in _ASK_AGAIN:
        shown = {"identifier": flow.login_hint}
        return _request_page(flow, shown, flow.fault(f"pin-{verdict}"), status=422)
    fault = flow.fault("pin-wrong", "pin", attempts_left=answer["attempts_left"])
    return _entry_page(flow, fault, status=422)
