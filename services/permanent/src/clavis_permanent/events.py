"""Our facts as contract messages. They say that something happened, never what was typed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from clavis_events.codec import CREDENTIAL_TOPIC
from clavis_events.permanent.v1.credential_pb2 import (
    ActivationCodeBlocked,
    ActivationCodeUsed,
    FraudReported,
    PasswordActivated,
    PasswordBlocked,
    PasswordChanged,
    PasswordRemoved,
)
from clavis_kit.bus import EventRecord
from google.protobuf.message import Message

MakeEvent = Callable[[int], EventRecord]


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Which event, about whom, when; the version comes with the transaction."""

    event_id: str
    subject_id: str
    occurred_at: datetime


def password_set(
    about: Occurrence, expires_at: datetime, *, replaced: bool, session_id: str | None
) -> MakeEvent:
    """Say that a password was chosen: activated when there was none before, else changed."""
    if not replaced:
        return _made(about, PasswordActivated(expires_at=expires_at))
    return _made(about, PasswordChanged(expires_at=expires_at, session_id=session_id or ""))


def password_blocked(about: Occurrence) -> MakeEvent:
    """Say that too many wrong passwords blocked it."""
    return _made(about, PasswordBlocked())


def password_removed(about: Occurrence) -> MakeEvent:
    """Say that the person has no password any more."""
    return _made(about, PasswordRemoved())


def activation_code_used(about: Occurrence) -> MakeEvent:
    """Say that the activation code put a password in force for the first time."""
    return _made(about, ActivationCodeUsed())


def activation_code_blocked(about: Occurrence) -> MakeEvent:
    """Say that only another activation code serves."""
    return _made(about, ActivationCodeBlocked())


def fraud_reported(about: Occurrence) -> MakeEvent:
    """Say that the person answered a notice: it was not them."""
    return _made(about, FraudReported())


def _made(about: Occurrence, message: Message) -> MakeEvent:
    def make(version: int) -> EventRecord:
        fields = {
            "subject_id": about.subject_id,
            "version": version,
            "occurred_at": about.occurred_at,
        }
        message.MergeFrom(type(message)(**fields))
        return EventRecord.of(
            message,
            topic=CREDENTIAL_TOPIC,
            event_id=about.event_id,
            key=about.subject_id,
            occurred_at=about.occurred_at,
            sequence=version,
        )

    return make
