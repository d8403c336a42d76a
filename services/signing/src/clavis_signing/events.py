"""Our facts as messages of the contract."""

from datetime import datetime

from clavis_events.codec import topic_of
from clavis_events.signing.v1.certificate_pb2 import (
    CertificateIssued,
    CertificateRevoked,
    RevocationReason,
)
from clavis_kit.bus import EventRecord
from cryptography import x509
from google.protobuf.message import Message

from clavis_signing.rules import Reason, serial_text

_REASONS = {
    Reason.KEY_COMPROMISE: RevocationReason.REVOCATION_REASON_KEY_COMPROMISE,
    Reason.AFFILIATION_CHANGED: RevocationReason.REVOCATION_REASON_AFFILIATION_CHANGED,
    Reason.SUPERSEDED: RevocationReason.REVOCATION_REASON_SUPERSEDED,
    Reason.CESSATION_OF_OPERATION: RevocationReason.REVOCATION_REASON_CESSATION_OF_OPERATION,
    Reason.PRIVILEGE_WITHDRAWN: RevocationReason.REVOCATION_REASON_PRIVILEGE_WITHDRAWN,
}


def certificate_issued(
    subject_id: str,
    certificate: x509.Certificate,
    *,
    issuer_key_id: bytes,
    version: int,
    event_id: str,
    now: datetime,
) -> EventRecord:
    """Tell that a certificate exists."""
    message = CertificateIssued(
        subject_id=subject_id,
        version=version,
        occurred_at=now,
        serial_number=serial_text(certificate.serial_number),
        issuer_key_id=issuer_key_id.hex(),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
    )
    return _record(message, subject_id, version, event_id, now)


def certificate_revoked(
    subject_id: str,
    serial_number: str,
    reason: Reason,
    *,
    issuer_key_id: bytes,
    version: int,
    event_id: str,
    now: datetime,
) -> EventRecord:
    """Tell that a certificate stopped being valid."""
    message = CertificateRevoked(
        subject_id=subject_id,
        version=version,
        occurred_at=now,
        serial_number=serial_number,
        issuer_key_id=issuer_key_id.hex(),
        revoked_at=now,
        reason=_REASONS[reason],
    )
    return _record(message, subject_id, version, event_id, now)


def _record(
    message: Message, subject_id: str, version: int, event_id: str, now: datetime
) -> EventRecord:
    return EventRecord.of(
        message,
        topic=topic_of(message),
        event_id=event_id,
        key=subject_id,
        occurred_at=now,
        sequence=version,
    )
