"""A password replaced inside a login, called by the gateway's pages."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from clavis_kit.service_tokens import caller
from fastapi import APIRouter, Depends
from pydantic import BaseModel, StringConstraints

from clavis_permanent.actions import changes
from clavis_permanent.actions.changes import (
    Changed,
    LoginChangeOutcome,
    TypedCode,
    WrongCode,
)
from clavis_permanent.actions.new_passwords import Expired, Rejected
from clavis_permanent.routes.otps import OtpRequestOut, request_out
from clavis_permanent.routes.wire import DepsDep, Language, TypedOtp, TypedPassword
from clavis_permanent.rules import Fault, Level, Verdict

router = APIRouter(prefix="/v1/password-changes", dependencies=[Depends(caller("gateway"))])


class ChangeOtpIn(BaseModel):
    """What the message names, and its language."""

    relying_party: Annotated[str, StringConstraints(min_length=1, max_length=1000)]
    language: Language


class ChangeIn(BaseModel):
    """The code that arrived and the password chosen."""

    otp_id: UUID
    otp: TypedOtp
    new_password: TypedPassword


class ChangeOut(BaseModel):
    """Whether it is in force; fields beyond `outcome` depend on it.

    `wrong`, `used` and `locked` speak of the code, `expired` of the code or of the change.
    """

    outcome: Literal["changed", "rejected", "wrong", "used", "locked", "expired"]
    subject_id: str | None = None
    enrolment_level: Level | None = None
    expires_on: date | None = None
    reasons: tuple[Fault, ...] | None = None
    attempts_left: int | None = None


@router.post("/{change_id}/otp", response_model_exclude_none=True)
async def send_otp(change_id: UUID, body: ChangeOtpIn, deps: DepsDep) -> OtpRequestOut:
    """Send the code that confirms this change and nothing else."""
    outcome = await changes.send_change_otp(deps, str(change_id), body.relying_party, body.language)
    if isinstance(outcome, Expired):
        return OtpRequestOut(outcome="expired")
    return request_out(outcome)


@router.post("/{change_id}", response_model_exclude_none=True)
async def change_password(change_id: UUID, body: ChangeIn, deps: DepsDep) -> ChangeOut:
    """Replace the password that was just proved."""
    code = TypedCode(str(body.otp_id), body.otp.get_secret_value())
    new_password = body.new_password.get_secret_value()
    return _change_out(await changes.change_in_login(deps, str(change_id), code, new_password))


def _change_out(outcome: LoginChangeOutcome) -> ChangeOut:
    match outcome:
        case Changed():
            return ChangeOut(
                outcome="changed",
                subject_id=outcome.subject_id,
                enrolment_level=outcome.level,
                expires_on=outcome.expires_on,
            )
        case Rejected():
            return ChangeOut(outcome="rejected", reasons=outcome.faults)
        case WrongCode():
            # A right code of somebody else's is wrong here.
            verdict = outcome.verdict
            told = Verdict.WRONG if verdict is Verdict.ACCEPTED else verdict
            return ChangeOut.model_validate(
                {"outcome": told.value, "attempts_left": outcome.attempts_left}
            )
        case Expired():
            return ChangeOut(outcome="expired")
