"""Codes that prove a phone or an address: rows, on the caller's transaction."""

from dataclasses import dataclass
from datetime import datetime

from clavis_kit.db import Connection

from clavis_registry.rules.contact import PhoneCode, PhoneCodePolicy


@dataclass(frozen=True)
class RecentCodes:
    """What was sent lately: the newest to this enrolment and how many to this number."""

    newest_sent_at: datetime | None
    sent_to_number: int
    oldest_sent_to_number: datetime | None


class PhoneCodeStore:
    """Codes sent by SMS; the newest of an enrolment is the one that counts."""

    def __init__(self, db: Connection) -> None:
        """Use a connection that the caller commits."""
        self._db = db

    async def recent(self, enrolment_id: str, mobile_hash: str, since: datetime) -> RecentCodes:
        """Count what was delivered; sends to one number take turns until the transaction ends."""
        await self._db.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 2))", mobile_hash)
        row = await self._db.fetchrow(
            """
            SELECT max(sent_at) FILTER (WHERE enrolment_id = $1) AS newest,
                   count(*) AS total, min(sent_at) AS oldest
              FROM phone_code
             WHERE mobile_hash = $2 AND sent_at > $3 AND undelivered_at IS NULL
            """,
            enrolment_id,
            mobile_hash,
            since,
        )
        if row is None:
            return RecentCodes(None, 0, None)
        return RecentCodes(row["newest"], row["total"], row["oldest"])

    async def add(
        self,
        phone_code_id: str,
        enrolment_id: str,
        hashes: tuple[str, str],
        sent_at: datetime,
        expires_at: datetime,
    ) -> None:
        """Keep a code about to be sent; `hashes` are those of the number and of the code."""
        await self._db.execute(
            """
            INSERT INTO phone_code
                (phone_code_id, enrolment_id, mobile_hash, code_hash, sent_at, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6)
            """,
            phone_code_id,
            enrolment_id,
            *hashes,
            sent_at,
            expires_at,
        )

    async def undelivered(self, phone_code_id: str, now: datetime) -> None:
        """Leave out a code whose message could not be sent."""
        await self._db.execute(
            "UPDATE phone_code SET undelivered_at = $2 WHERE phone_code_id = $1",
            phone_code_id,
            now,
        )

    async def attempt(
        self, enrolment_id: str, code_hash: str, policy: PhoneCodePolicy, now: datetime
    ) -> bool:
        """Try the newest code: one statement counts the try and consumes the code."""
        proved = await self._db.fetchval(
            """
            UPDATE phone_code
               SET tries = tries + 1,
                   proved_at = CASE WHEN code_hash = $2 THEN $4::timestamptz END
             WHERE phone_code_id = (
                       SELECT phone_code_id FROM phone_code
                        WHERE enrolment_id = $1 AND undelivered_at IS NULL
                        ORDER BY sent_at DESC LIMIT 1)
               AND proved_at IS NULL AND tries < $3 AND expires_at > $4
            RETURNING proved_at IS NOT NULL
            """,
            enrolment_id,
            code_hash,
            policy.tries,
            now,
        )
        return bool(proved)

    async def proved_by(self, enrolment_id: str, code_hash: str, policy: PhoneCodePolicy) -> bool:
        """Say whether this is the code that proved the phone; one statement counts the try."""
        same = await self._db.fetchval(
            """
            UPDATE phone_code SET tries = tries + 1
             WHERE enrolment_id = $1 AND proved_at IS NOT NULL AND tries < $3
            RETURNING code_hash = $2
            """,
            enrolment_id,
            code_hash,
            policy.tries,
        )
        return bool(same)

    async def newest(self, enrolment_id: str) -> PhoneCode | None:
        """Read the newest unproved code, to explain a failed attempt."""
        row = await self._db.fetchrow(
            """
            SELECT expires_at, tries FROM phone_code
             WHERE enrolment_id = $1 AND undelivered_at IS NULL AND proved_at IS NULL
             ORDER BY sent_at DESC LIMIT 1
            """,
            enrolment_id,
        )
        return PhoneCode(**row) if row else None
