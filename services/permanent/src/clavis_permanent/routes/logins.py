"""Judging a password: for a login (gateway) and for a signature (signing)."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from clavis_kit.service_tokens import caller
from fastapi import APIRouter, Depends
from pydantic import BaseModel

from clavis_permanent.actions import logins
from clavis_permanent.actions.logins import LoginLimited
from clavis_permanent.routes.wire import DepsDep, NationalId, Source, TypedPassword
from clavis_permanent.rules import Level
from clavis_permanent.rules.methods import SecondFactor

router = APIRouter(prefix="/v1")


class LoginIn(BaseModel):
    """What the citizen typed."""

    national_id: NationalId
    password: TypedPassword
    source: Source = None


class LoginOut(BaseModel):
    """The verdict; with `wrong` nothing else is said, with `limited` only `retry_at`.

    `change_id` lets the password be replaced inside the login: it ended, or soon does.
    """

    verdict: Literal["accepted", "wrong", "expired", "limited"]
    subject_id: str | None = None
    enrolment_level: Level | None = None
    can_use_otp: bool | None = None
    second_factors: list[SecondFactor] | None = None
    password_expires_on: date | None = None
    change_id: str | None = None
    retry_at: datetime | None = None


class PasswordCheckIn(BaseModel):
    """A person known by a session, and what was typed."""

    subject_id: UUID
    password: TypedPassword


class PasswordCheckOut(BaseModel):
    """The verdict alone."""

    verdict: Literal["accepted", "wrong", "locked", "inactive"]


@router.post("/logins", response_model_exclude_none=True, dependencies=[Depends(caller("gateway"))])
async def log_in(body: LoginIn, deps: DepsDep) -> LoginOut:
    """Judge identity number and password."""
    typed = body.password.get_secret_value()
    outcome = await logins.log_in(deps, body.national_id, typed, body.source)
    if isinstance(outcome, LoginLimited):
        return LoginOut(verdict="limited", retry_at=outcome.retry_at)
    return LoginOut.model_validate(
        {
            "verdict": outcome.verdict.value,
            "subject_id": outcome.subject_id,
            "enrolment_level": outcome.level,
            "can_use_otp": outcome.can_use_otp,
            "second_factors": outcome.second_factors,
            "password_expires_on": outcome.password_expires_on,
            "change_id": outcome.change_id,
        }
    )


@router.post("/password-checks", dependencies=[Depends(caller("signing"))])
async def check_password(body: PasswordCheckIn, deps: DepsDep) -> PasswordCheckOut:
    """Judge the password of a person about to sign."""
    typed = body.password.get_secret_value()
    verdict = await logins.check_password(deps, str(body.subject_id), typed)
    return PasswordCheckOut.model_validate({"verdict": verdict.value})
