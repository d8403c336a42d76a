"""What a person holds here, read at once; and the turn that changes of it take."""

from dataclasses import dataclass
from datetime import datetime

from clavis_kit.db import Connection, Pool

from clavis_permanent.rules import Level
from clavis_permanent.rules.methods import Methods


@dataclass(frozen=True, slots=True)
class AppEntry:
    """The authenticator app as the person sees it."""

    app_id: str
    created_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class RecoveryEntry:
    """The printed list as the person sees it."""

    left: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Holdings:
    """A person and everything this service keeps of ways in, but the list of passkeys."""

    level: Level
    stands: bool
    phone: str | None
    password: bool
    password_blocked: bool
    password_expires_at: datetime | None
    usable_passkeys: int
    app: AppEntry | None
    recovery: RecoveryEntry | None

    def methods(self, now: datetime) -> Methods:
        """Return what the rules weigh."""
        expires_at = self.password_expires_at
        usable = self.password and not self.password_blocked
        return Methods(
            passkeys=self.usable_passkeys,
            password=usable and expires_at is not None and expires_at > now,
            phone=self.phone is not None,
            authenticator_app=self.app is not None,
        )


async def find_holdings(db: "Connection | Pool", subject_id: str) -> Holdings | None:
    """Read what a person holds; None for nobody."""
    row = await db.fetchrow(
        """
        SELECT p.level, stands(p) AS stands, CASE WHEN p.phone_verified THEN p.phone END AS phone,
               c.password_hash IS NOT NULL AS password, c.blocked_at IS NOT NULL AS blocked,
               c.expires_at, a.app_id, a.created_at AS app_at, a.last_used_at,
               r.created_at AS listed_at,
               (SELECT count(*) FROM passkey AS k
                 WHERE k.subject_id = p.subject_id AND k.suspended_at IS NULL) AS passkeys,
               (SELECT count(*) FROM recovery_code AS l
                 WHERE l.subject_id = p.subject_id AND l.used_at IS NULL) AS codes_left
          FROM person AS p
          LEFT JOIN credential AS c USING (subject_id)
          LEFT JOIN authenticator_app AS a USING (subject_id)
          LEFT JOIN recovery_code_set AS r USING (subject_id)
         WHERE p.subject_id = $1
        """,
        subject_id,
    )
    if row is None:
        return None
    app = AppEntry(str(row["app_id"]), row["app_at"], row["last_used_at"])
    return Holdings(
        level=Level(row["level"] or Level.BASIC),
        stands=row["stands"],
        phone=row["phone"],
        password=row["password"],
        password_blocked=row["blocked"],
        password_expires_at=row["expires_at"],
        usable_passkeys=row["passkeys"],
        app=app if row["app_id"] else None,
        recovery=RecoveryEntry(row["codes_left"], row["listed_at"]) if row["listed_at"] else None,
    )


async def stands(pool: Pool, subject_id: str) -> bool:
    """Say whether a person's identity stands and is not frozen."""
    found = await pool.fetchval(
        "SELECT stands(p) FROM person AS p WHERE subject_id = $1", subject_id
    )
    return found is True


async def take_turn(db: Connection, subject_id: str) -> None:
    """Let changes of one person's methods come one after the other, until the transaction ends."""
    await db.execute("SELECT FROM person WHERE subject_id = $1 FOR NO KEY UPDATE", subject_id)


async def count_passkeys(db: Connection, subject_id: str) -> int:
    """Count a person's passkeys, suspended ones too."""
    count: int = await db.fetchval("SELECT count(*) FROM passkey WHERE subject_id = $1", subject_id)
    return count


async def remove_all(db: Connection, subject_id: str) -> dict[str, int]:
    """Destroy every passkey, app and printed list of a person; say how many there were of each."""
    row = await db.fetchrow(
        """
        WITH keys AS (DELETE FROM passkey WHERE subject_id = $1 RETURNING 1),
             apps AS (DELETE FROM authenticator_app WHERE subject_id = $1 RETURNING 1),
             lists AS (DELETE FROM recovery_code_set WHERE subject_id = $1 RETURNING 1),
             pending AS (DELETE FROM passkey_enrolment WHERE subject_id = $1),
             waiting AS (DELETE FROM authenticator_app_enrolment WHERE subject_id = $1)
        SELECT (SELECT count(*) FROM keys) AS passkeys, (SELECT count(*) FROM apps) AS apps,
               (SELECT count(*) FROM lists) AS lists
        """,
        subject_id,
    )
    return dict(row or {})
