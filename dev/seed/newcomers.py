"""Made-up people whom the civil register knows and who are not enrolled: for you to enrol."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from dev.seed.people import Document, SeedPerson

POSTCODE, MUNICIPALITY, PROVINCE = "28701", "Villaclara", "Madrid"


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody of the census; ``street`` None means that no letter can reach them."""

    note: str
    national_id: str
    given_name: str
    first_surname: str
    second_surname: str | None
    birth_date: date
    document: Document
    street: str | None

    @property
    def name(self) -> str:
        """The whole name, given name first."""
        parts = (self.given_name, self.first_surname, self.second_surname)
        return " ".join(part for part in parts if part)

    def identity(self) -> dict[str, Any]:
        """Write what an identity document says, as census and video provider tell it."""
        return {
            "national_id": self.national_id,
            "given_name": self.given_name,
            "first_surname": self.first_surname,
            "second_surname": self.second_surname,
            "birth_date": self.birth_date.isoformat(),
            "document": self.document.entry(),
        }

    def address(self) -> dict[str, Any] | None:
        """Write the address on record, as the feed of addresses tells it."""
        return _address(self)

    def public(self) -> dict[str, Any]:
        """Describe the person as ``demo.json`` does."""
        return {
            "name": self.name,
            "note": self.note,
            "national_id": self.national_id,
            "contrast": self.document.contrast,
            "birth_date": self.birth_date.isoformat(),
            "document": self.document.entry(),
            "address": self.address(),
        }


def demo_newcomers() -> list[Newcomer]:
    """List the people; the same on every machine and every day."""
    return [
        Newcomer(
            note="for a letter, a video call or the office",
            national_id="10203040X",
            given_name="Irene",
            first_surname="Castro",
            second_surname="Bello",
            birth_date=date(1990, 4, 25),
            document=Document("dni", date(2023, 2, 8), date(2033, 2, 8)),
            street="Calle del Olmo 7, 2.º B",
        ),
        Newcomer(
            note="for automatic video",
            national_id="20304050H",
            given_name="Jaime",
            first_surname="Otero",
            second_surname="Luna",
            birth_date=date(2001, 9, 13),
            document=Document("dni", date(2024, 6, 19), date(2034, 6, 19)),
            street="Plaza Mayor 3, bajo",
        ),
        Newcomer(
            note="foreigner with a TIE, for the office or a letter",
            national_id="Y2030405W",
            given_name="Amina",
            first_surname="Haddad",
            second_surname=None,
            birth_date=date(1986, 12, 2),
            document=Document("tie", date(2025, 1, 20), date(2030, 1, 19), "E07654321"),
            street="Avenida de la Estación 41, 5.º A",
        ),
        Newcomer(
            note="no address on record: no letter reaches her",
            national_id="30405060A",
            given_name="Lucía",
            first_surname="Barros",
            second_surname="Nieto",
            birth_date=date(1972, 7, 30),
            document=Document("dni", date(2021, 10, 11), date(2031, 10, 11)),
            street=None,
        ),
    ]


def census_lines(newcomers: Sequence[Newcomer]) -> str:
    """Write the file that ``census import`` reads."""
    return _lines([newcomer.identity() for newcomer in newcomers])


def address_lines(people: Sequence[Newcomer | SeedPerson]) -> str:
    """Write the file that ``addresses import`` reads."""
    return _lines([entry for one in people if (entry := _address(one))])


def _address(one: Newcomer | SeedPerson) -> dict[str, Any] | None:
    if one.street is None:
        return None
    return {
        "national_id": one.national_id,
        "lines": [one.street],
        "postcode": POSTCODE,
        "municipality": MUNICIPALITY,
        "province": PROVINCE,
    }


def _lines(entries: Sequence[dict[str, Any]]) -> str:
    return "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries)
