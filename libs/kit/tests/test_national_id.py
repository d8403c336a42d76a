from datetime import date

import pytest
from clavis_kit import national_id
from clavis_kit.national_id import NationalIdError, NationalIdKind
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    "number",
    ["00000000T", "00000001R", "12345678Z", "99999999R", "X0000000T", "X1234567L", "Y1234567X",
     "Z1234567R"],
)  # fmt: skip
def test_published_vectors_are_valid(number: str) -> None:
    assert national_id.normalise(number) == number


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        (" 12.345.678-z ", "12345678Z"),
        ("1R", "00000001R"),
        ("x-1234567-l", "X1234567L"),
        ("12345678/Z", "12345678Z"),
    ],
)
def test_separators_case_and_missing_zeros_are_forgiven(typed: str, canonical: str) -> None:
    assert national_id.normalise(typed) == canonical


@pytest.mark.parametrize("typed", ["12345678A", "X1234567A"])
def test_a_wrong_letter_is_told_apart_from_a_wrong_form(typed: str) -> None:
    with pytest.raises(NationalIdError) as refused:
        national_id.normalise(typed)
    assert refused.value.code == "wrong-check-letter"


@pytest.mark.parametrize(
    "typed", ["", "B12345674", "123456789Z", "K123456L", "１２３４５６７８Z", "'; DROP TABLE"]
)
def test_what_is_no_dni_or_nie_is_refused(typed: str) -> None:
    with pytest.raises(NationalIdError) as refused:
        national_id.normalise(typed)
    assert refused.value.code == "wrong-format"


@given(st.integers(min_value=0, max_value=99_999_999))
def test_every_number_has_exactly_one_letter(number: int) -> None:
    right = national_id.check_letter(number)
    assert national_id.normalise(f"{number:08d}{right}") == f"{number:08d}{right}"
    for wrong in set("TRWAGMYFPDXBNJZSQVHLCKE") - {right}:
        with pytest.raises(NationalIdError, match="wrong-check-letter"):
            national_id.normalise(f"{number:08d}{wrong}")


@given(st.text(max_size=60))
def test_any_text_is_accepted_in_canonical_form_or_refused(typed: str) -> None:
    try:
        canonical = national_id.normalise(typed)
    except NationalIdError:
        return
    assert national_id.normalise(canonical) == canonical


@given(st.text(max_size=60))
def test_any_text_as_contrast_is_a_datum_or_none(typed: str) -> None:
    for number in ("12345678Z", "X1234567L"):
        datum = national_id.normalise_contrast(number, typed)
        assert datum is None or national_id.normalise_contrast(number, datum) == datum


@pytest.mark.parametrize(
    "typed", ["17/05/2031", "17-5-2031", "2031-05-17", "17 05 2031", "17052031"]
)
def test_a_dni_answers_with_a_date_however_written(typed: str) -> None:
    assert national_id.normalise_contrast("12345678Z", typed) == "2031-05-17"


@pytest.mark.parametrize(
    ("typed", "datum"),
    [("e1234567", "E01234567"), ("E-01234567", "E01234567"), ("AAA123", "AAA000123")],
)
def test_a_nie_answers_with_the_support_number(typed: str, datum: str) -> None:
    assert national_id.normalise_contrast("X1234567L", typed) == datum


def test_a_permanent_dni_answers_with_its_issue_date() -> None:
    issued = date(2009, 3, 2)
    assert national_id.contrast_of_dni(expires_on=None, issued_on=issued) == "2009-03-02"
    assert (
        national_id.contrast_of_dni(expires_on=date(9999, 1, 1), issued_on=issued) == "2009-03-02"
    )
    assert (
        national_id.contrast_of_dni(expires_on=date(2031, 5, 17), issued_on=issued) == "2031-05-17"
    )


def test_kind_and_mask() -> None:
    assert national_id.kind_of("X1234567L") is NationalIdKind.NIE
    assert national_id.kind_of("12345678Z") is NationalIdKind.DNI
    assert national_id.mask("12345678Z") == "***4567**"


SEVEN = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=7, max_size=7)
LETTER = st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


@given(st.sampled_from("KLM"), SEVEN, LETTER)
def test_people_without_dni_or_nie_have_a_nif(first: str, seven: str, last: str) -> None:
    number = first + seven + last
    assert national_id.normalise(f" {number.lower()[:4]}-{number[4:]} ") == number
    assert national_id.kind_of(number) is NationalIdKind(f"nif_{first.lower()}")


@given(st.sampled_from("KLM"), st.integers(min_value=0, max_value=9_999_999))
def test_an_unusual_last_letter_of_a_nif_is_a_doubt_and_no_proof(first: str, number: int) -> None:
    right = national_id.check_letter(number)
    assert not national_id.has_doubtful_letter(f"{first}{number:07d}{right}")
    for wrong in set("TRWAGMYFPDXBNJZSQVHLCKE") - {right}:
        assert national_id.has_doubtful_letter(f"{first}{number:07d}{wrong}")


def test_a_nif_of_letters_raises_no_doubt_and_a_dni_never_does() -> None:
    assert not national_id.has_doubtful_letter("M12A4567B")
    assert not national_id.has_doubtful_letter("12345678Z")


# Orden EHA/451/2008: the letters that begin the number of a legal person or of an entity.
@given(st.sampled_from("ABCDEFGHJNPQRSUVW"), SEVEN, st.sampled_from("ABCDEFGHIJ0123456789"))
def test_the_number_of_a_legal_person_is_never_one_of_a_person(
    first: str, seven: str, last: str
) -> None:
    with pytest.raises(NationalIdError):
        national_id.normalise(first + seven + last)


@given(st.sampled_from("XYZ"), st.integers(min_value=0, max_value=9_999_999))
def test_a_nie_may_be_typed_in_any_dress(first: str, number: int) -> None:
    letter = national_id.check_letter(int(f"{'XYZ'.index(first)}{number:07d}"))
    canonical = f"{first}{number:07d}{letter}"
    dressed = f"{first.lower()}-{number}.{letter.lower()} "
    assert national_id.normalise(dressed) == national_id.normalise(canonical) == canonical


@given(st.sampled_from("EC"), st.integers(min_value=0, max_value=99_999_999))
def test_support_numbers_are_padded(letter: str, number: int) -> None:
    assert national_id.normalise_support_number(f"{letter}{number}") == f"{letter}{number:08d}"


def test_a_nif_without_dni_answers_with_a_date() -> None:
    assert national_id.normalise_contrast("L1234567L", "17/05/2031") == "2031-05-17"
