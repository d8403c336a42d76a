"""What a permanent password must be, and where it stands."""

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class CredentialState(StrEnum):
    """What the citizen is told about the password."""

    INACTIVE = "inactive"
    ACTIVE = "active"
    BLOCKED = "blocked"
    EXPIRED = "expired"


class Fault(StrEnum):
    """Why a new password is refused."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    MISSING_LOWER = "missing_lower"
    MISSING_UPPER = "missing_upper"
    MISSING_DIGIT = "missing_digit"
    MISSING_SYMBOL = "missing_symbol"
    CONTAINS_PERSONAL = "contains_personal"
    SAME_AS_PREVIOUS = "same_as_previous"


@dataclass(frozen=True, slots=True)
class PasswordPolicy:
    """The numbers an operator may set for passwords."""

    minimum_length: int = 8
    classless_length: int = 16
    maximum_length: int = 128
    lifetime: timedelta = timedelta(days=730)
    # NIST SP 800-63B section 5.2.2: failed attempts are counted and limited.
    max_failures: int = 5


@dataclass(frozen=True, slots=True)
class ForbiddenWord:
    """A word nobody here knows: its length in characters and its keyed hash."""

    length: int
    hash: str


# NIST SP 800-63B section 5.1.1.2: normalise before hashing, once, in one place.
def normalise_password(typed: str) -> str:
    """Return the password in Unicode form NFC; every later step takes this form."""
    return unicodedata.normalize("NFC", typed)


def password_faults(
    password: str,
    policy: PasswordPolicy,
    words: Iterable[ForbiddenWord],
    keyed_hash: Callable[[str], str],
) -> tuple[Fault, ...]:
    """List what is wrong with a normalised new password; empty when it may be used."""
    if len(password) > policy.maximum_length:
        return (Fault.TOO_LONG,)
    faults = [Fault.TOO_SHORT] if len(password) < policy.minimum_length else []
    if len(password) < policy.classless_length:
        faults += _missing_classes(password)
    if contains_forbidden_word(password, words, keyed_hash):
        faults.append(Fault.CONTAINS_PERSONAL)
    return tuple(faults)


def _missing_classes(password: str) -> list[Fault]:
    present = {
        Fault.MISSING_LOWER: any(c.islower() for c in password),
        Fault.MISSING_UPPER: any(c.isupper() for c in password),
        Fault.MISSING_DIGIT: any(c.isdecimal() for c in password),
        Fault.MISSING_SYMBOL: any(not c.isalnum() for c in password),
    }
    return [fault for fault, is_present in present.items() if not is_present]


def contains_forbidden_word(
    password: str, words: Iterable[ForbiddenWord], keyed_hash: Callable[[str], str]
) -> bool:
    """Say whether any run of characters hashes to a forbidden word, with or without accents."""
    hashes_by_length: dict[int, set[str]] = {}
    for word in words:
        hashes_by_length.setdefault(word.length, set()).add(word.hash)
    lowered = password.lower()
    return any(
        keyed_hash(text[start : start + length]) in hashes
        for text in {lowered, _without_accents(lowered)}
        for length, hashes in hashes_by_length.items()
        if length > 0
        for start in range(len(text) - length + 1)
    )


def _without_accents(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def credential_state(
    *, exists: bool, blocked: bool, expires_at: datetime | None, now: datetime
) -> CredentialState:
    """Say what the citizen is told. A block outranks an expiry: it needs the way back anyway."""
    if not exists or expires_at is None:
        return CredentialState.INACTIVE
    if blocked:
        return CredentialState.BLOCKED
    return CredentialState.EXPIRED if expires_at <= now else CredentialState.ACTIVE
