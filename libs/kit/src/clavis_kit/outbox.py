"""The outbox: a fact and its event commit together; a relay publishes in order.

The relay holds a row until the brokers acknowledged it, then moves it to the event log in one
transaction. A crash in between publishes it again under the same id; readers deduplicate.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence

import asyncpg

from clavis_kit.bus import EventRecord, Producer
from clavis_kit.db import Connection
from clavis_kit.logging import get_logger
from clavis_kit.metrics import (
    EVENTS_PUBLISHED,
    OUTBOX_OLDEST,
    OUTBOX_PENDING,
    PUBLISH_FAILURES,
)

RELAY_LOCK = 0x52656C6179  # "Relay": one active relay per database, others stand by
BATCH = 200
POLL_SECONDS = 1.0
RETRY_SECONDS = 0.5
MAX_RETRY_SECONDS = 10.0
MAX_PAYLOAD_BYTES = 900_000  # below the brokers' default of 1 MiB, headers included
_log = get_logger(__name__)

_INSERT = """
    INSERT INTO outbox (event_id, topic, key, type, sequence, payload, occurred_at, traceparent)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
_OLDEST = """
    SELECT position, event_id, topic, key, type, sequence, payload, occurred_at, traceparent
      FROM outbox
     ORDER BY position
     LIMIT $1
"""
_LOGGED = """
    SELECT position, event_id, topic, key, type, sequence, payload, occurred_at, traceparent
      FROM event_log
     WHERE position > $1
     ORDER BY position
     LIMIT $2
"""
_MOVE_TO_LOG = """
    WITH published AS (
        DELETE FROM outbox WHERE position = ANY($1::bigint[])
        RETURNING position, event_id, topic, key, type, sequence, payload, occurred_at, traceparent
    )
    INSERT INTO event_log
           (position, event_id, topic, key, type, sequence, payload, occurred_at, traceparent)
    SELECT position, event_id, topic, key, type, sequence, payload, occurred_at, traceparent
      FROM published
"""


async def record_events(connection: Connection, records: Sequence[EventRecord]) -> None:
    """Write events in the transaction of their fact. An oversized one is refused here."""
    for record in records:
        if len(record.payload) > MAX_PAYLOAD_BYTES:
            raise ValueError(f"{record.type} exceeds {MAX_PAYLOAD_BYTES} bytes")
    await connection.executemany(
        _INSERT,
        [
            (r.event_id, r.topic, r.key, r.type, r.sequence, r.payload, r.occurred_at,
             r.traceparent)
            for r in records
        ],
    )  # fmt: skip


async def record_event(connection: Connection, record: EventRecord) -> None:
    """Write one event in the transaction of its fact."""
    await record_events(connection, [record])


def _record(row: asyncpg.Record) -> EventRecord:
    return EventRecord(
        event_id=str(row["event_id"]),
        topic=row["topic"],
        key=row["key"],
        type=row["type"],
        sequence=row["sequence"],
        payload=row["payload"],
        occurred_at=row["occurred_at"],
        traceparent=row["traceparent"],
    )


async def _become_active(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    # Another process holds the lock: there is nothing to await but time.
    while not await connection.fetchval(  # noqa: ASYNC110  see above
        "SELECT pg_try_advisory_lock($1)", RELAY_LOCK
    ):
        await asyncio.sleep(POLL_SECONDS)


class Relay:
    """Publishes the outbox of one database. Several may run; an advisory lock lets one work."""

    def __init__(self, dsn: str, producer: Producer, *, replay: bool = False) -> None:
        """Take a DSN of its own: LISTEN needs a direct, lasting connection."""
        self._dsn = dsn
        self._producer = producer
        self._replay = replay
        self._woken = asyncio.Event()

    async def run(self) -> None:
        """Work until cancelled; lost connections are made again with growing pauses."""
        pause = RETRY_SECONDS
        while True:
            try:
                async with self._connection() as connection:
                    pause = RETRY_SECONDS
                    await self._work(connection)
            except Exception as error:  # noqa: BLE001  whatever it was, the rows wait: try again
                PUBLISH_FAILURES.inc()
                _log.warning("relay_interrupted", error_type=type(error).__name__, exc_info=error)
                await asyncio.sleep(pause)
                pause = min(pause * 2, MAX_RETRY_SECONDS)

    @contextlib.asynccontextmanager
    async def _connection(self) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
        connection = await asyncpg.connect(self._dsn, timeout=5, command_timeout=30)
        try:
            await connection.add_listener("outbox", lambda *_: self._woken.set())
            await _become_active(connection)
            yield connection
        finally:
            with contextlib.suppress(Exception):
                await connection.close(timeout=2)

    async def _work(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        if self._replay:
            await self._publish_log(connection)
            self._replay = False
        while True:
            self._woken.clear()
            while await self._publish_batch(connection) == BATCH:
                pass
            await self._measure(connection)
            with contextlib.suppress(TimeoutError):
                # Not wait_for: before Python 3.12 it loses a cancellation that meets a wake-up.
                async with asyncio.timeout(POLL_SECONDS):
                    await self._woken.wait()

    async def _publish_log(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        # For a broker that forgets: everything still in the log, in its original order.
        position, count = 0, 0
        while rows := await connection.fetch(_LOGGED, position, BATCH):
            await self._producer.publish([_record(row) for row in rows])
            position = rows[-1]["position"]
            count += len(rows)
        _log.info("event_log_replayed", count=count)

    async def _publish_batch(self, connection: "asyncpg.Connection[asyncpg.Record]") -> int:
        rows = await connection.fetch(_OLDEST, BATCH)
        if not rows:
            return 0
        await self._producer.publish([_record(row) for row in rows])
        await connection.execute(_MOVE_TO_LOG, [row["position"] for row in rows])
        for row in rows:
            EVENTS_PUBLISHED.labels(row["type"]).inc()
        return len(rows)

    async def _measure(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        row = await connection.fetchrow(
            "SELECT count(*) AS pending,"
            " coalesce(extract(epoch FROM now() - min(occurred_at)), 0) AS oldest FROM outbox"
        )
        if row is not None:
            OUTBOX_PENDING.set(row["pending"])
            OUTBOX_OLDEST.set(float(row["oldest"]))
