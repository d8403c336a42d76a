"""The rules of passwords and codes, without any I/O."""

import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from clavis_kit.keyed_hash import KeyedHash
from clavis_permanent.rules import (
    Action,
    ActivationPolicy,
    CredentialState,
    Fault,
    ForbiddenWord,
    OtpPolicy,
    PasswordPolicy,
    canonical_activation_code,
    canonical_email,
    canonical_otp,
    credential_state,
    next_attempt_at,
    normalise_password,
    otp_from_number,
    password_faults,
    resend_at,
)
from clavis_permanent.texts import activation_sms, otp_sms
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
NAME_KEY = KeyedHash(b"k" * 32)
WORDS = [ForbiddenWord(len(word), NAME_KEY.of(word)) for word in ("begoña", "núñez", "12345678z")]
POLICY = PasswordPolicy()


def faults(password: str) -> set[Fault]:
    return set(password_faults(normalise_password(password), POLICY, WORDS, NAME_KEY.of))


@pytest.mark.parametrize(
    ("password", "expected"),
    [
        ("Abcdef1!", set()),
        ("Ñandú7¿?", set()),
        ("Abcde1!", {Fault.TOO_SHORT}),
        ("abcdef1!", {Fault.MISSING_UPPER}),
        ("ABCDEF1!", {Fault.MISSING_LOWER}),
        ("Abcdefg!", {Fault.MISSING_DIGIT}),
        ("Abcdefg1", {Fault.MISSING_SYMBOL}),
        (
            "",
            {
                Fault.TOO_SHORT,
                Fault.MISSING_LOWER,
                Fault.MISSING_UPPER,
                Fault.MISSING_DIGIT,
                Fault.MISSING_SYMBOL,
            },
        ),
        ("solo minusculas y largo", set()),
        ("a" * 15, {Fault.MISSING_UPPER, Fault.MISSING_DIGIT, Fault.MISSING_SYMBOL}),
        ("a" * 16, set()),
        ("a" * 128, set()),
        ("a" * 129, {Fault.TOO_LONG}),
        ("xxBEGOÑAxx1!", {Fault.CONTAINS_PERSONAL}),
        ("quiero a Begoña mucho", {Fault.CONTAINS_PERSONAL}),
        ("Abc!12345678zzz", {Fault.CONTAINS_PERSONAL}),
    ],
)
def test_a_password_is_judged_by_the_policy(password: str, expected: set[Fault]) -> None:
    assert faults(password) == expected


def test_a_word_without_its_accents_is_found_when_the_word_is_so() -> None:
    words = [ForbiddenWord(5, NAME_KEY.of("nunez"))]
    found = password_faults("Xx1!NÚÑEZ...", POLICY, words, NAME_KEY.of)
    assert found == (Fault.CONTAINS_PERSONAL,)


@given(before=st.text(max_size=40), after=st.text(max_size=40))
def test_a_forbidden_word_is_found_wherever_it_stands(before: str, after: str) -> None:
    # Combining marks change the neighbouring letter: then it is another word.
    clean = "".join(c for c in before + after if unicodedata.category(c)[0] != "M")
    password = normalise_password(clean[: len(before)] + "x núñez x" + clean[len(before) :])
    assert Fault.CONTAINS_PERSONAL in faults(password)


@given(st.text(max_size=60))
def test_the_two_spellings_of_an_accent_are_one_password(text: str) -> None:
    decomposed = unicodedata.normalize("NFD", text)
    composed = unicodedata.normalize("NFC", text)
    assert normalise_password(decomposed) == normalise_password(composed)


@given(st.integers(min_value=0, max_value=999_999))
def test_a_code_has_six_digits(number: int) -> None:
    code = otp_from_number(number)
    assert len(code) == 6
    assert int(code) == number
    assert canonical_otp(f" {code[:3]}-{code[3:]} ") == code


@pytest.mark.parametrize("number", [-1, 1_000_000])
def test_other_numbers_are_no_codes(number: int) -> None:
    with pytest.raises(ValueError, match="six digits"):
        otp_from_number(number)


def test_typed_data_are_compared_in_one_form() -> None:
    assert canonical_activation_code(" abcd-0ilo 12-xy ") == "ABCD011012XY"
    assert canonical_email("  Ana@Example.ORG ") == "ana@example.org"


@pytest.mark.parametrize(
    ("exists", "blocked", "days", "state"),
    [
        (False, False, None, CredentialState.INACTIVE),
        (True, False, 1, CredentialState.ACTIVE),
        (True, False, 0, CredentialState.EXPIRED),
        (True, True, 1, CredentialState.BLOCKED),
        (True, True, -1, CredentialState.BLOCKED),
    ],
)
def test_the_citizen_is_told_the_state(
    *, exists: bool, blocked: bool, days: int | None, state: CredentialState
) -> None:
    expires_at = None if days is None else NOW + timedelta(days=days)
    assert credential_state(exists=exists, blocked=blocked, expires_at=expires_at, now=NOW) is state


@pytest.mark.parametrize(
    ("seconds_ago", "wait"),
    [
        ([], None),
        ([60], None),
        ([59], 1),
        ([0], 60),
        ([3000, 2000, 1500, 1000, 500], 600),
        ([3600, 2000, 1500, 1000, 500], None),
        ([3590, 2000, 1500, 1000, 5], 55),
    ],
)
def test_a_code_may_be_sent_again_after_a_minute_and_five_times_an_hour(
    seconds_ago: list[int], wait: int | None
) -> None:
    sends = [NOW - timedelta(seconds=s) for s in seconds_ago]
    expected = None if wait is None else NOW + timedelta(seconds=wait)
    assert resend_at(sends, NOW, OtpPolicy()) == expected


@given(st.lists(st.integers(min_value=0, max_value=7200), max_size=14))
def test_at_the_time_told_another_activation_is_admitted(seconds_ago: list[int]) -> None:
    policy = ActivationPolicy()
    attempts = [NOW - timedelta(seconds=s) for s in seconds_ago]
    at = next_attempt_at(attempts, NOW, policy)
    assert at >= NOW
    assert sum(a > at - timedelta(hours=1) for a in attempts) < policy.attempts_per_hour


@given(
    name=st.text(max_size=300),
    detail=st.one_of(st.none(), st.text(max_size=100)),
    action=st.sampled_from(Action),
    language=st.sampled_from(["es", "en-GB", "fr", None]),
)
def test_the_message_of_a_code_fits_and_ends_with_the_origin(
    name: str, detail: str | None, action: Action, language: str | None
) -> None:
    text = otp_sms(
        language=language,
        brand="Clavis",
        otp="123456",
        action=action,
        relying_party=name,
        detail=detail,
        lifetime=timedelta(minutes=5),
        domain="identity.ministry.example",
    )
    assert len(text) <= 160
    assert text.splitlines()[-1] == "@identity.ministry.example #123456"


def test_the_message_names_what_is_signed_and_where() -> None:
    text = otp_sms(
        language="es",
        brand="Clavis",
        otp="123456",
        action=Action.SIGN,
        relying_party="Agencia Tributaria",
        detail="7F3C-91AB",
        lifetime=timedelta(minutes=5),
        domain=None,
    )
    assert text == (
        "Clavis: 123456 es su clave para firmar 7F3C-91AB en Agencia Tributaria."
        " Vale 5 minutos. No la diga a nadie."
    )


def test_the_message_of_an_activation_says_so() -> None:
    text = activation_sms(
        language="en",
        brand="Clavis",
        otp="123456",
        lifetime=timedelta(minutes=5),
        domain="clavis.example",
    )
    assert text == (
        "Clavis: 123456 is your code to activate the password."
        " Valid for 5 minutes. Tell it to no one.\n@clavis.example #123456"
    )
