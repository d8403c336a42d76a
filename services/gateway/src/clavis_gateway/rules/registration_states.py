"""The life of a relying party as a table: draft, test, production, suspended. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class State(StrEnum):
    """What a relying party may do."""

    DRAFT = "draft"
    """Described, but every request is refused."""
    TEST = "test"
    """Works, for the people on its tester list alone, and the pages say so."""
    PRODUCTION = "production"
    SUSPENDED = "suspended"
    """Every request is refused and every token dead, from one moment to the next."""


# Nobody comes into production, new or back, from anywhere but a test or a suspension; and from
# production the only way is out, because people's access is at stake.
NEXT: Mapping[State, frozenset[State]] = {
    State.DRAFT: frozenset({State.TEST, State.SUSPENDED}),
    State.TEST: frozenset({State.DRAFT, State.PRODUCTION, State.SUSPENDED}),
    State.PRODUCTION: frozenset({State.SUSPENDED}),
    State.SUSPENDED: frozenset({State.TEST, State.PRODUCTION}),
}
WORKING = frozenset({State.TEST, State.PRODUCTION})


def may_become(current: State, wanted: State) -> bool:
    """Say whether a relying party may go from one state to another; staying is always possible."""
    return wanted is current or wanted in NEXT[current]


def refusal(current: State, wanted: State) -> str | None:
    """Say in a sentence why a step is not possible; None when it is."""
    if may_become(current, wanted):
        return None
    ways = ", ".join(sorted(NEXT[current]))
    return f"state cannot go from {current} to {wanted}; from {current} it goes to {ways}"
