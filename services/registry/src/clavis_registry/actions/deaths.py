"""Deaths, as the civil registry tells them through the operator."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from clavis_kit.outbox import record_event

from clavis_registry import events
from clavis_registry.actions.shared import canonical_id, release_credentials
from clavis_registry.deps import Deps
from clavis_registry.errors import refuse
from clavis_registry.rules.life import PersonAct, refusal
from clavis_registry.rules.person import Status
from clavis_registry.store import Unit
from clavis_registry.store.evidence import Actor


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


async def record_death(deps: Deps, death: Death) -> DeathOutcome:
    """End the identity of a person who died. Telling it twice changes nothing.

    Of a person the registry does not know only the keyed hash is kept, so that nobody is
    enrolled under the number later.
    """
    national_id, now = canonical_id(death.national_id), deps.clock.now()
    if death.died_on > deps.day_of(now):
        raise refuse("death-in-the-future")
    national_id_hash = deps.keys.national_id.of(national_id)
    async with deps.transaction() as unit:
        new = await unit.death_notices.add(
            national_id_hash, death.died_on, death.source_reference, now
        )
        person = await unit.persons.find(national_id)
        if person is None:
            return DeathOutcome.UNKNOWN_PERSON if new else DeathOutcome.ALREADY_KNOWN
        return await _end(deps, unit, person.subject_id, death)


async def _end(deps: Deps, unit: Unit, subject_id: str, death: Death) -> DeathOutcome:
    person = await unit.persons.lock(subject_id)
    if person is None or refusal(person.life, PersonAct.DIE):
        return DeathOutcome.ALREADY_KNOWN
    now = deps.clock.now()
    person = await unit.persons.end(subject_id, Status.DECEASED, now)
    facts = {"died_on": death.died_on.isoformat(), "source_reference": death.source_reference}
    await unit.evidence.add(subject_id, "death", facts, now)
    await unit.evidence.audit(subject_id, Actor("operator"), "deceased", now)
    await release_credentials(deps, unit, subject_id)
    await record_event(
        unit.connection, events.wrap(events.deceased(person, now), person, deps.new_id(), now)
    )
    return DeathOutcome.RECORDED
