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
    FROZEN = "frozen"


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
    BREACHED = "breached"
    UNSUPPORTED_CHARACTER = "unsupported_character"


@dataclass(frozen=True, slots=True)
class PasswordPolicy:
    """The numbers an operator may set for passwords."""

    minimum_length: int = 8
    classless_length: int = 16
    maximum_length: int = 128
    lifetime: timedelta = timedelta(days=730)
    # NIST SP 800-63B-4 section 3.2.2: failed attempts in a row are counted and limited.
    max_failures: int = 5
    # How many of the last passwords, the present one included, may not come again.
    history: int = 1
    # How long before its end a password may be replaced inside a login, and how long that takes.
    change_window: timedelta = timedelta(days=30)
    time_to_change: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class ForbiddenWord:
    """A word nobody here knows: its length in characters and its keyed hash."""

    length: int
    hash: str


# NIST SP 800-63B-4 section 3.1.1.2: normalised before hashing, once, in one place. RFC 8265
# section 4.2.2 names the same form, and one space for the many that keyboards can produce.
def normalise_password(typed: str) -> str:
    """Return the password in Unicode form NFC; every later step takes this form."""
    spaced = "".join(" " if unicodedata.category(c) == "Zs" else c for c in typed)
    return unicodedata.normalize("NFC", spaced)


# Unicode Standard Annex 15 section 12.1: only strings of assigned characters keep their normal
# form in later versions of Unicode. RFC 8264 section 4.3 leaves control characters out.
def has_unstable_character(password: str) -> bool:
    """Say whether a character may be typed or normalised otherwise on another machine."""
    return any(unicodedata.category(c) in ("Cc", "Cn", "Co", "Cs") for c in password)


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
    if has_unstable_character(password):
        faults.append(Fault.UNSUPPORTED_CHARACTER)
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
    *,
    exists: bool,
    blocked: bool,
    expires_at: datetime | None,
    now: datetime,
    frozen: bool = False,
) -> CredentialState:
    """Say what the citizen is told. A freeze outranks a block, and a block an expiry."""
    if not exists or expires_at is None:
        return CredentialState.INACTIVE
    if frozen:
        return CredentialState.FROZEN
    if blocked:
        return CredentialState.BLOCKED
    return CredentialState.EXPIRED if expires_at <= now else CredentialState.ACTIVE
