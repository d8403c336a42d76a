"""New people in a running demo: entered by the operator's commands, activated by themselves."""

import csv
import json
import os
import secrets
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from clavis_kit.national_id import check_letter

from clavis_testkit.browsing import CODE_PATTERN
from clavis_testkit.form_citizen import FormCitizen
from clavis_testkit.learning import wait_until_known
from clavis_testkit.running_demo import ROOT, RunningDemo

NOBODY = "00000000T"  # a valid number that nobody has
PASSWORD = "siete barcas y un faro 19"  # noqa: S105  of people who do not exist
_CONTRAST = "2034-08-30"
_ACTIVATION_CODE = "6H2K-W9RD-3M7T"


def operate(demo: RunningDemo, service: str, *arguments: str) -> str:
    """Run an operator's command of a service against the demo; return what it printed."""
    script = (
        "import sys; from dev.commands import run_command; "
        "from dev.infrastructure import Infrastructure; from dev.layout import from_environment; "
        "layout = from_environment(); "
        "print(run_command(layout, Infrastructure(layout), sys.argv[1], sys.argv[2:]))"
    )
    settings = {"DEMO_PORT_BASE": str(demo.base), "DEMO_DIR": str(demo.directory)}
    done = subprocess.run(
        [sys.executable, "-c", script, service, *arguments],
        cwd=ROOT,
        env={**os.environ, **demo.environment, **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def newcomer(level: str = "advanced") -> dict[str, Any]:
    """Make up a person as `demo.json` describes one; advanced ones can activate a password."""
    number = 60_000_000 + secrets.randbelow(30_000_000)
    advanced = level == "advanced"
    return {
        "national_id": f"{number}{check_letter(number)}",
        "contrast": _CONTRAST,
        "level": level,
        "phone": f"+346{secrets.randbelow(10**8):08}",
        "email": f"p{number}@example.org",
        "password": PASSWORD if advanced else None,
        "activation_code": _ACTIVATION_CODE if advanced else None,
        "status": "registered",
    }


def entry(person: dict[str, Any]) -> dict[str, Any]:
    """Describe a person as `people import` reads one."""
    return {
        "national_id": person["national_id"],
        "given_name": "Leocadia",
        "first_surname": "Zurita",
        "second_surname": None,
        "birth_date": "1970-05-06",
        "document": {
            "kind": "dni",
            "support_number": None,
            "issued_on": "2024-08-30",
            "expires_on": person["contrast"],
        },
        "email": person["email"],
        "mobile": person["phone"],
        "language": "es",
        "channel": "office" if person["level"] == "advanced" else "letter",
        "consent_reference": "test",
        "activation_code": person["activation_code"],
        "renounced": person["status"] == "renounced",
    }


def enrol(demo: RunningDemo, people: list[dict[str, Any]]) -> None:
    """Enter people through `people import`, and wait until every service has learnt of them."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "people.json"
        file.write_text(json.dumps({"people": [entry(person) for person in people]}))
        operate(demo, "registry", "people", "import", str(file))
    wait_until_known(demo, *people)


def feed_deaths(demo: RunningDemo, people: list[dict[str, Any]]) -> None:
    """Tell the registry, as its operator does, that people died today."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "deaths.csv"
        with file.open("w", newline="") as output:
            writer = csv.writer(output)
            writer.writerow(["national_id", "date", "source_reference"])
            today = datetime.now(UTC).date().isoformat()
            writer.writerows([[person["national_id"], today, "test"] for person in people])
        operate(demo, "registry", "deaths", str(file))


def activate_password(demo: RunningDemo, person: dict[str, Any]) -> None:
    """Activate the permanent password on the public pages."""
    wait_until_known(demo, person)
    seen = len(demo.messages(person["phone"]))
    with FormCitizen(demo, person) as citizen:
        citizen.open(f"{demo.issuer}/activate")
        citizen.submit(
            activation_code=person["activation_code"],
            identifier=person["national_id"],
            email=person["email"],
        )
        assert not citizen.error, citizen.error
        citizen.submit(otp=demo.next_code(person["phone"], CODE_PATTERN, after=seen))
        citizen.submit(password=person["password"])
        assert 'id="activated"' in citizen.page.text, citizen.error


def enter_with_password_and_code(demo: RunningDemo, citizen: FormCitizen, phone: str) -> None:
    """Log in where a level asks for the code at once, and go back to the service."""
    seen = len(demo.messages(phone))
    citizen.enter_with_password()
    citizen.submit(otp=demo.next_code(phone, CODE_PATTERN, after=seen))
    citizen.return_to_service()
