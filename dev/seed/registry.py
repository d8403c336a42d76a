"""Enters the demo's people through the registry's own command line."""

import csv
import io
import json
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from dev.commands import run_command
from dev.infrastructure import Infrastructure
from dev.layout import Layout
from dev.seed.people import SeedPerson

OFFICE = "VC-001"
_ORGANISATION = ("L01999999", "Ayuntamiento de Villaclara")
_CONSENT = "demo"


def import_document(person: SeedPerson) -> dict[str, Any]:
    """Describe a person as ``people import`` reads one."""
    document = person.document
    guardian = person.guardian_of_minor
    return {
        "national_id": person.national_id,
        "given_name": person.given_name,
        "first_surname": person.first_surname,
        "second_surname": person.second_surname,
        "birth_date": person.birth_date.isoformat(),
        "document": {
            "kind": document.kind,
            "support_number": document.support_number,
            "issued_on": document.issued_on.isoformat(),
            "expires_on": document.expires_on.isoformat() if document.expires_on else None,
        },
        "guardian": {"national_id": guardian, "proof": "family_book"} if guardian else None,
        "email": person.email,
        "mobile": person.phone,
        "language": person.language,
        "channel": person.channel,
        "consent_reference": _CONSENT,
        "activation_code": person.activation_code,
        "renounced": person.ending == "renounced",
    }


def people_document(people: Sequence[SeedPerson]) -> str:
    """Write the whole file that ``people import`` reads."""
    entries = [import_document(person) for person in people]
    return json.dumps({"people": entries}, ensure_ascii=False, indent=2)


def plant_people(
    layout: Layout, infrastructure: Infrastructure, people: Sequence[SeedPerson], today: date
) -> None:
    """Enter the people, then their deaths, the office and who works there. DemoError."""

    def registry(*arguments: str, standard_input: str = "") -> None:
        run_command(layout, infrastructure, "registry", arguments, standard_input)

    people_file = layout.file("seed-people.json")
    people_file.write_text(people_document(people))
    registry("people", "import", str(people_file))
    deaths_file = layout.file("seed-deaths.csv")
    deaths_file.write_text(_deaths(people, today), encoding="utf-8")
    registry("deaths", str(deaths_file))
    code, name = _ORGANISATION
    office = ("--code", OFFICE, "--name", "Oficina de Registro de Villaclara")
    registry("office", "add", *office, "--organisation", code, "--organisation-name", name)
    for person in people:
        if person.office_role:
            role = ("--office", OFFICE, "--role", person.office_role)
            number = person.national_id + "\n"
            registry("officer", "add", "--national-id", "-", *role, standard_input=number)


def _deaths(people: Sequence[SeedPerson], today: date) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["national_id", "date", "source_reference"])
    died_on = (today - timedelta(days=1)).isoformat()
    for person in people:
        if person.ending == "deceased":
            writer.writerow([person.national_id, died_on, "demo-1"])
    return text.getvalue()
