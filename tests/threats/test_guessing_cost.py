"""Guessing stays under the bounds that the threat model prints."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.threats.guessing import Attack, attacks, in_force, table

THREAT_MODEL = Path(__file__).parents[2] / "docs" / "threat-model.md"


@pytest.mark.parametrize("attack", attacks(in_force()), ids=lambda attack: attack.name)
def test_guessing_stays_under_its_bound(attack: Attack) -> None:
    assert attack.one < attack.one_bound
    if attack.million is not None and attack.million_bound is not None:
        assert attack.million < attack.million_bound


def test_the_threat_model_prints_the_figures_of_the_limits_in_force() -> None:
    assert table(attacks(in_force())) in THREAT_MODEL.read_text(), table(attacks(in_force()))


@pytest.mark.parametrize(
    ("name", "looser"), [("pins_per_day", 100), ("tries_per_pin", 50), ("codes_per_hour", 60)]
)
def test_a_looser_limit_is_noticed(name: str, looser: int) -> None:
    found = attacks(replace(in_force(), **{name: looser}))
    assert any(attack.one >= attack.one_bound for attack in found)
