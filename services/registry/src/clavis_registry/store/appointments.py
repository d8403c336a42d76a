"""Booked video calls: rows, on the caller's transaction."""

from dataclasses import dataclass
from datetime import datetime

from clavis_kit.db import Connection


@dataclass(frozen=True)
class Appointment:
    """A booked call."""

    appointment_id: str
    national_id_hash: str
    language: str
    email: str
    starts_at: datetime
    state: str


@dataclass(frozen=True)
class BookedBy:
    """What a booking keeps of whoever made it, as keyed hashes."""

    token_hash: str
    contrast_hash: str
    source_hash: str


class AppointmentStore:
    """Booked calls; the secret of whoever booked finds them again."""

    def __init__(self, db: Connection) -> None:
        """Use a connection that the caller commits."""
        self._db = db

    async def book(
        self, appointment: Appointment, booked_by: BookedBy, desks: int, now: datetime
    ) -> bool:
        """Take the first free desk of a slot; False when there is none, or one is booked."""
        booked = await self._db.fetchval(
            """
            INSERT INTO video_appointment
                (appointment_id, token_hash, national_id_hash, language, email, starts_at, desk,
                 state, created_at, contrast_hash, source_hash)
            SELECT $1, $2, $3, $4, $5, $6, min(desk), 'booked', $8, $9, $10
              FROM generate_series(1, $7::integer) AS desk
             WHERE NOT EXISTS (SELECT 1 FROM video_appointment AS taken
                                WHERE taken.starts_at = $6 AND taken.desk = desk.desk
                                  AND taken.state <> 'cancelled')
            HAVING min(desk) IS NOT NULL
            ON CONFLICT DO NOTHING
            RETURNING true
            """,
            appointment.appointment_id,
            booked_by.token_hash,
            appointment.national_id_hash,
            appointment.language,
            appointment.email,
            appointment.starts_at,
            desks,
            now,
            booked_by.contrast_hash,
            booked_by.source_hash,
        )
        return bool(booked)

    async def recent(self, source_hash: str, since: datetime) -> int:
        """Count the bookings from one source; they take turns until the transaction ends."""
        count: int = await self._db.fetchval(
            "SELECT video_bookings_of_source($1, $2)", source_hash, since
        )
        return count

    async def by_token(self, token_hash: str) -> Appointment | None:
        """Read the appointment of a secret and hold it."""
        row = await self._db.fetchrow(
            """
            SELECT appointment_id::text, national_id_hash, language, email, starts_at, state
              FROM video_appointment WHERE token_hash = $1 FOR UPDATE
            """,
            token_hash,
        )
        return Appointment(**row) if row else None

    async def move(self, appointment_id: str, starts_at: datetime, desks: int) -> bool:
        """Take a desk of another slot instead; False when it has none free."""
        moved = await self._db.fetchval(
            """
            UPDATE video_appointment AS mine
               SET starts_at = $2,
                   desk = (SELECT min(desk) FROM generate_series(1, $3::integer) AS desk
                            WHERE NOT EXISTS (SELECT 1 FROM video_appointment AS taken
                                               WHERE taken.starts_at = $2
                                                 AND taken.desk = desk.desk
                                                 AND taken.appointment_id <> $1
                                                 AND taken.state <> 'cancelled'))
             WHERE appointment_id = $1 AND state = 'booked'
               AND (SELECT count(*) FROM video_appointment AS taken
                     WHERE taken.starts_at = $2 AND taken.appointment_id <> $1
                       AND taken.state <> 'cancelled') < $3
            RETURNING true
            """,
            appointment_id,
            starts_at,
            desks,
        )
        return bool(moved)

    async def cancel(self, appointment_id: str) -> bool:
        """Give a slot back; False when the call was begun or given up already."""
        done = await self._db.fetchval(
            """
            UPDATE video_appointment SET state = 'cancelled'
             WHERE appointment_id = $1 AND state = 'booked' RETURNING true
            """,
            appointment_id,
        )
        return bool(done)

    async def cancel_of(self, national_id_hash: str, contrast_hash: str) -> None:
        """Give back the slot booked with the same data: the newest booking counts."""
        await self._db.execute(
            """
            UPDATE video_appointment SET state = 'cancelled'
             WHERE national_id_hash = $1 AND contrast_hash = $2 AND state = 'booked'
            """,
            national_id_hash,
            contrast_hash,
        )

    async def arrive(self, appointment_id: str) -> bool:
        """Keep that the person came; False when the call was begun or given up already."""
        done = await self._db.fetchval(
            """
            UPDATE video_appointment SET state = 'arrived'
             WHERE appointment_id = $1 AND state = 'booked' RETURNING true
            """,
            appointment_id,
        )
        return bool(done)

    async def taken(self, begin: datetime, end: datetime) -> dict[datetime, int]:
        """Count the desks taken per slot."""
        rows = await self._db.fetch(
            """
            SELECT starts_at, count(*) AS taken FROM video_appointment
             WHERE starts_at BETWEEN $1 AND $2 AND state <> 'cancelled' GROUP BY starts_at
            """,
            begin,
            end,
        )
        return {row["starts_at"]: row["taken"] for row in rows}
