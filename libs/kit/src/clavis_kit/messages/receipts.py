"""What became of messages after a provider took them: states only, never a text or a number."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from clavis_kit.clock import Clock
from clavis_kit.db import Connection, Pool
from clavis_kit.logging import get_logger
from clavis_kit.messages.message import HandOver, OutgoingMessage
from clavis_kit.metrics import MESSAGE_DELIVERY, MESSAGE_NOTES_LOST, MESSAGE_RECEIPTS

KEPT = timedelta(days=30)
MAX_WAITING = 10_000
BATCH = 500
RETRY_SECONDS = 2.0
_log = get_logger(__name__)


class ReceiptState(StrEnum):
    """What a provider says of a message."""

    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True)
class Receipt:
    """A provider's word about a message it took, by the provider's own name for it."""

    provider: str
    message_id: str
    state: ReceiptState


@dataclass(frozen=True)
class _Note:
    reference: str
    channel: str
    provider: str
    message_id: str | None
    at: datetime


class DeliveryLog:
    """Writes what happened to messages beside the requests: none of them waits for it."""

    def __init__(self, pool: Pool, clock: Clock) -> None:
        """Use the service's database."""
        self._pool = pool
        self._clock = clock
        self._waiting: asyncio.Queue[_Note | tuple[Receipt, datetime]] = asyncio.Queue(MAX_WAITING)

    def handed_over(self, message: OutgoingMessage, taken: HandOver) -> None:
        """Note that a provider took a message."""
        self._put(
            _Note(
                message.reference, message.channel, taken.provider, taken.message_id,
                self._clock.now(),
            )
        )  # fmt: skip

    async def receipt(self, receipt: Receipt) -> None:
        """Note what the provider says of a message it took."""
        self._put((receipt, self._clock.now()))

    def _put(self, item: _Note | tuple[Receipt, datetime]) -> None:
        try:
            self._waiting.put_nowait(item)
        except asyncio.QueueFull:
            MESSAGE_NOTES_LOST.inc()

    @contextlib.asynccontextmanager
    async def opened(self) -> AsyncIterator["DeliveryLog"]:
        """Write while the service runs, and what is left when it stops."""
        task = asyncio.create_task(self._write_forever())
        try:
            yield self
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            with contextlib.suppress(Exception):
                await asyncio.wait_for(self._write(self._taken()), RETRY_SECONDS)

    async def _write_forever(self) -> None:
        while True:
            batch = [await self._waiting.get(), *self._taken()]
            try:
                await self._write(batch)
            except Exception as error:  # noqa: BLE001  a lost database is awaited
                _log.warning("delivery_log_interrupted", error_type=type(error).__name__)
                for item in batch:
                    self._put(item)
                await asyncio.sleep(RETRY_SECONDS)

    def _taken(self) -> list[_Note | tuple[Receipt, datetime]]:
        room = min(BATCH, self._waiting.qsize())
        return [self._waiting.get_nowait() for _ in range(room)]

    async def _write(self, batch: list[_Note | tuple[Receipt, datetime]]) -> None:
        if not batch:
            return
        async with self._pool.acquire() as connection:
            if len(batch) == 1:  # one statement needs no transaction of its own
                await _write_item(connection, batch[0])
                return
            async with connection.transaction():
                for item in batch:
                    await _write_item(connection, item)


async def _write_item(connection: Connection, item: _Note | tuple[Receipt, datetime]) -> None:
    if isinstance(item, _Note):
        await _insert(connection, item)
    else:
        await _settle(connection, *item)


async def _insert(connection: Connection, note: _Note) -> None:
    await connection.execute(
        "INSERT INTO message_delivery (reference, channel, provider, message_id, state,"
        " handed_over_at) VALUES ($1, $2, $3, $4, 'accepted', $5)"
        " ON CONFLICT (reference, provider) DO NOTHING",
        note.reference,
        note.channel,
        note.provider,
        note.message_id,
        note.at,
    )


async def _settle(connection: Connection, receipt: Receipt, at: datetime) -> None:
    handed_over_at = await connection.fetchval(
        "UPDATE message_delivery SET state = $3, settled_at = $4"
        " WHERE provider = $1 AND message_id = $2 AND settled_at IS NULL"
        " RETURNING handed_over_at",
        receipt.provider,
        receipt.message_id,
        receipt.state,
        at,
    )
    if handed_over_at is not None:  # else: unknown to us, or said before
        MESSAGE_RECEIPTS.labels(receipt.provider, receipt.state).inc()
        MESSAGE_DELIVERY.labels(receipt.provider).observe((at - handed_over_at).total_seconds())


async def drop_old(pool: Pool, now: datetime) -> int:
    """Forget what is past its time; return how many rows."""
    rows = await pool.fetch(
        "DELETE FROM message_delivery WHERE handed_over_at < $1 RETURNING true", now - KEPT
    )
    return len(rows)
