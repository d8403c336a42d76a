"""The rules as tables: no database, no clock."""

from datetime import UTC, date, datetime, timedelta

import phonenumbers
import pytest
from clavis_registry.errors import REFUSALS
from clavis_registry.rules import activation_code, contact, identity, lookup, person
from clavis_registry.rules.contact import PhoneCode, PhoneCodePolicy, PhoneVerdict
from clavis_registry.rules.identity import Document, DocumentKind, Guardian, GuardianProof
from clavis_registry.rules.person import Channel, EnrolmentEffect, Level, PersonName
from hypothesis import given
from hypothesis import strategies as st

TODAY = date(2026, 3, 10)
NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
DNI, NIE = "12345678Z", "X1234567L"
REGISTER, RAISE = EnrolmentEffect.REGISTER, EnrolmentEffect.RAISE


@pytest.mark.parametrize(
    ("channel", "level", "feeds_the_clock"),
    [
        (Channel.LETTER, Level.BASIC, False),
        (Channel.VIDEO_CALL, Level.BASIC, False),
        (Channel.VIDEO_AUTOMATIC, Level.BASIC, False),
        (Channel.CONVALIDATION, Level.BASIC, False),
        (Channel.VIDEO_REVIEWED, Level.ADVANCED, True),
        (Channel.CERTIFICATE_SOFTWARE, Level.ADVANCED, False),
        (Channel.CERTIFICATE_DNIE, Level.ADVANCED, True),
        (Channel.OFFICE, Level.ADVANCED, True),
    ],
)
def test_level_and_five_year_clock_of_each_channel(
    channel: Channel, level: Level, feeds_the_clock: bool
) -> None:
    assert person.level_of(channel) is level
    assert person.strong_identification_at(channel, NOON) == (NOON if feeds_the_clock else None)


@pytest.mark.parametrize(
    ("born", "minor"),
    [
        (date(2008, 3, 10), False),
        (date(2008, 3, 11), True),
        (date(1950, 1, 1), False),
        (TODAY, True),
    ],
)
def test_majority_is_reached_on_the_eighteenth_birthday(born: date, minor: bool) -> None:
    assert person.is_minor(born, TODAY) is minor


def test_one_born_on_a_leap_day_comes_of_age_on_the_first_of_march() -> None:
    assert person.is_minor(date(2008, 2, 29), date(2026, 2, 28))
    assert not person.is_minor(date(2008, 2, 29), date(2026, 3, 1))


def _document(
    kind: str, expires_on: date | None, support: str | None = None, issued: date = date(2021, 5, 17)
) -> Document:
    return Document(DocumentKind(kind), support, issued, expires_on)


@pytest.mark.parametrize(
    ("national_id", "document", "code"),
    [
        (DNI, _document("dni", date(2031, 5, 17)), None),
        (DNI, _document("dni", TODAY), None),
        (DNI, _document("dni", TODAY - timedelta(days=1)), "document-expired"),
        (DNI, _document("dni", None), None),
        (DNI, _document("dni", date(2031, 1, 1), issued=date(2026, 3, 11)),
         "document-not-yet-issued"),
        (DNI, _document("dni", date(2020, 1, 1)), "document-dates-inconsistent"),
        (DNI, _document("tie", date(2031, 1, 1), "E01234567"), "document-kind-mismatch"),
        (NIE, _document("dni", date(2031, 1, 1)), "document-kind-mismatch"),
        (NIE, _document("tie", date(2031, 1, 1), "E01234567"), None),
        (NIE, _document("tie", None, "E01234567"), "document-expiry-required"),
        (NIE, _document("tie", date(2031, 1, 1)), "support-number-required"),
        (NIE, _document("tie", date(2031, 1, 1), "C01234567"), "support-number-invalid"),
        (NIE, _document("eu_certificate", None, "C01234567"), None),
        (NIE, _document("eu_certificate", None, "E01234567"), "support-number-invalid"),
        (DNI, _document("dni", date(2031, 5, 17), "AAA123456"), None),
        (DNI, _document("dni", date(2031, 5, 17), "\x00"), "support-number-invalid"),
    ],
)  # fmt: skip
def test_which_documents_open_the_registry(
    national_id: str, document: Document, code: str | None
) -> None:
    assert identity.document_refusal(national_id, document, TODAY) == code


@pytest.mark.parametrize(
    ("national_id", "document", "datum"),
    [
        (DNI, _document("dni", date(2031, 5, 17)), "2031-05-17"),
        (DNI, _document("dni", date(9999, 1, 1)), "2021-05-17"),
        (DNI, _document("dni", None), "2021-05-17"),
        (NIE, _document("tie", date(2031, 1, 1), "e 1234567"), "E01234567"),
        (NIE, _document("eu_certificate", None, "c1234567"), "C01234567"),
    ],
)
def test_contrast_datum(national_id: str, document: Document, datum: str) -> None:
    assert identity.contrast_datum(national_id, identity.canonical_document(document)) == datum


@pytest.mark.parametrize(
    ("name", "valid"),
    [
        ("Ana", True), ("María José", True), ("O'Brien", True), ("D\u2019Ors", True),
        ("Jean-Luc", True), ("Nuñez", True), ("Ångström", True), ("李", True), ("Mª Ángeles", True),
        ("", False), ("<b>Ana</b>", False), ("Ana;--", False), ("1=1", False), ("'Ana", False),
        ("A\x00na", False), ("A" * 81, False), ("${7*7}", False), ("Ana\u202e", False),
    ],
)  # fmt: skip
def test_names_are_letters_and_the_marks_of_names(name: str, valid: bool) -> None:
    refused = identity.name_refusal(PersonName(name, "Ruiz"))
    assert refused == (None if valid else "invalid-name")


@pytest.mark.parametrize(
    ("guardian", "code"),
    [
        (None, "guardian-required"),
        (Guardian("00000001R", GuardianProof.FAMILY_BOOK), None),
        (Guardian(DNI, GuardianProof.FAMILY_BOOK), "guardian-invalid"),
        (Guardian("00000001A", GuardianProof.COURT_RULING), "guardian-invalid"),
    ],
)
def test_a_minor_needs_somebody_else_as_guardian(
    guardian: Guardian | None, code: str | None
) -> None:
    assert identity.minor_refusal(DNI, date(2012, 1, 1), TODAY, guardian) == code
    assert identity.minor_refusal(DNI, date(1980, 1, 1), TODAY, None) is None


def test_forbidden_words_are_names_and_number_with_and_without_accents() -> None:
    words = identity.forbidden_words(DNI, PersonName("María Á", "Núñez", "de la Ó"))
    assert {"maría", "maria", "núñez", "nunez", "12345678z", "12345678"} <= set(words)
    assert "de" not in words


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ("600111222", "+34600111222"), ("600 11 12 22", "+34600111222"),
        ("+34 600111222", "+34600111222"), ("0034600111222", "+34600111222"),
        ("34600111222", "+34600111222"), ("447911123456", "+447911123456"),
        ("+351912345678", "+351912345678"),
        ("915550000", None), ("900123456", None), ("12", None), ("", None), ("600111222;", None),
        ("x" * 60, None), ("٦٠٠١١١٢٢٢", None), ("'; DROP TABLE", None),
    ],
)  # fmt: skip
def test_mobile_numbers(typed: str, canonical: str | None) -> None:
    assert contact.canonical_mobile(typed) == canonical


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ("Ana@Example.ES", "Ana@example.es"), (" a.b+c@x-y.org ", "a.b+c@x-y.org"),
        ("ana", None), ("ana@localhost", None), ("ana@@x.es", None), ("a b@x.es", None),
        ("ana@x.es\nBcc: z@z.es", None), ("<ana@x.es>", None), ("a" * 65 + "@x.es", None),
        ("á@x.es", None),
    ],
)  # fmt: skip
def test_email_addresses(typed: str, canonical: str | None) -> None:
    assert contact.canonical_email(typed) == canonical


@given(st.text(max_size=300))
def test_no_text_breaks_the_reading_of_contact_data(typed: str) -> None:
    mobile, email = contact.canonical_mobile(typed), contact.canonical_email(typed)
    assert mobile is None or mobile.startswith("+")
    assert email is None or email.count("@") == 1


POLICY = PhoneCodePolicy()


@pytest.mark.parametrize(
    ("code", "verdict", "left"),
    [
        (PhoneCode(NOON + timedelta(minutes=1), 1), PhoneVerdict.WRONG, 2),
        (PhoneCode(NOON + timedelta(minutes=1), 2), PhoneVerdict.WRONG, 1),
        (PhoneCode(NOON + timedelta(minutes=1), 3), PhoneVerdict.LOCKED, 0),
        (PhoneCode(NOON, 0), PhoneVerdict.EXPIRED, 0),
        (None, PhoneVerdict.EXPIRED, 0),
    ],
)
def test_what_a_failed_attempt_says(
    code: PhoneCode | None, verdict: PhoneVerdict, left: int
) -> None:
    assert contact.failed_attempt(code, POLICY, NOON) == (verdict, left)


def test_phone_codes_have_six_digits_even_when_small() -> None:
    assert contact.new_phone_code(lambda _: 42) == "000042"


def test_activation_codes_avoid_misread_letters_and_are_typed_freely() -> None:
    code = activation_code.new_activation_code(lambda below: below - 1)
    assert code == "ZZZZZZZZZZZZ"
    assert not set("ILOU") & set(activation_code.ALPHABET)
    assert activation_code.shown("ABCDEFGHJKMN") == "ABCD-EFGH-JKMN"
    assert activation_code.canonical("abcd-efgh jkmn") == "ABCDEFGHJKMN"
    assert activation_code.canonical("ABCD-EFGH-JKMU") is None
    assert activation_code.canonical("ABCD") is None


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("Cita previa", None), ("Cita\nprevia\u00a0", None),
        ("", "reason-required"), ("  x ", "reason-required"),
        ("a" * 301, "reason-invalid"), ("cita\x00previa", "reason-invalid"),
    ],
)  # fmt: skip
def test_a_look_up_states_its_reason(reason: str, code: str | None) -> None:
    assert lookup.reason_refusal(lookup.canonical_reason(reason)) == code


def test_what_is_shown_of_contact_data_cannot_be_used() -> None:
    assert contact.mask_phone("+34600111222") == "******222"
    assert contact.mask_email("ana@example.es") == "a***@example.es"


def test_every_refusal_has_a_status_of_the_caller_and_a_sentence() -> None:
    for status, sentence in REFUSALS.values():
        assert 400 <= status < 500
        assert sentence.endswith(".")


@given(st.from_regex(r"(\+34)?[67][0-9]{8}", fullmatch=True))
def test_a_plain_spanish_mobile_is_what_the_library_says(typed: str) -> None:
    number = phonenumbers.parse(typed, "ES")
    mobile = phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    assert contact.canonical_mobile(typed) == (written if mobile else None)
