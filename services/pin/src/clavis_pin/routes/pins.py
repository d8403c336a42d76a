"""HTTP of PINs. Only the gateway calls it; a wrong PIN is an answer, not an error."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from clavis_kit.service_tokens import caller
from fastapi import APIRouter, Depends
from pydantic import AfterValidator, BaseModel, Field, SecretStr, StringConstraints

from clavis_pin.actions import pins as actions
from clavis_pin.actions.outcomes import (
    AttemptOutcome,
    Limited,
    Mismatch,
    RequestOutcome,
    Sent,
    Undeliverable,
)
from clavis_pin.routes.access import DepsDep
from clavis_pin.rules.pins import Channel, is_prefix

only_gateway = caller("gateway")
router = APIRouter(prefix="/v1", dependencies=[Depends(only_gateway)])


def _prefix(text: str) -> str:
    if text and not is_prefix(text):
        raise ValueError("one to four letters or digits")
    return text


def _encodable(secret: SecretStr) -> SecretStr:
    # JSON can spell half a character, which no UTF-8 text holds (RFC 8259 section 8.2); unlike
    # plain text, pydantic lets it into a secret.
    secret.get_secret_value().encode()
    return secret


class PinRequestIn(BaseModel):
    """Who asks and for which relying party."""

    national_id: Annotated[str, StringConstraints(max_length=32)]
    contrast: Annotated[str, StringConstraints(max_length=32)]
    prefix: Annotated[str, AfterValidator(_prefix)] = ""
    relying_party: Annotated[str, StringConstraints(min_length=1, max_length=1000)]
    language: Annotated[str, StringConstraints(max_length=35)]
    channel: Literal["sms"] | None = Field(
        default=None, description="`sms` asks for a message although an app is active"
    )
    source: Annotated[str, StringConstraints(max_length=64)] | None = Field(
        default=None, description="network address of the citizen; counted by network"
    )


class PinRequestOut(BaseModel):
    """What became of the request; fields beyond `outcome` depend on it."""

    outcome: Literal["sent", "mismatch", "limited", "undeliverable"]
    pin_request_id: str | None = None
    channel: Literal["sms", "app"] | None = None
    phone_hint: str | None = None
    sent_at: datetime | None = None
    expires_at: datetime | None = None
    retry_at: datetime | None = None
    other_ways: tuple[Literal["app"], ...] | None = None


class AttemptIn(BaseModel):
    """What the citizen typed: the prefix, if one was chosen, and the PIN."""

    pin: Annotated[SecretStr, StringConstraints(max_length=32), AfterValidator(_encodable)]


class AttemptOut(BaseModel):
    """The verdict; fields beyond it depend on it."""

    verdict: Literal["accepted", "wrong", "expired", "used", "locked"]
    subject_id: str | None = None
    enrolment_level: Literal["basic", "advanced"] | None = None
    factors: tuple[Literal["sms"], ...] | None = None
    attempts_left: int | None = None
    locked_until: datetime | None = None


@router.post("/pins", response_model_exclude_none=True)
async def request_pin(body: PinRequestIn, deps: DepsDep) -> PinRequestOut:
    """Send a PIN to the person who holds this document: to their active app, else by SMS."""
    request = actions.PinRequest(
        national_id=body.national_id,
        contrast=body.contrast,
        prefix=body.prefix,
        relying_party=body.relying_party,
        language=body.language,
        channel=Channel(body.channel) if body.channel else None,
        source=body.source,
    )
    return _request_out(await actions.request_pin(deps, request))


def _request_out(outcome: RequestOutcome) -> PinRequestOut:
    match outcome:
        case Sent():
            return PinRequestOut(
                outcome="sent",
                pin_request_id=outcome.pin_request_id,
                channel=outcome.channel.value,
                phone_hint=outcome.phone_hint,
                sent_at=outcome.sent_at,
                expires_at=outcome.expires_at,
            )
        case Mismatch():
            return PinRequestOut(outcome="mismatch")
        case Limited():
            return PinRequestOut(outcome="limited", retry_at=outcome.retry_at)
        case Undeliverable():
            ways = tuple(way.value for way in outcome.other_ways)
            return PinRequestOut(outcome="undeliverable", other_ways=ways)


@router.post("/pins/{pin_request_id}/attempts", response_model_exclude_none=True)
async def attempt_pin(pin_request_id: UUID, body: AttemptIn, deps: DepsDep) -> AttemptOut:
    """Judge one attempt and, if right, consume the PIN."""
    typed = body.pin.get_secret_value()
    return _attempt_out(await actions.attempt_pin(deps, str(pin_request_id), typed))


def _attempt_out(outcome: AttemptOutcome) -> AttemptOut:
    return AttemptOut(
        verdict=outcome.verdict.value,
        subject_id=outcome.subject_id,
        enrolment_level=outcome.level.value if outcome.level else None,
        factors=("sms",) if outcome.subject_id else None,
        attempts_left=outcome.attempts_left,
        locked_until=outcome.locked_until,
    )
