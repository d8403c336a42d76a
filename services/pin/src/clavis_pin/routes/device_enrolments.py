"""HTTP of enrolling a device. The app calls it through the portal's origin."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from clavis_kit.service_tokens import caller
from fastapi import APIRouter, Depends, Header
from pydantic import BaseModel, Field, StringConstraints, model_validator

from clavis_pin import device_keys
from clavis_pin.actions import device_enrolments, devices
from clavis_pin.actions.device_enrolments import Begun, EnrolmentRequest
from clavis_pin.device_keys import DeviceKeyError
from clavis_pin.errors import device_unknown, invalid_device_key, signature_refused
from clavis_pin.routes.access import DepsDep
from clavis_pin.routes.signed import PREFIX, KnownDevice, ProofHeader, SignedDep

router = APIRouter(prefix=PREFIX, dependencies=[Depends(caller("portal"))])
Typed = Annotated[str, StringConstraints(max_length=32)]
# Where the portal saw the request come from. Only the portal's own token makes it believed.
SourceHeader = Annotated[str | None, Header(alias="Clavis-Source", max_length=64)]


class Jwk(BaseModel):
    """A public P-256 key (RFC 7517); `d` must be absent."""

    kty: Literal["EC"]
    crv: Literal["P-256"]
    x: Annotated[str, StringConstraints(max_length=64)]
    y: Annotated[str, StringConstraints(max_length=64)]
    d: None = None


class EnrolmentIn(BaseModel):
    """The device's keys; number and datum together, or neither where a ticket will vouch."""

    national_id: Typed | None = None
    contrast: Typed | None = None
    device_name: Annotated[
        str, StringConstraints(min_length=1, max_length=40, strip_whitespace=True)
    ]
    public_key_jwk: Jwk = Field(description="the key with which the device signs")
    encryption_key_jwk: Jwk = Field(description="the key to which PINs are sealed")
    attestation: Annotated[str, StringConstraints(max_length=16384)] | None = None
    language: Annotated[str, StringConstraints(max_length=35)]

    @model_validator(mode="after")
    def _both_or_none(self) -> "EnrolmentIn":
        if (self.national_id is None) != (self.contrast is None):
            raise ValueError("number and contrast datum go together")
        return self


class EnrolmentOut(BaseModel):
    """What became of it: the same for a person who is registered and for one who is not."""

    outcome: Literal["begun", "limited"]
    enrolment_id: str | None = None
    phone_hint: str | None = None
    expires_at: datetime | None = None
    retry_at: datetime | None = None


class ProofIn(BaseModel):
    """One of the two: the code that came by SMS, or a ticket of the portal."""

    code: Typed | None = None
    ticket: Annotated[str, StringConstraints(min_length=20, max_length=128)] | None = None

    @model_validator(mode="after")
    def _one(self) -> "ProofIn":
        if (self.code is None) == (self.ticket is None):
            raise ValueError("a code or a ticket")
        return self


class ProofOut(BaseModel):
    """The verdict; the device only with `accepted`."""

    verdict: Literal["accepted", "wrong", "expired", "used", "locked"]
    device_id: str | None = None
    attempts_left: int | None = None


@router.post("/enrolments", response_model_exclude_none=True)
async def begin(
    body: EnrolmentIn,
    deps: DepsDep,
    signed: SignedDep,
    proof: ProofHeader = "",
    source: SourceHeader = None,
) -> EnrolmentOut:
    """Take a device's keys; the request is signed with the one it brings."""
    signing_key = _key(body.public_key_jwk)
    if not proof:
        raise device_unknown()
    # No device has this name yet: the key's own thumbprint stands for it.
    await devices.accept_first_proof(deps, proof, signing_key, signed)
    outcome = await device_enrolments.begin(
        deps,
        EnrolmentRequest(
            national_id=body.national_id,
            contrast=body.contrast,
            device_name=body.device_name,
            signing_key=signing_key,
            encryption_key=_key(body.encryption_key_jwk),
            attestation=body.attestation,
            language=body.language,
            source=source,
        ),
    )
    if not isinstance(outcome, Begun):
        return EnrolmentOut(outcome="limited", retry_at=outcome.retry_at)
    return EnrolmentOut(
        outcome="begun",
        enrolment_id=outcome.enrolment_id,
        phone_hint=outcome.phone_hint,
        expires_at=outcome.expires_at,
    )


def _key(jwk: Jwk) -> dict[str, str]:
    try:
        return device_keys.public_jwk(jwk.model_dump(exclude_none=True))
    except DeviceKeyError as error:
        raise invalid_device_key() from error


@router.post("/enrolments/{enrolment_id}/proof", response_model_exclude_none=True)
async def prove(enrolment_id: UUID, body: ProofIn, deps: DepsDep, device: KnownDevice) -> ProofOut:
    """Prove whose device it is; the request is signed by the device itself."""
    if device.device_id != str(enrolment_id):
        raise signature_refused()
    if body.ticket is not None:
        proof = await device_enrolments.prove_by_ticket(deps, device.device_id, body.ticket)
    else:
        proof = await device_enrolments.prove_by_code(deps, device.device_id, body.code or "")
    return ProofOut.model_validate(
        {
            "verdict": proof.verdict,
            "device_id": proof.device_id,
            "attempts_left": proof.attempts_left,
        }
    )
