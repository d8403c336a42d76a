"""From our facts to contract messages, on their topics."""

from datetime import UTC, date, datetime, time

from clavis_events.codec import topic_of
from clavis_events.registry.v1 import contact_pb2, person_pb2
from clavis_kit.bus import EventRecord
from google.protobuf.message import Message

from clavis_registry.rules.credentials import FreezeOrigin
from clavis_registry.rules.person import Cause, Channel, Level, Status
from clavis_registry.store.persons import Person

TOPICS = (topic_of(person_pb2.Registered()), topic_of(contact_pb2.ContactChanged()))
_LEVELS = {
    Level.BASIC: person_pb2.ENROLMENT_LEVEL_BASIC,
    Level.ADVANCED: person_pb2.ENROLMENT_LEVEL_ADVANCED,
}
_CHANNELS = {
    Channel.LETTER: person_pb2.ENROLMENT_CHANNEL_LETTER,
    Channel.VIDEO_CALL: person_pb2.ENROLMENT_CHANNEL_VIDEO_CALL,
    Channel.VIDEO_AUTOMATIC: person_pb2.ENROLMENT_CHANNEL_VIDEO_AUTOMATIC,
    Channel.VIDEO_REVIEWED: person_pb2.ENROLMENT_CHANNEL_VIDEO_REVIEWED,
    Channel.CERTIFICATE_SOFTWARE: person_pb2.ENROLMENT_CHANNEL_CERTIFICATE_SOFTWARE,
    Channel.CERTIFICATE_DNIE: person_pb2.ENROLMENT_CHANNEL_CERTIFICATE_DNIE,
    Channel.OFFICE: person_pb2.ENROLMENT_CHANNEL_OFFICE,
    Channel.CONVALIDATION: person_pb2.ENROLMENT_CHANNEL_CONVALIDATION,
}
_CAUSES = {
    Cause.SECURITY: person_pb2.REVOCATION_CAUSE_SECURITY,
    Cause.IDENTITY_DATA_CHANGED: person_pb2.REVOCATION_CAUSE_IDENTITY_DATA_CHANGED,
    Cause.VIDEO_REJECTED: person_pb2.REVOCATION_CAUSE_VIDEO_REJECTED,
}
_ORIGINS = {
    FreezeOrigin.PERSON: person_pb2.FREEZE_ORIGIN_PERSON,
    FreezeOrigin.OFFICER: person_pb2.FREEZE_ORIGIN_OFFICER,
    FreezeOrigin.REPORT: person_pb2.FREEZE_ORIGIN_REPORT,
}


def midnight(day: date | None) -> datetime | None:
    """Convert a day to its midnight UTC; None stays absent in the message."""
    return datetime.combine(day, time(), UTC) if day else None


def wrap(message: Message, person: Person, event_id: str, at: datetime) -> EventRecord:
    """Wrap a fact about a person whose version was raised for it."""
    return EventRecord.of(
        message,
        topic=topic_of(message),
        event_id=event_id,
        key=person.subject_id,
        occurred_at=at,
        sequence=person.version,
    )


def registered(
    person: Person, at: datetime, *, document_expires_on: date | None, minor: bool
) -> Message:
    """Say that the person was proven and entered."""
    return person_pb2.Registered(
        subject_id=person.subject_id,
        version=person.version,
        occurred_at=at,
        national_id_hash=person.national_id_hash,
        level=_LEVELS[person.level] if person.level else None,
        channel=_CHANNELS[person.channel] if person.channel else None,
        last_strong_identification_at=person.last_strong_identification_at,
        document_expires_on=midnight(document_expires_on),
        minor=minor,
    )


def level_raised(person: Person, at: datetime) -> Message:
    """Say that the level of enrolment rose."""
    return person_pb2.LevelRaised(
        subject_id=person.subject_id,
        version=person.version,
        occurred_at=at,
        national_id_hash=person.national_id_hash,
        level=_LEVELS[person.level] if person.level else None,
        channel=_CHANNELS[person.channel] if person.channel else None,
        last_strong_identification_at=person.last_strong_identification_at,
    )


def phone_changed(person: Person, at: datetime, *, verified: bool) -> Message:
    """Say that the verified phone changed, or was lost to another person."""
    return person_pb2.PhoneChanged(
        subject_id=person.subject_id,
        version=person.version,
        occurred_at=at,
        phone_verified=verified,
    )


def renounced(person: Person, at: datetime) -> Message:
    """Say that the person gave up the digital identity."""
    return person_pb2.Renounced(
        subject_id=person.subject_id,
        version=person.version,
        occurred_at=at,
        national_id_hash=person.national_id_hash,
    )


def deceased(person: Person, at: datetime) -> Message:
    """Say that the registry learnt of the death."""
    return person_pb2.Deceased(
        subject_id=person.subject_id,
        version=person.version,
        occurred_at=at,
        national_id_hash=person.national_id_hash,
    )


def revoked(person: Person, at: datetime) -> Message:
    """Say that an official ended the identity, and for what kind of cause."""
    return person_pb2.Revoked(
        subject_id=person.subject_id,
        version=person.version,
        occurred_at=at,
        national_id_hash=person.national_id_hash,
        cause=_CAUSES[person.revocation_cause] if person.revocation_cause else None,
    )


def reinstated(person: Person, at: datetime) -> Message:
    """Say that an ended identity stands again; without a level, that there never was one."""
    enrolled = person.status is Status.REGISTERED and person.level
    return person_pb2.Reinstated(
        subject_id=person.subject_id,
        version=person.version,
        occurred_at=at,
        national_id_hash=person.national_id_hash,
        level=_LEVELS[person.level] if enrolled and person.level else None,
    )


def identification_renewed(
    person: Person, at: datetime, *, document_expires_on: date | None
) -> Message:
    """Say that the person was identified again; the five-year clock starts anew."""
    return person_pb2.IdentificationRenewed(
        subject_id=person.subject_id,
        version=person.version,
        occurred_at=at,
        national_id_hash=person.national_id_hash,
        channel=_CHANNELS[person.channel] if person.channel else None,
        last_strong_identification_at=person.last_strong_identification_at,
        document_expires_on=midnight(document_expires_on),
    )


def document_changed(person: Person, at: datetime, *, document_expires_on: date | None) -> Message:
    """Say that there is another identity document."""
    return person_pb2.DocumentChanged(
        subject_id=person.subject_id,
        version=person.version,
        occurred_at=at,
        document_expires_on=midnight(document_expires_on),
    )


def certificate_revocation_requested(
    person: Person, at: datetime, *, key_compromise: bool
) -> Message:
    """Say that the person wants the signing certificates revoked."""
    return person_pb2.CertificateRevocationRequested(
        subject_id=person.subject_id,
        version=person.version,
        occurred_at=at,
        key_compromise=key_compromise,
    )


def frozen(person: Person, at: datetime) -> Message:
    """Say that every method of the person stops."""
    return person_pb2.Frozen(
        subject_id=person.subject_id,
        version=person.version,
        occurred_at=at,
        national_id_hash=person.national_id_hash,
        origin=_ORIGINS[person.frozen_origin] if person.frozen_origin else None,
    )


def unfrozen(person: Person, at: datetime) -> Message:
    """Say that the person's methods work again."""
    return person_pb2.Unfrozen(
        subject_id=person.subject_id,
        version=person.version,
        occurred_at=at,
        national_id_hash=person.national_id_hash,
    )


def contact_changed(person: Person, sealed: bytes, event_id: str, at: datetime) -> EventRecord:
    """Wrap sealed contact data; this stream has its own version."""
    message = contact_pb2.ContactChanged(
        subject_id=person.subject_id,
        version=person.contact_version,
        occurred_at=at,
        sealed=sealed,
    )
    return EventRecord.of(
        message,
        topic=topic_of(message),
        event_id=event_id,
        key=person.subject_id,
        occurred_at=at,
        sequence=person.contact_version,
    )
