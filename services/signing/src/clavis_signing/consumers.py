"""Facts of registry and permanent. An ended identity loses its certificate at once."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from clavis_events.codec import CREDENTIAL_TOPIC, PERSON_TOPIC
from clavis_events.permanent.v1 import credential_pb2
from clavis_events.registry.v1 import person_pb2
from clavis_kit.bus import EventRecord
from clavis_kit.consumer import AfterCommit, Handler
from clavis_kit.db import Connection
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from clavis_signing import rules
from clavis_signing.actions import certificates, publication
from clavis_signing.deps import Deps
from clavis_signing.rules import PersonStatus
from clavis_signing.store.people import PeopleStore, PersonFact

TOPICS = (PERSON_TOPIC, CREDENTIAL_TOPIC)


def handlers(deps: Deps) -> Mapping[type[Message], Handler]:
    """Say what each event does."""
    return {
        person_pb2.Registered: on_registered,
        person_pb2.LevelRaised: on_level_raised,
        person_pb2.Reinstated: on_reinstated,
        person_pb2.IdentificationRenewed: on_document,
        person_pb2.DocumentChanged: on_document,
        person_pb2.Frozen: on_frozen,
        person_pb2.Unfrozen: on_frozen,
        person_pb2.CertificateRevocationRequested: _on_request(deps),
        person_pb2.Renounced: _ending(deps, PersonStatus.RENOUNCED),
        person_pb2.Deceased: _ending(deps, PersonStatus.DECEASED),
        person_pb2.Revoked: _ending(deps, PersonStatus.REVOKED),
        credential_pb2.PasswordActivated: on_password,
        credential_pb2.PasswordChanged: on_password,
        credential_pb2.PasswordRemoved: on_password_removed,
    }


async def on_registered(db: Connection, event: person_pb2.Registered, _: EventRecord) -> None:
    """Take in a person who came, or came back."""
    expires_on = _moment(event, "document_expires_on")
    fact = PersonFact(
        subject_id=event.subject_id,
        version=event.version,
        advanced=event.level == person_pb2.ENROLMENT_LEVEL_ADVANCED,
        last_strong_identification_at=_moment(event, "last_strong_identification_at"),
        document_expires_on=expires_on.date() if expires_on else None,
        minor=event.minor,
    )
    await PeopleStore(db).save_registered(fact)


async def on_level_raised(db: Connection, event: person_pb2.LevelRaised, _: EventRecord) -> None:
    """Raise the level; an act in person or with a DNIe starts the five years again."""
    await PeopleStore(db).save_level(
        event.subject_id,
        event.version,
        advanced=event.level == person_pb2.ENROLMENT_LEVEL_ADVANCED,
        identified_at=_moment(event, "last_strong_identification_at"),
    )


async def on_reinstated(db: Connection, event: person_pb2.Reinstated, _: EventRecord) -> None:
    """Let a person back in. A revoked certificate stays revoked: a new one is issued.

    Without a level there never was an enrolment to give back.
    """
    if event.level == person_pb2.ENROLMENT_LEVEL_UNSPECIFIED:
        return
    await PeopleStore(db).save_reinstated(
        event.subject_id,
        event.version,
        advanced=event.level == person_pb2.ENROLMENT_LEVEL_ADVANCED,
    )


async def on_document(
    db: Connection,
    event: person_pb2.IdentificationRenewed | person_pb2.DocumentChanged,
    _: EventRecord,
) -> None:
    """Take over another document. A certificate in force keeps the end it was issued with."""
    expires_on = _moment(event, "document_expires_on")
    renewed = isinstance(event, person_pb2.IdentificationRenewed)
    await PeopleStore(db).save_document(
        event.subject_id,
        event.version,
        expires_on.date() if expires_on else None,
        _moment(event, "last_strong_identification_at") if renewed else None,
    )


async def on_frozen(
    db: Connection, event: person_pb2.Frozen | person_pb2.Unfrozen, _: EventRecord
) -> None:
    """Suspend signing, or let it go on; the certificate stays as it is."""
    frozen = isinstance(event, person_pb2.Frozen)
    await PeopleStore(db).save_frozen(event.subject_id, event.version, frozen=frozen)


def _on_request(deps: Deps) -> Handler:
    async def handle(
        db: Connection, event: person_pb2.CertificateRevocationRequested, _: EventRecord
    ) -> AfterCommit | None:
        if not await PeopleStore(db).save_version(event.subject_id, event.version):
            return None
        reason = rules.reason_of_request(key_compromise=event.key_compromise)
        if not await certificates.revoke(deps, db, event.subject_id, reason):
            return None

        async def publish() -> None:
            await publication.publish_crl(deps)

        return publish

    return handle


def _ending(deps: Deps, status: PersonStatus) -> Handler:
    async def handle(db: Connection, event: Any, _: EventRecord) -> AfterCommit | None:
        if not await PeopleStore(db).save_ended(event.subject_id, event.version, status):
            return None
        cause = getattr(event, "cause", person_pb2.REVOCATION_CAUSE_UNSPECIFIED)
        changed = cause == person_pb2.REVOCATION_CAUSE_IDENTITY_DATA_CHANGED
        reason = rules.reason_of_ending(status, identity_data_changed=changed)
        await certificates.revoke(deps, db, event.subject_id, reason)

        async def publish() -> None:
            await publication.publish_crl(deps)

        return publish

    return handle


async def on_password(
    db: Connection,
    event: credential_pb2.PasswordActivated | credential_pb2.PasswordChanged,
    record: EventRecord,
) -> None:
    """Note that there is a password, and since when it is this one."""
    await PeopleStore(db).save_password(
        event.subject_id,
        event.version,
        active=True,
        changed_at=_moment(event, "occurred_at") or record.occurred_at,
        expires_at=_moment(event, "expires_at"),
    )


async def on_password_removed(
    db: Connection, event: credential_pb2.PasswordRemoved, record: EventRecord
) -> None:
    """Suspend signing: the certificate stays, no password opens its key."""
    await PeopleStore(db).save_password(
        event.subject_id,
        event.version,
        active=False,
        changed_at=_moment(event, "occurred_at") or record.occurred_at,
        expires_at=None,
    )


def _moment(event: Message, field: str) -> datetime | None:
    if not event.HasField(field):
        return None
    stamp: Timestamp = getattr(event, field)
    return stamp.ToDatetime(tzinfo=UTC)
