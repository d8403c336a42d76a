"""Notices that are recorded with their fact and sent after its commit.

A code never goes here: it is sent while its person waits, and not kept. A notice is sent at least
once; its `reference` lets providers drop a repeated one, and the same notice is queued once.
"""

import asyncio
from datetime import datetime, timedelta

from clavis_kit.clock import Clock
from clavis_kit.db import Connection, Pool
from clavis_kit.logging import get_logger
from clavis_kit.messages.message import OutgoingMessage, UndeliverableError
from clavis_kit.messages.receipts import drop_old
from clavis_kit.messages.sender import MessageSender
from clavis_kit.metrics import MESSAGE_QUEUE, MESSAGE_QUEUE_OLDEST

BATCH = 20
POLL_SECONDS = 1.0
RETRY_AFTER = timedelta(seconds=30)
USEFUL_FOR = timedelta(days=2)
_CLEANING = timedelta(hours=1)
_log = get_logger(__name__)


async def enqueue(
    connection: Connection,
    message: OutgoingMessage,
    now: datetime,
    *,
    useful_for: timedelta = USEFUL_FOR,
) -> None:
    """Queue a notice on the caller's transaction. Queued before under this reference: nothing."""
    await connection.execute(
        "INSERT INTO queued_message (reference, channel, recipient, subject, body, queued_at,"
        " next_attempt_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $6, $7)"
        " ON CONFLICT (reference) DO NOTHING",
        message.reference,
        message.channel,
        message.to,
        message.subject,
        message.body,
        now,
        now + useful_for,
    )


async def deliver_due(pool: Pool, sender: MessageSender, now: datetime) -> int:
    """Send what is due and forget what is too old; return how many were taken."""
    dropped = await pool.fetch(
        "DELETE FROM queued_message WHERE expires_at <= $1 RETURNING true", now
    )
    if dropped:
        _log.warning("messages_expired", count=len(dropped))
    due = await _claim(pool, now)
    return sum([await _deliver(pool, sender, message) for message in due])


async def _claim(pool: Pool, now: datetime) -> list[OutgoingMessage]:
    # If we die before sending, the message is due again after a pause that grows.
    rows = await pool.fetch(
        """
        UPDATE queued_message
           SET attempts = attempts + 1,
               next_attempt_at = $1::timestamptz + $2::interval * (attempts + 1)
         WHERE reference IN (
                   SELECT reference FROM queued_message
                    WHERE next_attempt_at <= $1 AND expires_at > $1
                    ORDER BY next_attempt_at LIMIT $3
                      FOR UPDATE SKIP LOCKED)
        RETURNING channel, recipient, body, reference, subject
        """,
        now,
        RETRY_AFTER,
        BATCH,
    )
    return [OutgoingMessage(*row) for row in rows]


async def _deliver(pool: Pool, sender: MessageSender, message: OutgoingMessage) -> bool:
    try:
        if message.channel == "sms":
            await sender.send_sms(message.to, message.body, reference=message.reference)
        else:
            await sender.send_mail(
                message.to, message.subject or "", message.body, reference=message.reference
            )
    except UndeliverableError:
        return False
    await pool.execute("DELETE FROM queued_message WHERE reference = $1", message.reference)
    return True


async def measure(pool: Pool, now: datetime) -> None:
    """Say how many wait and since when the oldest does."""
    row = await pool.fetchrow("SELECT count(*) AS n, min(queued_at) AS oldest FROM queued_message")
    MESSAGE_QUEUE.set(row["n"] if row else 0)
    oldest = row["oldest"] if row else None
    MESSAGE_QUEUE_OLDEST.set((now - oldest).total_seconds() if oldest else 0)


async def deliver_forever(pool: Pool, sender: MessageSender, clock: Clock) -> None:
    """Send as notices come; a lost database is awaited."""
    cleaned_at = clock.now()
    while True:
        try:
            await deliver_due(pool, sender, clock.now())
            await measure(pool, clock.now())
            if clock.now() - cleaned_at > _CLEANING:
                cleaned_at = clock.now()
                await drop_old(pool, cleaned_at)
        except Exception as error:  # noqa: BLE001  whatever it was, the next turn tries again
            _log.warning("delivery_interrupted", error_type=type(error).__name__)
        await asyncio.sleep(POLL_SECONDS)
