"""One SMS holds 160 characters of the GSM alphabet (3GPP TS 23.038)."""

import pytest
from clavis_kit.sms_text import GSM7, MAX_CHARACTERS, compose, to_gsm7
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Él entró sólo aquí", "Él entro solo aqui"),
        ("contraseña ¿año?", "contraseña ¿año?"),
        ("façana · col·legi", "facana . col.legi"),
        ("100 €", "100 "),
        ("日本", ""),
    ],
)
def test_text_outside_the_alphabet_is_written_within_it(text: str, expected: str) -> None:
    assert to_gsm7(text) == expected


def test_a_long_name_is_shortened_and_nothing_else() -> None:
    text = compose("A {name} B {pin}", "x" * 500, pin="K2Z")
    assert len(text) == MAX_CHARACTERS
    assert text.endswith("... B K2Z")


def test_a_name_brings_neither_lines_nor_links() -> None:
    assert compose("[{name}]", "Bank\nhttps://evil.example/x") == "(Bank evil.example/x)"


@given(name=st.text(max_size=400), language=st.sampled_from(["es", "en"]))
def test_whatever_the_name_one_message_suffices(name: str, language: str) -> None:
    text = compose("Clavis: {name} ({language}) 123456", name, language=language)
    assert len(text) <= MAX_CHARACTERS
    assert set(text) <= GSM7
    assert text.endswith(f"({language}) 123456")
