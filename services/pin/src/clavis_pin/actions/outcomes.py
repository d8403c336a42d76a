"""What may become of a request for a PIN, and of an attempt at one."""

from dataclasses import dataclass
from datetime import datetime

from clavis_pin.rules.people import Level
from clavis_pin.rules.pins import Channel, Verdict


@dataclass(frozen=True, slots=True)
class Sent:
    """A PIN is on its way. `phone_hint` is set when it goes to a phone."""

    pin_request_id: str
    channel: Channel
    phone_hint: str | None
    sent_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Unknown person, wrong datum, an identity that ended or is frozen: one answer for all."""


@dataclass(frozen=True, slots=True)
class Limited:
    """Too many requests; the next is admitted at `retry_at`."""

    retry_at: datetime


@dataclass(frozen=True, slots=True)
class Undeliverable:
    """The message could not be sent. No PIN came into being; `other_ways` still show one."""

    other_ways: tuple[Channel, ...] = ()


RequestOutcome = Sent | Mismatch | Limited | Undeliverable


@dataclass(frozen=True, slots=True)
class AttemptOutcome:
    """How an attempt ended; the other fields are set where the verdict calls for them."""

    verdict: Verdict
    subject_id: str | None = None
    level: Level | None = None
    attempts_left: int | None = None
    locked_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class WaitingPin:
    """The PIN that the person's app shows."""

    pin: str
    relying_party: str
    sent_at: datetime
    expires_at: datetime
