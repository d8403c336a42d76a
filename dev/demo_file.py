"""``.demo/demo.json``: addresses, people, newcomers, relying parties and certificates as data."""

import json
from datetime import UTC, date, datetime
from typing import Any

from clavis_testkit.pki.demo import read_index

from dev.keys import write_private
from dev.layout import Layout
from dev.seed.clients import demo_clients
from dev.seed.newcomers import demo_newcomers
from dev.seed.people import demo_people
from dev.services import SERVICES


def describe(layout: Layout, today: date) -> dict[str, Any]:
    """Return the whole document."""
    return {
        "issuer": layout.issuer,
        "addresses": _addresses(layout),
        "people": [person.public() for person in demo_people(today)],
        "newcomers": [newcomer.public() for newcomer in demo_newcomers()],
        "clients": [client.public(layout) for client in demo_clients(layout)],
        "certificates": _certificates(layout),
    }


def write(layout: Layout) -> None:
    """Write the file; it names passwords of made-up people, so only its owner reads it."""
    document = describe(layout, seed_day(layout))
    text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    write_private(layout.file("demo.json"), text.encode())


def seed_day(layout: Layout) -> date:
    """Return the day on which the people were planted: some dates count from it."""
    try:
        return date.fromisoformat(layout.file("seeded-on").read_text().strip())
    except (OSError, ValueError):
        return datetime.now(UTC).date()


def _addresses(layout: Layout) -> dict[str, str]:
    named = {service.name: layout.url(service.name) for service in SERVICES}
    levels = zip(("demo", "demo-substantial", "demo-high"), layout.demo_ports, strict=True)
    return {
        **named,
        **{name: f"http://localhost:{port}" for name, port in levels},
        "certificate-host": layout.certificate_url,
        "messages": layout.url("inbox") + "/api/messages",
        "postgres": f"127.0.0.1:{layout.port('postgres')}",
        "kafka": f"127.0.0.1:{layout.port('kafka')}",
    }


def _certificates(layout: Layout) -> list[dict[str, str]]:
    folder = layout.file("pki")
    return [
        {
            "kind": entry.kind,
            "name": entry.name,
            "national_id": entry.national_id,
            "file": str(folder / entry.file),
            "key_file": str(folder / entry.key_file),
            "p12_file": str(folder / entry.p12_file),
            "p12_password": entry.p12_password,
        }
        for entry in read_index(folder)
    ]
