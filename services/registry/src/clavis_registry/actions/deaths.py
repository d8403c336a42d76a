"""Deaths, as the civil registry tells them, and the correction of one that was told wrongly."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from clavis_registry import events
from clavis_registry.actions.approvals import ApprovalKind, propose
from clavis_registry.actions.desk import DeskAct, admit, hold_served
from clavis_registry.actions.endings import announce, restore
from clavis_registry.actions.enrolments import officer_actor
from clavis_registry.actions.revocations import Case
from clavis_registry.actions.shared import canonical_id, release_credentials
from clavis_registry.deps import Deps
from clavis_registry.errors import refuse
from clavis_registry.rules.life import PersonAct, refusal
from clavis_registry.rules.permissions import own_act_refusal
from clavis_registry.rules.person import Status
from clavis_registry.store import Unit
from clavis_registry.store.approvals import Approval
from clavis_registry.store.evidence import Actor
from clavis_registry.store.offices import Officer
from clavis_registry.store.persons import Person


@dataclass(frozen=True)
class Death:
    """One line of the feed."""

    national_id: str
    died_on: date
    source_reference: str


class DeathOutcome(StrEnum):
    """What a line did."""

    RECORDED = "recorded"
    UNKNOWN_PERSON = "unknown_person"
    ALREADY_KNOWN = "already_known"


async def record_death(deps: Deps, death: Death, actor: Actor | None = None) -> DeathOutcome:
    """End the identity of a person who died. Telling it twice changes nothing.

    Of a person the registry does not know only the keyed hash is kept, so that nobody is
    enrolled under the number later. An entry that was found wrong does not come back by being
    told again; another entry of the source does.
    """
    national_id, now = canonical_id(death.national_id), deps.clock.now()
    if death.died_on > deps.day_of(now):
        raise refuse("death-in-the-future")
    national_id_hash = deps.keys.national_id.of(national_id)
    async with deps.transaction() as unit:
        new = await unit.death_notices.add(
            national_id_hash, death.died_on, death.source_reference, now
        )
        if not new and not await unit.death_notices.exists(national_id_hash):
            return DeathOutcome.ALREADY_KNOWN  # the entry that was found wrong, told again
        person = await unit.persons.find(national_id)
        if person is None:
            return DeathOutcome.UNKNOWN_PERSON if new else DeathOutcome.ALREADY_KNOWN
        if actor and (code := own_act_refusal(actor.actor_id or "", person.subject_id)):
            raise refuse(code)
        return await _end(deps, unit, person.subject_id, death, actor or Actor("operator"))


async def record_death_at_office(
    deps: Deps, officer: Officer, death: Death, reason: str
) -> DeathOutcome:
    """Record a death as a supervisor. What becomes of it tells of the person, so it is a look-up.

    Raises reason-required, reason-invalid and own-record beside what recording it raises.
    """
    await admit(deps, officer, DeskAct(canonical_id(death.national_id), reason), present=False)
    return await record_death(deps, death, officer_actor(officer))


async def _end(deps: Deps, unit: Unit, subject_id: str, death: Death, actor: Actor) -> DeathOutcome:
    person = await unit.persons.lock(subject_id)
    if person is None or refusal(person.life, PersonAct.DIE):
        return DeathOutcome.ALREADY_KNOWN
    now = deps.clock.now()
    person = await unit.lives.die(subject_id, now)
    facts = {"died_on": death.died_on.isoformat(), "source_reference": death.source_reference}
    await unit.evidence.add(subject_id, "death", facts, now)
    await unit.evidence.audit(subject_id, actor, "deceased", now)
    await release_credentials(deps, unit, subject_id)
    await announce(deps, unit, person, events.deceased(person, now))
    return DeathOutcome.RECORDED


async def propose_correction(deps: Deps, officer: Officer, act: DeskAct, case: Case) -> str:
    """Propose that a recorded death was none; return the proposal's id."""
    await admit(deps, officer, act, present=False)
    facts = case.facts()
    async with deps.transaction() as unit:
        await _make_known(deps, unit, act.national_id)
        person = await hold_served(unit, officer, act, PersonAct.CORRECT_DEATH)
        facts["former_status"] = person.former_status
        return await propose(
            deps, unit, officer, ApprovalKind.CORRECT_DEATH, person.subject_id, facts, act.reason
        )


# GDPR article 16: who was told dead before the registry knew them has it put right as well.
async def _make_known(deps: Deps, unit: Unit, typed_id: str) -> None:
    """Give a death that stands the person it is about, when only its hash was kept."""
    national_id = canonical_id(typed_id)
    national_id_hash, now = deps.keys.national_id.of(national_id), deps.clock.now()
    notice = await unit.death_corrections.standing(national_id_hash)
    if notice is None:
        return
    person = await unit.persons.obtain(national_id, national_id_hash, deps.new_id(), now)
    await _end(deps, unit, person.subject_id, Death(national_id, *notice), Actor("operator"))


async def correct(deps: Deps, unit: Unit, approval: Approval, decider: Officer) -> None:
    """Give back what stood before the death, once the second officer approved."""
    held = await unit.persons.lock(approval.subject_id)
    if held is None:
        raise refuse("not-registered")
    if code := refusal(held.life, PersonAct.CORRECT_DEATH):
        raise refuse(code)
    now = deps.clock.now()
    await unit.death_corrections.correct(held.national_id_hash, now)
    person = await unit.lives.correct_death(held.subject_id)
    facts = {**approval.facts, "approval_id": approval.approval_id, "reason": approval.reason}
    await unit.evidence.add(person.subject_id, "death-corrected", facts, now)
    await unit.evidence.audit(person.subject_id, officer_actor(decider), "death-corrected", now)
    await _tell_return(deps, unit, person)


async def _tell_return(deps: Deps, unit: Unit, person: Person) -> None:
    now = deps.clock.now()
    # Readers know one ending at a time: an earlier one is told again instead of the death.
    if person.status is Status.RENOUNCED:
        await announce(deps, unit, person, events.renounced(person, now))
    elif person.status is Status.REVOKED:
        await announce(deps, unit, person, events.revoked(person, now))
    else:
        await restore(deps, unit, person)
