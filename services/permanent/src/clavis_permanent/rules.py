"""What a permanent password and its one-time codes may do. Pure: no I/O, clock or randomness."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

OTP_DIGITS = 6
HOUR = timedelta(hours=1)
_HINT_DIGITS = 3
_SEPARATORS = re.compile(r"[\s\-.]")
# Crockford's base 32: letters that look like digits are read as those digits.
_LOOKALIKES = str.maketrans("OIL", "011")


class Verdict(StrEnum):
    """How one attempt was judged."""

    ACCEPTED = "accepted"
    WRONG = "wrong"
    EXPIRED = "expired"
    USED = "used"
    LOCKED = "locked"
    INACTIVE = "inactive"


class Level(StrEnum):
    """How thoroughly the person was proven at enrolment."""

    BASIC = "basic"
    ADVANCED = "advanced"


class PersonStatus(StrEnum):
    """Where the person's digital identity stands; only ACTIVE may use a password."""

    ACTIVE = "active"
    RENOUNCED = "renounced"
    DECEASED = "deceased"
    REVOKED = "revoked"


class CredentialState(StrEnum):
    """What the citizen is told about the password."""

    INACTIVE = "inactive"
    ACTIVE = "active"
    BLOCKED = "blocked"
    EXPIRED = "expired"


class Action(StrEnum):
    """What a one-time code confirms; at most one code of a person is valid for each."""

    LOGIN = "login"
    SIGN = "sign"


class Unavailable(StrEnum):
    """Why no one-time code can be sent."""

    BASIC_LEVEL = "basic_level"
    NO_PHONE = "no_phone"
    UNDELIVERABLE = "undeliverable"


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
class OtpPolicy:
    """The numbers an operator may set for one-time codes."""

    lifetime: timedelta = timedelta(minutes=5)
    max_tries: int = 3
    resend_after: timedelta = timedelta(seconds=60)
    sends_per_hour: int = 5


@dataclass(frozen=True, slots=True)
class ActivationPolicy:
    """The numbers an operator may set for activation."""

    max_code_failures: int = 5
    attempts_per_hour: int = 10
    # How long a person may think about the password once the phone is proved.
    time_to_choose: timedelta = timedelta(minutes=15)


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


def canonical_activation_code(typed: str) -> str:
    """Return a typed activation code as it is compared: no separators, look-alikes as digits."""
    return _SEPARATORS.sub("", typed).upper().translate(_LOOKALIKES)


def canonical_email(typed: str) -> str:
    """Return an address as it is compared here: NFC, without blanks around, in lower case."""
    return unicodedata.normalize("NFC", typed).strip().lower()


def canonical_otp(typed: str) -> str:
    """Return a typed one-time code without the separators people add."""
    return _SEPARATORS.sub("", typed)


def otp_from_number(number: int) -> str:
    """Spell a number below one million as a one-time code. Raises ValueError outside that range."""
    if not 0 <= number < 10**OTP_DIGITS:
        raise ValueError("not a number of six digits")
    return f"{number:0{OTP_DIGITS}d}"


def credential_state(
    *, exists: bool, blocked: bool, expires_at: datetime | None, now: datetime
) -> CredentialState:
    """Say what the citizen is told. A block outranks an expiry: it needs the way back anyway."""
    if not exists or expires_at is None:
        return CredentialState.INACTIVE
    if blocked:
        return CredentialState.BLOCKED
    return CredentialState.EXPIRED if expires_at <= now else CredentialState.ACTIVE


def resend_at(sends: Sequence[datetime], now: datetime, policy: OtpPolicy) -> datetime | None:
    """Tell when another code may be sent, or None when it may be sent now.

    `sends` are the last sends for this person and action in any order.
    """
    newest_first = sorted((at for at in sends if at > now - HOUR), reverse=True)
    waits = [at + policy.resend_after for at in newest_first[:1]]
    if len(newest_first) >= policy.sends_per_hour:
        waits.append(newest_first[policy.sends_per_hour - 1] + HOUR)
    latest = max(waits, default=now)
    return latest if latest > now else None


def next_attempt_at(
    attempts: Sequence[datetime], now: datetime, policy: ActivationPolicy
) -> datetime:
    """Tell when another activation may be tried, given the attempts of the last hour."""
    newest_first = sorted((at for at in attempts if at > now - HOUR), reverse=True)
    if len(newest_first) < policy.attempts_per_hour:
        return now
    return newest_first[policy.attempts_per_hour - 1] + HOUR


def phone_hint(phone: str) -> str:
    """Show only the end of a number: enough to recognise one's own, useless to others."""
    return phone[-_HINT_DIGITS:]
