"""Enrolment, method, relying party and request: every cell of the table of levels."""

from __future__ import annotations

import pytest
from clavis_gateway.rules.levels import EnrolmentLevel, LevelPolicy, Method, loa_of
from clavis_gateway.rules.policy import (
    Ask,
    Demand,
    Outcome,
    Terms,
    Verdict,
    Why,
    demand,
    judge,
    level_named,
    reachable,
    stated_acr,
)
from clavis_kit.loa import Loa
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.tests.rules.policy_cases import (
    DEFAULT,
    GENEROUS,
    HIGH,
    LOW,
    SUBSTANTIAL,
    all_terms,
    asks,
)

A, S, X = Outcome.ALLOWED, Outcome.STEP_UP, Outcome.IMPOSSIBLE

# Method, enrolment, and the outcome at a relying party whose minimum is low, substantial, high.
CELLS: list[tuple[Method, EnrolmentLevel | None, Outcome, Outcome, Outcome]] = [
    (Method.PIN, None, X, X, X),
    (Method.PIN, "basic", A, X, X),
    (Method.PIN, "advanced", A, X, X),
    # An app that an SMS enrolled is reported as basic, whatever its person is: low, no more.
    (Method.APP, None, X, X, X),
    (Method.APP, "basic", A, X, X),
    (Method.APP, "advanced", A, A, X),
    (Method.PERMANENT, None, X, X, X),
    (Method.PERMANENT, "basic", A, X, X),
    (Method.PERMANENT, "advanced", A, S, X),
    (Method.PERMANENT_OTP, None, X, X, X),
    (Method.PERMANENT_OTP, "basic", X, X, X),
    (Method.PERMANENT_OTP, "advanced", A, A, X),
    (Method.PASSKEY, None, X, X, X),
    (Method.PASSKEY, "basic", A, X, X),
    (Method.PASSKEY, "advanced", A, A, X),
    (Method.CERTIFICATE_SOFTWARE, None, A, A, X),
    (Method.CERTIFICATE_SOFTWARE, "basic", A, A, X),
    (Method.CERTIFICATE_SOFTWARE, "advanced", A, A, X),
    (Method.CERTIFICATE_QSCD, None, A, A, A),
    (Method.CERTIFICATE_QSCD, "basic", A, A, A),
    (Method.CERTIFICATE_QSCD, "advanced", A, A, A),
]


@pytest.mark.parametrize(("method", "enrolment", "low", "substantial", "high"), CELLS)
def test_every_cell_at_every_minimum(
    method: Method,
    enrolment: EnrolmentLevel | None,
    low: Outcome,
    substantial: Outcome,
    high: Outcome,
) -> None:
    for minimum, outcome in ((LOW, low), (SUBSTANTIAL, substantial), (HIGH, high)):
        terms = Terms(minimum=minimum)
        verdict = judge(method, enrolment, demand(terms, Ask()), terms, DEFAULT)
        assert verdict.outcome is outcome, minimum
        assert (verdict.why is None) == (outcome is A)


def test_the_table_leaves_out_no_cell() -> None:
    assert len(CELLS) == len({(row[0], row[1]) for row in CELLS})
    assert {row[0] for row in CELLS} == set(Method) - {Method.EIDAS}
    assert len(CELLS) == 3 * (len(Method) - 1)


@pytest.mark.parametrize("method", [Method.PIN, Method.PERMANENT])
def test_the_operator_may_let_one_factor_after_advanced_enrolment_be_substantial(
    method: Method,
) -> None:
    terms = Terms(minimum=SUBSTANTIAL)
    needed = demand(terms, Ask())
    assert judge(method, "advanced", needed, terms, GENEROUS).outcome is A
    assert judge(method, "basic", needed, terms, GENEROUS).outcome is X


@pytest.mark.parametrize("asserted", [None, LOW, SUBSTANTIAL, HIGH])
@pytest.mark.parametrize("minimum", Loa)
def test_a_foreign_identity_counts_as_its_node_asserts(asserted: Loa | None, minimum: Loa) -> None:
    terms = Terms(minimum=minimum)
    verdict = judge(Method.EIDAS, None, demand(terms, Ask()), terms, DEFAULT, asserted=asserted)
    assert (verdict.outcome is A) == (asserted is not None and asserted >= minimum)


def test_a_method_the_relying_party_does_not_accept_is_no_way_in() -> None:
    terms = Terms(allowed=frozenset({Method.PASSKEY}))
    verdict = judge(Method.PIN, "advanced", demand(terms, Ask()), terms, DEFAULT)
    assert verdict == Verdict(X, LOW, None, Why.METHOD)


def test_a_password_is_completed_only_where_the_completed_one_is_accepted() -> None:
    terms = Terms(minimum=SUBSTANTIAL, allowed=frozenset({Method.PERMANENT, Method.APP}))
    assert judge(Method.PERMANENT, "advanced", demand(terms, Ask()), terms, DEFAULT).outcome is X


enrolments = st.sampled_from([None, "basic", "advanced"])
policies = st.sampled_from([DEFAULT, GENEROUS])


@given(st.sampled_from(Method), enrolments, all_terms, asks, policies)
def test_a_login_let_in_reaches_all_that_was_demanded(
    method: Method, enrolment: EnrolmentLevel | None, terms: Terms, ask: Ask, policy: LevelPolicy
) -> None:
    needed = demand(terms, ask)
    verdict = judge(method, enrolment, needed, terms, policy, asserted=HIGH)
    assert needed.required >= terms.minimum
    if verdict.outcome is A:
        assert verdict.reached is not None
        assert verdict.reached >= needed.required
        assert method in terms.allowed
        assert reachable(terms, Ask(ask.acr_values), policy)
    if verdict.completes_to is not None:
        completed = judge(verdict.completes_to, enrolment, needed, terms, policy)
        assert completed.outcome is A


@given(st.sampled_from(Method), enrolments, all_terms, asks, policies)
def test_the_acr_stated_is_never_above_what_was_reached_nor_below_what_was_asked(
    method: Method, enrolment: EnrolmentLevel | None, terms: Terms, ask: Ask, policy: LevelPolicy
) -> None:
    verdict = judge(method, enrolment, demand(terms, ask), terms, policy, asserted=HIGH)
    if verdict.outcome is not A or verdict.reached is None:
        return
    stated = stated_acr(verdict.reached, terms, ask)
    level = level_named(stated, terms.aliases)
    assert level is not None
    assert level <= verdict.reached
    named = [level_named(value, terms.aliases) for value in ask.acr_values]
    known = [one for one in named if one is not None]
    assert level >= min(known, default=terms.minimum)
    if ask.essential and known:
        assert stated in ask.acr_values, "Core 5.5.1.1: one of the values requested"


@given(st.sampled_from(Method), enrolments, st.sampled_from(Loa), policies)
def test_a_lower_demand_never_shuts_out_who_met_a_higher_one(
    method: Method, enrolment: EnrolmentLevel | None, required: Loa, policy: LevelPolicy
) -> None:
    terms = Terms()
    order = [X, S, A]
    ranks = [
        order.index(judge(method, enrolment, Demand(level, True), terms, policy).outcome)  # noqa: FBT003
        for level in Loa
        if level <= required
    ]
    assert ranks == sorted(ranks, reverse=True)


@given(st.sampled_from(Method), policies)
def test_a_stronger_enrolment_never_reaches_less(method: Method, policy: LevelPolicy) -> None:
    ladder: list[EnrolmentLevel | None] = [None, "basic", "advanced"]
    reached = [loa_of(method, enrolment, policy) or 0 for enrolment in ladder]
    assert reached == sorted(reached)
