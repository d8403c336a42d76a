"""Our facts as contract messages. They say which device, never whose in words."""

from datetime import datetime

from clavis_events.codec import DEVICE_TOPIC
from clavis_events.pin.v1.device_pb2 import DeviceActivated, DeviceDeactivated, FraudReported
from clavis_kit.bus import EventRecord
from google.protobuf.message import Message


def device_activated(
    event_id: str, subject_id: str, version: int, device_id: str, at: datetime
) -> EventRecord:
    """Say that a device became the person's."""
    message = DeviceActivated(
        subject_id=subject_id, version=version, occurred_at=at, device_id=device_id
    )
    return _record(message, event_id, subject_id, version, at)


def device_deactivated(
    event_id: str, subject_id: str, version: int, device_id: str, at: datetime
) -> EventRecord:
    """Say that a device confirms nothing any more."""
    message = DeviceDeactivated(
        subject_id=subject_id, version=version, occurred_at=at, device_id=device_id
    )
    return _record(message, event_id, subject_id, version, at)


def fraud_reported(event_id: str, subject_id: str, version: int, at: datetime) -> EventRecord:
    """Say that the person answered: it was not me."""
    message = FraudReported(subject_id=subject_id, version=version, occurred_at=at)
    return _record(message, event_id, subject_id, version, at)


def _record(
    message: Message, event_id: str, subject_id: str, version: int, at: datetime
) -> EventRecord:
    return EventRecord.of(
        message,
        topic=DEVICE_TOPIC,
        event_id=event_id,
        key=subject_id,
        occurred_at=at,
        sequence=version,
    )
