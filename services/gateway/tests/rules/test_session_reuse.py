"""Whether a session answers: who allows it, how old it may be, and what is still missing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from clavis_gateway.rules.levels import EnrolmentLevel, Method
from clavis_gateway.rules.policy import (
    Ask,
    Demand,
    Fault,
    Live,
    Terms,
    age_limit,
    demand,
    faults,
    missing_factor,
)
from clavis_kit.loa import Loa
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.tests.rules.policy_cases import (
    DEFAULT,
    LOW,
    SUBSTANTIAL,
    ages,
    all_terms,
    asks,
)

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def live(
    loa: Loa = SUBSTANTIAL,
    method: Method = Method.PERMANENT_OTP,
    *,
    age: int = 0,
    proved: int | None = None,
) -> Live:
    at = NOW - timedelta(seconds=age)
    return Live(loa, method, at, at if proved is None else NOW - timedelta(seconds=proved))


NEEDS_SUBSTANTIAL = Demand(SUBSTANTIAL, essential=True)


def lacking(
    session: Live | None,
    terms: Terms | None = None,
    ask: Ask | None = None,
    needed: Demand = NEEDS_SUBSTANTIAL,
    **general: int,
) -> frozenset[Fault]:
    limits = {Loa[name.upper()]: seconds for name, seconds in general.items()}
    return faults(session, needed, terms or Terms(sso_allowed=True), ask or Ask(), NOW, limits)


def test_a_session_that_suffices_answers() -> None:
    assert lacking(live(age=3000)) == frozenset()


def test_sso_is_the_relying_partys_choice() -> None:
    assert lacking(live(), Terms()) == {Fault.NOT_REUSED}
    assert lacking(live(age=601), Terms(sso_allowed=True, sso_max_age=600)) == {Fault.TOO_OLD}
    assert lacking(live(age=600), Terms(sso_allowed=True, sso_max_age=600)) == frozenset()
    assert lacking(live(), Terms(sso_allowed=True, allowed=frozenset({Method.APP}))) == {
        Fault.NOT_REUSED
    }
    assert lacking(None) == {Fault.NOT_REUSED}


@pytest.mark.parametrize(("age", "max_age", "fault"), [(10, 9, 1), (10, 10, 0), (0, 0, 1)])
def test_core_3_1_2_1_max_age_counts_from_the_login(age: int, max_age: int, fault: int) -> None:
    found = lacking(live(age=age, proved=0), ask=Ask(max_age=max_age))
    assert found == (frozenset({Fault.TOO_OLD}) if fault else frozenset())


def test_a_level_ages_by_itself_and_a_fresh_factor_renews_it() -> None:
    aged = live(age=3600, proved=1801)
    assert lacking(aged, substantial=1800) == {Fault.LEVEL_TOO_OLD}
    assert lacking(live(age=3600, proved=1800), substantial=1800) == frozenset()
    low = Demand(LOW, essential=False)
    assert lacking(aged, needed=low, substantial=1800) == frozenset(), "low is asked for, and held"


def test_a_relying_party_can_only_shorten_what_the_operator_allows() -> None:
    terms = Terms(sso_allowed=True, level_max_age={SUBSTANTIAL: 7200})
    assert lacking(live(age=2000), terms, substantial=1800) == {Fault.LEVEL_TOO_OLD}
    terms = Terms(sso_allowed=True, level_max_age={SUBSTANTIAL: 60})
    assert lacking(live(age=61), terms, substantial=1800) == {Fault.LEVEL_TOO_OLD}


@given(ages, ages)
def test_who_asks_for_more_never_waits_longer(general: dict[Loa, int], own: dict[Loa, int]) -> None:
    limits = [age_limit(level, general, own) or timedelta.max for level in Loa]
    assert limits == sorted(limits, reverse=True)


@given(
    st.sampled_from(Loa), st.sampled_from(Method), st.integers(0, 9000), st.integers(0, 9000),
    all_terms, asks, ages,
)  # fmt: skip
def test_a_session_that_answers_holds_what_was_demanded(
    loa: Loa, method: Method, age: int, proved: int, terms: Terms, ask: Ask, general: dict[Loa, int]
) -> None:
    needed = demand(terms, ask)
    held = live(loa, method, age=age, proved=min(age, proved))
    if not faults(held, needed, terms, ask, NOW, general):
        assert loa >= needed.required
        assert method in terms.allowed
        assert not ask.login
        assert ask.max_age is None or age <= ask.max_age
        assert terms.sso_max_age is None or age <= terms.sso_max_age
        limits = [limit[needed.required] for limit in (general, terms.level_max_age)
                  if needed.required in limit]  # fmt: skip
        assert all(min(age, proved) <= limit for limit in limits)


@pytest.mark.parametrize(
    ("method", "enrolment", "expected"),
    [
        (Method.PERMANENT, "advanced", Method.PERMANENT_OTP),
        (Method.PERMANENT_OTP, "advanced", Method.PERMANENT_OTP),
        (Method.PERMANENT, "basic", None),
        (Method.PIN, "advanced", None),
        (Method.PASSKEY, "advanced", None),
        (Method.CERTIFICATE_SOFTWARE, "advanced", None),
    ],
)
def test_only_the_code_is_asked_where_the_password_stands(
    method: Method, enrolment: EnrolmentLevel, expected: Method | None
) -> None:
    assert missing_factor(method, enrolment, NEEDS_SUBSTANTIAL, Terms(), DEFAULT) is expected
