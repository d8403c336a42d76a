"""The invitation letter: its code, its way through the spool, when it counts. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

# No 0, O, 1 or I, which are misread. 32 symbols: the elements of the field GF(2^5), in order.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LENGTH = 16
GROUP = 4
_FIELD = 0b100101  # x^5 + x^2 + 1, a primitive polynomial over GF(2)
_SIZE = len(ALPHABET)


class LetterState(StrEnum):
    """Where a letter is."""

    QUEUED = "queued"
    PRINTED = "printed"
    SENT = "sent"
    RETURNED = "returned"
    EXPIRED = "expired"
    USED = "used"
    BLOCKED = "blocked"
    REPLACED = "replaced"


class LetterEvent(StrEnum):
    """What happens to a letter."""

    PRINT = "print"
    SEND = "send"
    RETURN = "return"
    EXPIRE = "expire"
    USE = "use"
    BLOCK = "block"
    REPLACE = "replace"


# A code may be used before the spool hears that the letter was posted, hence from `printed`.
TRANSITIONS: dict[tuple[LetterState, LetterEvent], LetterState] = {
    (LetterState.QUEUED, LetterEvent.PRINT): LetterState.PRINTED,
    (LetterState.QUEUED, LetterEvent.REPLACE): LetterState.REPLACED,
    (LetterState.PRINTED, LetterEvent.SEND): LetterState.SENT,
    (LetterState.PRINTED, LetterEvent.RETURN): LetterState.RETURNED,
    (LetterState.PRINTED, LetterEvent.EXPIRE): LetterState.EXPIRED,
    (LetterState.PRINTED, LetterEvent.USE): LetterState.USED,
    (LetterState.PRINTED, LetterEvent.BLOCK): LetterState.BLOCKED,
    (LetterState.PRINTED, LetterEvent.REPLACE): LetterState.REPLACED,
    (LetterState.SENT, LetterEvent.RETURN): LetterState.RETURNED,
    (LetterState.SENT, LetterEvent.EXPIRE): LetterState.EXPIRED,
    (LetterState.SENT, LetterEvent.USE): LetterState.USED,
    (LetterState.SENT, LetterEvent.BLOCK): LetterState.BLOCKED,
    (LetterState.SENT, LetterEvent.REPLACE): LetterState.REPLACED,
}


def after(state: LetterState, event: LetterEvent) -> LetterState | None:
    """Return the state that follows, or None when this cannot happen to such a letter."""
    return TRANSITIONS.get((state, event))


def before(event: LetterEvent) -> list[LetterState]:
    """List the states in which an event can happen."""
    return [state for state, happening in TRANSITIONS if happening is event]


@dataclass(frozen=True)
class LetterPolicy:
    """The numbers of the letter."""

    lifetime: timedelta = timedelta(days=60)
    tries: int = 5
    again_after: timedelta = timedelta(days=10)
    """A delivery takes about this long: until then a citizen gets no second letter."""


class RequestOutcome(StrEnum):
    """What became of a request; whoever asked without a session is never told."""

    QUEUED = "queued"
    ALREADY_QUEUED = "already_queued"
    TOO_SOON = "too_soon"
    MISMATCH = "mismatch"
    NO_ADDRESS = "no_address"
    NOT_INVITABLE = "not_invitable"


@dataclass(frozen=True)
class Standing:
    """What is known of the person whom a letter would invite."""

    identified: bool
    invitable: bool
    has_address: bool
    open_state: LetterState | None
    open_since: datetime | None


# BOE-A-2015-14215 1.1: on request or ex officio, and only to the address that is already held.
def request_outcome(
    standing: Standing, policy: LetterPolicy, now: datetime, *, official: bool
) -> RequestOutcome:
    """Decide on a request; an official one replaces a letter that is on its way."""
    if not standing.identified:
        return RequestOutcome.MISMATCH
    if not standing.invitable:
        return RequestOutcome.NOT_INVITABLE
    if not standing.has_address:
        return RequestOutcome.NO_ADDRESS
    if standing.open_state is LetterState.QUEUED:
        return RequestOutcome.ALREADY_QUEUED
    recent = standing.open_since is not None and now < standing.open_since + policy.again_after
    if standing.open_state is not None and recent and not official:
        return RequestOutcome.TOO_SOON
    return RequestOutcome.QUEUED


def new_csv(random_below: Callable[[int], int]) -> str:
    """Draw a code in canonical form: 15 symbols (75 bits) and the check character."""
    drawn = "".join(ALPHABET[random_below(_SIZE)] for _ in range(LENGTH - 1))
    return drawn + check_character(drawn)


def shown(csv: str) -> str:
    """Group a canonical code as it is printed: XXXX-XXXX-XXXX-XXXX."""
    return "-".join(csv[i : i + GROUP] for i in range(0, LENGTH, GROUP))


def canonical_csv(typed: str) -> str | None:
    """Return the canonical form, or None when a symbol is misread or the check does not hold."""
    text = "".join(typed.replace("-", "").upper().split())
    if len(text) != LENGTH or any(symbol not in ALPHABET for symbol in text):
        return None
    return text if check_character(text[:-1]) == text[-1] else None


# A weighted sum over GF(2^5) with distinct weights, the powers of a primitive element: any one
# wrong symbol and any two symbols that changed places alter it.
def check_character(symbols: str) -> str:
    """Return the last character for the symbols before it."""
    weight, total = 1, 0
    for symbol in symbols:
        weight = _times(weight, 2)
        total ^= _times(ALPHABET.index(symbol), weight)
    return ALPHABET[total]


def _times(a: int, b: int) -> int:
    """Multiply two elements of GF(2^5)."""
    product = 0
    while b:
        if b & 1:
            product ^= a
        a, b = a << 1, b >> 1
        if a & _SIZE:
            a ^= _FIELD
    return product
