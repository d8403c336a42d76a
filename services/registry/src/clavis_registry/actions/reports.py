"""What the credential services report of a person, within the transaction of the event."""

from datetime import datetime
from typing import Literal

from clavis_kit.ids import is_id

from clavis_registry.actions.desk import Origin
from clavis_registry.actions.freezing import freeze
from clavis_registry.actions.shared import queue_mail
from clavis_registry.deps import Deps
from clavis_registry.rules.credentials import FreezeAct, FreezeOrigin, freeze_refusal
from clavis_registry.rules.identification import IdentifiedBy
from clavis_registry.rules.person import Status
from clavis_registry.store import Unit
from clavis_registry.store.evidence import Actor

DeviceChange = Literal["added", "removed"]


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


# NIST SP 800-63B-4 section 4.6: the subscriber is told of every authenticator that is bound or
# invalidated, through something that whoever did it does not need to have.
async def device_changed(deps: Deps, unit: Unit, subject_id: str, change: DeviceChange) -> None:
    """Keep that a device with the app came or went, and tell the person where to freeze.

    One whose identity ended was told of that already.
    """
    person = await unit.persons.get(subject_id) if is_id(subject_id) else None
    if person is None:
        return
    await unit.evidence.audit(subject_id, Actor("citizen"), f"device-{change}", deps.clock.now())
    if person.life.status is Status.REGISTERED:
        url = f"{deps.settings.oidc_issuer}/not-me"
        await queue_mail(deps, unit, person, f"device_{change}", url=url)


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
