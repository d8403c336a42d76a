"""What other services may learn of a person, each no more than its task needs."""

from datetime import date
from typing import Any

from clavis_kit.ids import is_id

from clavis_registry.actions.shared import canonical_id
from clavis_registry.deps import Deps
from clavis_registry.errors import refuse
from clavis_registry.rules.identity import canonical_name, name_refusal
from clavis_registry.rules.person import PersonName, Status
from clavis_registry.store import Unit
from clavis_registry.store.contacts import Contact
from clavis_registry.store.evidence import Actor
from clavis_registry.store.persons import Person
from clavis_registry.store.postal import PostalAddress

LIVING = frozenset({Status.NONE, Status.REGISTERED})
ADDRESS = "address"
COUNTRY = "España"
EIDAS_PREFIX = "ES/ES/"  # eIDAS SAML attribute profile 1.2, section 2.2.3: from/to/identifier


async def claims_of(deps: Deps, subject_id: str, names: set[str]) -> dict[str, Any]:
    """Return those of the claims asked for that are known. Raises person-not-found or -active."""
    async with deps.reading() as unit:
        person = await _living(unit, subject_id)
        contact = await unit.contacts.get(subject_id)
        address = None
        if ADDRESS in names:
            address = await unit.postal_addresses.get(person.national_id_hash)
    known = {
        **_identity_claims(person),
        **_contact_claims(contact),
        ADDRESS: _address_claim(address),
    }
    return {name: known[name] for name in sorted(names) if known.get(name) is not None}


def _identity_claims(person: Person) -> dict[str, Any]:
    name = person.name
    return {
        "name": name.full if name else None,
        "given_name": name.given_name if name else None,
        "family_name": name.family_name if name else None,
        "first_surname": name.first_surname if name else None,
        "second_surname": name.second_surname if name else None,
        "birthdate": person.birth_date.isoformat() if person.birth_date else None,
        "locale": person.language,
        "national_id": person.national_id,
        "person_identifier": EIDAS_PREFIX + person.national_id,
        "registration_level": person.level,
    }


def _contact_claims(contact: Contact | None) -> dict[str, Any]:
    if contact is None:
        return {}
    mobile = contact.verified_mobile
    return {
        "email": contact.email,
        "email_verified": contact.email_verified_at is not None,
        "phone_number": mobile,
        "phone_number_verified": True if mobile else None,
    }


# OpenID Connect Core 1.0 section 5.1.1; addresses on record are those of the municipal register.
def _address_claim(address: PostalAddress | None) -> dict[str, str] | None:
    if address is None:
        return None
    place = f"{address.postcode} {address.municipality}"
    parts = {
        "formatted": "\n".join([*address.lines, place, address.province, COUNTRY]),
        "street_address": "\n".join(address.lines),
        "locality": address.municipality,
        "region": address.province,
        "postal_code": address.postcode,
        "country": COUNTRY,
    }
    return {name: text for name, text in parts.items() if text}


async def _living(unit: Unit, subject_id: str) -> Person:
    person = await unit.persons.get(subject_id) if is_id(subject_id) else None
    if person is None:
        raise refuse("person-not-found")
    if person.status not in LIVING:
        raise refuse("person-not-active")
    return person


async def subject_for(
    deps: Deps, caller: str, typed_id: str, name: PersonName | None, evidence: dict[str, Any]
) -> Person:
    """Return the person of this number, making one who never enrolled for a certificate holder."""
    national_id = canonical_id(typed_id)
    national_id_hash = deps.keys.national_id.of(national_id)
    now = deps.clock.now()
    async with deps.transaction() as unit:
        known = await unit.persons.find(national_id)
        if known is not None:
            return known
        if await unit.death_notices.exists(national_id_hash):
            raise refuse("person-deceased")
        person = await unit.persons.obtain(national_id, national_id_hash, deps.new_id(), now)
        if name is not None and person.status is Status.NONE:
            await unit.persons.save_name(person.subject_id, name)
        await unit.evidence.add(
            person.subject_id, "first-login", {"caller": caller, **evidence}, now
        )
        await unit.evidence.audit(person.subject_id, Actor("citizen"), "first-login", now)
        return person


def name_from_certificate(
    given_name: str | None, first_surname: str | None, second_surname: str | None
) -> PersonName | None:
    """Return the name a certificate shows, or None when it is incomplete or odd."""
    if not given_name or not first_surname:
        return None
    second = canonical_name(second_surname) if second_surname else None
    name = PersonName(canonical_name(given_name), canonical_name(first_surname), second or None)
    return None if name_refusal(name) else name


async def certificate_holder(deps: Deps, subject_id: str) -> tuple[Person, date | None]:
    """Return a person and the last day of the document; None when there is no end."""
    async with deps.reading() as unit:
        person = await unit.persons.get(subject_id) if is_id(subject_id) else None
        document = await unit.documents.current(subject_id) if person else None
    if person is None:
        raise refuse("person-not-found")
    return person, document.expires_on if document else None
