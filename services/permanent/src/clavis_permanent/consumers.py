"""The registry's facts as this service keeps them. An ended identity loses its codes at once."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from clavis_events.codec import CONTACT_TOPIC, PERSON_TOPIC
from clavis_events.registry.v1 import contact_pb2, person_pb2
from clavis_kit.bus import EventRecord
from clavis_kit.clock import Clock
from clavis_kit.consumer import Handler
from clavis_kit.db import Connection
from clavis_kit.projection import Companion, Projection
from clavis_kit.sealed import SealedError, open_sealed
from google.protobuf.message import DecodeError, Message
from joserfc.jwk import ECKey

from clavis_permanent.actions.methods import destroy_methods
from clavis_permanent.events import Occurrence, password_removed
from clavis_permanent.rules import ForbiddenWord, Level, PersonStatus, canonical_email
from clavis_permanent.rules.facts import Fact, FactKind
from clavis_permanent.store import credentials, projection
from clavis_permanent.store.facts import record_fact
from clavis_permanent.store.projection import Contact, PersonFact

TOPICS = (PERSON_TOPIC, CONTACT_TOPIC)
_LEVELS = {
    person_pb2.ENROLMENT_LEVEL_BASIC: Level.BASIC,
    person_pb2.ENROLMENT_LEVEL_ADVANCED: Level.ADVANCED,
}


async def on_registered(db: Connection, event: person_pb2.Registered, record: EventRecord) -> None:
    """Take in a person who came, or came back."""
    fact = PersonFact(
        event.subject_id,
        event.version,
        national_id_hash=event.national_id_hash,
        level=_LEVELS[event.level],
        status=PersonStatus.ACTIVE,
        phone_verified=True,
    )
    await _return(db, fact, record)


async def _return(db: Connection, fact: PersonFact, record: EventRecord) -> None:
    # Who is identified again is not held to a report of before: it may have frozen nobody.
    if await projection.apply_person_fact(db, fact):
        await projection.forget_report(db, fact.subject_id, record.occurred_at)


async def on_level_raised(db: Connection, event: person_pb2.LevelRaised, _: EventRecord) -> None:
    """Raise the enrolment level."""
    fact = PersonFact(event.subject_id, event.version, level=_LEVELS[event.level])
    await projection.apply_person_fact(db, fact)


async def on_phone_changed(
    db: Connection, event: person_pb2.PhoneChanged, record: EventRecord
) -> None:
    """Note that there is another phone, or none: codes sent to the former one are void."""
    fact = PersonFact(event.subject_id, event.version, phone_verified=event.phone_verified)
    if await projection.apply_person_fact(db, fact):
        await projection.void_pending(db, event.subject_id, record.occurred_at)


async def on_reinstated(db: Connection, event: person_pb2.Reinstated, record: EventRecord) -> None:
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
    await _return(db, fact, record)


def on_suspended(status: PersonStatus) -> Callable[[Connection, Any, EventRecord], Awaitable[None]]:
    """Make the handler of an ending that may be undone: the password rests, unusable."""

    async def handle(db: Connection, event: Any, record: EventRecord) -> None:
        await _end(db, event, status, record)

    return handle


async def _end(db: Connection, event: Any, status: PersonStatus, record: EventRecord) -> bool:
    fact = PersonFact(
        event.subject_id, event.version, national_id_hash=event.national_id_hash, status=status
    )
    applied = await projection.apply_person_fact(db, fact)
    if applied:
        await projection.void_pending(db, event.subject_id, record.occurred_at)
    return applied


def on_renounced(new_id: Callable[[], str]) -> Handler:
    """Make the handler of the person's own farewell: the password is destroyed."""

    async def handle(db: Connection, event: person_pb2.Renounced, record: EventRecord) -> None:
        if not await _end(db, event, PersonStatus.RENOUNCED, record):
            return
        subject_id, at = event.subject_id, record.occurred_at
        if await credentials.remove_password(db, subject_id):
            fact = Fact(subject_id, FactKind.PASSWORD_REMOVED, at)
            removed = password_removed(Occurrence(new_id(), subject_id, at))
            # The registry writes to somebody who left; a second message would only confuse.
            await record_fact(db, fact, new_id, removed, notice=False)
        await destroy_methods(db, subject_id, new_id, at)

    return handle


async def on_frozen(db: Connection, event: person_pb2.Frozen, record: EventRecord) -> None:
    """Refuse every method of the person; nothing is destroyed."""
    fact = PersonFact(
        event.subject_id, event.version, national_id_hash=event.national_id_hash, frozen=True
    )
    if await projection.apply_person_fact(db, fact):
        await projection.void_pending(db, event.subject_id, record.occurred_at)


async def on_unfrozen(db: Connection, event: person_pb2.Unfrozen, record: EventRecord) -> None:
    """Let the methods work again, unless the person reported something after the proof."""
    fact = PersonFact(
        event.subject_id, event.version, national_id_hash=event.national_id_hash, frozen=False
    )
    if await projection.apply_person_fact(db, fact):
        await projection.forget_report(db, event.subject_id, record.occurred_at)


def on_contact_changed(contact_key: ECKey) -> Handler:
    """Make the handler that opens contact data with this service's key."""

    async def handle(db: Connection, event: contact_pb2.ContactChanged, _: EventRecord) -> None:
        details = open_contact(event, contact_key)
        contact = Contact(
            event.subject_id,
            event.version,
            phone=details.phone or None,
            email=canonical_email(details.email) or None,
            language=details.language or None,
            activation_code_hash=details.activation_code_hash or None,
            forbidden_words=[ForbiddenWord(w.length, w.hash) for w in details.forbidden_words],
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


def handlers(contact_key: ECKey, new_id: Callable[[], str]) -> Mapping[type[Message], Handler]:
    """Map each event to what it does here."""
    return {
        person_pb2.Registered: on_registered,
        person_pb2.LevelRaised: on_level_raised,
        person_pb2.PhoneChanged: on_phone_changed,
        person_pb2.Reinstated: on_reinstated,
        person_pb2.Renounced: on_renounced(new_id),
        person_pb2.Deceased: on_suspended(PersonStatus.DECEASED),
        person_pb2.Revoked: on_suspended(PersonStatus.REVOKED),
        person_pb2.Frozen: on_frozen,
        person_pb2.Unfrozen: on_unfrozen,
        contact_pb2.ContactChanged: on_contact_changed(contact_key),
    }


def projected(contact_key: ECKey, new_id: Callable[[], str], clock: Clock) -> Projection:
    """Say what of this service events alone write; `reported_at` is its own."""

    async def changed(db: Connection, subject_ids: list[str]) -> None:
        # Whether a code went to a phone that is still theirs is not known: a new one is soon had.
        for subject_id in subject_ids:
            await projection.void_pending(db, subject_id, clock.now())

    return Projection(
        table="person",
        key="subject_id",
        versions=("person_version", "contact_version"),
        columns=(
            "national_id_hash", "level", "status", "phone_verified", "frozen",
            "phone", "email", "language", "forbidden_words",
        ),
        topics=TOPICS,
        handlers=handlers(contact_key, new_id),
        changed=changed,
        # Wrong codes are counted here; another code starts without them.
        companion=Companion("activation_code", ("code_hash",)),
    )  # fmt: skip
