"""What other services tell: activation codes used and blocked, devices, frauds, certificates."""

from collections.abc import Mapping
from datetime import UTC, datetime

from clavis_events.codec import CERTIFICATE_TOPIC, CREDENTIAL_TOPIC, DEVICE_TOPIC
from clavis_events.permanent.v1 import credential_pb2
from clavis_events.pin.v1 import device_pb2
from clavis_events.signing.v1 import certificate_pb2
from clavis_kit.bus import EventRecord
from clavis_kit.consumer import Handler
from clavis_kit.db import Connection
from clavis_kit.ids import is_id
from google.protobuf.message import Message

from clavis_registry.actions import reports
from clavis_registry.deps import Deps
from clavis_registry.store import Unit

TOPICS = (DEVICE_TOPIC, CREDENTIAL_TOPIC, CERTIFICATE_TOPIC)
FraudReported = device_pb2.FraudReported | credential_pb2.FraudReported
ActivationCodeFact = credential_pb2.ActivationCodeUsed | credential_pb2.ActivationCodeBlocked


def handlers(deps: Deps) -> Mapping[type[Message], Handler]:
    """Say what each event does here."""

    async def on_used(db: Connection, event: ActivationCodeFact, record: EventRecord) -> None:
        await reports.activation_code_used(Unit(db), event.subject_id, record.occurred_at)

    async def on_blocked(db: Connection, event: ActivationCodeFact, record: EventRecord) -> None:
        await reports.activation_code_blocked(deps, Unit(db), event.subject_id, record.occurred_at)

    async def on_fraud(db: Connection, event: FraudReported, record: EventRecord) -> None:
        await reports.fraud(deps, Unit(db), event.subject_id, record.type)

    async def on_device_added(
        db: Connection, event: device_pb2.DeviceActivated, _: EventRecord
    ) -> None:
        await reports.device_changed(deps, Unit(db), event.subject_id, "added")

    async def on_device_removed(
        db: Connection, event: device_pb2.DeviceDeactivated, _: EventRecord
    ) -> None:
        await reports.device_changed(deps, Unit(db), event.subject_id, "removed")

    return {
        credential_pb2.ActivationCodeUsed: on_used,
        credential_pb2.ActivationCodeBlocked: on_blocked,
        credential_pb2.FraudReported: on_fraud,
        device_pb2.FraudReported: on_fraud,
        device_pb2.DeviceActivated: on_device_added,
        device_pb2.DeviceDeactivated: on_device_removed,
        certificate_pb2.CertificateIssued: on_issued,
        certificate_pb2.CertificateRevoked: on_revoked,
    }


async def on_issued(
    db: Connection, event: certificate_pb2.CertificateIssued, _: EventRecord
) -> None:
    """Note that the person can sign: their phone is worth more to a thief."""
    if is_id(event.subject_id):
        not_after: datetime = event.not_after.ToDatetime(tzinfo=UTC)
        await Unit(db).held_certificates.add(event.serial_number, event.subject_id, not_after)


async def on_revoked(
    db: Connection, event: certificate_pb2.CertificateRevoked, _: EventRecord
) -> None:
    """Forget the certificate."""
    await Unit(db).held_certificates.remove(event.serial_number)
