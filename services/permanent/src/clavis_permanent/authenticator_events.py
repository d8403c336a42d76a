"""That an authenticator was bound or taken away, as contract messages."""

from collections.abc import Callable
from datetime import datetime

from clavis_events.codec import CREDENTIAL_TOPIC
from clavis_events.permanent.v1 import credential_pb2
from clavis_events.permanent.v1.credential_pb2 import AuthenticatorAdded, AuthenticatorRemoved
from clavis_kit.bus import EventRecord

from clavis_permanent.rules.facts import FactKind

_PASSKEY = credential_pb2.AUTHENTICATOR_KIND_PASSKEY
_TOTP = credential_pb2.AUTHENTICATOR_KIND_TOTP
_CODES = credential_pb2.AUTHENTICATOR_KIND_RECOVERY_CODES
_KINDS = {
    FactKind.PASSKEY_ADDED: (AuthenticatorAdded, _PASSKEY),
    FactKind.PASSKEY_REMOVED: (AuthenticatorRemoved, _PASSKEY),
    FactKind.TOTP_ADDED: (AuthenticatorAdded, _TOTP),
    FactKind.TOTP_REMOVED: (AuthenticatorRemoved, _TOTP),
    FactKind.RECOVERY_CODES_CREATED: (AuthenticatorAdded, _CODES),
    FactKind.RECOVERY_CODES_REMOVED: (AuthenticatorRemoved, _CODES),
}


def authenticator_event(
    fact: FactKind, *, event_id: str, subject_id: str, occurred_at: datetime
) -> Callable[[int], EventRecord] | None:
    """Return what makes the event of a version, or None for a fact that nobody else hears of."""
    if fact not in _KINDS:
        return None
    message_type, kind = _KINDS[fact]

    def make(version: int) -> EventRecord:
        return EventRecord.of(
            message_type(
                subject_id=subject_id, version=version, occurred_at=occurred_at, kind=kind
            ),
            topic=CREDENTIAL_TOPIC,
            event_id=event_id,
            key=subject_id,
            occurred_at=occurred_at,
            sequence=version,
        )

    return make
