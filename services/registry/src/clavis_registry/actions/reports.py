"""What the credential services report of a person, within the transaction of the event."""

from datetime import datetime

from clavis_kit.ids import is_id

from clavis_registry.actions.desk import Origin
from clavis_registry.actions.freezing import freeze
from clavis_registry.actions.shared import queue_mail
from clavis_registry.deps import Deps
from clavis_registry.rules.credentials import FreezeAct, FreezeOrigin, freeze_refusal
from clavis_registry.rules.identification import IdentifiedBy
from clavis_registry.store import Unit
from clavis_registry.store.evidence import Actor


async def activation_code_used(unit: Unit, subject_id: str, at: datetime) -> None:
    """Keep that the code in force served."""
    if is_id(subject_id):
        await unit.activation_codes.use(subject_id, at)


async def activation_code_blocked(deps: Deps, unit: Unit, subject_id: str, at: datetime) -> None:
    """Keep that the code in force is blocked, and tell the person how to get another."""
    person = await unit.persons.get(subject_id) if is_id(subject_id) else None
    if person is None or not await unit.activation_codes.block(subject_id, at):
        return
    await unit.evidence.audit(
        subject_id, Actor("person"), "activation-code-blocked", deps.clock.now()
    )
    await queue_mail(deps, unit, person, "activation_code_blocked")


async def fraud(deps: Deps, unit: Unit, subject_id: str, report: str) -> None:
    """Freeze a person who said "it was not me"; one already frozen or gone stays so.

    `report` is the name of the event, kept as evidence.
    """
    person = await unit.persons.lock(subject_id) if is_id(subject_id) else None
    if person is None:
        return
    if freeze_refusal(person.life.standing, FreezeAct.FREEZE, frozen=person.frozen):
        return
    how = Origin(Actor("citizen"), IdentifiedBy.REPORT, {"report": report})
    await freeze(deps, unit, person, FreezeOrigin.REPORT, how)
