"""Steps that several endings and returns share, each within a larger transaction."""

from typing import Any

from clavis_kit.outbox import record_event
from google.protobuf.message import Message

from clavis_registry import events, texts
from clavis_registry.actions.shared import queue_mail, record_contact, release_credentials
from clavis_registry.deps import Deps
from clavis_registry.errors import refuse
from clavis_registry.rules.life import PersonAct, refusal
from clavis_registry.rules.person import Cause, Status
from clavis_registry.store import Unit
from clavis_registry.store.evidence import Actor
from clavis_registry.store.persons import Person


async def announce(deps: Deps, unit: Unit, person: Person, fact: Message) -> None:
    """Record the event of a fact for which the person's version was raised."""
    record = events.wrap(fact, person, deps.new_id(), deps.clock.now())
    await record_event(unit.connection, record)


# BOE-A-2015-14215 2.2: ex officio for causes that endanger security or a change of identity data;
# the effects are those of a renunciation, and contact data serve to tell the person, nothing else.
async def end_by_revocation(
    deps: Deps, unit: Unit, person: Person, cause: Cause, actor: Actor, facts: dict[str, Any]
) -> Person:
    """Revoke a registered person whose row is held; `facts` has `case_reference` and `reason`.

    Raises the refusal when there is nothing to revoke.
    """
    if code := refusal(person.life, PersonAct.REVOKE):
        raise refuse(code)
    now = deps.clock.now()
    ended = await unit.lives.revoke(person.subject_id, cause, now)
    await unit.evidence.add(person.subject_id, "revocation", {"cause": cause, **facts}, now)
    shown = {"cause": cause, "reason": facts.get("reason")}
    await unit.evidence.audit(person.subject_id, actor, "revoked", now, shown)
    await release_credentials(deps, unit, person.subject_id)
    await announce(deps, unit, ended, events.revoked(ended, now))
    await queue_mail(
        deps,
        unit,
        ended,
        "revoked",
        at=_day(deps, ended),
        cause=_cause_text(ended, cause),
        case=facts.get("case_reference", ""),
    )
    return ended


async def thaw(
    deps: Deps, unit: Unit, person: Person, actor: Actor, facts: dict[str, Any]
) -> Person:
    """Let a frozen person's methods work again; `facts` say what proved the person."""
    now = deps.clock.now()
    thawed = await unit.lives.unfreeze(person.subject_id)
    await unit.evidence.add(person.subject_id, "unfreeze", facts, now)
    shown = {name: facts[name] for name in ("reason",) if name in facts}
    await unit.evidence.audit(person.subject_id, actor, "unfrozen", now, shown)
    await announce(deps, unit, thawed, events.unfrozen(thawed, now))
    return thawed


async def restore(deps: Deps, unit: Unit, person: Person) -> None:
    """Say that a registered person stands again, and give back what nobody took meanwhile."""
    now = deps.clock.now()
    await announce(deps, unit, person, events.reinstated(person, now))
    contact = await unit.contacts.get(person.subject_id)
    if person.status is not Status.REGISTERED or contact is None:
        return
    await unit.contacts.await_turn(contact.mobile)
    if not await unit.contacts.restore_phone(person.subject_id, now):
        person = await unit.persons.raise_version(person.subject_id)
        lost = events.phone_changed(person, now, verified=False)
        await announce(deps, unit, person, lost)
    await record_contact(deps, unit, person.subject_id)
    await queue_mail(deps, unit, person, "reinstated", at=_day(deps, person))


def _day(deps: Deps, person: Person) -> str:
    day = deps.day_of(deps.clock.now())
    return texts.long_date(person.language, day)


def _cause_text(person: Person, cause: Cause) -> str:
    causes: dict[str, str] = texts.texts(texts.text_language(person.language))["causes"]
    return causes[cause]
