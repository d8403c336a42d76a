"""What other services said of people: projections, each guarded by the version of its stream."""

from dataclasses import dataclass
from datetime import date, datetime

from clavis_kit.db import Connection

from clavis_signing.rules import Evidence, PersonStatus


@dataclass(frozen=True)
class PersonFact:
    """A person as the registry described them."""

    subject_id: str
    version: int
    advanced: bool
    last_strong_identification_at: datetime | None
    document_expires_on: date | None
    minor: bool


@dataclass(frozen=True)
class Signatory:
    """Evidence on a person, and since when the password is the present one."""

    evidence: Evidence
    password_changed_at: datetime | None


class PeopleStore:
    """Rows of `person` and `password`."""

    def __init__(self, db: Connection) -> None:
        """Use the caller's connection."""
        self._db = db

    async def save_registered(self, fact: PersonFact) -> None:
        """Take over a whole description; an older one changes nothing."""
        await self._db.execute(
            """
            INSERT INTO person (subject_id, version, status, advanced,
                                last_strong_identification_at, document_expires_on, minor)
            VALUES ($1, $2, 'registered', $3, $4, $5, $6)
            ON CONFLICT (subject_id) DO UPDATE
               SET version = EXCLUDED.version, status = EXCLUDED.status,
                   advanced = EXCLUDED.advanced,
                   last_strong_identification_at = EXCLUDED.last_strong_identification_at,
                   document_expires_on = EXCLUDED.document_expires_on, minor = EXCLUDED.minor
             WHERE person.version < EXCLUDED.version
            """,
            fact.subject_id,
            fact.version,
            fact.advanced,
            fact.last_strong_identification_at,
            fact.document_expires_on,
            fact.minor,
        )

    async def save_level(
        self, subject_id: str, version: int, *, advanced: bool, identified_at: datetime | None
    ) -> None:
        """Take over a new level, and the act that proved it if there was one."""
        await self._db.execute(
            """
            UPDATE person
               SET version = $2, advanced = $3,
                   last_strong_identification_at =
                       coalesce($4, last_strong_identification_at)
             WHERE subject_id = $1 AND version < $2
            """,
            subject_id,
            version,
            advanced,
            identified_at,
        )

    async def save_reinstated(self, subject_id: str, version: int, *, advanced: bool) -> None:
        """Let a person back in."""
        await self._db.execute(
            """
            UPDATE person SET version = $2, status = 'registered', advanced = $3
             WHERE subject_id = $1 AND version < $2
            """,
            subject_id,
            version,
            advanced,
        )

    async def save_frozen(self, subject_id: str, version: int, *, frozen: bool) -> None:
        """Suspend signing, or let it go on."""
        await self._db.execute(
            """
            UPDATE person SET version = $2, frozen = $3 WHERE subject_id = $1 AND version < $2
            """,
            subject_id,
            version,
            frozen,
        )

    async def save_document(
        self, subject_id: str, version: int, expires_on: date | None, identified_at: datetime | None
    ) -> None:
        """Take over the end of the document, and a new identification if there was one."""
        await self._db.execute(
            """
            UPDATE person
               SET version = $2, document_expires_on = $3,
                   last_strong_identification_at =
                       coalesce($4, last_strong_identification_at)
             WHERE subject_id = $1 AND version < $2
            """,
            subject_id,
            version,
            expires_on,
            identified_at,
        )

    async def save_version(self, subject_id: str, version: int) -> bool:
        """Note that a fact was seen; say whether it was news."""
        fresh = await self._db.fetchval(
            """
            UPDATE person SET version = $2 WHERE subject_id = $1 AND version < $2
            RETURNING true
            """,
            subject_id,
            version,
        )
        return bool(fresh)

    async def save_ended(self, subject_id: str, version: int, status: PersonStatus) -> bool:
        """Note that an identity ended; say whether that was news."""
        fresh = await self._db.fetchval(
            """
            INSERT INTO person (subject_id, version, status, advanced, minor)
            VALUES ($1, $2, $3, false, false)
            ON CONFLICT (subject_id) DO UPDATE
               SET version = EXCLUDED.version, status = EXCLUDED.status
             WHERE person.version < EXCLUDED.version
            RETURNING true
            """,
            subject_id,
            version,
            status.value,
        )
        return bool(fresh)

    async def save_password(
        self,
        subject_id: str,
        version: int,
        *,
        active: bool,
        changed_at: datetime,
        expires_at: datetime | None,
    ) -> None:
        """Note the state of a person's password; an older fact changes nothing."""
        await self._db.execute(
            """
            INSERT INTO password (subject_id, version, active, changed_at, expires_at)
            VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (subject_id) DO UPDATE
               SET version = EXCLUDED.version, active = EXCLUDED.active,
                   changed_at = EXCLUDED.changed_at, expires_at = EXCLUDED.expires_at
             WHERE password.version < EXCLUDED.version
            """,
            subject_id,
            version,
            active,
            changed_at,
            expires_at,
        )

    async def signatory(self, subject_id: str, now: datetime) -> Signatory:
        """Gather the evidence on a person; somebody unknown has no status."""
        row = await self._db.fetchrow(
            """
            SELECT p.status, p.advanced, p.last_strong_identification_at, p.document_expires_on,
                   p.minor, p.frozen, w.changed_at,
                   coalesce(w.active AND (w.expires_at IS NULL OR w.expires_at > $2), false)
                       AS password_active
              FROM (SELECT $1::uuid AS subject_id) AS asked
              LEFT JOIN person AS p USING (subject_id)
              LEFT JOIN password AS w USING (subject_id)
            """,
            subject_id,
            now,
        )
        if row is None or row["status"] is None:
            return Signatory(Evidence(None, False, False, None, None, False), None)  # noqa: FBT003
        evidence = Evidence(
            status=PersonStatus(row["status"]),
            advanced=row["advanced"],
            password_active=row["password_active"],
            last_strong_identification_at=row["last_strong_identification_at"],
            document_expires_on=row["document_expires_on"],
            minor=row["minor"],
            frozen=row["frozen"],
        )
        return Signatory(evidence, row["changed_at"])

    async def hold_registered(self, subject_id: str) -> bool:
        """Say whether the person is registered and not frozen, and keep it so until the end."""
        row = await self._db.fetchrow(
            "SELECT status, frozen FROM person WHERE subject_id = $1 FOR SHARE", subject_id
        )
        return row is not None and row["status"] == PersonStatus.REGISTERED and not row["frozen"]
