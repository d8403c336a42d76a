"""What a one-time PIN may do. Pure: no I/O, no clock, no randomness."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

# The letters except Ñ and the digits that are not mistaken for one: 32 symbols, so that five
# bits choose one without bias. 32 to the third power is 32 768 PINs.
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
PIN_LENGTH = 3
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
_HINT_DIGITS = 3
_SEPARATORS = re.compile(r"[\s\-.]")
_PREFIX = re.compile(r"[A-Za-z0-9]{1,4}")


class Channel(StrEnum):
    """How the person gets to see the PIN."""

    SMS = "sms"
    APP = "app"


class Verdict(StrEnum):
    """How one attempt at a PIN was judged."""

    ACCEPTED = "accepted"
    WRONG = "wrong"
    EXPIRED = "expired"
    USED = "used"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True)
class PinPolicy:
    """The numbers an operator may set."""

    lifetime: timedelta = timedelta(minutes=10)
    # NIST SP 800-63B section 5.2.2: failed attempts are counted and limited.
    max_failures: int = 5
    lockout: timedelta = timedelta(minutes=15)
    # Counted for any identity number, whoever asks and whether or not a message leaves.
    requests_per_hour: int = 5
    requests_per_day: int = 10
    # Counted at each message to one phone.
    resend_after: timedelta = timedelta(seconds=60)
    sends_per_hour: int = 5
    sends_per_day: int = 10
    # A network may be a whole town behind one address.
    source_requests_per_hour: int = 600
    # What the messages of all may cost.
    all_sends_per_hour: int = 200_000


def pin_from_bytes(secret: bytes) -> str:
    """Spell a PIN from random bytes: one symbol for each of the first three.

    A byte has 256 values, eight for each symbol, so every PIN is equally likely.
    Raises ValueError when there are too few bytes.
    """
    if len(secret) < PIN_LENGTH:
        raise ValueError("too few random bytes for a PIN")
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in secret[:PIN_LENGTH])


def is_prefix(text: str) -> bool:
    """Say whether the text may be the part of the code that the person makes up."""
    return _PREFIX.fullmatch(text) is not None


def canonical_code(typed: str) -> str:
    """Return what was typed as it is compared: upper case, without separators."""
    return _SEPARATORS.sub("", typed).upper()


def channel_of(asked: Channel | None, device_id: str | None) -> Channel:
    """Choose the way: the active app if there is one, unless a message was asked for."""
    return Channel.APP if device_id and asked is not Channel.SMS else Channel.SMS


def retry_at(recent: Sequence[datetime], now: datetime, policy: PinPolicy) -> datetime | None:
    """Tell when the next request is admitted, or None when it is admitted now.

    `recent` are the admitted requests of the last day in any order.
    """
    return _next(recent, now, (HOUR, policy.requests_per_hour), (DAY, policy.requests_per_day))


def resend_at(sent: Sequence[datetime], now: datetime, policy: PinPolicy) -> datetime | None:
    """Tell when the next message may go to a phone, or None when it may go now."""
    return _next(
        sent, now,
        (policy.resend_after, 1), (HOUR, policy.sends_per_hour), (DAY, policy.sends_per_day),
    )  # fmt: skip


def _next(
    past: Sequence[datetime], now: datetime, *limits: tuple[timedelta, int]
) -> datetime | None:
    waits = [
        newest_first[limit - 1] + window
        for window, limit in limits
        if len(newest_first := sorted((at for at in past if at > now - window), reverse=True))
        >= limit
    ]
    return max(waits, default=None)


def attempts_left(failures: int, policy: PinPolicy) -> int:
    """Count the attempts that remain before the lock."""
    return max(0, policy.max_failures - failures)


def phone_hint(phone: str) -> str:
    """Show only the end of a number: enough to recognise one's own, useless to others."""
    return phone[-_HINT_DIGITS:]
