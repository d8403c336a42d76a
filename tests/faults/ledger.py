"""What five databases and the broker say happened, read side by side when all is quiet."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer
from clavis_events.codec import (
    CERTIFICATE_TOPIC,
    CONTACT_TOPIC,
    CREDENTIAL_TOPIC,
    DEVICE_TOPIC,
    PERSON_TOPIC,
    TOPIC_MESSAGES,
)

from dev.services import CORE
from tests.faults.system import System

PUBLISHER_OF = {
    PERSON_TOPIC: "registry",
    CONTACT_TOPIC: "registry",
    DEVICE_TOPIC: "pin",
    CREDENTIAL_TOPIC: "permanent",
    CERTIFICATE_TOPIC: "signing",
}
READS = {
    "pin": (PERSON_TOPIC, CONTACT_TOPIC),
    "permanent": (PERSON_TOPIC, CONTACT_TOPIC),
    "signing": (PERSON_TOPIC, CREDENTIAL_TOPIC),
    "gateway": (PERSON_TOPIC, CREDENTIAL_TOPIC),
}
# Of a topic that says more than a reader asks, what the reader takes in.
HEEDED = {
    ("signing", CREDENTIAL_TOPIC): {"PasswordActivated", "PasswordChanged", "PasswordRemoved"},
    ("gateway", CREDENTIAL_TOPIC): {"PasswordChanged", "PasswordRemoved"},
}
Row = dict[str, Any]


def heeds(reader: str, topic: str, type_name: str) -> bool:
    """Say whether a reader takes in events of this type."""
    heeded = HEEDED.get((reader, topic))
    return topic in READS[reader] and (heeded is None or type_name.rpartition(".")[2] in heeded)


@dataclass(frozen=True)
class Event:
    """One record of the broker, or one row of a log."""

    event_id: str
    topic: str
    key: str
    type: str
    sequence: int
    payload: bytes

    @property
    def name(self) -> str:
        """The message's short name."""
        return self.type.rpartition(".")[2]


@dataclass
class Books:
    """One service's tables, by name; every row as a dictionary."""

    tables: dict[str, list[Row]] = field(default_factory=dict)

    def __getitem__(self, table: str) -> list[Row]:
        return self.tables[table]

    def by_subject(self, table: str) -> dict[str, Row]:
        """Return a table with one row for each person, by subject id."""
        rows = self.tables[table]
        found = {str(row["subject_id"]): row for row in rows}
        assert len(found) == len(rows), f"two rows of one person in {table}"
        return found

    def count_by_subject(self, table: str, **wanted: Any) -> Counter[str]:
        """Count the rows with these values for each person."""
        return Counter(
            str(row["subject_id"])
            for row in self.tables[table]
            if all(row[name] == value for name, value in wanted.items())
        )


@dataclass
class Ledger:
    """Everything there is to compare."""

    books: dict[str, Books]
    broker: list[Event]

    def logged(self, *topics: str) -> list[Event]:
        """List what the publishers' logs hold of these topics, in order."""
        return [
            _event(row)
            for topic in topics
            for row in sorted(
                self.books[PUBLISHER_OF[topic]]["event_log"], key=lambda row: row["position"]
            )
            if row["topic"] == topic
        ]

    def first_seen(self, topic: str) -> list[Event]:
        """List the topic's records in order of arrival, each id once."""
        return list({e.event_id: e for e in reversed(self.broker) if e.topic == topic}.values())[
            ::-1
        ]


_TABLES = {
    "registry": ("person", "contact", "evidence", "renunciation", "death_notice"),
    "pin": ("person",),
    "permanent": ("person", "credential"),
    "signing": ("person", "password", "signer", "certificate"),
    "gateway": ("person", "sso_session", "connected_service", "logout_delivery",
                "authorization_grant"),
}  # fmt: skip
_COMMON = ("outbox", "event_log", "inbox", "parked_event")


def _event(row: Row) -> Event:
    return Event(
        str(row["event_id"]),
        row["topic"],
        row["key"],
        row["type"],
        row["sequence"],
        bytes(row["payload"]),
    )


async def read(system: System) -> Ledger:
    """Read all books and the broker."""
    books = {service.name: await _read_books(system, service.name) for service in CORE}
    return Ledger(books, await _read_broker(system.infrastructure.broker.bootstrap))


async def _read_books(system: System, service: str) -> Books:
    connection = await asyncpg.connect(system.dsn(service))
    try:
        books = Books()
        for table in (*_COMMON, *_TABLES[service]):
            rows = await connection.fetch(f"SELECT * FROM {table}")  # noqa: S608  names of ours
            books.tables[table] = [dict(row) for row in rows]
        return books
    finally:
        await connection.close()


async def _read_broker(bootstrap: str) -> list[Event]:
    # Without a group nothing is assigned by others and nothing committed: all from the beginning.
    consumer = AIOKafkaConsumer(
        *TOPIC_MESSAGES, bootstrap_servers=bootstrap, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        ends = await consumer.end_offsets(consumer.assignment())
        found: list[Event] = []
        while any([await consumer.position(place) < end for place, end in ends.items()]):
            for records in (await consumer.getmany(timeout_ms=500)).values():
                found += [_from_broker(record) for record in records]
        return found
    finally:
        await consumer.stop()


def _from_broker(record: Any) -> Event:
    headers = {name: value.decode() for name, value in record.headers}
    return Event(
        headers["ce_id"],
        record.topic,
        record.key.decode(),
        headers["ce_type"],
        int(headers["ce_sequence"]),
        record.value,
    )


async def is_quiet(system: System) -> bool:
    """Say whether nothing waits to be sent and every reader took in all it is meant to."""
    published: dict[tuple[str, str], set[str]] = {}
    taken: dict[str, set[str]] = {}
    for service in CORE:
        connection = await asyncpg.connect(system.dsn(service.name))
        try:
            if await connection.fetchval("SELECT EXISTS (SELECT FROM outbox)"):
                return False
            for row in await connection.fetch("SELECT event_id, topic, type FROM event_log"):
                kind = (row["topic"], row["type"])
                published.setdefault(kind, set()).add(str(row["event_id"]))
            rows = await connection.fetch("SELECT event_id FROM inbox")
            taken[service.name] = {str(row["event_id"]) for row in rows}
        finally:
            await connection.close()
    return all(
        event_ids <= taken[reader]
        for reader in READS
        for (topic, type_name), event_ids in published.items()
        if heeds(reader, topic, type_name)
    )
