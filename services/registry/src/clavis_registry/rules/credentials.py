"""Phone, activation code and freeze: what may follow what. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from clavis_registry.rules.life import Standing


class PhoneState(StrEnum):
    """Whether a number is its person's second factor."""

    UNVERIFIED = "unverified"
    VERIFIED = "verified"
    REVOKED_BY_TAKEOVER = "revoked_by_takeover"


class PhoneAct(StrEnum):
    """What happens to the number of a person."""

    PROVE = "prove"
    LOSE = "lose"
    RELEASE = "release"
    RESTORE = "restore"


_P, _PA = PhoneState, PhoneAct
# BOE-A-2015-14215 1.6: one number, one person; proving a number takes it from whoever had it. An
# identity that ends releases its number; one that is given back restores it while it is free.
PHONE: Mapping[tuple[PhoneState, PhoneAct], PhoneState | None] = {
    (_P.UNVERIFIED, _PA.PROVE): _P.VERIFIED,
    (_P.UNVERIFIED, _PA.LOSE): None,
    (_P.UNVERIFIED, _PA.RELEASE): _P.UNVERIFIED,
    (_P.UNVERIFIED, _PA.RESTORE): _P.VERIFIED,
    (_P.VERIFIED, _PA.PROVE): _P.VERIFIED,
    (_P.VERIFIED, _PA.LOSE): _P.REVOKED_BY_TAKEOVER,
    (_P.VERIFIED, _PA.RELEASE): _P.UNVERIFIED,
    (_P.VERIFIED, _PA.RESTORE): None,
    (_P.REVOKED_BY_TAKEOVER, _PA.PROVE): _P.VERIFIED,
    (_P.REVOKED_BY_TAKEOVER, _PA.LOSE): None,
    (_P.REVOKED_BY_TAKEOVER, _PA.RELEASE): _P.REVOKED_BY_TAKEOVER,
    (_P.REVOKED_BY_TAKEOVER, _PA.RESTORE): None,
}


def phone_state(verified_at: datetime | None, lost_at: datetime | None) -> PhoneState:
    """Return the state of a stored number."""
    if verified_at is not None:
        return PhoneState.VERIFIED
    return PhoneState.UNVERIFIED if lost_at is None else PhoneState.REVOKED_BY_TAKEOVER


class CodeState(StrEnum):
    """What an activation code is worth."""

    ACTIVE = "active"
    USED = "used"
    BLOCKED = "blocked"
    REPLACED = "replaced"


class CodeAct(StrEnum):
    """What happens to an activation code."""

    USE = "use"
    BLOCK = "block"
    REPLACE = "replace"


_C, _CA = CodeState, CodeAct
# BOE-A-2015-14215 1.2 and 5.4: the code activates and later recovers; too many wrong ones block
# it, and only another code helps.
ACTIVATION_CODE: Mapping[tuple[CodeState, CodeAct], CodeState | None] = {
    (_C.ACTIVE, _CA.USE): _C.USED,
    (_C.ACTIVE, _CA.BLOCK): _C.BLOCKED,
    (_C.ACTIVE, _CA.REPLACE): _C.REPLACED,
    (_C.USED, _CA.USE): _C.USED,
    (_C.USED, _CA.BLOCK): _C.BLOCKED,
    (_C.USED, _CA.REPLACE): _C.REPLACED,
    (_C.BLOCKED, _CA.USE): None,
    (_C.BLOCKED, _CA.BLOCK): None,
    (_C.BLOCKED, _CA.REPLACE): _C.REPLACED,
    (_C.REPLACED, _CA.USE): None,
    (_C.REPLACED, _CA.BLOCK): None,
    (_C.REPLACED, _CA.REPLACE): None,
}


class FreezeOrigin(StrEnum):
    """Who asked for every method to stop."""

    PERSON = "person"
    OFFICER = "officer"
    REPORT = "report"


class FreezeAct(StrEnum):
    """What happens to the freeze of a person."""

    FREEZE = "freeze"
    UNFREEZE = "unfreeze"


_LIVE = frozenset({Standing.BASIC, Standing.ADVANCED})


def freeze_refusal(standing: Standing, act: FreezeAct, *, frozen: bool) -> str | None:
    """Return why a person cannot be frozen or unfrozen now, or None.

    A freeze is beside the status: it stops the methods of a registered person and survives an
    ending, so that a person who comes back is not thawed by the way.
    """
    if standing not in _LIVE:
        return "not-registered"
    if act is FreezeAct.FREEZE:
        return "already-frozen" if frozen else None
    return None if frozen else "not-frozen"


@dataclass(frozen=True)
class PhoneChangeRisks:
    """What makes the change of a phone worth a second look."""

    signs: bool
    frozen: bool
    is_officer: bool
    restored: bool

    def names(self) -> list[str]:
        """Return the stable names of those that hold; with any, a second officer decides."""
        held = {
            "signing-certificate": self.signs,
            "frozen": self.frozen,
            "public-employee": self.is_officer,
            "recently-restored": self.restored,
        }
        return [name for name, holds in held.items() if holds]


# Real Decreto 311/2022 (ENS) op.acc.3: what takes two people is not done by one in two steps. So
# long after a renunciation, a return or the end of a freeze another phone is still looked at twice.
RESTORED = timedelta(days=30)


@dataclass(frozen=True)
class HeldPhone:
    """The number on record of a person who comes to an office to enrol."""

    mobile: str
    in_force: bool
    frozen: bool
    restored: bool


def other_phone_refusal(held: HeldPhone, mobile: str) -> str | None:
    """Return why an office cannot enter a known person with this number, or None.

    Another number is a change of phone, with its own risks and second look.
    """
    if mobile == held.mobile:
        return None
    guarded = held.in_force or held.frozen or held.restored
    return "phone-change-first" if guarded else None
