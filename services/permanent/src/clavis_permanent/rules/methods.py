"""A person's ways in that this service keeps, and which of them alone reach substantial. Pure."""

from dataclasses import dataclass, replace
from enum import StrEnum


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
