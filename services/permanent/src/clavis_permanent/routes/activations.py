"""Activation and recovery, called by the gateway's pages."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from clavis_kit.service_tokens import caller
from fastapi import APIRouter, Depends
from pydantic import BaseModel, StringConstraints

from clavis_permanent.actions import activations
from clavis_permanent.actions.activations import (
    ActivationOutcome,
    CodeSent,
    Limited,
    Mismatch,
    PasswordOutcome,
)
from clavis_permanent.actions.new_passwords import InForce, Rejected
from clavis_permanent.errors import recovery_not_offered
from clavis_permanent.routes.wire import (
    DepsDep,
    Language,
    NationalId,
    Source,
    TypedOtp,
    TypedPassword,
)
from clavis_permanent.rules import Fault
from clavis_permanent.rules.facts import Proof

router = APIRouter(prefix="/v1", dependencies=[Depends(caller("gateway"))])


class ActivationIn(BaseModel):
    """What the citizen typed, from the receipt of the enrolment."""

    national_id: NationalId
    email: Annotated[str, StringConstraints(max_length=254)]
    activation_code: Annotated[str, StringConstraints(max_length=64)]
    language: Language
    source: Source = None


class RecoveryIn(BaseModel):
    """What the citizen typed who forgot the password, or was blocked."""

    national_id: NationalId
    activation_code: Annotated[str, StringConstraints(max_length=64)]
    language: Language
    source: Source = None


class ActivationOut(BaseModel):
    """What became of it; fields beyond `outcome` depend on it."""

    outcome: Literal["code_sent", "mismatch", "limited", "undeliverable"]
    activation_id: str | None = None
    phone_hint: str | None = None
    expires_at: datetime | None = None
    retry_at: datetime | None = None


class OtpIn(BaseModel):
    """The code that arrived."""

    otp: TypedOtp


class PhoneProofOut(BaseModel):
    """The verdict; `attempts_left` comes with a wrong code."""

    verdict: Literal["accepted", "wrong", "expired", "locked"]
    attempts_left: int | None = None


class PasswordIn(BaseModel):
    """The password chosen."""

    password: TypedPassword


class PasswordOut(BaseModel):
    """Whether it is in force, and if not, why."""

    outcome: Literal["activated", "rejected", "expired"]
    expires_on: date | None = None
    reasons: tuple[Fault, ...] | None = None


@router.post("/activations", response_model_exclude_none=True)
async def start_activation(body: ActivationIn, deps: DepsDep) -> ActivationOut:
    """Send a code to the phone of whoever shows what the receipt says."""
    request = activations.ActivationRequest(
        national_id=body.national_id,
        email=body.email,
        activation_code=body.activation_code,
        language=body.language,
        source=body.source,
    )
    return _activation_out(await activations.start_activation(deps, request))


@router.post("/recoveries", response_model_exclude_none=True)
async def start_recovery(body: RecoveryIn, deps: DepsDep) -> ActivationOut:
    """Send a code to the phone of whoever has the activation code and had a password."""
    if Proof.ACTIVATION_CODE not in deps.policies.recovery.proofs:
        raise recovery_not_offered()
    request = activations.ActivationRequest(
        national_id=body.national_id,
        email=None,
        activation_code=body.activation_code,
        language=body.language,
        source=body.source,
    )
    return _activation_out(await activations.start_activation(deps, request))


def _activation_out(outcome: ActivationOutcome) -> ActivationOut:
    match outcome:
        case CodeSent():
            return ActivationOut(
                outcome="code_sent",
                activation_id=outcome.activation_id,
                phone_hint=outcome.phone_hint,
                expires_at=outcome.expires_at,
            )
        case Mismatch():
            return ActivationOut(outcome="mismatch")
        case Limited():
            return ActivationOut(outcome="limited", retry_at=outcome.retry_at)
        case _:
            return ActivationOut(outcome="undeliverable")


@router.post("/activations/{activation_id}/otp-attempts", response_model_exclude_none=True)
@router.post("/recoveries/{activation_id}/otp-attempts", response_model_exclude_none=True)
async def prove_phone(activation_id: UUID, body: OtpIn, deps: DepsDep) -> PhoneProofOut:
    """Judge the code that arrived."""
    proof = await activations.prove_phone(deps, str(activation_id), body.otp.get_secret_value())
    return PhoneProofOut.model_validate(
        {"verdict": proof.verdict.value, "attempts_left": proof.attempts_left}
    )


@router.post("/activations/{activation_id}/password", response_model_exclude_none=True)
@router.post("/recoveries/{activation_id}/password", response_model_exclude_none=True)
async def choose_password(activation_id: UUID, body: PasswordIn, deps: DepsDep) -> PasswordOut:
    """Put a password in force."""
    typed = body.password.get_secret_value()
    return _password_out(await activations.choose_password(deps, str(activation_id), typed))


def _password_out(outcome: PasswordOutcome) -> PasswordOut:
    match outcome:
        case InForce():
            return PasswordOut(outcome="activated", expires_on=outcome.expires_on)
        case Rejected():
            return PasswordOut(outcome="rejected", reasons=outcome.faults)
        case _:
            return PasswordOut(outcome="expired")
