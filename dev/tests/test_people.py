from datetime import date

import phonenumbers
import pytest
from clavis_kit.national_id import contrast_of_dni, normalise

from dev.seed.people import SeedPerson, demo_people
from dev.seed.registry import import_document

TODAY = date(2026, 11, 22)
PEOPLE = demo_people(TODAY)


def _by_note(word: str) -> SeedPerson:
    return next(person for person in PEOPLE if word in person.note)


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.name)
def test_identity_numbers_have_the_right_check_letter(person: SeedPerson) -> None:
    assert normalise(person.national_id) == person.national_id


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.name)
def test_phones_are_valid_mobiles(person: SeedPerson) -> None:
    assert phonenumbers.is_valid_number(phonenumbers.parse(person.phone))


def test_nobody_shares_a_number_a_phone_an_address_or_a_code() -> None:
    for field in ("national_id", "phone", "email"):
        values = [getattr(person, field) for person in PEOPLE]
        assert len(set(values)) == len(values)
    codes = [person.activation_code for person in PEOPLE if person.activation_code]
    assert len(set(codes)) == len(codes)


def test_everyone_that_the_readme_promises_is_there() -> None:
    assert _by_note("permanent password").level == "advanced"
    assert _by_note("by letter").level == "basic"
    assert _by_note("NIE").contrast == "E01234567"
    assert _by_note("renounced").status == "renounced"
    assert _by_note("deceased").status == "deceased"
    minor = _by_note("minor")
    assert TODAY.year - minor.birth_date.year < 18
    assert minor.guardian_of_minor in {person.national_id for person in PEOPLE}
    assert _by_note("expire").contrast == "2027-01-01"
    assert {person.office_role for person in PEOPLE} == {
        None, "officer", "video_agent", "supervisor", "auditor",
    }  # fmt: skip


def test_the_contrast_of_a_dni_is_the_one_the_services_ask_for() -> None:
    for person in PEOPLE:
        if person.document.kind == "dni":
            document = person.document
            expected = contrast_of_dni(expires_on=document.expires_on, issued_on=document.issued_on)
            assert person.contrast == expected


def test_a_used_activation_code_is_not_offered() -> None:
    ana = _by_note("permanent password").public()
    assert ana["password"]
    assert ana["activation_code"] is None


def test_the_import_carries_no_password() -> None:
    for person in PEOPLE:
        assert "password" not in import_document(person)
