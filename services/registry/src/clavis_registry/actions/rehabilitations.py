"""Undoing a renunciation without typing everything again: at an office, or with a certificate.

BOE-A-2015-14215 section 2.1: who left comes back by an act of the advanced level.
"""

from dataclasses import dataclass
from typing import Any

from clavis_kit.metrics import OUTCOMES

from clavis_registry import events
from clavis_registry.actions.contact_changes import Acceptance
from clavis_registry.actions.desk import (
    DeskAct,
    Login,
    Origin,
    admit,
    at_office,
    hold_self,
    hold_served,
    online,
)
from clavis_registry.actions.endings import announce, restore, thaw
from clavis_registry.deps import Deps
from clavis_registry.errors import refuse
from clavis_registry.rules.identification import channel_of, shows_certificate
from clavis_registry.rules.identity import Document, document_refusal
from clavis_registry.rules.life import PersonAct
from clavis_registry.rules.person import strong_identification_at
from clavis_registry.store import Unit
from clavis_registry.store.offices import Officer
from clavis_registry.store.persons import Person


@dataclass(frozen=True)
class Rehabilitated:
    """The person as they stand again; without a phone, changing it is the next step."""

    person: Person
    phone_verified: bool


async def rehabilitate_at_office(
    deps: Deps, officer: Officer, act: DeskAct, accepted: Acceptance
) -> Rehabilitated:
    """Take back a person who renounced and is present."""
    await admit(deps, officer, act)
    terms = accepted.facts()
    async with deps.transaction() as unit:
        person = await hold_served(unit, officer, act, PersonAct.REHABILITATE)
        return await _rehabilitate(deps, unit, person, at_office(officer, act), terms)


async def rehabilitate_online(deps: Deps, login: Login, accepted: Acceptance) -> Rehabilitated:
    """Take back a citizen who renounced and shows a certificate. Raises certificate-required."""
    if not shows_certificate(login.amr):
        raise refuse("certificate-required")
    terms = accepted.facts()
    async with deps.transaction() as unit:
        person = await hold_self(unit, login, PersonAct.REHABILITATE)
        return await _rehabilitate(deps, unit, person, online(login), terms)


async def _rehabilitate(
    deps: Deps, unit: Unit, person: Person, origin: Origin, terms: dict[str, Any]
) -> Rehabilitated:
    document = await _document_in_force(deps, unit, person)
    now, channel = deps.clock.now(), channel_of(origin.identified_by)
    strong = strong_identification_at(channel, now, person.last_strong_identification_at)
    person = await unit.lives.rehabilitate(person.subject_id, channel, now, strong)
    facts = {**origin.evidence, **terms, "channel": channel}
    await unit.evidence.add(person.subject_id, "rehabilitation", facts, now)
    await unit.evidence.audit(person.subject_id, origin.actor, "rehabilitated", now, origin.reason)
    await restore(deps, unit, person)
    if strong == now:
        person = await unit.persons.raise_version(person.subject_id)
        renewed = events.identification_renewed(
            person, now, document_expires_on=document.expires_on
        )
        await announce(deps, unit, person, renewed)
    if person.frozen:
        person = await thaw(deps, unit, person, origin.actor, facts)
    contact = await unit.contacts.get(person.subject_id)
    OUTCOMES.labels("rehabilitation", origin.identified_by).inc()
    return Rehabilitated(person, bool(contact and contact.verified_mobile))


async def _document_in_force(deps: Deps, unit: Unit, person: Person) -> Document:
    document = await unit.documents.current(person.subject_id)
    # Who renounced without ever enrolling has no record to give back.
    if document is None or person.name is None or person.birth_date is None:
        raise refuse("enrol-instead")
    today = deps.day_of(deps.clock.now())
    if code := document_refusal(person.national_id, document, today):
        raise refuse(code)
    return document
