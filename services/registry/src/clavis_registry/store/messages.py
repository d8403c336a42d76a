"""Notices recorded in the transaction of their fact; the kit's queue sends them after it."""

from datetime import datetime

from clavis_kit.db import Connection
from clavis_kit.messages import OutgoingMessage
from clavis_kit.messages.queue import enqueue


class MessageStore:
    """Messages recorded in the transaction of their fact."""

    def __init__(self, db: Connection) -> None:
        """Use a connection that the caller commits."""
        self._db = db

    async def add(self, message: OutgoingMessage, now: datetime, expires_at: datetime) -> None:
        """Queue a message; it is dropped when it could not be sent until `expires_at`."""
        await enqueue(self._db, message, now, useful_for=expires_at - now)
