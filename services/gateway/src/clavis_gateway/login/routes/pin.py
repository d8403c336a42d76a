"""Logging in with a one-time PIN, shown in the app or sent by SMS."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import timedelta

from fastapi import APIRouter, Request
from starlette.responses import Response

from clavis_gateway.login import finish, forms
from clavis_gateway.login.clients.sibling import Answer
from clavis_gateway.login.finish import Identified
from clavis_gateway.login.flow import Flow, open_flow, typed
from clavis_gateway.login.forms import FieldError, PinRequest
from clavis_gateway.login.outcomes import blocked
from clavis_gateway.login.progress import SentCode
from clavis_gateway.login.render import PageFault
from clavis_gateway.login.routes.route import PageRoute
from clavis_gateway.login.texts import N_
from clavis_gateway.rules.levels import Choice, Method
from clavis_gateway.sealing import seal, unseal

router = APIRouter(route_class=PageRoute, include_in_schema=False)
# What was typed to ask for a PIN, so that nobody types it twice to ask again. Sealed, because an
# identity number lies in no table and in no browser in the clear.
COOKIE = "__Host-Http-pin"
KEPT = timedelta(minutes=10)
_FIELDS = ("identifier", "contrast", "prefix", "channel")
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
    """Have a PIN made for the person's app or phone."""
    flow = await open_flow(request, interaction_id)
    values = await flow.form()
    wanted = forms.pin_request(values)
    if isinstance(wanted, list):
        faults = [flow.fault(error.code, error.field) for error in wanted]
        return _request_page(flow, values, *faults, status=422)
    answer = await _ask(flow, wanted)
    match answer["outcome"]:
        case "sent":
            return await _sent(flow, wanted, answer)
        case "limited":
            title, until = N_("Espere antes de pedir otro PIN"), answer["retry_at"]
            return await blocked(
                flow, "pin-limited", title, but=Choice.PIN, status=429, until=until
            )
        case "undeliverable":
            return await _undeliverable(flow, answer)
        case _:
            fault = flow.fault("pin-mismatch", "identifier")
            return _request_page(flow, values, fault, status=422)


async def _ask(flow: Flow, wanted: PinRequest) -> Answer:
    return await flow.login.pin.request(
        national_id=wanted.national_id,
        contrast=wanted.contrast,
        prefix=wanted.prefix,
        channel="sms" if wanted.by_sms else None,
        relying_party=flow.service.name,
        language=flow.language.tag,
        source=flow.source,
    )


async def _sent(flow: Flow, wanted: PinRequest, answer: Answer) -> Response:
    sent = SentCode(
        code_id=answer["pin_request_id"],
        phone_hint=answer.get("phone_hint") or "",
        sent_at=answer["sent_at"],
        expires_at=answer["expires_at"],
        resend_at=answer.get("resend_at"),
        channel=answer.get("channel", "sms"),
    )
    await flow.remember(replace(flow.progress, pin=sent))
    response = flow.to("/pin/code")
    until = flow.deps.clock.now() + KEPT
    sealed = seal(flow.deps.seal_key, _purpose(flow), asdict(wanted), until)
    response.set_cookie(
        COOKIE, sealed, max_age=int(KEPT.total_seconds()), path="/", secure=True, httponly=True,
        samesite="lax",
    )  # fmt: skip
    return response


def _purpose(flow: Flow) -> str:
    return f"pin {flow.interaction.interaction_id}"


async def _undeliverable(flow: Flow, answer: Answer) -> Response:
    """Name the other ways in; the person's own app comes first where it can show a PIN."""
    advice = N_("Su app puede mostrarle el PIN: pídalo otra vez sin elegir el SMS.")
    by_app = "app" in (answer.get("other_ways") or ())
    title = N_("No hemos podido enviar el SMS")
    return await blocked(
        flow, "pin-undeliverable", title, but=Choice.PIN, status=503,
        advice=advice if by_app else None,
    )  # fmt: skip


@router.get("/login/{interaction_id}/pin/code")
async def show_entry(interaction_id: str, request: Request) -> Response:
    """Ask for the PIN."""
    flow = await open_flow(request, interaction_id)
    return _entry_page(flow) if flow.progress.pin else flow.to("/pin")


def _entry_page(flow: Flow, *faults: PageFault, status: int = 200) -> Response:
    return flow.page(
        "pin_code.html", status=status, path="/pin/code", faults=faults, sent=flow.progress.pin
    )


@router.post("/login/{interaction_id}/pin/resend")
async def resend(interaction_id: str, request: Request) -> Response:
    """Have another PIN made, from what was typed before; by SMS where that is wished."""
    flow = await open_flow(request, interaction_id)
    values = await flow.form()
    token = request.cookies.get(COOKIE, "")
    kept = unseal(flow.deps.seal_key, _purpose(flow), token, flow.deps.clock.now())
    if kept is None or flow.progress.pin is None:
        return flow.to("/pin")
    wanted = PinRequest(**kept | {"by_sms": values.get("channel") == "sms"})
    answer = await _ask(flow, wanted)
    match answer["outcome"]:
        case "sent":
            return await _sent(flow, wanted, answer)
        case "limited":
            fault = flow.fault("pin-limited", until=answer["retry_at"])
            return _entry_page(flow, fault, status=429)
        case "undeliverable":
            return await _undeliverable(flow, answer)
        case _:
            fault = flow.fault("pin-mismatch", "identifier")
            return _request_page(flow, {"identifier": flow.login_hint}, fault, status=422)


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
        response = await finish.settle(flow, person)
        response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="lax")
        return response
    if verdict == "locked":
        title, until = N_("PIN bloqueado"), answer["locked_until"]
        return await blocked(flow, "pin-locked", title, but=Choice.PIN, status=429, until=until)
    if verdict in _ASK_AGAIN:
        shown = {"identifier": flow.login_hint}
        return _request_page(flow, shown, flow.fault(f"pin-{verdict}"), status=422)
    fault = flow.fault("pin-wrong", "pin", attempts_left=answer["attempts_left"])
    return _entry_page(flow, fault, status=422)
