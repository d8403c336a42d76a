"""Logging in by confirming in the app: a code to scan, a number to compare, and the answer."""

from __future__ import annotations

import base64
import contextlib
import io
from dataclasses import replace

import segno
from clavis_kit.keyed_hash import sha256_hex
from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from clavis_gateway.login import finish, forms
from clavis_gateway.login.clients.sibling import Answer, Gone, Refused, SiblingDown
from clavis_gateway.login.finish import Identified
from clavis_gateway.login.flow import Flow, open_flow, typed
from clavis_gateway.login.outcomes import blocked
from clavis_gateway.login.progress import AppRequest
from clavis_gateway.login.render import PageFault
from clavis_gateway.login.routes.route import PageRoute
from clavis_gateway.login.texts import APP_OUTCOMES, N_
from clavis_gateway.rules.levels import Choice, Method

router = APIRouter(route_class=PageRoute, include_in_schema=False)
WAIT_SECONDS = 4
_QR_BORDER = 4  # ISO/IEC 18004 section 6.3.8: four modules of quiet around the symbol
_SVG = "image/svg+xml"
_OPEN = frozenset({"pending", "scanned", "confirmed"})


@router.get("/login/{interaction_id}/app")
async def show_request(interaction_id: str, request: Request) -> Response:
    """Show what to scan and compare; once it is over, how it ended."""
    flow = await open_flow(request, interaction_id)
    waiting = flow.progress.app
    if waiting is None:
        return await _start(flow)
    try:
        state = await flow.login.app.state(waiting.app_request_id)
    except Gone:
        state = "expired"
    return await _page(flow, state) if state in _OPEN else _over(flow, state)


async def _page(
    flow: Flow, state: str, *faults: PageFault, status: int = 200, **values: str
) -> Response:
    code = await _code(flow)
    return flow.page(
        "app.html",
        status=status,
        path="/app",
        faults=faults,
        waiting=flow.progress.app,
        state=state,
        digits=digits(code) if code else None,
        typed=typed({"identifier": flow.login_hint, **values}, "identifier", "contrast"),
    )


def _over(flow: Flow, state: str) -> Response:
    code, title, advice = APP_OUTCOMES.get(state, APP_OUTCOMES["expired"])
    return flow.page(
        "app_over.html", status=403 if state != "expired" else 410, path="/app",
        faults=[flow.fault(code)], title=flow.language.text(title),
        advice=flow.language.text(advice),
    )  # fmt: skip


# The secret that shows which browser asked is made from its cookie: it lies in no table, and a
# request that somebody else opened cannot be completed here (NIST SP 800-63B section 5.1.3.2).
def _browser_hash(flow: Flow) -> str:
    return sha256_hex(flow.bound("app"))


async def _start(flow: Flow, document: tuple[str, str] | None = None) -> Response:
    client = flow.interaction.client
    national_id, contrast = document or (None, None)
    answer = await flow.login.app.request(
        browser_hash=_browser_hash(flow),
        relying_party={"name": flow.service.name, "domain": flow.service.domain},
        purpose=client.purpose.get(flow.language.tag) or client.purpose.get(""),
        language=flow.language.tag,
        national_id=national_id,
        contrast=contrast,
        source=flow.source,
    )
    if answer["outcome"] == "limited":
        title = N_("Espere antes de volver a intentarlo")
        until = answer["retry_at"]
        return await blocked(flow, "app-limited", title, but=Choice.APP, status=429, until=until)
    await drop(flow)
    waiting = AppRequest(
        answer["app_request_id"], answer["number"], answer["expires_at"], scanned=document is None
    )
    flow = await flow.remember(replace(flow.progress, app=waiting))
    return await _page(flow, "pending") if flow.request.method == "GET" else flow.to("/app")


async def drop(flow: Flow) -> None:
    """Take back the request under way, if there is one, so that no phone goes on asking.

    Where that fails it dies by itself within minutes; the person is not kept waiting for it.
    """
    if flow.progress.app is not None:
        with contextlib.suppress(Gone, SiblingDown, Refused):
            await flow.login.app.cancel(flow.progress.app.app_request_id)


async def _code(flow: Flow) -> Answer | None:
    """Return the code of this moment; None when there is nothing to scan."""
    waiting = flow.progress.app
    if waiting is None or not waiting.scanned:
        return None
    try:
        return await flow.login.app.code(waiting.app_request_id)
    except Gone:
        return None


def digits(code: Answer) -> str:
    """Spell the code that is typed where nothing can scan, in groups that eyes can follow."""
    text = str(code["typed_code"])
    return f"{text[:3]} {text[3:6]} {text[6:]}"


def picture(content: str) -> bytes:
    """Draw a QR: dark on light with its quiet zone in any colour scheme."""
    drawn = io.BytesIO()
    segno.make(content, error="m", micro=False).save(
        drawn, kind="svg", border=_QR_BORDER, light="#fff", dark="#000", omitsize=True
    )
    return drawn.getvalue()


@router.get("/login/{interaction_id}/app/qr.svg")
async def show_code(interaction_id: str, request: Request) -> Response:
    """Draw the code to scan as it is now; it changes every few seconds."""
    code = await _code(await open_flow(request, interaction_id))
    if code is None:
        return Response(status_code=404)
    headers = {"Cache-Control": "no-store", "Content-Security-Policy": "default-src 'none'"}
    return Response(picture(code["content"]), media_type=_SVG, headers=headers)


@router.get("/login/{interaction_id}/app/open")
async def open_app(interaction_id: str, request: Request) -> Response:
    """Lead to the app on this device with a code of this moment."""
    flow = await open_flow(request, interaction_id)
    code = await _code(flow)
    return flow.to("/app") if code is None else RedirectResponse(code["content"], status_code=303)


@router.get("/login/{interaction_id}/app/state")
async def wait_for_answer(interaction_id: str, request: Request) -> Response:
    """Tell the page's script where the request stands, as soon as that changes, and what to show.

    The code it gives is of that moment: asked again and again, it turns as it must.
    """
    flow = await open_flow(request, interaction_id)
    waiting, body = flow.progress.app, {"state": "expired"}
    if waiting is not None:
        with contextlib.suppress(Gone):
            body["state"] = await flow.login.app.state(waiting.app_request_id, _wait(flow))
    code = await _code(flow) if body["state"] == "pending" else None
    if code is not None:
        drawn = base64.b64encode(picture(code["content"])).decode()
        body |= {"picture": f"data:{_SVG};base64,{drawn}", "digits": digits(code)}
    return JSONResponse(body, headers={"Cache-Control": "no-store"})


def _wait(flow: Flow) -> int:
    # Below the timeout of a call: a quiet wait must not look like a service that is down.
    return min(WAIT_SECONDS, int(flow.deps.settings.credential_timeout_seconds / 2))


@router.post("/login/{interaction_id}/app")
async def go_on(interaction_id: str, request: Request) -> Response:
    """Collect the answer that the person gave in the app."""
    flow = await open_flow(request, interaction_id)
    await flow.form()
    waiting = flow.progress.app
    if waiting is None:
        return flow.to("/app")
    try:
        answer = await flow.login.app.complete(waiting.app_request_id, _browser_hash(flow))
    except Gone:
        answer = {"verdict": "expired"}
    return await _judged(flow, waiting, answer)


async def _judged(flow: Flow, waiting: AppRequest, answer: Answer) -> Response:
    match answer["verdict"]:
        case "accepted":
            person = Identified(answer["subject_id"], Method.APP, answer["enrolment_level"])
            return await finish.settle(flow, person)
        case "pending":
            return await _page(flow, "pending", flow.fault("app-pending"), status=409)
        case "rejected":
            # Whether it was also reported is the state's to say.
            return _over(flow, await flow.login.app.state(waiting.app_request_id))
        case _:
            return _over(flow, "expired")


@router.post("/login/{interaction_id}/app/restart")
async def restart(interaction_id: str, request: Request) -> Response:
    """Begin anew with another code."""
    flow = await open_flow(request, interaction_id)
    await flow.form()
    return await _start(flow)


@router.post("/login/{interaction_id}/app/unscanned")
async def ask_without_code(interaction_id: str, request: Request) -> Response:
    """Send the request to the app of the person who holds this document; nothing is scanned.

    The answer is the same for nobody we know.
    """
    flow = await open_flow(request, interaction_id)
    values = await flow.form()
    document = forms.document(values)
    if isinstance(document, list):
        faults = [flow.fault(error.code, error.field) for error in document]
        shown = {name: values.get(name, "") for name in ("identifier", "contrast")}
        return await _page(flow, "pending", *faults, status=422, **shown)
    return await _start(flow, document)


@router.post("/login/{interaction_id}/app/cancel")
async def cancel(interaction_id: str, request: Request) -> Response:
    """Take the request back and choose another method."""
    flow = await open_flow(request, interaction_id)
    await flow.form()
    await drop(flow)
    flow = await flow.remember(replace(flow.progress, app=None))
    return flow.to("/methods")
