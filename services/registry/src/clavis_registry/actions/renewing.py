"""Renewing the identification behind a registration: at an office, or with the DNIe."""

from dataclasses import dataclass

from clavis_kit.outbox import record_event

from clavis_registry import events
from clavis_registry.actions.entering import Act, Applicant, refuse_unfit
from clavis_registry.actions.shared import queue_mail, record_contact, take_phone
from clavis_registry.deps import Deps
from clavis_registry.errors import refuse
from clavis_registry.rules.identity import same_name
from clavis_registry.rules.renewal import limit_passed, renewal_refusal
from clavis_registry.store import Unit
from clavis_registry.store.persons import Person


@dataclass(frozen=True)
class Renewed:
    """A renewed identification; `with_code` when a new activation code goes with it."""

    person: Person
    with_code: bool


async def refuse_renewal(
    deps: Deps, unit: Unit, person: Person, applicant: Applicant, act: Act
) -> None:
    """Raise why this identification cannot be renewed with these data."""
    if code := renewal_refusal(person.life, act.channel):
        raise refuse(code)
    refuse_unfit(applicant, deps.day_of(deps.clock.now()))
    # Another name is another identity: BOE-A-2015-14215 3.2.
    if person.name is None or not same_name(person.name, applicant.name):
        raise refuse("identity-data-differ")
    # A change of phone has its own proof, risks and second look.
    contact = await unit.contacts.get(person.subject_id)
    if contact and contact.verified_mobile not in {None, applicant.mobile}:
        raise refuse("phone-change-first")


# BOE-A-2015-14215 6.3: who renews after the limit activates password and certificate again.
async def renew_person(
    deps: Deps, unit: Unit, person: Person, applicant: Applicant, act: Act
) -> Renewed:
    """Start the clock anew with evidence, contact data and event, in one transaction."""
    await refuse_renewal(deps, unit, person, applicant, act)
    subject_id = person.subject_id
    late = limit_passed(person.last_strong_identification_at, act.at, deps.settings.renewal_years)
    if await unit.documents.current(subject_id) != applicant.document:
        await unit.documents.replace(deps.new_id(), subject_id, applicant.document, act.at)
    await take_phone(deps, unit, subject_id, applicant.mobile)
    await unit.contacts.put(subject_id, applicant.email, applicant.mobile, act.at)
    await unit.renewals.renew(subject_id, act.channel, act.at)
    facts = {**act.evidence, "channel": act.channel, "document_kind": applicant.document.kind}
    await unit.evidence.add(subject_id, "renewal", facts, act.at)
    await unit.evidence.audit(subject_id, act.actor, "identification-renewed", act.at)
    renewed = await _tell(deps, unit, subject_id, applicant)
    return Renewed(renewed, late)


async def _tell(deps: Deps, unit: Unit, subject_id: str, applicant: Applicant) -> Person:
    person, now = await unit.persons.get(subject_id), deps.clock.now()
    if person is None:
        raise LookupError("a person who was held is there")
    fact = events.identification_renewed(
        person, now, document_expires_on=applicant.document.expires_on
    )
    await record_event(unit.connection, events.wrap(fact, person, deps.new_id(), now))
    await record_contact(deps, unit, subject_id)
    await queue_mail(deps, unit, person, "renewed")
    return person
