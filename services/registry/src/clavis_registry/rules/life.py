"""What may follow what: person, freeze, phone and activation code as explicit tables. Pure.

Every pair of a state and an act has an entry: the state after it, or the code of the refusal.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from clavis_kit.loa import Loa

from clavis_registry.rules.person import (
    Cause,
    Channel,
    EnrolmentEffect,
    Level,
    Status,
    level_of,
)


class Standing(StrEnum):
    """Where a person stands, status and level together."""

    NONE = "none"
    BASIC = "basic"
    ADVANCED = "advanced"
    RENOUNCED = "renounced"
    REVOKED = "revoked"
    RETURNABLE = "returnable"  # revoked, and the cause has gone: comes back by an advanced channel
    DECEASED = "deceased"


class PersonAct(StrEnum):
    """What happens to a person's identity."""

    ENROL_BASIC = "enrol_basic"
    ENROL_ADVANCED = "enrol_advanced"
    RENEW = "renew"
    CHANGE = "change"
    RENOUNCE = "renounce"
    REHABILITATE = "rehabilitate"
    REVOKE = "revoke"
    CLEAR_CAUSE = "clear_cause"
    REINSTATE = "reinstate"
    DIE = "die"
    CORRECT_DEATH = "correct_death"


class Return(StrEnum):
    """Two acts lead back to what was before them, which the record remembers."""

    FORMER = "former"


_S, _A = Standing, PersonAct
_NOT = "not-registered"
_DEAD = "person-deceased"
_REVOKED = "person-revoked"
_BASIC_NO = "advanced-channel-required"
_KNOWN = "already-registered"
_NOT_DEAD = "not-deceased"
_NO_CAUSE = "not-revoked"
_NO_LEAVE = "not-renounced"

# BOE-A-2015-14215: IV.1 and 1.1-1.5 (ways in, level up), 2.1 (renunciation, by people who never
# enrolled too), 2.2 (ex officio: back only once the cause has gone; death ends everything).
PERSON: Mapping[tuple[Standing, PersonAct], Standing | Return | str] = {
    (_S.NONE, _A.ENROL_BASIC): _S.BASIC,
    (_S.NONE, _A.ENROL_ADVANCED): _S.ADVANCED,
    (_S.NONE, _A.RENEW): _NOT,
    (_S.NONE, _A.CHANGE): _NOT,
    (_S.NONE, _A.RENOUNCE): _S.RENOUNCED,
    (_S.NONE, _A.REHABILITATE): _NO_LEAVE,
    (_S.NONE, _A.REVOKE): _NOT,
    (_S.NONE, _A.CLEAR_CAUSE): _NO_CAUSE,
    (_S.NONE, _A.REINSTATE): _NO_CAUSE,
    (_S.NONE, _A.DIE): _S.DECEASED,
    (_S.NONE, _A.CORRECT_DEATH): _NOT_DEAD,
    (_S.BASIC, _A.ENROL_BASIC): _KNOWN,
    (_S.BASIC, _A.ENROL_ADVANCED): _S.ADVANCED,
    (_S.BASIC, _A.RENEW): "advanced-level-required",
    (_S.BASIC, _A.CHANGE): _S.BASIC,
    (_S.BASIC, _A.RENOUNCE): _S.RENOUNCED,
    (_S.BASIC, _A.REHABILITATE): _NO_LEAVE,
    (_S.BASIC, _A.REVOKE): _S.REVOKED,
    (_S.BASIC, _A.CLEAR_CAUSE): _NO_CAUSE,
    (_S.BASIC, _A.REINSTATE): _NO_CAUSE,
    (_S.BASIC, _A.DIE): _S.DECEASED,
    (_S.BASIC, _A.CORRECT_DEATH): _NOT_DEAD,
    (_S.ADVANCED, _A.ENROL_BASIC): _KNOWN,
    (_S.ADVANCED, _A.ENROL_ADVANCED): _KNOWN,
    (_S.ADVANCED, _A.RENEW): _S.ADVANCED,
    (_S.ADVANCED, _A.CHANGE): _S.ADVANCED,
    (_S.ADVANCED, _A.RENOUNCE): _S.RENOUNCED,
    (_S.ADVANCED, _A.REHABILITATE): _NO_LEAVE,
    (_S.ADVANCED, _A.REVOKE): _S.REVOKED,
    (_S.ADVANCED, _A.CLEAR_CAUSE): _NO_CAUSE,
    (_S.ADVANCED, _A.REINSTATE): _NO_CAUSE,
    (_S.ADVANCED, _A.DIE): _S.DECEASED,
    (_S.ADVANCED, _A.CORRECT_DEATH): _NOT_DEAD,
    (_S.RENOUNCED, _A.ENROL_BASIC): _BASIC_NO,
    (_S.RENOUNCED, _A.ENROL_ADVANCED): _S.ADVANCED,
    (_S.RENOUNCED, _A.RENEW): _NOT,
    (_S.RENOUNCED, _A.CHANGE): _NOT,
    (_S.RENOUNCED, _A.RENOUNCE): "already-renounced",
    (_S.RENOUNCED, _A.REHABILITATE): _S.ADVANCED,
    (_S.RENOUNCED, _A.REVOKE): _NOT,
    (_S.RENOUNCED, _A.CLEAR_CAUSE): _NO_CAUSE,
    (_S.RENOUNCED, _A.REINSTATE): _NO_CAUSE,
    (_S.RENOUNCED, _A.DIE): _S.DECEASED,
    (_S.RENOUNCED, _A.CORRECT_DEATH): _NOT_DEAD,
    (_S.REVOKED, _A.ENROL_BASIC): _REVOKED,
    (_S.REVOKED, _A.ENROL_ADVANCED): _REVOKED,
    (_S.REVOKED, _A.RENEW): _NOT,
    (_S.REVOKED, _A.CHANGE): _NOT,
    (_S.REVOKED, _A.RENOUNCE): _REVOKED,
    (_S.REVOKED, _A.REHABILITATE): _REVOKED,
    (_S.REVOKED, _A.REVOKE): _REVOKED,
    (_S.REVOKED, _A.CLEAR_CAUSE): _S.RETURNABLE,
    (_S.REVOKED, _A.REINSTATE): Return.FORMER,
    (_S.REVOKED, _A.DIE): _S.DECEASED,
    (_S.REVOKED, _A.CORRECT_DEATH): _NOT_DEAD,
    (_S.RETURNABLE, _A.ENROL_BASIC): _BASIC_NO,
    (_S.RETURNABLE, _A.ENROL_ADVANCED): _S.ADVANCED,
    (_S.RETURNABLE, _A.RENEW): _NOT,
    (_S.RETURNABLE, _A.CHANGE): _NOT,
    (_S.RETURNABLE, _A.RENOUNCE): _S.RENOUNCED,
    (_S.RETURNABLE, _A.REHABILITATE): _NO_LEAVE,
    (_S.RETURNABLE, _A.REVOKE): _NOT,
    (_S.RETURNABLE, _A.CLEAR_CAUSE): "cause-already-gone",
    (_S.RETURNABLE, _A.REINSTATE): "cause-already-gone",
    (_S.RETURNABLE, _A.DIE): _S.DECEASED,
    (_S.RETURNABLE, _A.CORRECT_DEATH): _NOT_DEAD,
    (_S.DECEASED, _A.ENROL_BASIC): _DEAD,
    (_S.DECEASED, _A.ENROL_ADVANCED): _DEAD,
    (_S.DECEASED, _A.RENEW): _DEAD,
    (_S.DECEASED, _A.CHANGE): _DEAD,
    (_S.DECEASED, _A.RENOUNCE): _DEAD,
    (_S.DECEASED, _A.REHABILITATE): _DEAD,
    (_S.DECEASED, _A.REVOKE): _DEAD,
    (_S.DECEASED, _A.CLEAR_CAUSE): _DEAD,
    (_S.DECEASED, _A.REINSTATE): _DEAD,
    (_S.DECEASED, _A.DIE): _DEAD,
    (_S.DECEASED, _A.CORRECT_DEATH): Return.FORMER,
}


@dataclass(frozen=True)
class Life:
    """What decides where a person stands; `former` is the standing before a recorded death."""

    status: Status = Status.NONE
    level: Level | None = None
    cause: Cause | None = None
    cause_gone: bool = False
    former_status: Status | None = None

    @property
    def standing(self) -> Standing:
        """Status and level as one state."""
        if self.status is Status.REGISTERED:
            return Standing.ADVANCED if self.level is Level.ADVANCED else Standing.BASIC
        if self.status is Status.REVOKED:
            return _revoked_standing(self.cause, cause_gone=self.cause_gone)
        return Standing(self.status.value)


# BOE-A-2015-14215 2.2: a new enrolment once the circumstances have changed. After a rejected
# video an act in person or with a certificate is that change: what was weak was the proof.
def _revoked_standing(cause: Cause | None, *, cause_gone: bool) -> Standing:
    gone = cause_gone or cause is Cause.VIDEO_REJECTED
    return Standing.RETURNABLE if gone else Standing.REVOKED


def enrolment_act(channel: Channel) -> PersonAct:
    """Return the act that an enrolment by this channel is."""
    advanced = level_of(channel) is Level.ADVANCED
    return PersonAct.ENROL_ADVANCED if advanced else PersonAct.ENROL_BASIC


def refusal(life: Life, act: PersonAct) -> str | None:
    """Return why an act cannot happen now, or None when it can."""
    outcome = PERSON[life.standing, act]
    allowed = isinstance(outcome, Standing | Return)
    return None if allowed else str(outcome)


_STATUS = {
    Standing.NONE: Status.NONE,
    Standing.BASIC: Status.REGISTERED,
    Standing.ADVANCED: Status.REGISTERED,
    Standing.RENOUNCED: Status.RENOUNCED,
    Standing.REVOKED: Status.REVOKED,
    Standing.RETURNABLE: Status.REVOKED,
    Standing.DECEASED: Status.DECEASED,
}


def after(life: Life, act: PersonAct, cause: Cause | None = None) -> Life:
    """Return the life after an allowed act; `cause` is that of a revocation.

    Raises ValueError when the act is refused.
    """
    if code := refusal(life, act):
        raise ValueError(code)
    outcome = PERSON[life.standing, act]
    if act is PersonAct.CORRECT_DEATH:
        return replace(life, status=life.former_status or Status.NONE, former_status=None)
    if outcome is Return.FORMER:
        return replace(life, status=Status.REGISTERED, cause=None, cause_gone=False)
    return _reached(life, act, Standing(outcome), cause)


def _reached(life: Life, act: PersonAct, outcome: Standing, cause: Cause | None) -> Life:
    status = _STATUS[outcome]
    if status is Status.REGISTERED:
        level = Level.ADVANCED if outcome is Standing.ADVANCED else Level.BASIC
        return Life(status=status, level=level)
    if act is PersonAct.REVOKE:
        return replace(life, status=status, cause=cause, cause_gone=False)
    if act is PersonAct.CLEAR_CAUSE:
        return replace(life, cause_gone=True)
    former = life.status if act is PersonAct.DIE else None
    return replace(life, status=status, former_status=former)


def enrolment_effect(life: Life, channel: Channel) -> EnrolmentEffect | str:
    """Say what an enrolment would do, or the code of the refusal."""
    act = enrolment_act(channel)
    if code := refusal(life, act):
        return code
    registered = life.status is Status.REGISTERED
    return EnrolmentEffect.RAISE if registered else EnrolmentEffect.REGISTER


# BOE-A-2015-14215 2.1: with the code of the letter, only who enrolled by letter at the basic level.
# A frozen person acts only with what nobody else can have, and a letter may be found.
def letter_renounces(life: Life, channel: Channel | None, *, frozen: bool) -> bool:
    """Say whether the code of a letter may end this identity."""
    basic = life.standing is Standing.BASIC and channel is Channel.LETTER
    return basic and not frozen and refusal(life, PersonAct.RENOUNCE) is None


def renunciation_refusal(life: Life, loa: Loa, *, confirmed: bool) -> str | None:
    """Return why a renunciation online cannot happen now, or None when it can."""
    if code := refusal(life, PersonAct.RENOUNCE):
        return code
    # BOE-A-2015-14215 2.1: the warning is shown and the person confirms.
    if not confirmed:
        return "confirmation-required"
    # The act must be documented as the person's own: an advanced identity ends only with a
    # login at least as strong as the ones it protects.
    if life.standing is Standing.ADVANCED and loa < Loa.SUBSTANTIAL:
        return "insufficient-level"
    return None
