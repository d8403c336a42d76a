"""Contact data, activation codes and death notices: rows, on the caller's transaction."""

from dataclasses import dataclass
from datetime import date, datetime

from clavis_kit.db import Connection


@dataclass(frozen=True)
class Contact:
    """How to reach a person. `mobile` is theirs only while `phone_verified_at` is set."""

    email: str
    mobile: str
    phone_verified_at: datetime | None

    @property
    def verified_mobile(self) -> str | None:
        """The number, while it is theirs."""
        return self.mobile if self.phone_verified_at else None


class ContactStore:
    """Contact data by subject id."""

    def __init__(self, db: Connection) -> None:
        """Use a connection that the caller commits."""
        self._db = db

    async def get(self, subject_id: str) -> Contact | None:
        """Read a person's contact data."""
        row = await self._db.fetchrow(
            "SELECT email, mobile, phone_verified_at FROM contact WHERE subject_id = $1",
            subject_id,
        )
        return Contact(**row) if row else None

    async def await_turn(self, mobile: str) -> None:
        """Let changes of owner of one number take turns until the transaction ends."""
        await self._db.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 1))", mobile)

    async def owner_of(self, mobile: str) -> str | None:
        """Return the subject id of whoever proved this number last."""
        owner: str | None = await self._db.fetchval(
            """
            SELECT subject_id::text FROM contact
             WHERE mobile = $1 AND phone_verified_at IS NOT NULL
            """,
            mobile,
        )
        return owner

    async def put(self, subject_id: str, email: str, mobile: str, verified_at: datetime) -> None:
        """Write a person's contact data with a number they proved."""
        await self._db.execute(
            """
            INSERT INTO contact (subject_id, email, mobile, phone_verified_at)
            VALUES ($1, $2, $3, $4)
            ON CONFLICT (subject_id) DO UPDATE
               SET email = excluded.email, mobile = excluded.mobile,
                   phone_verified_at = excluded.phone_verified_at, phone_lost_at = NULL
            """,
            subject_id,
            email,
            mobile,
            verified_at,
        )

    async def lose_phone(self, subject_id: str, at: datetime) -> None:
        """Another person proved the number: it is no longer this one's."""
        await self._db.execute(
            """
            UPDATE contact SET phone_verified_at = NULL, phone_lost_at = $2 WHERE subject_id = $1
            """,
            subject_id,
            at,
        )

    async def release_phone(self, subject_id: str) -> None:
        """Take the number from an ended identity."""
        await self._db.execute(
            "UPDATE contact SET phone_verified_at = NULL WHERE subject_id = $1", subject_id
        )


class ActivationCodeStore:
    """Activation codes: hashes only, one current per person."""

    def __init__(self, db: Connection) -> None:
        """Use a connection that the caller commits."""
        self._db = db

    async def current_hash(self, subject_id: str) -> str | None:
        """Read the hash of the code in force."""
        code_hash: str | None = await self._db.fetchval(
            "SELECT code_hash FROM activation_code WHERE subject_id = $1 AND state <> 'replaced'",
            subject_id,
        )
        return code_hash

    async def withdraw(self, subject_id: str, at: datetime) -> None:
        """Leave the person without a code in force."""
        await self._db.execute(
            """
            UPDATE activation_code SET state = 'replaced', replaced_at = $2
             WHERE subject_id = $1 AND state <> 'replaced'
            """,
            subject_id,
            at,
        )

    async def replace(self, code_id: str, subject_id: str, code_hash: str, at: datetime) -> None:
        """Put a new code in force; the former one no longer works."""
        await self.withdraw(subject_id, at)
        await self._db.execute(
            """
            INSERT INTO activation_code
                (activation_code_id, subject_id, code_hash, state, issued_at)
            VALUES ($1, $2, $3, 'active', $4)
            """,
            code_id,
            subject_id,
            code_hash,
            at,
        )


class DeathNoticeStore:
    """Deaths told by the civil registry, by keyed hash."""

    def __init__(self, db: Connection) -> None:
        """Use a connection that the caller commits."""
        self._db = db

    async def add(
        self, national_id_hash: str, died_on: date, source_reference: str, now: datetime
    ) -> bool:
        """Keep a notice; False when this person's death is already known."""
        added = await self._db.fetchval(
            """
            INSERT INTO death_notice (national_id_hash, died_on, source_reference, received_at)
            VALUES ($1, $2, $3, $4)
            ON CONFLICT (national_id_hash) DO NOTHING
            RETURNING true
            """,
            national_id_hash,
            died_on,
            source_reference,
            now,
        )
        return bool(added)

    async def exists(self, national_id_hash: str) -> bool:
        """Say whether a death is known."""
        found = await self._db.fetchval(
            "SELECT true FROM death_notice WHERE national_id_hash = $1", national_id_hash
        )
        return bool(found)
