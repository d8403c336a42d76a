"""The inbox: an event's effect and its id commit together, then the offset.

Killed at any line, a consumer reads the event again and finds its id already there. An event that
can never be applied is parked with its bytes for an operator, and the rest goes on.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from clavis_events.codec import UnknownEventError, decode
from google.protobuf.message import Message

from clavis_kit.bus import EventRecord
from clavis_kit.clock import Clock
from clavis_kit.db import Connection, Pool
from clavis_kit.ids import is_id
from clavis_kit.logging import get_logger
from clavis_kit.metrics import (
    CONSUMER_PROGRESS,
    EVENT_DELAY,
    EVENTS_APPLIED,
    EVENTS_DUPLICATE,
    EVENTS_PARKED,
)
from clavis_kit.sealed import SealedError

BATCH = 200
POLL_MS = 500
ATTEMPTS = 3
RETRY_SECONDS = 0.5
MAX_RETRY_SECONDS = 10.0
STUCK_SECONDS = 60.0
SESSION_TIMEOUT_MS = 10_000
AfterCommit = Callable[[], Awaitable[None] | None]
Handler = Callable[[Connection, Any, EventRecord], Awaitable[AfterCommit | None]]
_TRANSIENT = (OSError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError,
              asyncpg.InternalClientError,
              asyncpg.DeadlockDetectedError, asyncpg.CannotConnectNowError,
              asyncpg.AdminShutdownError, asyncpg.CrashShutdownError)  # fmt: skip
# No later attempt reads these better: waiting would only hold up the events behind them.
_UNREADABLE = (UnknownEventError, SealedError)
_log = get_logger(__name__)


def parse(raw: "ConsumerRecord[bytes, bytes]") -> EventRecord:
    """Read the CloudEvents attributes. Raises UnknownEventError when they are not there."""
    headers = {name: value.decode(errors="replace") for name, value in raw.headers}
    try:
        event_id = headers["ce_id"]
        record = EventRecord(
            event_id=event_id,
            topic=raw.topic,
            key=(raw.key or b"").decode(errors="replace"),
            type=headers["ce_type"],
            sequence=int(headers.get("ce_sequence", "0")),
            payload=raw.value or b"",
            occurred_at=datetime.fromisoformat(headers["ce_time"]),
            traceparent=headers.get("ce_traceparent"),
        )
    except (KeyError, ValueError) as error:
        raise UnknownEventError("missing attributes") from error
    if not is_id(event_id):
        raise UnknownEventError("the id is not a UUID")
    return record


class Consumer:
    """Applies the events of some topics to one database, at least once, with effect once."""

    def __init__(
        self,
        *,
        bootstrap: str,
        group: str,
        topics: Sequence[str],
        pool: Pool,
        handlers: Mapping[type[Message], Handler],
        clock: Clock,
        session_timeout_ms: int = SESSION_TIMEOUT_MS,
    ) -> None:
        """Handlers get the connection of the transaction, the message and its record.

        A handler may return a callable that runs after the commit.
        """
        self._bootstrap = bootstrap
        self._group = group
        self._topics = tuple(topics)
        self._pool = pool
        self._handlers = {kind.DESCRIPTOR.full_name: handler for kind, handler in handlers.items()}
        self._clock = clock
        self._session_timeout_ms = session_timeout_ms
        self._progress = clock.now()

    @property
    def stuck(self) -> bool:
        """Say whether nothing was polled for a minute: liveness fails then, and we restart."""
        return (self._clock.now() - self._progress).total_seconds() > STUCK_SECONDS

    async def run(self) -> None:
        """Work until cancelled; a lost broker or database is awaited with growing pauses."""
        pause = RETRY_SECONDS
        while True:
            consumer = AIOKafkaConsumer(
                *self._topics,
                bootstrap_servers=self._bootstrap,
                group_id=self._group,
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                session_timeout_ms=self._session_timeout_ms,
                heartbeat_interval_ms=self._session_timeout_ms // 5,
                metadata_max_age_ms=30_000,
            )
            try:
                await consumer.start()
                pause = RETRY_SECONDS
                await self._consume(consumer)
            except Exception as error:  # noqa: BLE001  see below
                # Expected while a broker or database is away. What is not expected starts anew
                # too, but is no progress: if it stays, liveness fails and the process is replaced.
                if isinstance(error, (KafkaError, *_TRANSIENT)):
                    self._made_progress()
                _log.warning(
                    "consumer_interrupted", error_type=type(error).__name__, exc_info=error
                )
                await asyncio.sleep(pause)
                pause = min(pause * 2, MAX_RETRY_SECONDS)
            finally:
                with contextlib.suppress(Exception):
                    await asyncio.wait_for(consumer.stop(), 5)

    async def _consume(self, consumer: AIOKafkaConsumer) -> None:
        while True:
            batches = await consumer.getmany(timeout_ms=POLL_MS, max_records=BATCH)
            self._made_progress()
            done: dict[TopicPartition, int] = {}
            for partition, records in batches.items():
                for raw in records:
                    await self._settle(raw)
                    done[partition] = raw.offset + 1
            if done:
                await consumer.commit(done)

    def _made_progress(self) -> None:
        self._progress = self._clock.now()
        CONSUMER_PROGRESS.set(self._progress.timestamp())

    async def _settle(self, raw: "ConsumerRecord[bytes, bytes]") -> None:
        """Apply the event, or park it when it can never be applied."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                await self._apply(raw)
            except _TRANSIENT:
                raise  # the broker keeps the event; we come back to it
            except _UNREADABLE as error:
                await self._park(raw, error)
            except Exception as error:  # noqa: BLE001  whatever it is, the next event must go on
                _log.exception(
                    "event_failed", topic=raw.topic, offset=raw.offset, attempt=attempt,
                    error_type=type(error).__name__, exc_info=error,
                )  # fmt: skip
                if attempt < ATTEMPTS:
                    await asyncio.sleep(RETRY_SECONDS * attempt)
                    continue
                await self._park(raw, error)
            return

    async def _apply(self, raw: "ConsumerRecord[bytes, bytes]") -> None:
        record = parse(raw)
        handler = self._handlers.get(record.type)
        if handler is None:
            return  # a fact this service does not care about
        message = decode(record.type, record.payload)
        async with self._pool.acquire() as connection, connection.transaction():
            fresh = await connection.fetchval(
                "INSERT INTO inbox (consumer, event_id) VALUES ($1, $2)"
                " ON CONFLICT DO NOTHING RETURNING true",
                self._group,
                record.event_id,
            )
            if not fresh:
                EVENTS_DUPLICATE.labels(record.type).inc()
                return
            after = await handler(connection, message, record)
        EVENTS_APPLIED.labels(record.type).inc()
        EVENT_DELAY.labels(record.type).observe(
            max(0.0, (datetime.now(UTC) - record.occurred_at).total_seconds())
        )
        if after is not None:
            outcome = after()
            if outcome is not None:
                await outcome

    async def _park(self, raw: "ConsumerRecord[bytes, bytes]", error: Exception) -> None:
        headers = {name: value.decode(errors="replace") for name, value in raw.headers}
        type_name = headers.get("ce_type", "unknown")
        await self._pool.execute(
            'INSERT INTO parked_event (consumer, topic, partition, "offset", key, type, payload,'
            " error_type) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            self._group,
            raw.topic,
            raw.partition,
            raw.offset,
            (raw.key or b"").decode(errors="replace"),
            type_name,
            raw.value or b"",
            type(error).__name__,
        )
        EVENTS_PARKED.labels(type_name).inc()
        _log.error(
            "event_parked", topic=raw.topic, partition=raw.partition, offset=raw.offset,
            event_type=type_name, error_type=type(error).__name__,
        )  # fmt: skip
