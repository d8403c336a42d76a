"""Activation codes: how they are compared, how often one may be tried."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from clavis_permanent.rules.codes import HOUR

_SEPARATORS = re.compile(r"[\s\-.]")
# Crockford's base 32: letters that look like digits are read as those digits.
_LOOKALIKES = str.maketrans("OIL", "011")


@dataclass(frozen=True, slots=True)
class ActivationPolicy:
    """The numbers an operator may set for activation."""

    max_code_failures: int = 5
    # NIST SP 800-63B-4 section 3.2.2: at most 100 failed attempts in a row. A recovery shows no
    # e-mail address: with a limit of five, anybody who knows an identity number could block the
    # code. Its 60 random bits are out of reach of a hundred guesses.
    max_recovery_failures: int = 100
    attempts_per_hour: int = 10
    # How long a person may think about the password once the phone is proved.
    time_to_choose: timedelta = timedelta(minutes=15)


def canonical_activation_code(typed: str) -> str:
    """Return a typed activation code as it is compared: no separators, look-alikes as digits."""
    return _SEPARATORS.sub("", typed).upper().translate(_LOOKALIKES)


def canonical_email(typed: str) -> str:
    """Return an address as it is compared here: NFC, without blanks around, in lower case."""
    return unicodedata.normalize("NFC", typed).strip().lower()


def next_attempt_at(
    attempts: Sequence[datetime], now: datetime, policy: ActivationPolicy
) -> datetime:
    """Tell when another activation may be tried, given the attempts of the last hour."""
    newest_first = sorted((at for at in attempts if at > now - HOUR), reverse=True)
    if len(newest_first) < policy.attempts_per_hour:
        return now
    return newest_first[policy.attempts_per_hour - 1] + HOUR
