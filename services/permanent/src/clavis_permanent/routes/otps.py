"""One-time codes: for a login (gateway) and for a signature (signing)."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from clavis_kit.service_tokens import caller
from fastapi import APIRouter, Depends
from pydantic import BaseModel, StringConstraints

from clavis_permanent.actions import codes
from clavis_permanent.actions.codes import OtpLimited, OtpOutcome, OtpSent, OtpUnavailable
from clavis_permanent.routes.wire import BoundTo, DepsDep, Language, TypedOtp
from clavis_permanent.rules import Action, Unavailable

router = APIRouter(prefix="/v1/otps", dependencies=[Depends(caller("gateway", "signing"))])


class OtpRequestIn(BaseModel):
    """Who confirms what; `bound_to` names the transaction."""

    subject_id: UUID
    action: Literal["login", "sign"]
    bound_to: BoundTo
    relying_party: Annotated[str, StringConstraints(min_length=1, max_length=1000)]
    detail: Annotated[str, StringConstraints(max_length=200)] | None = None
    language: Language


class OtpRequestOut(BaseModel):
    """What became of it; fields beyond `outcome` depend on it.

    `expired`: what the code was to confirm may not be done any more.
    """

    outcome: Literal["sent", "limited", "unavailable", "expired"]
    otp_id: str | None = None
    phone_hint: str | None = None
    expires_at: datetime | None = None
    resend_at: datetime | None = None
    reason: Unavailable | None = None


class OtpAttemptIn(BaseModel):
    """The code that arrived and the transaction it is to confirm."""

    otp: TypedOtp
    bound_to: BoundTo


class OtpAttemptOut(BaseModel):
    """The verdict; fields beyond it depend on it."""

    verdict: Literal["accepted", "wrong", "expired", "used", "locked"]
    subject_id: str | None = None
    attempts_left: int | None = None


@router.post("", response_model_exclude_none=True)
async def send_otp(body: OtpRequestIn, deps: DepsDep) -> OtpRequestOut:
    """Send a code that confirms this action in this transaction and nothing else."""
    request = codes.OtpRequest(
        subject_id=str(body.subject_id),
        action=Action(body.action),
        bound_to=body.bound_to,
        relying_party=body.relying_party,
        detail=body.detail,
        language=body.language,
    )
    return request_out(await codes.send_otp(deps, request))


def request_out(outcome: OtpOutcome) -> OtpRequestOut:
    """Write what became of a request for a code."""
    match outcome:
        case OtpSent():
            return OtpRequestOut(
                outcome="sent",
                otp_id=outcome.otp_id,
                phone_hint=outcome.phone_hint,
                expires_at=outcome.expires_at,
                resend_at=outcome.resend_at,
            )
        case OtpLimited():
            return OtpRequestOut(outcome="limited", resend_at=outcome.resend_at)
        case OtpUnavailable():
            return OtpRequestOut(outcome="unavailable", reason=outcome.reason)


@router.post("/{otp_id}/attempts", response_model_exclude_none=True)
async def attempt_otp(otp_id: UUID, body: OtpAttemptIn, deps: DepsDep) -> OtpAttemptOut:
    """Judge a code and, if right, consume it."""
    outcome = await codes.attempt_otp(deps, str(otp_id), body.bound_to, body.otp.get_secret_value())
    return OtpAttemptOut.model_validate(
        {
            "verdict": outcome.verdict.value,
            "subject_id": outcome.subject_id,
            "attempts_left": outcome.attempts_left,
        }
    )
