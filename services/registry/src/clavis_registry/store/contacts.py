"""Contact data, activation codes and death notices: rows, on the caller's transaction."""

from dataclasses import dataclass
from datetime import date, datetime

from clavis_kit.db import Connection

from clavis_registry.rules.credentials import PhoneState, phone_state


@dataclass(frozen=True)
class Contact:
    """How to reach a person. `mobile` is theirs only while its state is verified."""

    email: str
    mobile: str
    phone_verified_at: datetime | None
    phone_lost_at: datetime | None = None
    email_verified_at: datetime | None = None

    @property
    def phone_state(self) -> PhoneState:
        """Whether the number is theirs, or why not."""
        return phone_state(self.phone_verified_at, self.phone_lost_at)

    @property
    def verified_mobile(self) -> str | None:
        """The number, while it is theirs."""
        return self.mobile if self.phone_state is PhoneState.VERIFIED else None


class ContactStore:
    """Contact data by subject id."""

    def __init__(self, db: Connection) -> None:
        """Use a connection that the caller commits."""
        self._db = db

    async def get(self, subject_id: str) -> Contact | None:
        """Read a person's contact data."""
        row = await self._db.fetchrow(
            """
            SELECT email, mobile, phone_verified_at, phone_lost_at, email_verified_at
              FROM contact WHERE subject_id = $1
            """,
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
                   email_verified_at = CASE WHEN contact.email = excluded.email
                                            THEN contact.email_verified_at END,
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
            UPDATE contact SET phone_verified_at = NULL, phone_lost_at = $2
             WHERE subject_id = $1 AND phone_verified_at IS NOT NULL
            """,
            subject_id,
            at,
        )

    async def restore_phone(self, subject_id: str, at: datetime) -> bool:
        """Give a released number back while nobody else proved it; False when it is gone."""
        restored = await self._db.fetchval(
            """
            UPDATE contact SET phone_verified_at = $2
             WHERE subject_id = $1 AND phone_verified_at IS NULL AND phone_lost_at IS NULL
               AND NOT EXISTS (SELECT FROM contact AS other
                                WHERE other.mobile = contact.mobile
                                  AND other.phone_verified_at IS NOT NULL)
            RETURNING true
            """,
            subject_id,
            at,
        )
        return bool(restored)

    async def put_phone(self, subject_id: str, mobile: str, at: datetime) -> None:
        """Write a number that its person proved."""
        await self._db.execute(
            """
            UPDATE contact SET mobile = $2, phone_verified_at = $3, phone_lost_at = NULL
             WHERE subject_id = $1
            """,
            subject_id,
            mobile,
            at,
        )

    async def put_email(self, subject_id: str, email: str, at: datetime) -> None:
        """Write an address that its person proved."""
        await self._db.execute(
            "UPDATE contact SET email = $2, email_verified_at = $3 WHERE subject_id = $1",
            subject_id,
            email,
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

    async def use(self, subject_id: str, at: datetime) -> None:
        """Keep that the code in force served; one that is blocked stays blocked."""
        await self._db.execute(
            """
            UPDATE activation_code SET state = 'used', used_at = coalesce(used_at, $2)
             WHERE subject_id = $1 AND state IN ('active', 'used') AND issued_at <= $2
            """,
            subject_id,
            at,
        )

    async def block(self, subject_id: str, at: datetime) -> bool:
        """Keep that the code in force was blocked; False when that code was replaced since."""
        blocked = await self._db.fetchval(
            """
            UPDATE activation_code SET state = 'blocked', blocked_at = $2
             WHERE subject_id = $1 AND state IN ('active', 'used') AND issued_at <= $2
            RETURNING true
            """,
            subject_id,
            at,
        )
        return bool(blocked)

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
        """Keep a notice; False when it is known, or is an entry that was found wrong."""
        added = await self._db.fetchval(
            """
            INSERT INTO death_notice (national_id_hash, died_on, source_reference, received_at)
            VALUES ($1, $2, $3, $4)
            ON CONFLICT (national_id_hash) DO UPDATE
               SET died_on = excluded.died_on, source_reference = excluded.source_reference,
                   received_at = excluded.received_at, corrected_at = NULL
             WHERE death_notice.corrected_at IS NOT NULL
               AND excluded.source_reference <> ALL (death_notice.wrong_references)
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
            "SELECT true FROM death_notice WHERE national_id_hash = $1 AND corrected_at IS NULL",
            national_id_hash,
        )
        return bool(found)
