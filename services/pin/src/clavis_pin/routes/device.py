"""HTTP of an active device: what waits, the scan, the answer, the PIN, and its own end."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from clavis_kit.service_tokens import caller
from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field, StringConstraints

from clavis_pin.actions import app_answers, app_pins, devices
from clavis_pin.errors import device_unknown
from clavis_pin.routes.access import DepsDep
from clavis_pin.routes.signed import PREFIX, ActiveDevice, KnownDevice
from clavis_pin.rules.app_requests import Decision
from clavis_pin.store.app_requests import AppRequest
from clavis_pin.store.app_upkeep import Subscription

router = APIRouter(prefix=PREFIX, dependencies=[Depends(caller("portal"))])


class RelyingPartyOut(BaseModel):
    """Who asks; the device signs it as it is here."""

    name: str
    domain: str


class RequestOut(BaseModel):
    """A login that waits. The number is not in it: the person reads it on the other screen."""

    app_request_id: str
    relying_party: RelyingPartyOut
    purpose: str | None
    place: str | None
    created_at: datetime
    expires_at: datetime


class RequestsOut(BaseModel):
    """What waits for this device."""

    requests: list[RequestOut]


class ClaimIn(BaseModel):
    """What was scanned, or the ten digits that were typed."""

    qr: Annotated[str, StringConstraints(min_length=1, max_length=1000)]


class ClaimOut(BaseModel):
    """What the scan led to."""

    outcome: Literal["claimed", "expired", "another-pending", "limited"]
    request: RequestOut | None = None
    retry_at: datetime | None = None


class DecisionIn(BaseModel):
    """The answer and the signature over it."""

    decision: Decision
    signature: Annotated[str, StringConstraints(max_length=8192)] = Field(
        description="compact JWS, typ clavis-decision+jwt: request_id, relying_party, number,"
        " decision"
    )


class DecisionOut(BaseModel):
    """How it ended; `attempts_left` goes with a wrong number."""

    outcome: Literal["confirmed", "rejected", "reported", "wrong-number", "closed"]
    attempts_left: int | None = None


class PinOut(BaseModel):
    """The PIN that waits, as a JWE only this device opens; null when none does."""

    sealed: str | None


class SubscriptionKeys(BaseModel):
    """The keys of RFC 8291, base64url."""

    p256dh: Annotated[str, StringConstraints(max_length=128)]
    auth: Annotated[str, StringConstraints(max_length=64)]


class SubscriptionIn(BaseModel):
    """A PushSubscription as a browser writes it."""

    endpoint: Annotated[str, StringConstraints(max_length=2048)]
    keys: SubscriptionKeys


class DeviceOut(BaseModel):
    """This device, and with which key its browser subscribes to be woken."""

    device_id: str
    name: str
    activated_at: datetime | None
    has_push: bool
    frozen: bool = Field(description="the digital identity behind it does not stand")
    application_server_key: str


def _out(request: AppRequest) -> RequestOut:
    return RequestOut(
        app_request_id=request.app_request_id,
        relying_party=RelyingPartyOut(name=request.rp_name, domain=request.rp_domain),
        purpose=request.purpose,
        place=request.place,
        created_at=request.created_at,
        expires_at=request.expires_at,
    )


@router.get("/requests")
async def waiting(deps: DepsDep, device: ActiveDevice) -> RequestsOut:
    """Return the logins that wait for an answer of this device."""
    found = await app_answers.waiting(deps, device, device.subject_id or "")
    return RequestsOut(requests=[_out(request) for request in found])


@router.post("/requests/claim", response_model_exclude_none=True)
async def claim(body: ClaimIn, deps: DepsDep, device: ActiveDevice) -> ClaimOut:
    """Take up the login whose code was scanned or typed."""
    claimed = await app_answers.claim(deps, device, device.subject_id or "", body.qr)
    return ClaimOut.model_validate(
        {
            "outcome": claimed.outcome,
            "request": _out(claimed.request) if claimed.request else None,
            "retry_at": claimed.retry_at,
        }
    )


@router.post("/requests/{app_request_id}/decision", response_model_exclude_none=True)
async def decide(
    app_request_id: UUID, body: DecisionIn, deps: DepsDep, device: ActiveDevice
) -> DecisionOut:
    """Confirm with the number, reject, or report that it was somebody else."""
    answered = await app_answers.answer(
        deps, device, device.subject_id or "", str(app_request_id), body.decision, body.signature
    )
    return DecisionOut.model_validate(
        {"outcome": answered.outcome, "attempts_left": answered.attempts_left}
    )


@router.get("/pin")
async def pin(deps: DepsDep, device: ActiveDevice) -> PinOut:
    """Return the PIN that waits to be shown, sealed to this device."""
    return PinOut(sealed=await app_pins.sealed_pin(deps, device))


@router.post("/push-subscription", status_code=204)
async def subscribe(body: SubscriptionIn, deps: DepsDep, device: ActiveDevice) -> None:
    """Keep where this device is woken."""
    await devices.subscribe(
        deps,
        Subscription(device.device_id, body.endpoint, body.keys.p256dh, body.keys.auth),
    )


@router.get("/device")
async def show(deps: DepsDep, device: KnownDevice) -> DeviceOut:
    """Show this device, also while its person is frozen."""
    if device.state != "active":
        raise device_unknown()
    return DeviceOut(
        device_id=device.device_id,
        name=device.name,
        activated_at=device.activated_at,
        has_push=device.has_push,
        frozen=not device.usable,
        application_server_key=deps.app.server_key,
    )


@router.delete("/device", status_code=204)
async def remove(deps: DepsDep, device: KnownDevice) -> None:
    """End this device; also while its person is frozen."""
    if device.state != "active" or device.subject_id is None:
        raise device_unknown()
    await devices.remove(deps, device.subject_id, device.device_id, "removed_on_device")
