"""Stopping every method of a person, and starting them again."""

from clavis_kit.metrics import OUTCOMES

from clavis_registry import events
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
from clavis_registry.actions.endings import announce, thaw
from clavis_registry.actions.shared import queue_mail
from clavis_registry.deps import Deps
from clavis_registry.errors import refuse
from clavis_registry.rules.credentials import FreezeAct, FreezeOrigin, freeze_refusal
from clavis_registry.rules.identification import shows_certificate
from clavis_registry.rules.life import PersonAct
from clavis_registry.store import Unit
from clavis_registry.store.offices import Officer
from clavis_registry.store.persons import Person


async def freeze_myself(deps: Deps, login: Login) -> Person:
    """Freeze the citizen's own identity: any login of theirs may stop things."""
    async with deps.transaction() as unit:
        person = await unit.persons.lock(login.subject_id)
        if person is None:
            raise refuse("citizen-not-active")
        return await freeze(deps, unit, person, FreezeOrigin.PERSON, online(login))


async def freeze_at_office(deps: Deps, officer: Officer, act: DeskAct) -> Person:
    """Freeze a person who asks for it, by telephone too: nothing is lost by it."""
    await admit(deps, officer, act, present=False)
    async with deps.transaction() as unit:
        person = await hold_served(unit, officer, act, PersonAct.CHANGE)
        return await freeze(deps, unit, person, FreezeOrigin.OFFICER, at_office(officer, act))


async def freeze(
    deps: Deps, unit: Unit, person: Person, origin: FreezeOrigin, how: Origin
) -> Person:
    """Freeze a person whose row is held. Raises already-frozen or not-registered."""
    _refuse(person, FreezeAct.FREEZE)
    now = deps.clock.now()
    frozen = await unit.lives.freeze(person.subject_id, origin, now)
    await unit.evidence.add(person.subject_id, "freeze", how.evidence, now)
    await unit.evidence.audit(person.subject_id, how.actor, "frozen", now, how.reason)
    await announce(deps, unit, frozen, events.frozen(frozen, now))
    await queue_mail(deps, unit, frozen, "frozen", how=how.told(frozen.language))
    OUTCOMES.labels("freeze", origin).inc()
    return frozen


async def unfreeze_myself(deps: Deps, login: Login) -> Person:
    """Unfreeze with a certificate: what nobody else can have. Raises certificate-required."""
    if not shows_certificate(login.amr):
        raise refuse("certificate-required")
    async with deps.transaction() as unit:
        person = await hold_self(unit, login, PersonAct.CHANGE)
        return await unfreeze(deps, unit, person, online(login))


async def unfreeze_at_office(deps: Deps, officer: Officer, act: DeskAct) -> Person:
    """Unfreeze a person who is present and was identified."""
    await admit(deps, officer, act)
    async with deps.transaction() as unit:
        person = await hold_served(unit, officer, act, PersonAct.CHANGE)
        return await unfreeze(deps, unit, person, at_office(officer, act))


async def unfreeze(deps: Deps, unit: Unit, person: Person, how: Origin) -> Person:
    """Unfreeze a person whose row is held. Raises not-frozen or not-registered."""
    _refuse(person, FreezeAct.UNFREEZE)
    thawed = await thaw(deps, unit, person, how.actor, how.evidence)
    await queue_mail(deps, unit, thawed, "unfrozen", how=how.told(thawed.language))
    OUTCOMES.labels("freeze", "lifted").inc()
    return thawed


def _refuse(person: Person, act: FreezeAct) -> None:
    if code := freeze_refusal(person.life.standing, act, frozen=person.frozen):
        raise refuse(code)
