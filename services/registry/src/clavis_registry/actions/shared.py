"""Steps that several use cases take."""

from datetime import timedelta

from clavis_events.registry.v1 import contact_pb2
from clavis_kit import national_id as national_ids
from clavis_kit.keyed_hash import KeyedHash
from clavis_kit.messages import OutgoingMessage
from clavis_kit.outbox import record_event
from clavis_kit.sealed import seal

from clavis_registry import events, texts
from clavis_registry.deps import Deps, Keys
from clavis_registry.errors import refuse
from clavis_registry.rules.contact import phone_hint
from clavis_registry.rules.identity import Document, contrast_datum, forbidden_words
from clavis_registry.store import Unit
from clavis_registry.store.evidence import Actor
from clavis_registry.store.persons import Person

MESSAGE_LIFETIME = timedelta(hours=24)


def canonical_id(typed: str) -> str:
    """Return the canonical identity number. Raises wrong-format or wrong-check-letter."""
    try:
        return national_ids.normalise(typed)
    except national_ids.NationalIdError as error:
        raise refuse(error.code) from error


async def record_contact(deps: Deps, unit: Unit, subject_id: str) -> None:
    """Tell the credential services how to reach the person now, sealed to them."""
    now = deps.clock.now()
    person = await unit.persons.raise_contact_version(subject_id)
    details = await _contact_details(deps, unit, person)
    sealed = seal(details.SerializeToString(deterministic=True), deps.keys.contact_readers)
    await record_event(unit.connection, events.contact_changed(person, sealed, deps.new_id(), now))


async def _contact_details(deps: Deps, unit: Unit, person: Person) -> contact_pb2.ContactDetails:
    contact = await unit.contacts.get(person.subject_id)
    document = await unit.documents.current(person.subject_id)
    if contact is None or document is None:
        raise LookupError("a registered person has contact data and a document")
    code_hash = await unit.activation_codes.current_hash(person.subject_id)
    return contact_details(
        deps.keys, person, document, contact.email, contact.verified_mobile, code_hash
    )


def contact_details(
    keys: Keys,
    person: Person,
    document: Document,
    email: str,
    mobile: str | None,
    activation_code_hash: str | None,
) -> contact_pb2.ContactDetails:
    """Write what the credential services need to know of a registered person."""
    if person.name is None:
        raise LookupError("a registered person has a name")
    contrast = contrast_datum(person.national_id, document)
    return contact_pb2.ContactDetails(
        subject_id=person.subject_id,
        version=person.contact_version,
        phone=mobile or "",
        email=email,
        language=person.language or "",
        contrast_hash=keys.contrast.bound(person.subject_id, contrast),
        activation_code_hash=activation_code_hash or "",
        forbidden_words=[
            _forbidden(keys.names, word)
            for word in forbidden_words(person.national_id, person.name)
        ],
    )


def _forbidden(key: KeyedHash, word: str) -> contact_pb2.ForbiddenWord:
    return contact_pb2.ForbiddenWord(length=len(word), hash=key.of(word))


async def take_phone(deps: Deps, unit: Unit, subject_id: str, mobile: str) -> None:
    """Make a proved number free for this person: whoever had it loses it.

    BOE-A-2015-14215 section 1.6: proving the code revokes the number from its previous user,
    who stays enrolled and may be warned with the contact data left.
    """
    await unit.contacts.await_turn(mobile)
    owner = await unit.contacts.owner_of(mobile)
    if owner is None or owner == subject_id:
        return
    now = deps.clock.now()
    loser = await unit.persons.raise_version(owner)
    await unit.contacts.lose_phone(owner, now)
    await record_event(
        unit.connection,
        events.wrap(events.phone_changed(loser, now, verified=False), loser, deps.new_id(), now),
    )
    await record_contact(deps, unit, owner)
    await unit.evidence.audit(owner, Actor("person"), "phone-lost", now)
    await queue_mail(deps, unit, loser, "phone_lost", hint=phone_hint(mobile))


async def queue_sms(deps: Deps, unit: Unit, person: Person, name: str, mobile: str) -> None:
    """Record an SMS with its fact; it is sent after the commit."""
    body = texts.message(person.language, f"{name}_sms", brand=deps.settings.brand)
    await _queue(deps, unit, OutgoingMessage("sms", mobile, body, deps.new_id()))


async def queue_mail(deps: Deps, unit: Unit, person: Person, name: str, **values: object) -> None:
    """Record an e-mail with its fact; it is sent after the commit."""
    contact = await unit.contacts.get(person.subject_id)
    if contact is None:
        return
    brand = deps.settings.brand
    subject = texts.message(person.language, f"{name}_subject", brand=brand, **values)
    body = texts.message(person.language, f"{name}_body", brand=brand, **values)
    await _queue(deps, unit, OutgoingMessage("email", contact.email, body, deps.new_id(), subject))


async def _queue(deps: Deps, unit: Unit, message: OutgoingMessage) -> None:
    now = deps.clock.now()
    await unit.messages.add(message, now, now + MESSAGE_LIFETIME)


async def release_credentials(deps: Deps, unit: Unit, subject_id: str) -> None:
    """Leave an ended identity with neither a number nor an activation code."""
    await unit.contacts.release_phone(subject_id)
    await unit.activation_codes.withdraw(subject_id, deps.clock.now())
