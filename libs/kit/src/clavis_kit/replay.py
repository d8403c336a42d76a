"""Topics read anew from their beginning, applied where nothing in use is touched.

The service's own handlers do the work, on a connection whose temporary tables hide the real ones:
whatever they write ends with the connection.
"""

import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from clavis_events.codec import UnknownEventError, decode
from google.protobuf.message import Message

from clavis_kit.consumer import Handler, parse
from clavis_kit.db import Connection, open_pool
from clavis_kit.logging import get_logger

READ_AT_ONCE = 500
READ_MS = 500
_log = get_logger(__name__)


class Replay:
    """Reads topics from their beginning to where they end at the moment of asking."""

    def __init__(
        self, consumer: AIOKafkaConsumer, handlers: Mapping[type[Message], Handler]
    ) -> None:
        """Use `replaying` to make one."""
        self._consumer = consumer
        self._handlers = {kind.DESCRIPTOR.full_name: handler for kind, handler in handlers.items()}
        self.applied = 0

    async def catch_up(self, connection: Connection) -> None:
        """Apply all that the topics hold now."""
        ends = await self._consumer.end_offsets(list(self._consumer.assignment()))
        while await self._behind(ends):
            batches = await self._consumer.getmany(timeout_ms=READ_MS, max_records=READ_AT_ONCE)
            for raw in (raw for records in batches.values() for raw in records):
                await self._apply(connection, raw)

    async def _behind(self, ends: Mapping[TopicPartition, int]) -> bool:
        for partition, end in ends.items():
            if await self._consumer.position(partition) < end:
                return True
        return False

    async def _apply(self, connection: Connection, raw: "ConsumerRecord[bytes, bytes]") -> None:
        try:
            record = parse(raw)
            handler = self._handlers.get(record.type)
            if handler is None:
                return
            message = decode(record.type, record.payload)
            async with connection.transaction():
                # What is to happen after the commit is left out: it happened long ago.
                await handler(connection, message, record)
        except UnknownEventError:
            return  # the service parked it too
        except Exception as error:  # noqa: BLE001  what the service could not apply, it parked
            _log.warning(
                "event_not_replayed", topic=raw.topic, offset=raw.offset,
                error_type=type(error).__name__,
            )  # fmt: skip
            return
        self.applied += 1


@contextlib.asynccontextmanager
async def replaying(
    bootstrap: str, topics: Sequence[str], handlers: Mapping[type[Message], Handler]
) -> AsyncIterator[Replay]:
    """Open the topics at their beginning, outside every consumer group."""
    consumer = AIOKafkaConsumer(
        *topics,
        bootstrap_servers=bootstrap,
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    await consumer.start()
    try:
        yield Replay(consumer, handlers)
    finally:
        await consumer.stop()


@contextlib.asynccontextmanager
async def shadowed(dsn: str) -> AsyncIterator[Connection]:
    """Open a connection on which every table is an empty one of its own.

    PostgreSQL looks for a table among the temporary ones first; the real one is `public.<name>`.
    """
    pool = await open_pool(dsn, 1)
    try:
        async with pool.acquire() as connection:
            await _hide_tables(connection)
            yield connection
    finally:
        await pool.close()


async def _hide_tables(connection: Connection) -> None:
    names = await connection.fetch(
        """
        SELECT quote_ident(relname) AS name
          FROM pg_class
         WHERE relnamespace = 'public'::regnamespace
           AND relkind IN ('r', 'p')
           AND NOT relispartition
        """
    )
    for row in names:
        # LIKE leaves foreign keys and triggers out, so that a table can stand alone.
        await connection.execute(
            f"CREATE TEMPORARY TABLE {row['name']} (LIKE public.{row['name']} INCLUDING ALL)"
        )
