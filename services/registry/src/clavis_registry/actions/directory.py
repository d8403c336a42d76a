"""The directory of offices, and officers as their supervisors administer them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from clavis_registry.actions.enrolments import officer_actor
from clavis_registry.actions.shared import canonical_id
from clavis_registry.deps import Deps
from clavis_registry.errors import refuse
from clavis_registry.rules.lookup import reason_refusal
from clavis_registry.rules.offices import entry_refusal, open_at
from clavis_registry.rules.permissions import Role, appointment_refusal, own_act_refusal
from clavis_registry.rules.person import Status
from clavis_registry.store import Unit
from clavis_registry.store.directory import Colleague, Office
from clavis_registry.store.offices import Officer

PAGE = 50


@dataclass(frozen=True)
class Listed:
    """An office and whether it is open now."""

    office: Office
    open_now: bool


async def find_offices(deps: Deps, text: str, province: str, after: str) -> list[Listed]:
    """Search the directory, a page at a time."""
    async with deps.reading() as unit:
        offices = await unit.directory.search(text.strip(), province.strip(), after, PAGE)
    return [listed(deps, office) for office in offices]


async def one_office(deps: Deps, office_id: str) -> Listed:
    """Read an office that citizens may find. Raises office-not-found."""
    async with deps.reading() as unit:
        office = await unit.directory.office(office_id)
    if office is None or not office.listed or office.closed_at:
        raise refuse("office-not-found")
    return listed(deps, office)


async def own_offices(deps: Deps, officer: Officer) -> list[Listed]:
    """List the offices of the supervisor's organisation, those not in the directory too."""
    async with deps.reading() as unit:
        own = await unit.directory.organisation_of(officer.office_id)
        offices = await unit.directory.offices_of(own) if own else []
    return [listed(deps, office) for office in offices]


def listed(deps: Deps, office: Office) -> Listed:
    """Say of an office whether it is open now."""
    local = deps.clock.now().astimezone(deps.zone)
    open_now = office.closed_at is None and open_at(local, office.hours, office.closures)
    return Listed(office, open_now)


async def describe_office(
    deps: Deps, officer: Officer, office_id: str, entry: dict[str, Any]
) -> Listed:
    """Write the directory entry of an office of the supervisor's own organisation."""
    if code := entry_refusal(entry["hours"], entry["services"]):
        raise refuse(code)
    async with deps.transaction() as unit:
        await refuse_foreign_office(unit, officer, office_id)
        await unit.directory.describe(office_id, entry)
        await unit.evidence.audit(
            None, officer_actor(officer), "office-described", deps.clock.now(),
            {"office_id": office_id},
        )  # fmt: skip
        office = await unit.directory.office(office_id)
    if office is None:
        raise refuse("office-not-found")
    return listed(deps, office)


async def refuse_foreign_office(unit: Unit, officer: Officer, office_id: str) -> None:
    """Refuse the office of another organisation as if there were none."""
    own = await unit.directory.organisation_of(officer.office_id)
    if own is None or await unit.directory.organisation_of(office_id) != own:
        raise refuse("office-not-found")


async def _place(unit: Unit, officer: Officer, office_id: str) -> None:
    """Hold an open office of the own organisation for somebody who will work there."""
    await refuse_foreign_office(unit, officer, office_id)
    if not await unit.offices.is_open(office_id):
        raise refuse("office-closed")


async def colleagues(deps: Deps, officer: Officer) -> list[Colleague]:
    """List the officers of the supervisor's organisation."""
    async with deps.reading() as unit:
        own = await unit.directory.organisation_of(officer.office_id)
        return await unit.directory.colleagues(own) if own else []


async def appoint(
    deps: Deps, officer: Officer, typed_id: str, office_id: str, role: Role, name: str | None
) -> Colleague:
    """Make somebody an officer. Raises own-record, role-by-operator or office-not-found."""
    national_id, now = canonical_id(typed_id), deps.clock.now()
    async with deps.transaction() as unit:
        await _place(unit, officer, office_id)
        person = await unit.persons.obtain(
            national_id, deps.keys.national_id.of(national_id), deps.new_id(), now
        )
        _refuse_appointment(officer, person.subject_id, role)
        if person.status not in {Status.NONE, Status.REGISTERED}:
            raise refuse("person-not-active")
        if await unit.directory.lock_colleague(person.subject_id) is not None:
            raise refuse("already-officer")
        shown = name or (person.name.full if person.name else None)
        if not shown:
            raise refuse("invalid-name")
        await unit.offices.put_officer(person.subject_id, office_id, shown, role, now)
        await _record(unit, officer, person.subject_id, "officer-enabled", now, {"role": role})
        return await _held(unit, person.subject_id)


def _refuse_appointment(officer: Officer, subject_id: str, *roles: Role) -> None:
    if code := own_act_refusal(officer.subject_id, subject_id) or appointment_refusal(*roles):
        raise refuse(code)


async def change(
    deps: Deps, officer: Officer, subject_id: str, office_id: str | None, role: Role | None
) -> Colleague:
    """Move an officer or give another role. Raises own-record or officer-not-found."""
    async with deps.transaction() as unit:
        held = await _of_own_organisation(unit, officer, subject_id)
        new_role, new_office = role or held.role, office_id or held.office_id
        _refuse_appointment(officer, subject_id, held.role, new_role)
        await _place(unit, officer, new_office)
        await unit.directory.change_colleague(subject_id, new_office, new_role)
        facts = {"role": new_role, "former_role": held.role, "office_id": new_office}
        await _record(unit, officer, subject_id, "officer-changed", deps.clock.now(), facts)
        return await _held(unit, subject_id)


async def suspend(
    deps: Deps, officer: Officer, subject_id: str, reason: str, *, active: bool
) -> Colleague:
    """Withdraw an officer's powers at once, or give them back."""
    if code := reason_refusal(reason):
        raise refuse(code)
    async with deps.transaction() as unit:
        held = await _of_own_organisation(unit, officer, subject_id)
        _refuse_appointment(officer, subject_id, held.role)
        if active:
            await _place(unit, officer, held.office_id)
        now = deps.clock.now()
        await unit.directory.set_active(subject_id, active=active, now=now)
        action = "officer-enabled" if active else "officer-disabled"
        await _record(unit, officer, subject_id, action, now, {"reason": reason})
        return await _held(unit, subject_id)


async def _of_own_organisation(unit: Unit, officer: Officer, subject_id: str) -> Colleague:
    held = await unit.directory.lock_colleague(subject_id)
    own = await unit.directory.organisation_of(officer.office_id)
    if held is None or held.organisation_id != own:
        raise refuse("officer-not-found")
    return held


async def _held(unit: Unit, subject_id: str) -> Colleague:
    held = await unit.directory.lock_colleague(subject_id)
    if held is None:
        raise refuse("officer-not-found")
    return held


async def _record(
    unit: Unit, officer: Officer, subject_id: str, action: str, now: datetime,
    facts: dict[str, Any],
) -> None:  # fmt: skip
    await unit.evidence.audit(subject_id, officer_actor(officer), action, now, facts)
