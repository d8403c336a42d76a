"""Who may enrol, and where: the operator's part."""

from typing import Any

from clavis_registry.actions.shared import canonical_id
from clavis_registry.deps import Deps
from clavis_registry.errors import refuse
from clavis_registry.rules.offices import entry_refusal
from clavis_registry.rules.permissions import Role
from clavis_registry.rules.person import Status
from clavis_registry.store.evidence import Actor
from clavis_registry.store.offices import Officer

ROLES = tuple(role.value for role in Role)


async def active_officer(deps: Deps, subject_id: str) -> Officer:
    """Return the officer behind a token. Raises officer-not-active."""
    async with deps.reading() as unit:
        officer = await unit.offices.active_officer(subject_id)
    if officer is None:
        raise refuse("officer-not-active")
    return officer


async def add_office(deps: Deps, organisation: tuple[str, str], code: str, name: str) -> str:
    """Add or rename an office of an organisation (code, name); return its id."""
    async with deps.transaction() as unit:
        organisation_id = await unit.offices.put_organisation(deps.new_id(), *organisation)
        return await unit.offices.put_office(deps.new_id(), organisation_id, code, name)


async def take_office(
    deps: Deps, organisation: tuple[str, str], code: str, entry: dict[str, Any]
) -> None:
    """Add an office of an organisation (code, name) with its directory entry, or write it anew."""
    if refusal := entry_refusal(entry["hours"], entry["services"]):
        raise refuse(refusal)
    office_id = await add_office(deps, organisation, code, entry["name"])
    async with deps.transaction() as unit:
        await unit.directory.describe(office_id, entry)
        await unit.evidence.audit(
            None, Actor("operator", None, office_id), "office-described", deps.clock.now(),
            {"office_id": office_id},
        )  # fmt: skip


async def add_officer(
    deps: Deps, typed_id: str, office_code: str, role: str, name: str | None
) -> str:
    """Enable an officer; return the subject id. The name defaults to the enrolled one."""
    national_id, now = canonical_id(typed_id), deps.clock.now()
    async with deps.transaction() as unit:
        office_id = await unit.offices.office_id(office_code)
        if office_id is None:
            raise refuse("office-not-found")
        person = await unit.persons.obtain(
            national_id, deps.keys.national_id.of(national_id), deps.new_id(), now
        )
        if person.status not in {Status.NONE, Status.REGISTERED}:
            raise refuse("person-not-active")
        shown = name or (person.name.full if person.name else None)
        if shown is None:
            raise refuse("invalid-name")
        await unit.offices.put_officer(person.subject_id, office_id, shown, role, now)
        await unit.evidence.audit(
            person.subject_id, Actor("operator", None, office_id), "officer-enabled", now,
            {"role": role},
        )  # fmt: skip
        return person.subject_id


async def remove_officer(deps: Deps, typed_id: str) -> bool:
    """Withdraw an officer's powers at once; False when there were none."""
    national_id = canonical_id(typed_id)
    async with deps.transaction() as unit:
        person = await unit.persons.find(national_id)
        if person is None or not await unit.offices.disable_officer(person.subject_id):
            return False
        await unit.evidence.audit(
            person.subject_id, Actor("operator"), "officer-disabled", deps.clock.now()
        )
        return True
