"""One-time codes: what they confirm, how long, how often."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

OTP_DIGITS = 6
HOUR = timedelta(hours=1)
_HINT_DIGITS = 3
_SEPARATORS = re.compile(r"[\s\-.]")


class Action(StrEnum):
    """What a one-time code confirms; at most one code of a person is valid for each."""

    LOGIN = "login"
    SIGN = "sign"
    PASSWORD_CHANGE = "password-change"  # noqa: S105  the name of an action
    PASSWORD_REMOVAL = "password-removal"  # noqa: S105


# Level of assurance "substantial" rests on the enrolment: the code of somebody enrolled at the
# basic level raises nothing. Keeping one's own password in order needs the phone, not the level.
NEEDS_ADVANCED = frozenset({Action.LOGIN, Action.SIGN})


class Unavailable(StrEnum):
    """Why no one-time code can be sent."""

    BASIC_LEVEL = "basic_level"
    NO_PHONE = "no_phone"
    UNDELIVERABLE = "undeliverable"


@dataclass(frozen=True, slots=True)
class OtpPolicy:
    """The numbers an operator may set for one-time codes."""

    lifetime: timedelta = timedelta(minutes=5)
    max_tries: int = 3
    resend_after: timedelta = timedelta(seconds=60)
    sends_per_hour: int = 5


def canonical_otp(typed: str) -> str:
    """Return a typed one-time code without the separators people add."""
    return _SEPARATORS.sub("", typed)


def otp_from_number(number: int) -> str:
    """Spell a number below one million as a one-time code. Raises ValueError outside that range."""
    if not 0 <= number < 10**OTP_DIGITS:
        raise ValueError("not a number of six digits")
    return f"{number:0{OTP_DIGITS}d}"


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


def phone_hint(phone: str) -> str:
    """Show only the end of a number: enough to recognise one's own, useless to others."""
    return phone[-_HINT_DIGITS:]
