"""Enrolment, method, relying party and request: every cell of the table of levels, and the ages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from clavis_gateway.rules.levels import EnrolmentLevel, LevelPolicy, Method, loa_of
from clavis_gateway.rules.policy import (
    Ask,
    Demand,
    Fault,
    Live,
    Outcome,
    Terms,
    Verdict,
    Why,
    age_limit,
    demand,
    faults,
    judge,
    level_named,
    missing_factor,
    reachable,
    stated_acr,
)
from clavis_kit.loa import Loa, from_acr
from hypothesis import given
from hypothesis import strategies as st

LOW, SUBSTANTIAL, HIGH = Loa.LOW, Loa.SUBSTANTIAL, Loa.HIGH
DEFAULT, GENEROUS = LevelPolicy(), LevelPolicy(SUBSTANTIAL, SUBSTANTIAL)
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
A, S, X = Outcome.ALLOWED, Outcome.STEP_UP, Outcome.IMPOSSIBLE

# Examples of how other countries' identity platforms name levels; a relying party brings its own.
LOGIN_GOV = {
    "urn:acr.login.gov:auth-only": LOW,
    "urn:acr.login.gov:verified": SUBSTANTIAL,
}
SPID = {f"https://www.spid.gov.it/SpidL{level}": Loa(level) for level in (1, 2, 3)}
FRANCE_CONNECT = {"eidas1": LOW, "eidas2": SUBSTANTIAL, "eidas3": HIGH}

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


asks = st.builds(
    Ask,
    acr_values=st.lists(
        st.sampled_from([*(loa.acr for loa in Loa), *SPID, *FRANCE_CONNECT, "urn:unknown", ""])
    ).map(tuple),
    essential=st.booleans(),
    max_age=st.none() | st.integers(0, 7200),
    login=st.booleans(),
)
ages = st.dictionaries(st.sampled_from(Loa), st.integers(1, 7200))
all_terms = st.builds(
    Terms,
    minimum=st.sampled_from(Loa),
    allowed=st.frozensets(st.sampled_from(Method), min_size=1),
    aliases=st.sampled_from([{}, SPID, FRANCE_CONNECT]),
    sso_max_age=st.none() | st.integers(1, 7200),
    level_max_age=ages,
)
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


@pytest.mark.parametrize(
    ("aliases", "asked", "required"),
    [
        (LOGIN_GOV, "urn:acr.login.gov:verified", SUBSTANTIAL),
        (SPID, "https://www.spid.gov.it/SpidL2", SUBSTANTIAL),
        (FRANCE_CONNECT, "eidas2", SUBSTANTIAL),
        (FRANCE_CONNECT, "eidas3", HIGH),
    ],
)
def test_who_asks_by_an_alias_is_answered_by_it(
    aliases: dict[str, Loa], asked: str, required: Loa
) -> None:
    terms, ask = Terms(aliases=aliases), Ask((asked,))
    assert demand(terms, ask).required is required
    assert stated_acr(HIGH, terms, ask) == asked
    assert stated_acr(required, terms, ask) == asked


def test_an_alias_means_nothing_to_a_relying_party_that_has_not_registered_it() -> None:
    ask = Ask(("eidas2",))
    assert demand(Terms(), ask).required is LOW
    assert stated_acr(SUBSTANTIAL, Terms(), ask) == SUBSTANTIAL.acr


def test_core_3_1_2_1_an_unknown_voluntary_value_is_ignored_and_an_essential_one_is_unmet() -> None:
    assert reachable(Terms(), Ask(("urn:unknown",)), DEFAULT)
    assert not reachable(Terms(), Ask(("urn:unknown",), essential=True), DEFAULT)
    assert reachable(Terms(), Ask(("urn:unknown", LOW.acr), essential=True), DEFAULT)


def test_of_equal_levels_the_preferred_word_is_stated() -> None:
    terms = Terms(aliases=FRANCE_CONNECT)
    assert stated_acr(SUBSTANTIAL, terms, Ask(("eidas2", SUBSTANTIAL.acr))) == "eidas2"
    assert stated_acr(SUBSTANTIAL, terms, Ask((SUBSTANTIAL.acr, "eidas2"))) == SUBSTANTIAL.acr


def test_a_wish_below_the_minimum_does_not_lower_what_is_told_but_a_demand_is_met() -> None:
    terms = Terms(minimum=SUBSTANTIAL)
    assert stated_acr(SUBSTANTIAL, terms, Ask((LOW.acr,))) == SUBSTANTIAL.acr
    assert stated_acr(SUBSTANTIAL, terms, Ask((LOW.acr,), essential=True)) == LOW.acr


def test_what_no_accepted_method_reaches_is_told_at_once() -> None:
    only_pin = Terms(minimum=SUBSTANTIAL, allowed=frozenset({Method.PIN}))
    assert not reachable(only_pin, Ask(), DEFAULT)
    assert reachable(only_pin, Ask(), GENEROUS)
    assert not reachable(Terms(allowed=frozenset({Method.APP})), Ask((HIGH.acr,)), DEFAULT)


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


def test_the_words_of_eidas_are_understood_everywhere() -> None:
    assert all(level_named(loa.acr, SPID) is loa is from_acr(loa.acr) for loa in Loa)
