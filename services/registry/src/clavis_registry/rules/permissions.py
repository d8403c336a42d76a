"""Which role may do what. Pure: one table, no I/O."""

from enum import StrEnum


class Role(StrEnum):
    """What a public employee was appointed to."""

    OFFICER = "officer"
    VIDEO_AGENT = "video_agent"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"


class Action(StrEnum):
    """What can be done at the office console."""

    ENROL = "enrol"
    LOOK_UP = "look_up"
    CHANGE_CONTACT = "change_contact"
    CHANGE_DOCUMENT = "change_document"
    ISSUE_ACTIVATION_CODE = "issue_activation_code"
    REQUEST_CERTIFICATE_REVOCATION = "request_certificate_revocation"
    RECORD_RENUNCIATION = "record_renunciation"
    REHABILITATE = "rehabilitate"
    REVOKE = "revoke"
    LIFT_REVOCATION = "lift_revocation"
    RECORD_DEATH = "record_death"
    CORRECT_DEATH = "correct_death"
    FREEZE = "freeze"
    UNFREEZE = "unfreeze"
    DECIDE_VIDEO = "decide_video"
    REVIEW_VIDEO = "review_video"
    PRINT_LETTERS = "print_letters"
    APPROVE = "approve"
    MANAGE_OFFICES = "manage_offices"
    MANAGE_OFFICERS = "manage_officers"
    READ_AUDIT = "read_audit"


# What BOE-A-2015-14215 section 1.3 and its chapter on offices let a registration office do. To
# lift a revocation or to correct a death is to propose it: the effect waits for a second person.
_DESK = frozenset(
    {
        Action.ENROL,
        Action.LOOK_UP,
        Action.CHANGE_CONTACT,
        Action.CHANGE_DOCUMENT,
        Action.ISSUE_ACTIVATION_CODE,
        Action.REQUEST_CERTIFICATE_REVOCATION,
        Action.RECORD_RENUNCIATION,
        Action.REHABILITATE,
        Action.LIFT_REVOCATION,
        Action.CORRECT_DEATH,
        Action.FREEZE,
        Action.UNFREEZE,
        Action.PRINT_LETTERS,
    }
)
_SUPERVISION = frozenset(
    {
        Action.REVOKE,
        Action.RECORD_DEATH,
        Action.DECIDE_VIDEO,
        Action.REVIEW_VIDEO,
        Action.APPROVE,
        Action.MANAGE_OFFICES,
        Action.MANAGE_OFFICERS,
        Action.READ_AUDIT,
    }
)
# Real Decreto 311/2022 (ENS) op.acc.3: who audits neither operates nor configures, so an auditor
# only reads; and nobody needs more than the task in hand (op.acc.4, least privilege).
_PERMITTED: dict[Role, frozenset[Action]] = {
    Role.OFFICER: _DESK,
    Role.VIDEO_AGENT: frozenset({Action.LOOK_UP, Action.DECIDE_VIDEO, Action.FREEZE}),
    Role.SUPERVISOR: _DESK | _SUPERVISION,
    Role.AUDITOR: frozenset({Action.READ_AUDIT}),
}


def may(role: Role, action: Action) -> bool:
    """Say whether an officer of this role may do this."""
    return action in _PERMITTED[role]


# Whoever supervises does not choose the second supervisor nor the auditor: those are appointed by
# the operator, outside the console (ENS op.acc.3).
_BY_OPERATOR = frozenset({Role.SUPERVISOR, Role.AUDITOR})


def appointment_refusal(*roles: Role) -> str | None:
    """Refuse roles that a supervisor neither gives nor takes away."""
    return "role-by-operator" if _BY_OPERATOR & set(roles) else None


# ENS op.acc.3: whoever invites could pocket the letter and enrol as the person; another prints it.
def own_invitation_refusal(officer_subject_id: str, inviter_subject_id: str | None) -> str | None:
    """Refuse an officer who would print the letter of their own invitation."""
    return "own-invitation" if officer_subject_id == inviter_subject_id else None


# ENS op.acc.3: nobody alone may complete a critical act, nor act on their own record.
def own_act_refusal(officer_subject_id: str, subject_id: str) -> str | None:
    """Refuse an officer who would act on their own record."""
    return "own-record" if officer_subject_id == subject_id else None
