"""What each approval leads to. The only place that knows all kinds."""

from collections.abc import Mapping

from clavis_registry.actions import approvals, contact_writing, deaths, revocations
from clavis_registry.actions.approvals import ApprovalKind, Consequences, Decision
from clavis_registry.deps import Deps
from clavis_registry.store.approvals import Approval
from clavis_registry.store.offices import Officer

CONSEQUENCES: Mapping[str, Consequences] = {
    ApprovalKind.LIFT_REVOCATION: Consequences(revocations.lift),
    ApprovalKind.CORRECT_DEATH: Consequences(deaths.correct),
    ApprovalKind.PHONE_CHANGE: Consequences(contact_writing.approved, contact_writing.rejected),
}


async def decide(
    deps: Deps, officer: Officer, approval_id: str, decision: Decision, reason: str
) -> Approval:
    """Decide a proposal of the officer's organisation; see approvals.decide."""
    return await approvals.decide(deps, officer, approval_id, decision, reason, CONSEQUENCES)
