"""The made-up people of the demo: the same on every machine. Nobody here exists."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

_SOON = timedelta(days=40)


@dataclass(frozen=True, slots=True)
class Document:
    """An identity document; ``expires_on`` None means that it never ends."""

    kind: str
    issued_on: date
    expires_on: date | None
    support_number: str | None = None

    @property
    def contrast(self) -> str:
        """What only the holder of the document reads: see the rules of the PIN service."""
        if self.support_number is not None:
            return self.support_number
        return (self.expires_on or self.issued_on).isoformat()

    def entry(self) -> dict[str, Any]:
        """Describe the document as the registry's files do."""
        return {
            "kind": self.kind,
            "support_number": self.support_number,
            "issued_on": self.issued_on.isoformat(),
            "expires_on": self.expires_on.isoformat() if self.expires_on else None,
        }


@dataclass(frozen=True, slots=True)
class SeedPerson:
    """One person: who they are, how they were enrolled, and what they already did.

    With a password the code was used to activate it; without, the code waits for you. ``street``
    None means that no address is on record.
    """

    note: str
    national_id: str
    given_name: str
    first_surname: str
    second_surname: str | None
    birth_date: date
    document: Document
    phone: str
    email: str
    channel: str = "office"
    language: str = "es"
    activation_code: str | None = None
    password: str | None = None
    ending: str | None = None
    guardian_of_minor: str | None = None
    office_role: str | None = None
    street: str | None = None

    @property
    def name(self) -> str:
        """The whole name, given name first."""
        parts = (self.given_name, self.first_surname, self.second_surname)
        return " ".join(part for part in parts if part)

    @property
    def contrast(self) -> str:
        """What only the holder of the document reads."""
        return self.document.contrast

    @property
    def level(self) -> str:
        """The enrolment level that the channel gives."""
        return "basic" if self.channel == "letter" else "advanced"

    @property
    def status(self) -> str:
        """Where the person stands in the registry."""
        return self.ending or "registered"

    def public(self) -> dict[str, Any]:
        """Describe the person as ``demo.json`` does."""
        return {
            "name": self.name,
            "note": self.note,
            "national_id": self.national_id,
            "contrast": self.contrast,
            "level": self.level,
            "status": self.status,
            "phone": self.phone,
            "email": self.email,
            "password": self.password,
            "activation_code": None if self.password else self.activation_code,
            "office_role": self.office_role,
        }


def _dni(issued_on: str, expires_on: date | str | None) -> Document:
    end = date.fromisoformat(expires_on) if isinstance(expires_on, str) else expires_on
    return Document("dni", date.fromisoformat(issued_on), end)


def demo_people(today: date) -> list[SeedPerson]:
    """List the people; only the document about to expire depends on the day."""
    return [*_citizens(), *_special_cases(today), *_staff()]


def _citizens() -> list[SeedPerson]:
    return [
        SeedPerson(
            note="advanced, with a permanent password",
            national_id="12345678Z",
            given_name="Ana",
            first_surname="García",
            second_surname="López",
            birth_date=date(1984, 3, 9),
            document=_dni("2021-05-17", "2031-05-17"),
            phone="+34600100001",
            email="ana.garcia@example.org",
            activation_code="7K3M-Q9TX-2B4D",
            password="nube azul y pan 27",  # noqa: S106 - printed by the demo
            street="Calle de la Fuente 12, 1.º A",
        ),
        SeedPerson(
            note="basic, by letter",
            national_id="00000001R",
            given_name="Bruno",
            first_surname="Prieto",
            second_surname="Vidal",
            birth_date=date(1991, 11, 30),
            document=_dni("2020-02-28", "2030-02-28"),
            phone="+34600100002",
            email="bruno.prieto@example.org",
            channel="letter",
        ),
        SeedPerson(
            note="foreigner with NIE, activation code not used",
            national_id="X1234567L",
            given_name="Chidi",
            first_surname="Okafor",
            second_surname=None,
            birth_date=date(1979, 7, 1),
            document=Document("tie", date(2024, 9, 2), date(2029, 9, 1), "E01234567"),
            phone="+34600100003",
            email="chidi.okafor@example.org",
            language="en",
            activation_code="4H8W-ZP1R-6N5C",
        ),
        SeedPerson(
            note="DNI without end: the contrast is its date of issue",
            national_id="66666666Q",
            given_name="Hilario",
            first_surname="Núñez",
            second_surname="Rey",
            birth_date=date(1948, 1, 22),
            document=_dni("2018-06-04", None),
            phone="+34600100008",
            email="hilario.nunez@example.org",
            activation_code="9V2J-3SFD-8Y7A",
        ),
    ]


def _special_cases(today: date) -> list[SeedPerson]:
    return [
        SeedPerson(
            note="renounced",
            national_id="22222222J",
            given_name="Dolores",
            first_surname="Ibáñez",
            second_surname="Soto",
            birth_date=date(1969, 12, 12),
            document=_dni("2022-01-10", "2032-01-10"),
            phone="+34600100004",
            email="dolores.ibanez@example.org",
            ending="renounced",
        ),
        SeedPerson(
            note="deceased",
            national_id="33333333P",
            given_name="Eusebio",
            first_surname="Lara",
            second_surname="Mota",
            birth_date=date(1941, 4, 3),
            document=_dni("2019-10-08", "2029-10-08"),
            phone="+34600100005",
            email="eusebio.lara@example.org",
            ending="deceased",
        ),
        SeedPerson(
            note="minor, with a guardian",
            national_id="44444444A",
            given_name="Fermín",
            first_surname="Ruiz",
            second_surname="García",
            birth_date=date(2012, 8, 15),
            document=_dni("2024-03-20", "2029-03-20"),
            phone="+34600100006",
            email="fermin.ruiz@example.org",
            activation_code="2C6T-M1KB-5X9E",
            guardian_of_minor="12345678Z",
        ),
        SeedPerson(
            note="document about to expire",
            national_id="55555555K",
            given_name="Gloria",
            first_surname="Esteban",
            second_surname="Coll",
            birth_date=date(1996, 6, 6),
            document=_dni("2016-12-30", today + _SOON),
            phone="+34600100007",
            email="gloria.esteban@example.org",
            activation_code="8D4G-R7QH-1W3Z",
        ),
    ]


def _staff() -> list[SeedPerson]:
    return [
        SeedPerson(
            note="registration officer",
            national_id="77777777B",
            given_name="Olga",
            first_surname="Marín",
            second_surname="Pons",
            birth_date=date(1988, 2, 14),
            document=_dni("2023-04-11", "2033-04-11"),
            phone="+34600100009",
            email="olga.marin@example.org",
            activation_code="5N9B-X2VE-7J6T",
            password="tres olivos junto al mar",  # noqa: S106 - printed by the demo
            office_role="officer",
        ),
        SeedPerson(
            note="supervisor of the registration office",
            national_id="88888888Y",
            given_name="Simón",
            first_surname="Vega",
            second_surname="Alonso",
            birth_date=date(1975, 9, 27),
            document=_dni("2020-07-01", "2030-07-01"),
            phone="+34600100010",
            email="simon.vega@example.org",
            activation_code="3F7P-C8MZ-4K2S",
            password="la plaza tiene once bancos",  # noqa: S106 - printed by the demo
            office_role="supervisor",
        ),
        SeedPerson(
            note="agent of the video desk",
            national_id="11111111H",
            given_name="Vera",
            first_surname="Molina",
            second_surname="Roca",
            birth_date=date(1993, 5, 18),
            document=_dni("2022-11-03", "2032-11-03"),
            phone="+34600100011",
            email="vera.molina@example.org",
            activation_code="6B3R-T8WK-9Q4H",
            password="siete barcas en la ría",  # noqa: S106 - printed by the demo
            office_role="video_agent",
        ),
        SeedPerson(
            note="auditor of the registry",
            national_id="99999999R",
            given_name="Aurelio",
            first_surname="Sanz",
            second_surname="Bravo",
            birth_date=date(1968, 10, 2),
            document=_dni("2019-05-20", "2029-05-20"),
            phone="+34600100012",
            email="aurelio.sanz@example.org",
            activation_code="2Y5N-H4CX-7V8M",
            password="un faro detrás del pinar",  # noqa: S106 - printed by the demo
            office_role="auditor",
        ),
    ]
