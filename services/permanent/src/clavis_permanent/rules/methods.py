"""A person's ways in that this service keeps, and which of them alone reach substantial. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from clavis_permanent.rules.people import Level


class SecondFactor(StrEnum):
    """What may confirm a password."""

    SMS = "sms"
    TOTP = "totp"
    RECOVERY_CODE = "recovery_code"


class Removable(StrEnum):
    """What a person may take away."""

    PASSKEY = "passkey"
    AUTHENTICATOR_APP = "authenticator_app"
    PASSWORD = "password"  # noqa: S105  the name of a method


@dataclass(frozen=True, slots=True)
class FactorState:
    """What stands behind a person's further factors; counts are None where there is none."""

    app_failures: int | None = None
    app_blocked_until: datetime | None = None
    list_failures: int | None = None
    list_blocked_until: datetime | None = None
    codes_left: int = 0


@dataclass(frozen=True, slots=True)
class Methods:
    """What a person of advanced enrolment holds here."""

    passkeys: int
    password: bool
    phone: bool
    authenticator_app: bool


# CIR (EU) 2015/1502 annex 2.2.1: substantial takes two factors of different categories. Recovery
# codes run out: they help a person back, they are no way in to count on.
def strong_methods(methods: Methods) -> int:
    """Count the ways in that reach substantial by themselves."""
    with_password = methods.password and (methods.phone or methods.authenticator_app)
    return methods.passkeys + int(with_password)


def without(methods: Methods, removed: Removable) -> Methods:
    """Return what is left when one is taken away."""
    match removed:
        case Removable.PASSKEY:
            return replace(methods, passkeys=max(0, methods.passkeys - 1))
        case Removable.AUTHENTICATOR_APP:
            return replace(methods, authenticator_app=False)
        case Removable.PASSWORD:
            return replace(methods, password=False)


def is_last_strong(methods: Methods, removed: Removable) -> bool:
    """Say whether taking it away leaves no way to substantial where there was one."""
    return strong_methods(methods) > 0 and strong_methods(without(methods, removed)) == 0


def usable_second_factors(
    level: Level, state: FactorState, *, phone: bool, total_failures: int, now: datetime
) -> tuple[SecondFactor, ...]:
    """Name what may confirm the password now. A factor raises the level only of who was proven."""
    if level is not Level.ADVANCED:
        return ()

    def is_open(failures: int | None, blocked_until: datetime | None) -> bool:
        waits = blocked_until is not None and blocked_until > now
        return failures is not None and failures < total_failures and not waits

    usable = {
        SecondFactor.SMS: phone,
        SecondFactor.TOTP: is_open(state.app_failures, state.app_blocked_until),
        SecondFactor.RECOVERY_CODE: state.codes_left > 0
        and is_open(state.list_failures, state.list_blocked_until),
    }
    return tuple(factor for factor, is_usable in usable.items() if is_usable)
