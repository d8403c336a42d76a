"""People and relying parties of the demo: planted once, through the parts' own doors."""

import hashlib
import json
from datetime import UTC, datetime

from dev.infrastructure import Infrastructure
from dev.layout import Layout
from dev.seed.activations import activate_all
from dev.seed.clients import apply_bundle, demo_clients, plant_clients
from dev.seed.people import demo_people
from dev.seed.registry import plant_people


def plant_before_start(layout: Layout, infrastructure: Infrastructure) -> None:
    """Register the relying parties, unless exactly these are registered. DemoError.

    Those of DEMO_CLIENTS are brought to what their file says at every start.
    """
    state = json.dumps([client.document() for client in demo_clients(layout)], sort_keys=True)
    digest = hashlib.sha256(state.encode()).hexdigest()
    stamp = layout.file("clients", "planted")
    if not stamp.exists() or stamp.read_text() != digest:
        plant_clients(layout, infrastructure)
        stamp.write_text(digest)
    if layout.clients_file is not None:
        apply_bundle(layout, infrastructure, layout.clients_file)


def plant(layout: Layout, infrastructure: Infrastructure) -> None:
    """Enter the people and activate their passwords, unless that was done before. DemoError."""
    stamp = layout.file("seeded-on")
    if stamp.exists():
        return
    today = datetime.now(UTC).date()
    people = demo_people(today)
    plant_people(layout, infrastructure, people, today)
    activate_all(layout, people)
    stamp.write_text(today.isoformat())
