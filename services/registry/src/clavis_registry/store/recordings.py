"""Recordings of calls as their providers announced them: rows, on the caller's transaction."""

from datetime import datetime

import asyncpg
from clavis_kit.db import Connection

from clavis_registry.rules.video import RecordingReference

_SELECT = """
    SELECT provider, recording_id, sha256, started_at, ended_at FROM video_recording
"""


def _reference(row: asyncpg.Record) -> RecordingReference:
    return RecordingReference(**row)


class RecordingStore:
    """Recordings by case; one belongs to one case and never changes."""

    def __init__(self, db: Connection) -> None:
        """Use a connection that the caller commits."""
        self._db = db

    async def announce(self, case_id: str, recording: RecordingReference, now: datetime) -> None:
        """Keep a recording; one of this name that is there stays as it is."""
        await self._db.execute(
            """
            INSERT INTO video_recording
                (provider, recording_id, case_id, sha256, started_at, ended_at, announced_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (provider, recording_id) DO NOTHING
            """,
            recording.provider,
            recording.recording_id,
            case_id,
            recording.sha256,
            recording.started_at,
            recording.ended_at,
            now,
        )

    async def one(
        self, case_id: str, provider: str, recording_id: str
    ) -> RecordingReference | None:
        """Read a recording of a case."""
        row = await self._db.fetchrow(
            f"{_SELECT} WHERE provider = $2 AND recording_id = $3 AND case_id = $1",
            case_id,
            provider,
            recording_id,
        )
        return _reference(row) if row else None

    async def of_case(self, case_id: str) -> list[RecordingReference]:
        """Read what was announced of a case, oldest first."""
        rows = await self._db.fetch(f"{_SELECT} WHERE case_id = $1 ORDER BY started_at", case_id)
        return [_reference(row) for row in rows]
