"""Renewed identifications: rows of persons, on the caller's transaction."""

from datetime import datetime

from clavis_kit.db import Connection

from clavis_registry.rules.person import Channel


class RenewalStore:
    """The five-year clock of a person."""

    def __init__(self, db: Connection) -> None:
        """Use a connection that the caller commits."""
        self._db = db

    async def renew(self, subject_id: str, channel: Channel, at: datetime) -> None:
        """Start the clock anew; the version rises. When the person enrolled stays as it was."""
        await self._db.execute(
            """
            UPDATE person
               SET last_strong_identification_at = $3, channel = $2, version = version + 1
             WHERE subject_id = $1
            """,
            subject_id,
            channel,
            at,
        )
