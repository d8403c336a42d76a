"""What strangers write is read within limits, and each name counts once (RFC 8259)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from clavis_kit.strict_json import JsonRefusedError, Limits, load_object, loads
from hypothesis import given
from hypothesis import strategies as st

TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=20)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(PLAIN)
def test_what_is_within_the_limits_is_read_as_it_was_written(value: Any) -> None:
    assert loads(json.dumps(value), Limits(depth=20)) == value
    assert loads(json.dumps(value, ensure_ascii=False).encode(), Limits(depth=20)) == value


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x" * 70_000, "too_long"),
        ("[" * 900 + "]" * 900, "too_deep"),
        ("[" * 13 + "1" + "]" * 13, "too_deep"),
        ("[" * 40_000, "too_many_parts"),
        ('{"a":1,"a":2}', "repeated_member"),
        ('[{"b":{"sub":"x","\\u0073ub":"y"}}]', "repeated_member"),
        ('{"exp": NaN}', "not_json"),
        ("[-Infinity]", "not_json"),
        ("1" * 5000, "not_json"),
        ("{'a':1}", "not_json"),
        ("", "not_json"),
        ('["\\u0000"]', "bad_text"),
        ('["\\ud800"]', "bad_text"),
        ('{"\\uDFFFx":1}', "bad_text"),
        (b'["\xff"]', "bad_text"),
    ],
)
def test_what_is_not_is_refused_with_its_reason(text: str | bytes, reason: str) -> None:
    with pytest.raises(JsonRefusedError) as refused:
        loads(text)
    assert refused.value.reason == reason


def test_a_backslash_before_u_is_no_escape() -> None:
    assert loads(r'["\\u0000", "\ud83d\ude00"]') == ["\\u0000", "😀"]


def test_depth_counts_what_holds_something_else() -> None:
    assert loads("[[[1]]]", Limits(depth=3)) == [[[1]]]
    with pytest.raises(JsonRefusedError):
        loads("[[[1]]]", Limits(depth=2))


@pytest.mark.parametrize("text", ["[]", "1", '"x"', "null"])
def test_an_object_is_wanted(text: str) -> None:
    with pytest.raises(JsonRefusedError):
        load_object(text)
