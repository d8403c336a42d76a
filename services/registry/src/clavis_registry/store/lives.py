"""What happens to a person's identity besides enrolment: rows, on the caller's transaction.

The caller holds the row and has asked the rules; each statement raises the version by one.
"""

from datetime import date, datetime

from clavis_kit.db import Connection

from clavis_registry.rules.credentials import FreezeOrigin
from clavis_registry.rules.person import Cause, Channel
from clavis_registry.store.persons import COLUMNS, Person, person_of


class LifeStore:
    """Endings, returns, freezes and renewals by subject id."""

    def __init__(self, db: Connection) -> None:
        """Use a connection that the caller commits."""
        self._db = db

    async def revoke(self, subject_id: str, cause: Cause, at: datetime) -> Person:
        """End the identity ex officio."""
        return await self._changed(
            """
            UPDATE person
               SET status = 'revoked', revocation_cause = $2, cause_gone_at = NULL, ended_at = $3,
                   version = version + 1
             WHERE subject_id = $1
            """,
            subject_id,
            cause,
            at,
        )

    async def clear_cause(self, subject_id: str, at: datetime) -> None:
        """Keep that the cause of a revocation has gone. Nobody outside needs to know."""
        await self._db.execute(
            "UPDATE person SET cause_gone_at = $2 WHERE subject_id = $1", subject_id, at
        )

    async def reinstate(self, subject_id: str) -> Person:
        """Make the person registered again, as before a revocation."""
        return await self._changed(
            """
            UPDATE person
               SET status = 'registered', revocation_cause = NULL, cause_gone_at = NULL,
                   ended_at = NULL, version = version + 1
             WHERE subject_id = $1
            """,
            subject_id,
        )

    async def rehabilitate(
        self, subject_id: str, channel: Channel, at: datetime, strong_at: datetime | None
    ) -> Person:
        """Make one who renounced registered again, at the advanced level."""
        return await self._changed(
            """
            UPDATE person
               SET status = 'registered', level = 'advanced', channel = $2, enrolled_at = $3,
                   last_strong_identification_at = $4, ended_at = NULL, version = version + 1
             WHERE subject_id = $1
            """,
            subject_id,
            channel,
            at,
            strong_at,
        )

    async def die(self, subject_id: str, at: datetime) -> Person:
        """End the identity, remembering what it was."""
        return await self._changed(
            """
            UPDATE person
               SET former_status = status, former_ended_at = ended_at, status = 'deceased',
                   ended_at = $2, version = version + 1
             WHERE subject_id = $1
            """,
            subject_id,
            at,
        )

    async def correct_death(self, subject_id: str) -> Person:
        """Give back what stood before a death that was none."""
        return await self._changed(
            """
            UPDATE person
               SET status = coalesce(former_status, 'none'), ended_at = former_ended_at,
                   former_status = NULL, former_ended_at = NULL, version = version + 1
             WHERE subject_id = $1 AND status = 'deceased'
            """,
            subject_id,
        )

    async def freeze(self, subject_id: str, origin: FreezeOrigin, at: datetime) -> Person:
        """Stop every method of the person."""
        return await self._changed(
            """
            UPDATE person SET frozen_at = $2, frozen_origin = $3, version = version + 1
             WHERE subject_id = $1
            """,
            subject_id,
            at,
            origin,
        )

    async def unfreeze(self, subject_id: str) -> Person:
        """Let the person's methods work again."""
        return await self._changed(
            """
            UPDATE person SET frozen_at = NULL, frozen_origin = NULL, version = version + 1
             WHERE subject_id = $1
            """,
            subject_id,
        )

    async def save_language(self, subject_id: str, language: str) -> None:
        """Keep the language of messages; the contact stream counts it."""
        await self._db.execute(
            "UPDATE person SET language = $2 WHERE subject_id = $1", subject_id, language
        )

    async def _changed(self, update: str, *arguments: object) -> Person:
        row = await self._db.fetchrow(f"{update} RETURNING {COLUMNS}", *arguments)
        if row is None:
            raise LookupError("the person to change is not there")
        return person_of(row)


class DeathCorrectionStore:
    """Entries of the civil registry that were wrong."""

    def __init__(self, db: Connection) -> None:
        """Use a connection that the caller commits."""
        self._db = db

    async def correct(self, national_id_hash: str, at: datetime) -> bool:
        """Mark the entry as wrong; False when none stands."""
        corrected = await self._db.fetchval(
            """
            UPDATE death_notice
               SET corrected_at = $2, wrong_references = wrong_references || source_reference
             WHERE national_id_hash = $1 AND corrected_at IS NULL
            RETURNING true
            """,
            national_id_hash,
            at,
        )
        return bool(corrected)

    async def standing(self, national_id_hash: str) -> tuple[date, str] | None:
        """Read the day and the source's entry of a death that stands."""
        row = await self._db.fetchrow(
            """
            SELECT died_on, source_reference FROM death_notice
             WHERE national_id_hash = $1 AND corrected_at IS NULL
            """,
            national_id_hash,
        )
        return (row["died_on"], row["source_reference"]) if row else None
