"""Of every kind of datum: what is one day short of its time stays, what is one day over it goes."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from clavis_registry.actions.retention import retain
from clavis_registry.rules.retention import Datum

from services.registry.tests.world import NOW, World

# The table of a kind, the column its days count from, and what makes a row one that ends.
KINDS: dict[Datum, tuple[str, str, dict[str, Any]]] = {
    Datum.PHONE_CODE: ("phone_code", "sent_at", {}),
    Datum.DRAFT: ("enrolment", "expires_at", {"state": "phone_pending", "draft": {}}),
    Datum.ONLINE_DRAFT: (
        "online_enrolment", "expires_at",
        {"state": "phone_pending", "channel": "letter", "purpose": "enrol", "draft": {}},
    ),
    Datum.CONTACT_CHANGE: (
        "contact_change", "expires_at",
        {"state": "proved", "kind": "email", "identified_by": "login", "new_value": "x"},
    ),
    Datum.WAY_IN_TRY: ("way_in_try", "window_started_at", {}),
    Datum.LETTER_REQUEST: ("letter_request", "requested_at", {"outcome": "mismatch"}),
    Datum.LETTER_RENUNCIATION: ("letter_renunciation", "requested_at", {}),
    Datum.LETTER: ("letter", "ended_at", {"state": "expired", "origin": "citizen"}),
    Datum.VIDEO_APPOINTMENT: ("video_appointment", "starts_at", {"state": "cancelled"}),
    Datum.ACTIVATION_CODE: ("activation_code", "replaced_at", {"state": "replaced"}),
    Datum.VIDEO_RECORDING: ("video_recording", "announced_at", {}),
    Datum.DOCUMENT: ("document", "replaced_at", {"kind": "dni"}),
}  # fmt: skip
# Payloads that are erased while their row and its hash stay, and what counts from the end of its
# person: test_retention.py.
ELSEWHERE = {
    Datum.ENDED_CONTACT, Datum.LOOKUP, Datum.EVIDENCE, Datum.AUDIT_FACTS, Datum.SEALED_DOCUMENT,
    Datum.VIDEO_REFERENCE, Datum.FINISHED_ENROLMENT, Datum.FINISHED_ONLINE, Datum.FINISHED_CHANGE,
    Datum.DECIDED_PROPOSAL,
}  # fmt: skip
_ANYTHING: dict[str, Any] = {
    "uuid": uuid.UUID(int=7),
    "text": "x",
    "timestamp with time zone": NOW,
    "date": NOW.date(),
    "integer": 1,
    "bigint": 1,
    "boolean": False,
    "bytea": b"x",
    "jsonb": "{}",
}


def test_every_kind_is_here_or_elsewhere() -> None:
    assert set(KINDS) | ELSEWHERE == set(Datum)


async def insert(world: World, table: str, given: dict[str, Any]) -> None:
    """Write a row of which only what is given matters; it hangs from nothing."""
    owner = await world.as_owner()
    try:
        required = await owner.fetch(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = $1"
            " AND is_nullable = 'NO' AND column_default IS NULL",
            table,
        )
        values = {row["column_name"]: _ANYTHING[row["data_type"]] for row in required} | given
        values = {name: "{}" if value == {} else value for name, value in values.items()}
        marks = ", ".join(f"${n + 1}" for n in range(len(values)))
        for name in await owner.fetch(
            "SELECT conname FROM pg_constraint WHERE contype = 'f' AND conrelid = $1::regclass",
            table,
        ):
            await owner.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name['conname']}")
        await owner.execute(
            f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})",  # noqa: S608
            *values.values(),
        )
    finally:
        await owner.close()


@pytest.mark.parametrize("datum", KINDS)
async def test_it_goes_in_its_time_and_not_before(world: World, datum: Datum) -> None:
    table, counted_from, given = KINDS[datum]
    days = world.deps.settings.retention_policy.days(datum)
    await insert(world, table, given | {counted_from: NOW})
    world.clock.advance(timedelta(days=days - 1))
    assert datum not in await retain(world.deps)
    world.clock.advance(timedelta(days=2))
    assert (await retain(world.deps))[datum] == 1
    assert await world.deps.pool.fetchval(f"SELECT count(*) FROM {table}") == 0  # noqa: S608
