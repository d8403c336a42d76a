"""Entering a proven person in the registry: what every channel does at its end."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from clavis_kit.outbox import record_event

from clavis_registry import events
from clavis_registry.actions.endings import announce, thaw
from clavis_registry.actions.former_contact import recently_restored, tell_former
from clavis_registry.actions.shared import record_contact, take_phone
from clavis_registry.deps import Deps
from clavis_registry.errors import refuse
from clavis_registry.rules import identity
from clavis_registry.rules.credentials import HeldPhone, other_phone_refusal
from clavis_registry.rules.identity import Document, Guardian
from clavis_registry.rules.life import enrolment_effect
from clavis_registry.rules.person import (
    Channel,
    EnrolmentEffect,
    Level,
    PersonName,
    Status,
    is_minor,
    level_of,
    strong_identification_at,
)
from clavis_registry.store import Unit
from clavis_registry.store.contacts import Contact
from clavis_registry.store.evidence import Actor
from clavis_registry.store.persons import Enrolled, Person


@dataclass(frozen=True)
class Applicant:
    """A person as proven by a channel, all values canonical."""

    national_id: str
    name: PersonName
    birth_date: date
    document: Document
    guardian: Guardian | None
    email: str
    mobile: str
    language: str


@dataclass(frozen=True)
class Act:
    """The circumstances of an enrolment."""

    channel: Channel
    at: datetime
    actor: Actor
    evidence: dict[str, Any]
    last_strong_identification_at: datetime | None = None


def refuse_unfit(applicant: Applicant, today: date) -> None:
    """Raise the first reason why this person cannot be enrolled with these data."""
    code = (
        identity.name_refusal(applicant.name)
        or identity.birth_date_refusal(applicant.birth_date, today)
        or identity.document_refusal(applicant.national_id, applicant.document, today)
        or identity.minor_refusal(
            applicant.national_id, applicant.birth_date, today, applicant.guardian
        )
    )
    if code:
        raise refuse(code)


async def refuse_unwelcome(
    deps: Deps, unit: Unit, national_id: str, channel: Channel
) -> Person | None:
    """Raise why this number cannot be enrolled, before asking the person for anything."""
    if await unit.death_notices.exists(deps.keys.national_id.of(national_id)):
        raise refuse("person-deceased")
    person = await unit.persons.find(national_id)
    if person is not None:
        _effect(person, channel)
    return person


def _effect(person: Person, channel: Channel) -> EnrolmentEffect:
    effect = enrolment_effect(person.life, channel)
    if isinstance(effect, EnrolmentEffect):
        return effect
    known = effect == "already-registered" and person.enrolled_at is not None
    extra = {"level": person.level, "enrolled_at": person.enrolled_at} if known else {}
    raise refuse(effect, **{name: str(value) for name, value in extra.items()})


async def refuse_other_phone(
    deps: Deps, unit: Unit, known: Person, mobile: str, channel: Channel
) -> None:
    """Raise phone-change-first when an office would replace a number that is guarded."""
    contact = await unit.contacts.get(known.subject_id)
    # With a certificate the person alone changes the phone (BOE-A-2015-14215 section 3.1).
    if contact is None or channel is not Channel.OFFICE:
        return
    held = HeldPhone(
        mobile=contact.mobile,
        in_force=known.status is Status.REGISTERED and contact.verified_mobile is not None,
        frozen=known.frozen,
        restored=await recently_restored(deps, unit, known),
    )
    if code := other_phone_refusal(held, mobile):
        raise refuse(code)


async def enter_person(deps: Deps, unit: Unit, applicant: Applicant, act: Act) -> Person:
    """Enter or raise the person, with evidence, contact data and events, in one transaction."""
    refuse_unfit(applicant, deps.day_of(deps.clock.now()))
    national_id_hash = deps.keys.national_id.of(applicant.national_id)
    if await unit.death_notices.exists(national_id_hash):
        raise refuse("person-deceased")
    known = await unit.persons.obtain(
        applicant.national_id, national_id_hash, deps.new_id(), deps.clock.now()
    )
    effect = _effect(known, act.channel)
    former = await unit.contacts.get(known.subject_id)
    await refuse_other_phone(deps, unit, known, applicant.mobile, act.channel)
    person = await unit.persons.save_enrolled(known.subject_id, _enrolled(applicant, act, known))
    await unit.documents.replace(
        deps.new_id(), person.subject_id, applicant.document, deps.clock.now()
    )
    await take_phone(deps, unit, person.subject_id, applicant.mobile)
    new = Contact(applicant.email, applicant.mobile, act.at)
    if former is not None:
        await tell_former(deps, unit, person, former, new)
    await unit.contacts.put(person.subject_id, applicant.email, applicant.mobile, act.at)
    await _prove(unit, person, applicant, act, effect)
    await _tell(deps, unit, person, applicant, effect)
    if effect is EnrolmentEffect.RAISE and former and former.verified_mobile != new.mobile:
        person = await _phone_changed(deps, unit, person)
    await record_contact(deps, unit, person.subject_id)
    # A freeze ends by an advanced proof of the person, and this is one.
    if person.frozen and person.level is Level.ADVANCED:
        return await thaw(deps, unit, person, act.actor, {"channel": act.channel})
    return person


def _enrolled(applicant: Applicant, act: Act, known: Person) -> Enrolled:
    previous = known.last_strong_identification_at if known.status is Status.REGISTERED else None
    strong = act.last_strong_identification_at or strong_identification_at(
        act.channel, act.at, previous
    )
    return Enrolled(
        name=applicant.name,
        birth_date=applicant.birth_date,
        language=applicant.language,
        level=level_of(act.channel),
        channel=act.channel,
        enrolled_at=act.at,
        last_strong_identification_at=strong,
    )


async def _prove(
    unit: Unit, person: Person, applicant: Applicant, act: Act, effect: EnrolmentEffect
) -> None:
    facts = {**act.evidence, "channel": act.channel, "document_kind": applicant.document.kind}
    if applicant.guardian:
        facts["guardian"] = {
            "national_id": applicant.guardian.national_id,
            "proof": applicant.guardian.proof,
        }
    await unit.evidence.add(person.subject_id, "enrolment", facts, act.at)
    action = "enrolled" if effect is EnrolmentEffect.REGISTER else "level-raised"
    reason = act.evidence.get("reason")
    await unit.evidence.audit(
        person.subject_id, act.actor, action, act.at, {"reason": reason} if reason else {}
    )


async def _tell(
    deps: Deps, unit: Unit, person: Person, applicant: Applicant, effect: EnrolmentEffect
) -> None:
    now = deps.clock.now()
    if effect is EnrolmentEffect.REGISTER:
        fact = events.registered(
            person,
            now,
            document_expires_on=applicant.document.expires_on,
            minor=is_minor(applicant.birth_date, deps.day_of(now)),
        )
    else:
        fact = events.level_raised(person, now)
    await record_event(unit.connection, events.wrap(fact, person, deps.new_id(), now))


async def _phone_changed(deps: Deps, unit: Unit, person: Person) -> Person:
    changed = await unit.persons.raise_version(person.subject_id)
    fact = events.phone_changed(changed, deps.clock.now(), verified=True)
    await announce(deps, unit, changed, fact)
    return changed
