"""Authenticator apps and recovery codes: bound through the portal, judged for the gateway."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from clavis_kit.service_tokens import caller
from fastapi import APIRouter, Depends
from pydantic import BaseModel

from clavis_permanent.actions import methods, second_factors
from clavis_permanent.actions.second_factors import FactorOutcome
from clavis_permanent.errors import last_strong_method
from clavis_permanent.routes.access import StandingCitizen
from clavis_permanent.routes.methods import Label, require_fresh
from clavis_permanent.routes.wire import BoundTo, DepsDep, TypedOtp
from clavis_permanent.rules.methods import Removable

citizen_router = APIRouter(prefix="/citizen/v1")
login_router = APIRouter(prefix="/v1", dependencies=[Depends(caller("gateway"))])


class AppIn(BaseModel):
    """`account_label`: by what the app shows whose code it is; never kept."""

    account_label: Label | None = None


class AppEnrolmentOut(BaseModel):
    """The secret, shown this once: to be scanned or typed into the app."""

    enrolment_id: str
    secret: str
    otpauth_uri: str
    qr_svg: str
    expires_at: datetime


class AppConfirmationIn(BaseModel):
    """The code the app shows."""

    code: TypedOtp


class AppConfirmationOut(BaseModel):
    """Whether the app is bound; `attempts_left` comes with a wrong code."""

    outcome: Literal["added", "wrong", "expired"]
    attempts_left: int | None = None


class RecoveryCodesOut(BaseModel):
    """The list, shown this once; every former one is void."""

    codes: list[str]


class CodeAttemptIn(BaseModel):
    """A person whose password was just accepted, the code, and the login it is to confirm."""

    subject_id: UUID
    code: TypedOtp
    bound_to: BoundTo


class CodeAttemptOut(BaseModel):
    """The verdict; `attempts_left` comes with `wrong`, `locked_until` while nothing is judged."""

    verdict: Literal["accepted", "wrong", "locked", "unavailable"]
    attempts_left: int | None = None
    locked_until: datetime | None = None


@citizen_router.post("/authenticator-app")
async def start_app(
    token: StandingCitizen, deps: DepsDep, body: AppIn | None = None
) -> AppEnrolmentOut:
    """Begin to bind an authenticator app; a former one stays until the new one is confirmed."""
    require_fresh(token, deps)
    label = body.account_label if body else None
    made = await second_factors.start_app(deps, token.subject_id, label)
    return AppEnrolmentOut(
        enrolment_id=made.enrolment_id,
        secret=made.secret,
        otpauth_uri=made.otpauth_uri,
        qr_svg=made.qr_svg,
        expires_at=made.expires_at,
    )


@citizen_router.post(
    "/authenticator-app/{enrolment_id}/confirmation", response_model_exclude_none=True
)
async def confirm_app(
    enrolment_id: UUID, token: StandingCitizen, body: AppConfirmationIn, deps: DepsDep
) -> AppConfirmationOut:
    """Bind the app that shows the right code."""
    confirmation = await second_factors.confirm_app(
        deps, token.subject_id, str(enrolment_id), body.code.get_secret_value()
    )
    return AppConfirmationOut.model_validate(
        {"outcome": confirmation.outcome, "attempts_left": confirmation.attempts_left}
    )


@citizen_router.delete("/authenticator-app/{app_id}", status_code=204)
async def remove_app(
    app_id: UUID, token: StandingCitizen, deps: DepsDep, confirmed: bool = False
) -> None:
    """Forget the app: first the warning if it is the last strong method, then the step-up."""
    last = await methods.would_be_last(deps, token.subject_id, Removable.AUTHENTICATOR_APP)
    if last and not confirmed:
        raise last_strong_method()
    require_fresh(token, deps)
    await second_factors.remove_app(deps, token.subject_id, str(app_id), confirmed=confirmed)


@citizen_router.post("/recovery-codes")
async def create_recovery_codes(token: StandingCitizen, deps: DepsDep) -> RecoveryCodesOut:
    """Make a list of recovery codes; a former one is void."""
    require_fresh(token, deps)
    codes = await second_factors.create_recovery_codes(deps, token.subject_id)
    return RecoveryCodesOut(codes=list(codes))


@login_router.post("/totp-attempts", response_model_exclude_none=True)
async def attempt_totp(body: CodeAttemptIn, deps: DepsDep) -> CodeAttemptOut:
    """Judge a code of the authenticator app after the password."""
    typed = body.code.get_secret_value()
    return _attempt_out(
        await second_factors.attempt_totp(deps, str(body.subject_id), typed, body.bound_to)
    )


@login_router.post("/recovery-code-attempts", response_model_exclude_none=True)
async def attempt_recovery_code(body: CodeAttemptIn, deps: DepsDep) -> CodeAttemptOut:
    """Judge a recovery code after the password and, if right, use it up."""
    typed = body.code.get_secret_value()
    return _attempt_out(
        await second_factors.attempt_recovery_code(deps, str(body.subject_id), typed, body.bound_to)
    )


def _attempt_out(outcome: FactorOutcome) -> CodeAttemptOut:
    return CodeAttemptOut.model_validate(
        {
            "verdict": outcome.verdict,
            "attempts_left": outcome.attempts_left,
            "locked_until": outcome.locked_until,
        }
    )
