"""The life of a relying party: every step of the table, possible or not."""

from __future__ import annotations

import pytest
from clavis_gateway.rules.registration_states import NEXT, WORKING, State, may_become, refusal

DRAFT, TEST, PRODUCTION, SUSPENDED = State.DRAFT, State.TEST, State.PRODUCTION, State.SUSPENDED
TABLE = {
    # from: draft, test, production, suspended
    DRAFT: (True, True, False, True),
    TEST: (True, True, True, True),
    PRODUCTION: (False, False, True, True),
    SUSPENDED: (False, True, True, True),
}
STEPS = [
    (current, wanted, possible)
    for current, row in TABLE.items()
    for wanted, possible in zip((DRAFT, TEST, PRODUCTION, SUSPENDED), row, strict=True)
]


@pytest.mark.parametrize(("current", "wanted", "possible"), STEPS)
def test_a_step_is_possible_or_refused_with_the_steps_that_are(
    current: State, wanted: State, possible: bool
) -> None:
    assert may_become(current, wanted) is possible
    said = refusal(current, wanted)
    assert (said is None) is possible
    if said is not None:
        assert all(name in said for name in NEXT[current])


def test_every_state_has_a_row_and_only_two_work() -> None:
    assert NEXT.keys() == set(State)
    assert {TEST, PRODUCTION} == WORKING


def test_a_suspension_is_one_step_away_from_everywhere() -> None:
    assert all(may_become(state, SUSPENDED) for state in State)
