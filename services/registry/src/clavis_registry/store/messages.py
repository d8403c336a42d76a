"""Messages waiting to be sent: rows, on the caller's transaction."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from clavis_kit.db import Connection

BATCH = 20
RETRY_AFTER = timedelta(seconds=30)


@dataclass(frozen=True)
class QueuedMessage:
    """A message to one person; `subject` is that of an e-mail."""

    message_id: str
    channel: str
    recipient: str
    subject: str | None
    body: str


class MessageStore:
    """Messages recorded in the transaction of their fact."""

    def __init__(self, db: Connection) -> None:
        """Use a connection that the caller commits."""
        self._db = db

    async def add(self, message: QueuedMessage, now: datetime, expires_at: datetime) -> None:
        """Queue a message; it is dropped when it could not be sent until `expires_at`."""
        await self._db.execute(
            """
            INSERT INTO message
                (message_id, channel, recipient, subject, body, next_attempt_at, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            """,
            message.message_id,
            message.channel,
            message.recipient,
            message.subject,
            message.body,
            now,
            expires_at,
        )

    async def claim_due(self, now: datetime) -> list[QueuedMessage]:
        """Take what is due; if we die before sending, it is due again after a pause."""
        rows = await self._db.fetch(
            """
            UPDATE message
               SET attempts = attempts + 1,
                   next_attempt_at = $1::timestamptz + $2::interval * (attempts + 1)
             WHERE message_id IN (
                       SELECT message_id FROM message
                        WHERE next_attempt_at <= $1 AND expires_at > $1
                        ORDER BY next_attempt_at LIMIT $3
                          FOR UPDATE SKIP LOCKED)
            RETURNING message_id::text, channel, recipient, subject, body
            """,
            now,
            RETRY_AFTER,
            BATCH,
        )
        return [QueuedMessage(**row) for row in rows]

    async def remove(self, message_id: str) -> None:
        """Forget a message that the provider took."""
        await self._db.execute("DELETE FROM message WHERE message_id = $1", message_id)

    async def drop_expired(self, now: datetime) -> int:
        """Forget what is too old to be of use; return how many."""
        rows = await self._db.fetch(
            "DELETE FROM message WHERE expires_at <= $1 RETURNING message_id", now
        )
        return len(rows)
