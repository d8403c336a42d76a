"""The words for levels: what is asked by which, and which is stated in the answer."""

from __future__ import annotations

import pytest
from clavis_gateway.rules.levels import Method
from clavis_gateway.rules.policy import Ask, Terms, demand, level_named, reachable, stated_acr
from clavis_kit.loa import Loa, from_acr

from services.gateway.tests.rules.policy_cases import (
    DEFAULT,
    FRANCE_CONNECT,
    GENEROUS,
    HIGH,
    LOGIN_GOV,
    LOW,
    SPID,
    SUBSTANTIAL,
)


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


def test_the_words_of_eidas_are_understood_everywhere() -> None:
    assert all(level_named(loa.acr, SPID) is loa is from_acr(loa.acr) for loa in Loa)
