"""The registry's facts as this service keeps them.

An ended identity loses its PIN and its devices at once.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from clavis_events.codec import CONTACT_TOPIC, PERSON_TOPIC
from clavis_events.registry.v1 import contact_pb2, person_pb2
from clavis_kit.bus import EventRecord
from clavis_kit.clock import Clock
from clavis_kit.consumer import Handler
from clavis_kit.db import Connection
from clavis_kit.projection import Projection
from clavis_kit.sealed import SealedError, open_sealed
from google.protobuf.message import DecodeError, Message
from joserfc.jwk import ECKey

from clavis_pin.actions import devices
from clavis_pin.rules.people import Level, PersonStatus
from clavis_pin.store import pins, projection
from clavis_pin.store.projection import Contact, PersonFact

TOPICS = (PERSON_TOPIC, CONTACT_TOPIC)
_LEVELS = {
    person_pb2.ENROLMENT_LEVEL_BASIC: Level.BASIC,
    person_pb2.ENROLMENT_LEVEL_ADVANCED: Level.ADVANCED,
}


async def on_registered(db: Connection, event: person_pb2.Registered, _: EventRecord) -> None:
    """Take in a person who came, or came back."""
    fact = PersonFact(
        event.subject_id,
        event.version,
        national_id_hash=event.national_id_hash,
        level=_LEVELS[event.level],
        status=PersonStatus.ACTIVE,
        phone_verified=True,
    )
    await projection.apply_person_fact(db, fact)


async def on_level_raised(db: Connection, event: person_pb2.LevelRaised, _: EventRecord) -> None:
    """Raise the enrolment level."""
    fact = PersonFact(event.subject_id, event.version, level=_LEVELS[event.level])
    await projection.apply_person_fact(db, fact)


async def on_phone_changed(
    db: Connection, event: person_pb2.PhoneChanged, record: EventRecord
) -> None:
    """Note that there is another phone, or none: a PIN sent to the former one is void.

    Whoever lost the number to somebody else loses the devices that it may have proven too.
    """
    fact = PersonFact(event.subject_id, event.version, phone_verified=event.phone_verified)
    if await projection.apply_person_fact(db, fact):
        await pins.void_pin(db, event.subject_id, record.occurred_at)
        if not event.phone_verified:
            await devices.end_all(db, event.subject_id, record.occurred_at)


async def on_reinstated(db: Connection, event: person_pb2.Reinstated, _: EventRecord) -> None:
    """Take back a person whose ending was undone."""
    if event.level not in _LEVELS:
        return  # never enrolled: there is nothing to give back
    fact = PersonFact(
        event.subject_id,
        event.version,
        national_id_hash=event.national_id_hash,
        level=_LEVELS[event.level],
        status=PersonStatus.ACTIVE,
    )
    await projection.apply_person_fact(db, fact)


async def on_frozen(db: Connection, event: person_pb2.Frozen, record: EventRecord) -> None:
    """Refuse the person from now on; a PIN under way is void."""
    fact = PersonFact(event.subject_id, event.version, frozen=True)
    if await projection.apply_person_fact(db, fact):
        await pins.void_pin(db, event.subject_id, record.occurred_at)


async def on_unfrozen(db: Connection, event: person_pb2.Unfrozen, record: EventRecord) -> None:
    """Serve the person again; what was reported before is answered by it."""
    fact = PersonFact(event.subject_id, event.version, frozen=False)
    if await projection.apply_person_fact(db, fact):
        await projection.forget_reports(db, event.subject_id, record.occurred_at)


def on_ended(status: PersonStatus) -> Callable[[Connection, Any, EventRecord], Awaitable[None]]:
    """Make the handler of one way in which an identity ends."""

    async def handle(db: Connection, event: Any, record: EventRecord) -> None:
        fact = PersonFact(
            event.subject_id,
            event.version,
            national_id_hash=event.national_id_hash,
            status=status,
        )
        if await projection.apply_person_fact(db, fact):
            await pins.void_pin(db, event.subject_id, record.occurred_at)
            await devices.end_all(db, event.subject_id, record.occurred_at)

    return handle


def on_contact_changed(contact_key: ECKey) -> Handler:
    """Make the handler that opens contact data with this service's key."""

    async def handle(db: Connection, event: contact_pb2.ContactChanged, _: EventRecord) -> None:
        details = open_contact(event, contact_key)
        contact = Contact(
            event.subject_id,
            event.version,
            phone=details.phone or None,
            contrast_hash=details.contrast_hash or None,
            language=details.language or None,
        )
        await projection.apply_contact(db, contact)

    return handle


def open_contact(event: contact_pb2.ContactChanged, key: ECKey) -> contact_pb2.ContactDetails:
    """Open the details. Raises SealedError when they are not this event's, or not for us."""
    try:
        details = contact_pb2.ContactDetails.FromString(open_sealed(event.sealed, key))
    except DecodeError as error:
        raise SealedError("not contact details") from error
    # What is outside the seal is not authenticated: it must agree with what is inside.
    if (details.subject_id, details.version) != (event.subject_id, event.version):
        raise SealedError("sealed for another event")
    return details


def handlers(contact_key: ECKey) -> Mapping[type[Message], Handler]:
    """Map each event to what it does here."""
    return {
        person_pb2.Registered: on_registered,
        person_pb2.LevelRaised: on_level_raised,
        person_pb2.PhoneChanged: on_phone_changed,
        person_pb2.Reinstated: on_reinstated,
        person_pb2.Frozen: on_frozen,
        person_pb2.Unfrozen: on_unfrozen,
        person_pb2.Renounced: on_ended(PersonStatus.RENOUNCED),
        person_pb2.Deceased: on_ended(PersonStatus.DECEASED),
        person_pb2.Revoked: on_ended(PersonStatus.REVOKED),
        contact_pb2.ContactChanged: on_contact_changed(contact_key),
    }


def projected(contact_key: ECKey, clock: Clock) -> Projection:
    """Say what of this service events alone write; `reported_at` is its own."""

    async def changed(db: Connection, subject_ids: list[str]) -> None:
        # Whether it went to a phone that is still theirs is not known: a new one is soon had.
        await pins.void_pins(db, subject_ids, clock.now())

    return Projection(
        table="person",
        key="subject_id",
        versions=("person_version", "contact_version"),
        columns=(
            "national_id_hash", "level", "status", "phone_verified", "frozen",
            "phone", "contrast_hash", "language",
        ),
        topics=TOPICS,
        handlers=handlers(contact_key),
        changed=changed,
    )  # fmt: skip
