"""Enters the demo's people through the registry's own command line."""

import csv
import io
import json
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from dev.commands import run_verbs
from dev.infrastructure import Infrastructure
from dev.layout import Layout
from dev.seed.newcomers import address_lines, census_lines, demo_newcomers
from dev.seed.offices import OFFICE, office_lines
from dev.seed.people import SeedPerson

REGISTER = "demo"
_CONSENT = "demo"


def import_document(person: SeedPerson) -> dict[str, Any]:
    """Describe a person as ``people import`` reads one."""
    guardian = person.guardian_of_minor
    return {
        "national_id": person.national_id,
        "given_name": person.given_name,
        "first_surname": person.first_surname,
        "second_surname": person.second_surname,
        "birth_date": person.birth_date.isoformat(),
        "document": person.document.entry(),
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
    """Enter the people, deaths, census, offices and who works there, in one process. DemoError."""
    newcomers = demo_newcomers()

    def file(name: str, content: str) -> str:
        path = layout.file(f"seed-{name}")
        path.write_text(content, encoding="utf-8")
        return str(path)

    staff = [person for person in people if person.office_role]
    verbs = [
        ("people", "import", file("people.json", people_document(people))),
        ("deaths", file("deaths.csv", _deaths(people, today))),
        ("census", "import", file("census.jsonl", census_lines(newcomers)), "--source", REGISTER),
        ("addresses", "import", file("addresses.jsonl", address_lines([*newcomers, *people])),
         "--source", REGISTER),
        ("office", "import", file("offices.jsonl", office_lines())),
        *(
            ("officer", "add", "--national-id", "-", "--office", OFFICE, "--role",
             str(person.office_role))
            for person in staff
        ),
    ]  # fmt: skip
    numbers = "".join(person.national_id + "\n" for person in staff)
    run_verbs(layout, infrastructure, "registry", verbs, numbers)


def _deaths(people: Sequence[SeedPerson], today: date) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["national_id", "date", "source_reference"])
    died_on = (today - timedelta(days=1)).isoformat()
    for person in people:
        if person.ending == "deceased":
            writer.writerow([person.national_id, died_on, "demo-1"])
    return text.getvalue()
