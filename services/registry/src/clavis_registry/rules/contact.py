"""Phone numbers, e-mail addresses and the code that proves a phone. Pure."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import phonenumbers

HOME_REGION = "ES"
PHONE_CODE_DIGITS = 6
LANGUAGES = ("es", "ca", "gl", "eu", "en")
MAX_EMAIL_LENGTH = 254  # RFC 5321 section 4.5.3.1.3, less the angle brackets
MAX_PHONE_LENGTH = 32
_EMAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)
_SPANISH_MOBILE = re.compile(r"(?:\+34)?(6[0-9]{8}|7[1-4][0-9]{7})")
_PHONE_MARKS = re.compile(r"[0-9 ().+-]+")
_MOBILE = frozenset(
    {phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE}
)


@dataclass(frozen=True)
class PhoneCodePolicy:
    """How long a code lives and how often it may be tried and sent."""

    lifetime: timedelta = timedelta(minutes=5)
    tries: int = 3  # NIST SP 800-63B section 5.2.2 asks for a throttle
    resend_after: timedelta = timedelta(seconds=60)
    sends_per_hour: int = 5


class PhoneVerdict(StrEnum):
    """The outcome of one attempt at a phone code."""

    ACCEPTED = "accepted"
    WRONG = "wrong"
    EXPIRED = "expired"
    LOCKED = "locked"


@dataclass(frozen=True)
class PhoneCode:
    """A code that was sent, as stored after an attempt that did not prove the phone."""

    expires_at: datetime
    tries: int


def canonical_mobile(typed: str) -> str | None:
    """Return a mobile number in E.164, or None when it is none.

    A number without a country prefix is Spanish; `34…`, `0034…` and `+34…` are the same.
    """
    # Plan Nacional de Numeracion Telefonica: 6 and 71 to 74 are mobile. What most people type.
    if plain := _SPANISH_MOBILE.fullmatch(typed):
        return f"+34{plain[1]}"
    # The library would dial words and drop what follows a number; a form takes a number only.
    if len(typed) > MAX_PHONE_LENGTH or not _PHONE_MARKS.fullmatch(typed):
        return None
    for candidate in (typed, f"+{typed.strip()}"):
        number = _valid_number(candidate)
        if number is not None:
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return None


def _valid_number(typed: str) -> phonenumbers.PhoneNumber | None:
    try:
        number = phonenumbers.parse(typed, HOME_REGION)
    except phonenumbers.NumberParseException:
        return None
    is_mobile = phonenumbers.number_type(number) in _MOBILE
    return number if is_mobile and phonenumbers.is_valid_number(number) else None


def canonical_email(typed: str) -> str | None:
    """Return an e-mail address with its domain in lower case, or None when it is none."""
    text = typed.strip()
    if len(text) > MAX_EMAIL_LENGTH or not _EMAIL.fullmatch(text):
        return None
    local, domain = text.rsplit("@", 1)
    return f"{local}@{domain.lower()}" if len(local) <= 64 else None  # noqa: PLR2004  RFC 5321


def phone_hint(mobile: str) -> str:
    """Return the last three digits: enough to recognise, too few to learn."""
    return mobile[-3:]


def mask_phone(mobile: str) -> str:
    """Hide all but the last three digits."""
    return f"******{phone_hint(mobile)}"


def mask_email(email: str) -> str:
    """Keep the first letter and the domain."""
    local, domain = email.rsplit("@", 1)
    return f"{local[0]}***@{domain}"


def new_phone_code(random_below: Callable[[int], int]) -> str:
    """Draw a code of six digits."""
    return f"{random_below(10**PHONE_CODE_DIGITS):0{PHONE_CODE_DIGITS}d}"


def clean_phone_code(typed: str) -> str:
    """Drop the spaces people read out."""
    return re.sub(r"\s", "", typed)


def failed_attempt(
    code: PhoneCode | None, policy: PhoneCodePolicy, now: datetime
) -> tuple[PhoneVerdict, int]:
    """Explain an attempt that proved nothing; return the verdict and the tries left."""
    if code is None or now >= code.expires_at:
        return PhoneVerdict.EXPIRED, 0
    left = max(policy.tries - code.tries, 0)
    return (PhoneVerdict.WRONG, left) if left else (PhoneVerdict.LOCKED, 0)
