"""Invitation letters: their life, their codes, and when one goes out. Pure rules."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from clavis_registry.rules import letter
from clavis_registry.rules.letter import LetterEvent, LetterState, RequestOutcome, Standing
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
SYMBOLS = st.text(letter.ALPHABET, min_size=15, max_size=15)

LETTER_LIFE = {
    ("queued", "print"): "printed", ("queued", "replace"): "replaced",
    ("printed", "send"): "sent", ("printed", "return"): "returned",
    ("printed", "expire"): "expired", ("printed", "use"): "used",
    ("printed", "block"): "blocked", ("printed", "replace"): "replaced",
    ("sent", "return"): "returned", ("sent", "expire"): "expired", ("sent", "use"): "used",
    ("sent", "block"): "blocked", ("sent", "replace"): "replaced",
}  # fmt: skip


@pytest.mark.parametrize("state", LetterState)
@pytest.mark.parametrize("event", LetterEvent)
def test_every_transition_of_a_letter(state: LetterState, event: LetterEvent) -> None:
    assert letter.after(state, event) == LETTER_LIFE.get((state.value, event.value))
    assert (state in letter.before(event)) == ((state.value, event.value) in LETTER_LIFE)


@given(SYMBOLS)
def test_a_code_survives_its_own_print(drawn: str) -> None:
    csv = drawn + letter.check_character(drawn)
    assert letter.canonical_csv(f" {letter.shown(csv).lower()} ") == csv


@given(SYMBOLS, st.integers(0, 15), st.sampled_from(letter.ALPHABET))
def test_one_misread_symbol_is_noticed(drawn: str, place: int, other: str) -> None:
    csv = drawn + letter.check_character(drawn)
    misread = csv[:place] + other + csv[place + 1 :]
    assert (letter.canonical_csv(misread) is None) == (misread != csv)


@given(SYMBOLS, st.integers(0, 15), st.integers(0, 15))
def test_two_symbols_that_changed_places_are_noticed(drawn: str, one: int, two: int) -> None:
    csv = drawn + letter.check_character(drawn)
    mixed = list(csv)
    mixed[one], mixed[two] = mixed[two], mixed[one]
    assert (letter.canonical_csv("".join(mixed)) is None) == ("".join(mixed) != csv)


@given(st.text(max_size=40))
def test_any_other_text_is_no_code(typed: str) -> None:
    csv = letter.canonical_csv(typed)
    assert csv is None or letter.canonical_csv(csv) == csv


def test_a_code_is_drawn_from_the_unmistakable_symbols() -> None:
    csv = letter.new_csv(random.Random(7).randrange)  # noqa: S311  repeatable
    assert letter.canonical_csv(csv) == csv
    assert not set("01OI") & set(letter.ALPHABET)
    assert len(letter.ALPHABET) == 32


def standing(**changes: object) -> Standing:
    whole = {"identified": True, "invitable": True, "has_address": True, "open_state": None,
             "open_since": None}  # fmt: skip
    return Standing(**{**whole, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("known", "official", "outcome"),
    [
        (standing(), False, RequestOutcome.QUEUED),
        (standing(identified=False), False, RequestOutcome.MISMATCH),
        (standing(invitable=False), False, RequestOutcome.NOT_INVITABLE),
        (standing(has_address=False), False, RequestOutcome.NO_ADDRESS),
        (standing(open_state=LetterState.QUEUED), False, RequestOutcome.ALREADY_QUEUED),
        (standing(open_state=LetterState.SENT, open_since=NOW - timedelta(days=9)), False,
         RequestOutcome.TOO_SOON),
        (standing(open_state=LetterState.SENT, open_since=NOW - timedelta(days=9)), True,
         RequestOutcome.QUEUED),
        (standing(open_state=LetterState.SENT, open_since=NOW - timedelta(days=10)), False,
         RequestOutcome.QUEUED),
    ],
)  # fmt: skip
def test_a_letter_goes_out_when_it_can_arrive(
    known: Standing, official: bool, outcome: RequestOutcome
) -> None:
    assert letter.request_outcome(known, letter.LetterPolicy(), NOW, official=official) is outcome
