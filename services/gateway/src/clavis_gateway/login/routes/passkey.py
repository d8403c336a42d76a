"""Logging in with a passkey: a challenge for the browser, and what it answers."""

from __future__ import annotations

import hmac
import json
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from clavis_gateway.login import finish
from clavis_gateway.login.clients.sibling import Answer, Gone, Refused
from clavis_gateway.login.finish import Identified
from clavis_gateway.login.flow import Flow, open_flow
from clavis_gateway.login.render import PageFault
from clavis_gateway.login.routes.route import PageRoute
from clavis_gateway.rules.levels import Method

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_KEY_AMR = frozenset({"hwk", "pop", "user"})
MAX_CREDENTIAL = 20_000
"""Characters of an assertion; a discoverable one with its user handle has some hundreds."""


@router.get("/login/{interaction_id}/passkey")
async def show_start(interaction_id: str, request: Request) -> Response:
    """Offer to use a passkey."""
    return _page(await open_flow(request, interaction_id))


def _page(flow: Flow, *faults: PageFault, status: int = 200) -> Response:
    return flow.page("passkey.html", status=status, path="/passkey", faults=faults)


@router.post("/login/{interaction_id}/passkey/options")
async def give_options(interaction_id: str, request: Request) -> Response:
    """Give the page's script a challenge (W3C WebAuthn Level 3 section 5.1.9).

    `login` goes back with the answer; it counts in this browser and this login alone.
    """
    flow = await open_flow(request, interaction_id)
    await flow.form()
    answer = await flow.login.passkeys.start(flow.service.name)
    login_id = str(answer["passkey_login_id"])
    body = {"login": f"{login_id}.{_tag(flow, login_id)}", "options": answer["options"]}
    return JSONResponse(body, headers={"Cache-Control": "no-store"})


def _tag(flow: Flow, login_id: str) -> str:
    return flow.bound(f"passkey {login_id}")


@router.post("/login/{interaction_id}/passkey")
async def log_in(interaction_id: str, request: Request) -> Response:
    """Judge what the browser answered."""
    flow = await open_flow(request, interaction_id)
    values = await flow.form()
    login_id, _, tag = values.get("login", "").rpartition(".")
    credential = _read(values.get("credential", ""))
    ours = hmac.compare_digest(tag.encode(), _tag(flow, login_id).encode())
    if credential is None or not ours:
        return _page(flow, flow.fault("passkey-none"), status=422)
    try:
        answer = await flow.login.passkeys.judge(login_id, credential)
    except Gone:
        answer = {"verdict": "expired"}
    except Refused:  # what the browser sent has not the form of an assertion
        answer = {"verdict": "wrong"}
    if answer["verdict"] == "accepted":
        return await finish.settle(flow, _person(answer))
    code = "passkey-expired" if answer["verdict"] == "expired" else "passkey-wrong"
    return _page(flow, flow.fault(code), status=422)


def _person(answer: Answer) -> Identified:
    # RFC 8176 section 2: `hwk` is a key in hardware; one that is synced is only possessed, `pop`.
    amr = tuple(value for value in answer.get("amr_hint", ()) if value in _KEY_AMR)
    return Identified(answer["subject_id"], Method.PASSKEY, answer["enrolment_level"], amr=amr)


def _read(text: str) -> dict[str, Any] | None:
    if not text or len(text) > MAX_CREDENTIAL:
        return None
    try:
        credential = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return credential if isinstance(credential, dict) else None
