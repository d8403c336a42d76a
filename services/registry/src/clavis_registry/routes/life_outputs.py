"""What the registry answers about changes, endings and returns."""

from datetime import datetime
from typing import Any

from clavis_kit.national_id import mask
from pydantic import BaseModel

from clavis_registry.actions.contact_changes import Begun, Ended
from clavis_registry.actions.deaths import DeathOutcome
from clavis_registry.actions.lookups import initials
from clavis_registry.rules.contact import PhoneVerdict, mask_email, phone_hint
from clavis_registry.store.approvals import Approval
from clavis_registry.store.changes import ContactChange
from clavis_registry.store.persons import Person


class StandingOut(BaseModel):
    """Where the person stands after the act."""

    subject_id: str
    status: str
    level: str | None
    frozen: bool

    @classmethod
    def of(cls, person: Person) -> "StandingOut":
        """Show a person's standing."""
        return cls(
            subject_id=person.subject_id,
            status=person.status,
            level=person.level,
            frozen=person.frozen,
        )


class RehabilitatedOut(StandingOut):
    """The person is back; without a verified phone, changing it is the next step."""

    phone_verified: bool


class ChangeBegunOut(BaseModel):
    """A code is on its way to the new number or address; `hint` is its recognisable part."""

    change_id: str
    state: str
    hint: str
    code_expires_at: datetime
    resend_at: datetime
    delivered: bool

    @classmethod
    def of(cls, begun: Begun) -> "ChangeBegunOut":
        """Show what was sent."""
        value = begun.sent.mobile
        return cls(
            change_id=begun.change_id,
            state="code_pending",
            hint=mask_email(value) if "@" in value else phone_hint(value),
            code_expires_at=begun.sent.expires_at,
            resend_at=begun.sent.resend_at,
            delivered=begun.sent.delivered,
        )


class ChangeEndedOut(BaseModel):
    """Where the change arrived: done, or awaiting_approval because of its risks."""

    change_id: str
    state: str
    approval_id: str | None = None
    risks: list[str] = []
    activation_code: str | None = None

    @classmethod
    def of(cls, change_id: str, ended: Ended) -> "ChangeEndedOut":
        """Show where a change arrived."""
        return cls(
            change_id=change_id,
            state=ended.state,
            approval_id=ended.approval_id,
            risks=list(ended.risks),
            activation_code=ended.activation_code,
        )


class ChangeProofOut(BaseModel):
    """The outcome of one attempt at the code."""

    verdict: PhoneVerdict
    state: str
    attempts_left: int | None = None

    @classmethod
    def of(cls, verdict: PhoneVerdict, left: int, state: str) -> "ChangeProofOut":
        """Show a verdict; the tries left matter only after a wrong one."""
        wrong = verdict is PhoneVerdict.WRONG
        return cls(verdict=verdict, state=state, attempts_left=left if wrong else None)


class OpenChangeOut(BaseModel):
    """An unfinished change, to resume it."""

    change_id: str
    kind: str
    state: str
    hint: str
    reason: str | None
    created_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, change: ContactChange) -> "OpenChangeOut":
        """Show a change."""
        value = change.new_value or ""
        return cls(
            change_id=change.change_id,
            kind=change.kind,
            state=change.state,
            hint=mask_email(value) if "@" in value else phone_hint(value),
            reason=change.reason,
            created_at=change.created_at,
            expires_at=change.expires_at,
        )


class OpenChangesOut(BaseModel):
    """The unfinished changes of the office, newest first."""

    changes: list[OpenChangeOut]


class ProposedOut(BaseModel):
    """The act waits for a second officer."""

    approval_id: str
    state: str = "open"


class ConcernedOut(BaseModel):
    """Whom a proposal is about, as far as a second officer needs it."""

    national_id: str
    initials: str | None

    @classmethod
    def of(cls, person: Person) -> "ConcernedOut":
        """Show a person."""
        return cls(national_id=mask(person.national_id), initials=initials(person))


class ApprovalOut(BaseModel):
    """A proposal as the second officer sees it."""

    approval_id: str
    kind: str
    office: str
    proposed_by: str
    reason: str
    facts: dict[str, Any]
    state: str
    proposed_at: datetime
    expires_at: datetime
    decided_at: datetime | None
    decision_reason: str | None
    own: bool
    person: ConcernedOut | None

    @classmethod
    def of(cls, approval: Approval, reader: str, person: Person | None = None) -> "ApprovalOut":
        """Show a proposal to an officer; the proposer reads it but does not decide."""
        return cls(
            approval_id=approval.approval_id,
            kind=approval.kind,
            office=approval.office_name,
            proposed_by=approval.proposer_name,
            reason=approval.reason,
            facts=approval.facts,
            state=approval.state,
            proposed_at=approval.proposed_at,
            expires_at=approval.expires_at,
            decided_at=approval.decided_at,
            decision_reason=approval.decision_reason,
            own=approval.proposer_subject_id == reader,
            person=ConcernedOut.of(person) if person else None,
        )


class ApprovalsOut(BaseModel):
    """What waits for a decision in the organisation, oldest first."""

    approvals: list[ApprovalOut]


class DeathOut(BaseModel):
    """What the entry did; telling it again changes nothing."""

    outcome: DeathOutcome


class ProofOut(BaseModel):
    """The act is done; its sealed proof is fetched from `proof`."""

    proof_id: str
    at: datetime
    proof: str


class ActivationCodeOut(BaseModel):
    """A new activation code, shown this once; the former one no longer works."""

    activation_code: str
    issued_at: datetime


class LanguageOut(BaseModel):
    """The language of messages from now on."""

    language: str
