"""HTTP of a login by app, browser's side. Only the gateway calls it."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from clavis_kit.service_tokens import caller
from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field, StringConstraints, model_validator

from clavis_pin.actions import app_requests
from clavis_pin.actions.app_requests import Created, LoginRequest
from clavis_pin.routes.access import DepsDep

router = APIRouter(prefix="/v1/app-requests", dependencies=[Depends(caller("gateway"))])
BrowserHash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Typed = Annotated[str, StringConstraints(max_length=32)]


class RelyingPartyIn(BaseModel):
    """Who asks for the login, as the person will see it."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    domain: Annotated[str, StringConstraints(min_length=1, max_length=255)]


class AppRequestIn(BaseModel):
    """A login to be confirmed; number and datum together, for who cannot scan."""

    browser_hash: BrowserHash = Field(description="SHA-256 of what only this browser session has")
    relying_party: RelyingPartyIn
    purpose: Annotated[str, StringConstraints(max_length=200)] | None = None
    language: Annotated[str, StringConstraints(max_length=35)]
    place: Annotated[str, StringConstraints(max_length=120)] | None = None
    national_id: Typed | None = None
    contrast: Typed | None = None
    source: Annotated[str, StringConstraints(max_length=64)] | None = Field(
        default=None, description="the citizen's network address; counted, never stored"
    )

    @model_validator(mode="after")
    def _both_or_none(self) -> "AppRequestIn":
        if (self.national_id is None) != (self.contrast is None):
            raise ValueError("number and contrast datum go together")
        return self


class AppRequestOut(BaseModel):
    """What became of the request; fields beyond `outcome` depend on it."""

    outcome: Literal["created", "limited"]
    app_request_id: str | None = None
    number: str | None = None
    expires_at: datetime | None = None
    retry_at: datetime | None = None


class CodeOut(BaseModel):
    """The code of this moment: for a camera, and ten digits for where nothing can scan."""

    content: str
    valid_until: datetime
    typed_code: str
    typed_valid_until: datetime


class StateOut(BaseModel):
    """Where the request stands."""

    state: Literal["pending", "scanned", "confirmed", "rejected", "reported", "expired"]


class CompletionIn(BaseModel):
    """The browser that asks must be the one that began."""

    browser_hash: BrowserHash


class CompletionOut(BaseModel):
    """The verdict; the person only with `accepted`."""

    verdict: Literal["accepted", "pending", "rejected", "expired", "used"]
    subject_id: str | None = None
    enrolment_level: Literal["basic", "advanced"] | None = Field(
        default=None, description="the person's, and never more than what proved the device"
    )
    factors: tuple[Literal["app"], ...] | None = None


@router.post("", response_model_exclude_none=True)
async def create(body: AppRequestIn, deps: DepsDep) -> AppRequestOut:
    """Begin a login that the person confirms on the device."""
    outcome = await app_requests.create(
        deps,
        LoginRequest(
            browser_hash=body.browser_hash,
            rp_name=body.relying_party.name,
            rp_domain=body.relying_party.domain,
            purpose=body.purpose,
            place=body.place,
            language=body.language,
            national_id=body.national_id,
            contrast=body.contrast,
            source=body.source,
        ),
    )
    if not isinstance(outcome, Created):
        return AppRequestOut(outcome="limited", retry_at=outcome.retry_at)
    return AppRequestOut(
        outcome="created",
        app_request_id=outcome.app_request_id,
        number=outcome.number,
        expires_at=outcome.expires_at,
    )


@router.get("/{app_request_id}/qr")
async def code(app_request_id: UUID, deps: DepsDep) -> CodeOut:
    """Return the code to show now; ask again when it is no longer valid."""
    now = await app_requests.code(deps, str(app_request_id))
    return CodeOut(
        content=now.content,
        valid_until=now.valid_until,
        typed_code=now.typed_code,
        typed_valid_until=now.typed_valid_until,
    )


@router.get("/{app_request_id}")
async def look(
    app_request_id: UUID,
    deps: DepsDep,
    wait: Annotated[float, Query(ge=0, le=20, description="seconds, for a change")] = 0,
) -> StateOut:
    """Say where the request stands, as soon as it changes."""
    state = await app_requests.state(deps, str(app_request_id), wait)
    return StateOut.model_validate({"state": state.value})


@router.post("/{app_request_id}/completion", response_model_exclude_none=True)
async def complete(app_request_id: UUID, body: CompletionIn, deps: DepsDep) -> CompletionOut:
    """Hand the confirmed login to its browser, once."""
    done = await app_requests.complete(deps, str(app_request_id), body.browser_hash)
    return CompletionOut.model_validate(
        {
            "verdict": done.verdict,
            "subject_id": done.subject_id,
            "enrolment_level": done.level.value if done.level else None,
            "factors": ("app",) if done.subject_id else None,
        }
    )


@router.post("/{app_request_id}/cancellation", status_code=204)
async def cancel(app_request_id: UUID, deps: DepsDep) -> None:
    """End a request that its browser gave up; an answered one stays as it is."""
    await app_requests.cancel(deps, str(app_request_id))
