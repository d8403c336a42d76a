"""Four eyes: one officer proposes, another decides, and the effect commits with the decision.

Real Decreto 311/2022 (ENS) op.acc.3: what is critical takes two people.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from clavis_kit.errors import ServiceError
from clavis_kit.metrics import OUTCOMES

from clavis_registry.actions.enrolments import officer_actor
from clavis_registry.deps import Deps
from clavis_registry.errors import refuse
from clavis_registry.rules.lookup import reason_refusal
from clavis_registry.store import Unit
from clavis_registry.store.approvals import Approval, NewApproval
from clavis_registry.store.offices import Officer
from clavis_registry.store.persons import Person

PAGE = 100


class ApprovalKind(StrEnum):
    """What can be proposed."""

    LIFT_REVOCATION = "lift_revocation"
    CORRECT_DEATH = "correct_death"
    PHONE_CHANGE = "phone_change"


class Decision(StrEnum):
    """What the second officer says."""

    APPROVE = "approve"
    REJECT = "reject"


# Runs in the transaction of the decision; raises a refusal when the world has moved on.
Effect = Callable[[Deps, Unit, Approval, Officer], Awaitable[None]]


@dataclass(frozen=True)
class Consequences:
    """What follows an approval, and what a rejection."""

    approved: Effect
    rejected: Effect | None = None


async def propose(
    deps: Deps,
    unit: Unit,
    officer: Officer,
    kind: ApprovalKind,
    subject_id: str,
    facts: dict[str, Any],
    reason: str,
) -> str:
    """Keep a proposal and return its id. Raises approval-already-open."""
    now = deps.clock.now()
    await unit.approvals.withdraw_expired(subject_id, kind, now)
    new = NewApproval(
        approval_id=deps.new_id(),
        kind=kind,
        subject_id=subject_id,
        office_id=officer.office_id,
        proposer_subject_id=officer.subject_id,
        facts=facts,
        reason=reason,
        proposed_at=now,
        expires_at=now + timedelta(days=deps.settings.approval_days),
    )
    if not await unit.approvals.add(new):
        standing = await unit.approvals.open_of(subject_id, kind)
        raise _already_open(standing)
    await unit.evidence.audit(
        subject_id, officer_actor(officer), f"{kind.replace('_', '-')}-proposed", now,
        {"reason": reason},
    )  # fmt: skip
    return new.approval_id


def _already_open(standing: Approval | None) -> ServiceError:
    if standing is None:
        return refuse("approval-already-open")
    return refuse(
        "approval-already-open",
        approval_id=standing.approval_id,
        proposed_at=standing.proposed_at.isoformat(),
        office=standing.office_name,
    )


async def waiting(deps: Deps, officer: Officer) -> list[Approval]:
    """Read what waits for a decision in the officer's organisation, oldest first."""
    async with deps.reading() as unit:
        return await unit.approvals.open_at(officer.office_id, deps.clock.now(), PAGE)


async def find(deps: Deps, officer: Officer, approval_id: str) -> Approval:
    """Read a proposal of the officer's organisation. Raises approval-not-found."""
    async with deps.reading() as unit:
        approval = await unit.approvals.get(approval_id, officer.office_id)
    if approval is None:
        raise refuse("approval-not-found")
    return approval


async def concerned(deps: Deps, officer: Officer, approval: Approval) -> Person | None:
    """Read whom an open proposal is about, for who may decide it: that is a look-up.

    Its reason is the proposal's. Of a decided one, and of one about the officer, nothing is read.
    """
    if approval.state != "open" or approval.subject_id == officer.subject_id:
        return None
    async with deps.transaction() as unit:
        person = await unit.persons.get(approval.subject_id)
        if person is not None:
            await unit.evidence.add_lookup(
                officer_actor(officer), person.national_id_hash, person.subject_id,
                approval.reason, deps.clock.now(),
            )  # fmt: skip
    return person


async def decide(
    deps: Deps,
    officer: Officer,
    approval_id: str,
    decision: Decision,
    reason: str,
    consequences: Mapping[str, Consequences],
) -> Approval:
    """Decide a proposal. Of two deciders at once one wins and the other learns why.

    When the effect is refused because the record moved on, the proposal stays open.
    """
    if code := reason_refusal(reason):
        raise refuse(code)
    now = deps.clock.now()
    state = "approved" if decision is Decision.APPROVE else "rejected"
    async with deps.transaction() as unit:
        approval = await unit.approvals.get(approval_id, officer.office_id)
        if approval is None:
            raise refuse("approval-not-found")
        if not await unit.approvals.decide(approval_id, officer.subject_id, state, reason, now):
            raise await _why_not(unit, officer, approval_id)
        if decision is Decision.APPROVE:
            await _refuse_orphan(unit, approval)
        await unit.evidence.audit(
            approval.subject_id,
            officer_actor(officer),
            f"{approval.kind.replace('_', '-')}-{state}",
            now,
            {"reason": reason},
        )
        await _follow(deps, unit, approval, officer, decision, consequences[approval.kind])
        decided = await unit.approvals.get(approval_id, officer.office_id)
    OUTCOMES.labels("approval", state).inc()
    return decided or approval


# ENS op.acc.3: two officers answer for the effect; one without powers any more answers for none.
async def _refuse_orphan(unit: Unit, approval: Approval) -> None:
    if await unit.offices.active_officer(approval.proposer_subject_id) is None:
        raise refuse("proposer-not-active")


async def _follow(
    deps: Deps,
    unit: Unit,
    approval: Approval,
    officer: Officer,
    decision: Decision,
    consequences: Consequences,
) -> None:
    effect = consequences.approved if decision is Decision.APPROVE else consequences.rejected
    if effect is not None:
        await effect(deps, unit, approval, officer)


async def _why_not(unit: Unit, officer: Officer, approval_id: str) -> ServiceError:
    now = await unit.approvals.get(approval_id, officer.office_id)
    if now is None:
        return refuse("approval-not-found")
    if now.state in {"approved", "rejected"}:
        decided_at = now.decided_at.isoformat() if now.decided_at else None
        return refuse("approval-already-decided", decision=now.state, decided_at=decided_at)
    if now.proposer_subject_id == officer.subject_id:
        return refuse("own-proposal")
    if now.subject_id == officer.subject_id:
        return refuse("own-record")
    return refuse("approval-expired")
