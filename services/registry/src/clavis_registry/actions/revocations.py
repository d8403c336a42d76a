"""Revocation ex officio, and lifting it by a second officer."""

from dataclasses import dataclass
from typing import Any

from clavis_kit.metrics import OUTCOMES

from clavis_registry.actions.approvals import ApprovalKind, propose
from clavis_registry.actions.desk import DeskAct, admit, hold_served
from clavis_registry.actions.endings import end_by_revocation, restore
from clavis_registry.actions.enrolments import officer_actor
from clavis_registry.actions.shared import queue_mail
from clavis_registry.deps import Deps
from clavis_registry.errors import refuse
from clavis_registry.rules.life import PersonAct, refusal
from clavis_registry.rules.person import Cause
from clavis_registry.store import Unit
from clavis_registry.store.approvals import Approval
from clavis_registry.store.offices import Officer
from clavis_registry.store.persons import Person


@dataclass(frozen=True)
class Case:
    """The administrative case behind an act ex officio."""

    reference: str

    def facts(self) -> dict[str, Any]:
        """Return what is kept as evidence. Raises cause-needs-case."""
        if not self.reference:
            raise refuse("cause-needs-case")
        return {"case_reference": self.reference}


async def revoke(deps: Deps, officer: Officer, act: DeskAct, cause: Cause, case: Case) -> Person:
    """End a person's identity ex officio. The person need not be there."""
    await admit(deps, officer, act, present=False)
    facts = {**case.facts(), "reason": act.reason}
    async with deps.transaction() as unit:
        person = await hold_served(unit, officer, act, PersonAct.REVOKE)
        ended = await end_by_revocation(deps, unit, person, cause, officer_actor(officer), facts)
    OUTCOMES.labels("revocation", cause).inc()
    return ended


def _lifting(cause: Cause | None) -> PersonAct:
    # A record whose identity data are wrong cannot be given back: the person enrols again with
    # the right ones. After a security cause what stood before is given back.
    changed = cause is Cause.IDENTITY_DATA_CHANGED
    return PersonAct.CLEAR_CAUSE if changed else PersonAct.REINSTATE


async def propose_lifting(deps: Deps, officer: Officer, act: DeskAct, case: Case) -> str:
    """Propose that the cause of a revocation has gone; return the proposal's id."""
    await admit(deps, officer, act, present=False)
    facts = case.facts()
    async with deps.transaction() as unit:
        person = await hold_served(unit, officer, act, PersonAct.REINSTATE)
        facts |= {"cause": person.revocation_cause, "effect": _lifting(person.revocation_cause)}
        return await propose(
            deps, unit, officer, ApprovalKind.LIFT_REVOCATION, person.subject_id, facts, act.reason
        )


async def lift(deps: Deps, unit: Unit, approval: Approval, decider: Officer) -> None:
    """Lift a revocation once the second officer approved."""
    person = await unit.persons.lock(approval.subject_id)
    if person is None:
        raise refuse("not-registered")
    act = _lifting(person.revocation_cause)
    if code := refusal(person.life, act):
        raise refuse(code)
    now = deps.clock.now()
    facts = {**approval.facts, "approval_id": approval.approval_id, "reason": approval.reason}
    await unit.evidence.add(person.subject_id, "revocation-lifted", facts, now)
    if act is PersonAct.CLEAR_CAUSE:
        await unit.lives.clear_cause(person.subject_id, now)
        await queue_mail(deps, unit, person, "may_enrol_again")
        return
    reinstated = await unit.lives.reinstate(person.subject_id)
    await unit.evidence.audit(person.subject_id, officer_actor(decider), "reinstated", now)
    await restore(deps, unit, reinstated)
