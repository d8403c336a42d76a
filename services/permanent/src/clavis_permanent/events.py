"""Our facts as contract messages. They say that something happened, never what was typed."""

from datetime import datetime

from clavis_events.codec import CREDENTIAL_TOPIC
from clavis_events.permanent.v1.credential_pb2 import (
    PasswordActivated,
    PasswordChanged,
    PasswordRemoved,
)
from clavis_kit.bus import EventRecord
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp


def password_set(
    *,
    event_id: str,
    subject_id: str,
    version: int,
    occurred_at: datetime,
    expires_at: datetime,
    replaced: bool,
) -> EventRecord:
    """Say that a password was chosen: activated when there was none before, else changed."""
    kind = PasswordChanged if replaced else PasswordActivated
    message = kind(
        subject_id=subject_id,
        version=version,
        occurred_at=_timestamp(occurred_at),
        expires_at=_timestamp(expires_at),
    )
    return _record(message, event_id, subject_id, version, occurred_at)


def password_removed(
    *, event_id: str, subject_id: str, version: int, occurred_at: datetime
) -> EventRecord:
    """Say that the person has no password any more."""
    message = PasswordRemoved(
        subject_id=subject_id, version=version, occurred_at=_timestamp(occurred_at)
    )
    return _record(message, event_id, subject_id, version, occurred_at)


def _record(
    message: Message, event_id: str, subject_id: str, version: int, occurred_at: datetime
) -> EventRecord:
    return EventRecord.of(
        message,
        topic=CREDENTIAL_TOPIC,
        event_id=event_id,
        key=subject_id,
        occurred_at=occurred_at,
        sequence=version,
    )


def _timestamp(at: datetime) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(at)
    return stamp
