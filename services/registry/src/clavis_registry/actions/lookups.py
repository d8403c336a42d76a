"""An officer looks a person up: with a reason, logged, masked, visible to the citizen."""

from dataclasses import dataclass
from datetime import datetime

from clavis_kit.national_id import mask

from clavis_registry.actions.enrolments import officer_actor
from clavis_registry.actions.shared import canonical_id
from clavis_registry.deps import Deps
from clavis_registry.errors import refuse
from clavis_registry.rules.contact import mask_email, mask_phone
from clavis_registry.rules.life import Standing
from clavis_registry.rules.lookup import reason_refusal
from clavis_registry.rules.permissions import own_act_refusal
from clavis_registry.rules.person import Channel, Level, Status
from clavis_registry.store import Unit
from clavis_registry.store.offices import Officer
from clavis_registry.store.persons import Person


@dataclass(frozen=True)
class Summary:
    """As much of a person as serves at a desk, and no more."""

    found: bool
    national_id: str
    status: Status
    frozen: bool = False
    may_return: bool = False  # revoked, and the cause has gone
    initials: str | None = None
    level: Level | None = None
    channel: Channel | None = None
    enrolled_at: datetime | None = None
    phone: str | None = None
    email: str | None = None


async def look_up(deps: Deps, officer: Officer, typed: str, reason: str) -> Summary:
    """Return a masked summary. The look-up is kept whether or not it finds anybody."""
    national_id = canonical_id(typed)
    national_id_hash = deps.keys.national_id.of(national_id)
    if code := reason_refusal(reason):
        raise refuse(code)
    async with deps.transaction() as unit:
        person = await unit.persons.find(national_id)
        await unit.evidence.add_lookup(
            officer_actor(officer),
            national_id_hash,
            person.subject_id if person else None,
            reason,
            deps.clock.now(),
        )
        if person is None or person.status is Status.NONE:
            # Of one who never enrolled nothing is known, unless it is that they died.
            dead = await unit.death_notices.exists(national_id_hash)
            status = Status.DECEASED if dead else Status.NONE
            shown = Summary(found=dead, national_id=mask(national_id), status=status)
        else:
            shown = await _summary(unit, person)
    # Segregation of duties (ENS op.acc.3); that it was tried stays on record.
    if person is not None and (code := own_act_refusal(officer.subject_id, person.subject_id)):
        raise refuse(code)
    return shown


async def _summary(unit: Unit, person: Person) -> Summary:
    contact = await unit.contacts.get(person.subject_id)
    mobile = contact.verified_mobile if contact else None
    return Summary(
        found=True,
        national_id=mask(person.national_id),
        status=person.status,
        frozen=person.frozen,
        may_return=person.life.standing is Standing.RETURNABLE,
        initials=initials(person),
        level=person.level,
        channel=person.channel,
        enrolled_at=person.enrolled_at,
        phone=mask_phone(mobile) if mobile else None,
        email=mask_email(contact.email) if contact else None,
    )


def initials(person: Person) -> str | None:
    """Return the first letters of the name: enough to recognise, too few to learn."""
    if person.name is None:
        return None
    return " ".join(f"{part[0]}." for part in person.name.full.split())
