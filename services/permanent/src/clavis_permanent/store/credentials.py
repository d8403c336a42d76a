"""The password: found by identity number or subject, replaced, removed."""

from dataclasses import dataclass, field, replace
from datetime import datetime

import asyncpg
from clavis_kit.db import Connection, Pool

from clavis_permanent.passwords import StoredPassword
from clavis_permanent.rules import ForbiddenWord, Level
from clavis_permanent.rules.methods import FactorState
from clavis_permanent.store.sources import Visit, source_cte


@dataclass(frozen=True, slots=True)
class Holder:
    """A person and the password, if there is one. `version` is that of their stream of events."""

    subject_id: str
    level: Level
    stands: bool
    frozen: bool
    has_phone: bool
    version: int
    password: StoredPassword | None
    blocked_at: datetime | None
    activated_at: datetime | None
    expires_at: datetime | None
    factors: FactorState = field(default_factory=FactorState)


@dataclass(frozen=True, slots=True)
class Found:
    """Whose identity number it is, if anybody's; until when the network must wait, if it must."""

    holder: Holder | None
    full_until: datetime | None


@dataclass(frozen=True, slots=True)
class NewPassword:
    """A password to be put in force."""

    subject_id: str
    stored: StoredPassword
    at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Constraints:
    """What a new password of a person is checked against, besides the policy."""

    subject_id: str
    former: tuple[StoredPassword, ...]
    forbidden_words: tuple[ForbiddenWord, ...]


_FIND = f"""
    WITH {source_cte("$2", "$3", "$4", "$5")}, holder AS (
        SELECT p.subject_id, p.level, stands(p) AS stands,
               p.frozen OR p.reported_at IS NOT NULL AS frozen,
               p.phone_verified AND p.phone IS NOT NULL AS has_phone,
               coalesce(c.version, 0) AS version, c.password_hash, c.pepper_id,
               c.blocked_at, c.activated_at, c.expires_at,
               a.failures AS app_failures, a.blocked_until AS app_blocked_until,
               r.failures AS list_failures, r.blocked_until AS list_blocked_until,
               (SELECT count(*) FROM recovery_code AS l
                 WHERE l.subject_id = p.subject_id AND l.used_at IS NULL) AS codes_left
          FROM person AS p
          LEFT JOIN credential AS c USING (subject_id)
          LEFT JOIN authenticator_app AS a USING (subject_id)
          LEFT JOIN recovery_code_set AS r USING (subject_id)
         WHERE p.national_id_hash = $1
         ORDER BY p.status = 'active' DESC, p.person_version DESC
         LIMIT 1
    )
    SELECT source.full_until, holder.*
      FROM (VALUES (true)) AS one
      LEFT JOIN source ON true
      LEFT JOIN holder ON true
"""  # noqa: S608 -- the interpolated text is constant


async def find_by_national_id(pool: Pool, national_id_hash: str, visit: Visit) -> Found:
    """Count an attempt against its network and find whose identity number this is."""
    row = await pool.fetchrow(
        _FIND, national_id_hash, visit.source_hash, visit.ticket, visit.at, visit.drip
    )
    if row is None or row["full_until"] or row["subject_id"] is None:
        return Found(None, row["full_until"] if row else None)
    return Found(replace(_holder(row), factors=_factors(row)), None)


async def find_by_subject(pool: Pool, subject_id: str) -> Holder | None:
    """Find a person by subject; None for nobody."""
    row = await pool.fetchrow(
        """
        SELECT p.subject_id, p.level, stands(p) AS stands,
               p.frozen OR p.reported_at IS NOT NULL AS frozen,
               p.phone_verified AND p.phone IS NOT NULL AS has_phone,
               coalesce(c.version, 0) AS version, c.password_hash, c.pepper_id,
               c.blocked_at, c.activated_at, c.expires_at
          FROM person AS p
          LEFT JOIN credential AS c USING (subject_id)
         WHERE p.subject_id = $1
        """,
        subject_id,
    )
    return _holder(row) if row else None


def _holder(row: asyncpg.Record) -> Holder:
    stored = StoredPassword(row["password_hash"], row["pepper_id"])
    return Holder(
        subject_id=str(row["subject_id"]),
        level=Level(row["level"] or Level.BASIC),
        stands=row["stands"],
        frozen=row["frozen"],
        has_phone=row["has_phone"],
        version=row["version"],
        password=stored if row["password_hash"] else None,
        blocked_at=row["blocked_at"],
        activated_at=row["activated_at"],
        expires_at=row["expires_at"],
    )


def _factors(row: asyncpg.Record) -> FactorState:
    return FactorState(
        app_failures=row["app_failures"],
        app_blocked_until=row["app_blocked_until"],
        list_failures=row["list_failures"],
        list_blocked_until=row["list_blocked_until"],
        codes_left=row["codes_left"],
    )


async def find_constraints(pool: Pool, subject_id: str, history: int) -> Constraints | None:
    """Read what a new password is checked against; None for nobody who may have one.

    `history` is how many of the last passwords, the present one included, may not come again.
    """
    row = await pool.fetchrow(
        """
        SELECT p.subject_id, p.forbidden_words, (
                   SELECT coalesce(array_agg(ARRAY[password_hash, pepper_id]), '{}')
                     FROM (SELECT password_hash, pepper_id, 'infinity'::timestamptz AS replaced_at
                             FROM credential
                            WHERE subject_id = $1
                              AND password_hash IS NOT NULL
                            UNION ALL
                           SELECT password_hash, pepper_id, replaced_at
                             FROM former_password
                            WHERE subject_id = $1
                            ORDER BY replaced_at DESC
                            LIMIT $2) AS latest) AS former
          FROM person AS p
         WHERE p.subject_id = $1
           AND stands(p)
        """,
        subject_id,
        history,
    )
    if row is None:
        return None
    return Constraints(
        subject_id=str(row["subject_id"]),
        former=tuple(StoredPassword(made, pepper_id) for made, pepper_id in row["former"]),
        forbidden_words=tuple(
            ForbiddenWord(length, word) for length, word in row["forbidden_words"]
        ),
    )


async def set_password(db: Connection, new: NewPassword, history: int) -> bool:
    """Put a password in force and lift any block, in the caller's transaction.

    Return whether there was a password before; it is kept while the history reaches back to it.
    """
    replaced = await db.fetchrow(
        "SELECT password_hash, pepper_id FROM credential WHERE subject_id = $1 FOR UPDATE",
        new.subject_id,
    )
    had_password = replaced is not None and replaced["password_hash"] is not None
    if replaced is not None and had_password:
        former = StoredPassword(replaced["password_hash"], replaced["pepper_id"])
        await _keep_former(db, new.subject_id, former, new.at, history - 1)
    await db.execute(
        """
        INSERT INTO credential AS c
               (subject_id, version, password_hash, pepper_id, activated_at, expires_at)
        VALUES ($1, 0, $2, $3, $4, $5)
        ON CONFLICT (subject_id) DO UPDATE
        SET password_hash = excluded.password_hash,
            pepper_id = excluded.pepper_id,
            activated_at = excluded.activated_at,
            expires_at = excluded.expires_at,
            failures = 0,
            blocked_at = NULL
        """,
        new.subject_id,
        new.stored.hash,
        new.stored.pepper_id,
        new.at,
        new.expires_at,
    )
    return had_password


async def _keep_former(
    db: Connection, subject_id: str, former: StoredPassword, at: datetime, keep: int
) -> None:
    await db.execute(
        """
        INSERT INTO former_password (subject_id, replaced_at, password_hash, pepper_id)
        VALUES ($1, $2, $3, $4)
        ON CONFLICT DO NOTHING
        """,
        subject_id,
        at,
        former.hash,
        former.pepper_id,
    )
    await db.execute(
        """
        DELETE FROM former_password
         WHERE subject_id = $1
           AND replaced_at NOT IN (
               SELECT replaced_at
                 FROM former_password
                WHERE subject_id = $1
                ORDER BY replaced_at DESC
                LIMIT $2)
        """,
        subject_id,
        keep,
    )


async def remove_password(db: Connection, subject_id: str) -> bool:
    """Destroy the password and the former ones; False when there was none."""
    await db.execute("DELETE FROM former_password WHERE subject_id = $1", subject_id)
    removed = await db.fetchval(
        """
        UPDATE credential
           SET password_hash = NULL,
               activated_at = NULL,
               expires_at = NULL,
               failures = 0,
               blocked_at = NULL
         WHERE subject_id = $1
           AND password_hash IS NOT NULL
        RETURNING true
        """,
        subject_id,
    )
    return removed is True


async def password_set_at(db: Connection, subject_id: str) -> datetime | None:
    """Lock the password and say since when it is this one.

    None when there is none, or when its person was stopped meanwhile.
    """
    at: datetime | None = await db.fetchval(
        """
        SELECT c.activated_at
          FROM credential AS c
          JOIN person AS p USING (subject_id)
         WHERE c.subject_id = $1
           AND stands(p)
           FOR UPDATE OF c
        """,
        subject_id,
    )
    return at
