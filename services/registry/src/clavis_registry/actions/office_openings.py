"""Offices open and close, by a supervisor of the organisation.

Neither takes a second person: a new office has no officers, and one closes only when nobody has
powers there any more (each withdrawal has its reason), so nobody gains or loses anything by it.
"""

from typing import Any

from clavis_registry.actions.directory import Listed, listed, refuse_foreign_office
from clavis_registry.actions.enrolments import officer_actor
from clavis_registry.deps import Deps
from clavis_registry.errors import refuse
from clavis_registry.rules.lookup import reason_refusal
from clavis_registry.rules.offices import entry_refusal
from clavis_registry.store import Unit
from clavis_registry.store.offices import Officer


async def open_office(deps: Deps, officer: Officer, code: str, entry: dict[str, Any]) -> Listed:
    """Open an office of the supervisor's organisation. Raises office-code-taken, hours-invalid."""
    if refusal := entry_refusal(entry["hours"], entry["services"]):
        raise refuse(refusal)
    office_id = deps.new_id()
    async with deps.transaction() as unit:
        own = await unit.directory.organisation_of(officer.office_id)
        if own is None:
            raise refuse("office-not-found")
        if not await unit.offices.open(office_id, own, code, entry["name"]):
            raise refuse("office-code-taken")
        await unit.directory.describe(office_id, entry)
        await _audit(deps, unit, officer, office_id, "office-opened", {"code": code})
        return await _shown(deps, unit, office_id)


async def close_office(deps: Deps, officer: Officer, office_id: str, reason: str) -> Listed:
    """Close an office where nobody has powers. Raises office-in-use, reason-required."""
    if code := reason_refusal(reason):
        raise refuse(code)
    async with deps.transaction() as unit:
        await refuse_foreign_office(unit, officer, office_id)
        # Held first: nobody is appointed there meanwhile.
        await unit.offices.hold(office_id)
        if await unit.offices.staffed(office_id):
            raise refuse("office-in-use")
        await unit.offices.close(office_id, deps.clock.now())
        await _audit(deps, unit, officer, office_id, "office-closed", {"reason": reason})
        return await _shown(deps, unit, office_id)


async def reopen_office(deps: Deps, officer: Officer, office_id: str, reason: str) -> Listed:
    """Open a closed office again; who works there is appointed anew."""
    if code := reason_refusal(reason):
        raise refuse(code)
    async with deps.transaction() as unit:
        await refuse_foreign_office(unit, officer, office_id)
        await unit.offices.close(office_id, None)
        await _audit(deps, unit, officer, office_id, "office-reopened", {"reason": reason})
        return await _shown(deps, unit, office_id)


async def _shown(deps: Deps, unit: Unit, office_id: str) -> Listed:
    office = await unit.directory.office(office_id)
    if office is None:
        raise refuse("office-not-found")
    return listed(deps, office)


async def _audit(
    deps: Deps, unit: Unit, officer: Officer, office_id: str, action: str, facts: dict[str, Any]
) -> None:
    facts = {"office_id": office_id, **facts}
    await unit.evidence.audit(None, officer_actor(officer), action, deps.clock.now(), facts)
