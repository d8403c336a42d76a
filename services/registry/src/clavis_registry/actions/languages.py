"""The language in which the platform writes to a person."""

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
from clavis_registry.actions.shared import queue_mail, record_contact
from clavis_registry.deps import Deps
from clavis_registry.errors import refuse
from clavis_registry.rules.life import PersonAct
from clavis_registry.store import Unit
from clavis_registry.store.offices import Officer
from clavis_registry.store.persons import Person


async def change_language_at_office(
    deps: Deps, officer: Officer, act: DeskAct, language: str
) -> Person:
    """Write to a person who is present in another language from now on."""
    await admit(deps, officer, act)
    async with deps.transaction() as unit:
        person = await hold_served(unit, officer, act, PersonAct.CHANGE)
        return await _write(deps, unit, person, language, at_office(officer, act))


async def change_language_online(deps: Deps, login: Login, language: str) -> Person:
    """Write to the citizen in another language from now on."""
    async with deps.transaction() as unit:
        person = await hold_self(unit, login, PersonAct.CHANGE)
        return await _write(deps, unit, person, language, online(login))


async def _write(deps: Deps, unit: Unit, person: Person, language: str, origin: Origin) -> Person:
    if person.language == language:
        raise refuse("contact-unchanged")
    now = deps.clock.now()
    await unit.lives.save_language(person.subject_id, language)
    await unit.evidence.add(
        person.subject_id, "language-change", {**origin.evidence, "language": language}, now
    )
    await unit.evidence.audit(
        person.subject_id, origin.actor, "language-changed", now, origin.reason
    )
    await record_contact(deps, unit, person.subject_id)
    changed = await unit.persons.get(person.subject_id) or person
    await queue_mail(deps, unit, changed, "language_changed")
    return changed
