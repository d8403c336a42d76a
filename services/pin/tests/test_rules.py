"""The rules of a PIN, without any I/O."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from clavis_pin.rules.pins import (
    ALPHABET,
    PinPolicy,
    attempts_left,
    canonical_code,
    is_prefix,
    phone_hint,
    pin_from_bytes,
    retry_at,
)
from clavis_pin.texts import enrolment_sms, pin_sms
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
POLICY = PinPolicy()
MINUTES = st.integers(min_value=0, max_value=2 * 24 * 60)


def test_the_alphabet_has_32_symbols_without_lookalikes() -> None:
    assert len(ALPHABET) == len(set(ALPHABET)) == 32
    assert not set("Ñ0189") & set(ALPHABET)


def test_every_symbol_is_equally_likely_at_every_place() -> None:
    for place in range(3):
        pins = [pin_from_bytes(bytes(place) + bytes([b]) + bytes(3)) for b in range(256)]
        assert set(Counter(pin[place] for pin in pins).values()) == {8}


def test_too_few_bytes_make_no_pin() -> None:
    with pytest.raises(ValueError, match="too few"):
        pin_from_bytes(b"ab")


@given(secret=st.binary(min_size=3, max_size=16))
def test_any_bytes_make_a_pin_that_survives_being_typed(secret: bytes) -> None:
    pin = pin_from_bytes(secret)
    assert len(pin) == 3
    assert canonical_code(f" {pin[0].lower()}-{pin[1:]} ") == pin


@pytest.mark.parametrize(
    ("text", "allowed"),
    [("a", True), ("Ab12", True), ("", False), ("abcde", False), ("ñ", False), ("a b", False)],
)
def test_a_prefix_is_one_to_four_letters_or_digits(text: str, *, allowed: bool) -> None:
    assert is_prefix(text) is allowed


@given(minutes=st.lists(MINUTES, max_size=12))
def test_a_request_is_admitted_exactly_when_both_windows_have_room(minutes: list[int]) -> None:
    recent = [NOW - timedelta(minutes=m) for m in minutes]
    in_hour = sum(m < 60 for m in minutes)
    in_day = sum(m < 24 * 60 for m in minutes)
    assert (retry_at(recent, NOW, POLICY) is None) == (in_hour < 5 and in_day < 10)


@given(minutes=st.lists(MINUTES, max_size=12))
def test_at_the_time_told_the_request_is_admitted_and_not_a_second_before(
    minutes: list[int],
) -> None:
    recent = [NOW - timedelta(minutes=m) for m in minutes]
    at = retry_at(recent, NOW, POLICY)
    if at is not None:
        assert at > NOW
        assert retry_at(recent, at, POLICY) is None
        assert retry_at(recent, at - timedelta(seconds=1), POLICY) is not None


def test_attempts_left_never_falls_below_zero() -> None:
    assert [attempts_left(n, POLICY) for n in (0, 4, 5, 9)] == [5, 1, 0, 0]


def test_a_hint_is_the_last_three_digits() -> None:
    assert phone_hint("+34600111222") == "222"


@given(name=st.text(max_size=300), language=st.sampled_from(["es", "en-GB", "fr", None]))
def test_whatever_the_relying_partys_name_the_pin_and_its_validity_are_said(
    name: str, language: str | None
) -> None:
    text = pin_sms(
        language=language,
        brand="A brand of twenty ch",
        relying_party=name,
        pin="K2Z",
        lifetime=timedelta(minutes=10),
    )
    assert "K2Z" in text
    assert "10 minut" in text
    assert len(text) <= 160


@pytest.mark.parametrize(
    ("language", "purpose"),
    [
        ("es", "para entrar en"),
        ("ca", "per entrar a"),
        ("gl", "para entrar en"),
        ("eu", "zerbitzuan sartzeko"),
        ("en", "to enter"),
    ],
)
def test_each_official_language_has_its_own_messages(language: str, purpose: str) -> None:
    lifetime = timedelta(minutes=10)
    name = "Consejería de Educación, Ciencia y Formación Profesional"
    text = pin_sms(
        language=language, brand="Clavis", relying_party=name, pin="K7Q", lifetime=lifetime
    )
    code = enrolment_sms(
        language=language, brand="Clavis", code="482913", lifetime=lifetime, domain="portal.test"
    )
    assert purpose in text
    assert text.index(name[:6]) < text.index("K7Q")
    assert code.endswith("\n@portal.test #482913")
    assert max(len(text), len(code)) <= 160
    others = [
        pin_sms(language=one, brand="Clavis", relying_party=name, pin="K7Q", lifetime=lifetime)
        for one in ("es", "ca", "gl", "eu", "en")
        if one != language
    ]
    assert text not in others
