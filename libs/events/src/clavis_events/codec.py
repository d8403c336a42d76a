"""From an event's full type name and bytes to its message, and back."""

from google.protobuf.message import DecodeError, Message

from clavis_events.permanent.v1 import credential_pb2
from clavis_events.pin.v1 import device_pb2
from clavis_events.registry.v1 import contact_pb2, person_pb2
from clavis_events.signing.v1 import certificate_pb2

PERSON_TOPIC = "clavis.registry.person.v1"
CONTACT_TOPIC = "clavis.registry.contact.v1"
DEVICE_TOPIC = "clavis.pin.device.v1"
CREDENTIAL_TOPIC = "clavis.permanent.credential.v1"
CERTIFICATE_TOPIC = "clavis.signing.certificate.v1"

TOPIC_MESSAGES: dict[str, tuple[type[Message], ...]] = {
    PERSON_TOPIC: (
        person_pb2.Registered,
        person_pb2.LevelRaised,
        person_pb2.PhoneChanged,
        person_pb2.Renounced,
        person_pb2.Deceased,
        person_pb2.Revoked,
        person_pb2.Reinstated,
        person_pb2.IdentificationRenewed,
        person_pb2.DocumentChanged,
        person_pb2.CertificateRevocationRequested,
        person_pb2.Frozen,
        person_pb2.Unfrozen,
    ),
    CONTACT_TOPIC: (contact_pb2.ContactChanged,),
    DEVICE_TOPIC: (
        device_pb2.DeviceActivated,
        device_pb2.DeviceDeactivated,
        device_pb2.FraudReported,
    ),
    CREDENTIAL_TOPIC: (
        credential_pb2.PasswordActivated,
        credential_pb2.PasswordChanged,
        credential_pb2.PasswordRemoved,
        credential_pb2.PasswordBlocked,
        credential_pb2.ActivationCodeUsed,
        credential_pb2.ActivationCodeBlocked,
        credential_pb2.AuthenticatorAdded,
        credential_pb2.AuthenticatorRemoved,
        credential_pb2.FraudReported,
    ),
    CERTIFICATE_TOPIC: (
        certificate_pb2.CertificateIssued,
        certificate_pb2.CertificateRevoked,
    ),
}

_BY_NAME: dict[str, type[Message]] = {
    message.DESCRIPTOR.full_name: message
    for messages in TOPIC_MESSAGES.values()
    for message in messages
}
_TOPIC_BY_NAME: dict[str, str] = {
    message.DESCRIPTOR.full_name: topic
    for topic, messages in TOPIC_MESSAGES.items()
    for message in messages
}


class UnknownEventError(ValueError):
    """The type is not of this contract, or the bytes are not of that type."""


def topic_of(message: Message) -> str:
    """Name the topic on which this message travels."""
    return _TOPIC_BY_NAME[message.DESCRIPTOR.full_name]


def decode(type_name: str, payload: bytes) -> Message:
    """Parse an event. Unknown fields survive; an unknown type raises UnknownEventError."""
    message_type = _BY_NAME.get(type_name)
    if message_type is None:
        raise UnknownEventError(type_name)
    try:
        return message_type.FromString(payload)
    except DecodeError as error:
        raise UnknownEventError(type_name) from error
