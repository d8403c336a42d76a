"""When signing keys turn: a table of cases, and a property over any history."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from clavis_gateway.rules.key_rotation import KeyAge, Plan, RotationPolicy, plan
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 1, 31, tzinfo=UTC)
DAY = timedelta(days=1)
POLICY = RotationPolicy(rotate_after=30 * DAY, publish_ahead=DAY, keep_retired=2 * DAY)


def current(days: float) -> KeyAge:
    return KeyAge("current", "ES256", "active", NOW - 60 * DAY, NOW - days * DAY)


def upcoming(days: float) -> KeyAge:
    return KeyAge("next", "ES256", "next", NOW - days * DAY)


def retired(days: float) -> KeyAge:
    return KeyAge("old", "ES256", "retired", NOW - 90 * DAY, NOW - 60 * DAY, NOW - days * DAY)


TURN = Plan(["current"], ["next"], [("ES256", "next")])


@pytest.mark.parametrize(
    ("keys", "at_once", "expected"),
    [
        ([], False, Plan(make=[("ES256", "active"), ("ES256", "next")])),
        ([current(1)], False, Plan(make=[("ES256", "next")])),
        ([current(1), upcoming(1)], False, Plan()),
        ([current(29.9), upcoming(29)], False, Plan()),
        ([current(30), upcoming(30)], False, TURN),
        ([current(30), upcoming(0.9)], False, Plan()),
        ([current(300), upcoming(1)], False, TURN),
        ([current(1), upcoming(0)], True, TURN),
        ([upcoming(0)], False, Plan(activate=["next"], make=[("ES256", "next")])),
        ([current(1), upcoming(1), retired(1.9)], False, Plan()),
        ([current(1), upcoming(1), retired(2)], False, Plan(forget=["old"])),
    ],
)
def test_core_10_1_1_what_changes_and_when(
    keys: list[KeyAge], at_once: bool, expected: Plan
) -> None:
    assert plan(keys, ["ES256"], POLICY, NOW, at_once=at_once) == expected


def test_core_10_1_1_each_algorithm_turns_by_itself() -> None:
    other = [replace(current(1), kid="a", alg="PS256"), replace(upcoming(1), kid="b", alg="PS256")]
    assert plan([current(30), upcoming(30), *other], ["ES256", "PS256"], POLICY, NOW) == TURN


def carry_out(keys: list[KeyAge], changes: Plan, now: datetime) -> list[KeyAge]:
    """Do what the store does."""
    kept = [key for key in keys if key.kid not in changes.forget]
    after = []
    for key in kept:
        if key.kid in changes.retire:
            after.append(replace(key, state="retired", retired_at=now))
        elif key.kid in changes.activate:
            after.append(replace(key, state="active", activated_at=now))
        else:
            after.append(key)
    for alg, state in changes.make:
        activated = now if state == "active" else None
        after.append(KeyAge(f"{alg}-{state}-{now}", alg, state, now, activated))
    return after


@given(st.lists(st.timedeltas(min_value=timedelta(0), max_value=40 * DAY), max_size=30))
def test_core_10_1_1_no_token_ever_meets_a_key_that_is_not_published(
    steps: list[timedelta],
) -> None:
    keys: list[KeyAge] = []
    now = NOW
    for step in steps:
        now += step
        before = {key.kid: key for key in keys}
        keys = carry_out(keys, plan(keys, ["ES256"], POLICY, now), now)
        states = sorted(key.state for key in keys if key.state != "retired")
        assert states == ["active", "next"], "one current and one next, always"
        signer = next(key for key in keys if key.state == "active")
        if before and signer.kid in before:
            assert now - signer.created_at >= POLICY.publish_ahead or signer.activated_at == (
                signer.created_at
            ), "it was published before it signed, but for the very first"
        gone = before.keys() - {key.kid for key in keys}
        for kid in gone:
            stopped = before[kid].retired_at
            assert stopped is not None
            assert now - stopped >= POLICY.keep_retired
        assert plan(keys, ["ES256"], POLICY, now).empty, "once carried out, nothing is left to do"
