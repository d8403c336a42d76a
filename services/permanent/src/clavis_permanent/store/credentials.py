"""The password: found by identity number or subject, judged and counted in one statement."""

from dataclasses import dataclass
from datetime import datetime

import asyncpg
from clavis_kit.db import Connection, Pool

from clavis_permanent.rules import Level, PasswordPolicy, Verdict

DECOY_SLOTS = 64


@dataclass(frozen=True, slots=True)
class Holder:
    """A person and the password, if there is one."""

    subject_id: str
    level: Level
    stands: bool
    has_phone: bool
    password_hash: str | None
    blocked_at: datetime | None
    activated_at: datetime | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """What Argon2 said of a typed password, about a hash read before."""

    subject_id: str
    password_hash: str
    matches: bool
    new_hash: str | None
    decoy_slot: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Settled:
    """How the attempt was judged, and whether the password is blocked now."""

    verdict: Verdict
    blocked: bool


async def find_by_national_id(pool: Pool, national_id_hash: str) -> Holder | None:
    """Find whose identity number this is; None for nobody."""
    row = await pool.fetchrow(
        """
        SELECT p.subject_id, p.level, p.status = 'active' AS stands,
               p.phone_verified AND p.phone IS NOT NULL AS has_phone,
               c.password_hash, c.blocked_at, c.activated_at, c.expires_at
          FROM person AS p
          LEFT JOIN credential AS c USING (subject_id)
         WHERE p.national_id_hash = $1
         ORDER BY p.status = 'active' DESC, p.person_version DESC
         LIMIT 1
        """,
        national_id_hash,
    )
    return _holder(row) if row else None


async def find_by_subject(pool: Pool, subject_id: str) -> Holder | None:
    """Find a person by subject; None for nobody."""
    row = await pool.fetchrow(
        """
        SELECT p.subject_id, p.level, p.status = 'active' AS stands,
               p.phone_verified AND p.phone IS NOT NULL AS has_phone,
               c.password_hash, c.blocked_at, c.activated_at, c.expires_at
          FROM person AS p
          LEFT JOIN credential AS c USING (subject_id)
         WHERE p.subject_id = $1
        """,
        subject_id,
    )
    return _holder(row) if row else None


def _holder(row: asyncpg.Record) -> Holder:
    return Holder(
        subject_id=str(row["subject_id"]),
        level=Level(row["level"] or Level.BASIC),
        stands=bool(row["stands"]),
        has_phone=row["has_phone"],
        password_hash=row["password_hash"],
        blocked_at=row["blocked_at"],
        activated_at=row["activated_at"],
        expires_at=row["expires_at"],
    )


async def settle_attempt(pool: Pool, attempt: Attempt, policy: PasswordPolicy) -> Settled:
    """Judge an attempt on the row as it is now and keep its consequence.

    The row is locked first, so parallel attempts take turns and none beyond the allowed number of
    wrong ones is answered by its password. Exactly one row is written in every case, one of the
    decoys where there is no credential, so that the time to answer tells nothing.
    """
    row = await pool.fetchrow(
        """
        WITH target AS MATERIALIZED (
            SELECT c.subject_id, c.failures, c.blocked_at,
                   -- Replaced or ended since it was read: the answer of Argon2 is void.
                   coalesce(p.status = 'active' AND c.password_hash = $2, false) AS stands,
                   c.expires_at <= $3 AS expired
              FROM credential AS c
              JOIN person AS p USING (subject_id)
             WHERE c.subject_id = $1
               FOR UPDATE OF c
        ), settled AS (
            UPDATE credential AS c
               SET last_attempt_at = $3,
                   failures = CASE WHEN NOT t.stands OR t.blocked_at IS NOT NULL THEN t.failures
                                   WHEN $4 THEN 0
                                   ELSE t.failures + 1 END,
                   blocked_at = CASE WHEN t.stands AND t.blocked_at IS NULL AND NOT $4
                                          AND t.failures + 1 >= $6 THEN $3
                                     ELSE t.blocked_at END,
                   password_hash = CASE WHEN t.stands AND t.blocked_at IS NULL AND $4
                                        THEN coalesce($5::text, c.password_hash)
                                        ELSE c.password_hash END
              FROM target AS t
             WHERE c.subject_id = t.subject_id
            RETURNING c.blocked_at
        ), decoyed AS (
            UPDATE decoy
               SET touched = touched + 1
             WHERE slot = $7
               AND NOT EXISTS (SELECT FROM target)
        )
        SELECT CASE WHEN NOT $4 OR NOT t.stands THEN 'wrong'
                    WHEN t.blocked_at IS NOT NULL THEN 'locked'
                    WHEN t.expired THEN 'expired'
                    ELSE 'accepted'
               END AS verdict,
               s.blocked_at IS NOT NULL AS blocked
          FROM target AS t
          JOIN settled AS s ON true
        """,
        attempt.subject_id,
        attempt.password_hash,
        attempt.at,
        attempt.matches,
        attempt.new_hash,
        policy.max_failures,
        attempt.decoy_slot,
    )
    if row is None:
        return Settled(Verdict.WRONG, blocked=False)
    return Settled(Verdict(row["verdict"]), row["blocked"])


async def set_password(
    db: Connection, subject_id: str, password_hash: str, now: datetime, expires_at: datetime
) -> tuple[int, bool]:
    """Store a new password and lift any block, in the caller's transaction.

    Return the credential's new version and whether there was a password before.
    """
    replaced = await db.fetchval(
        """
        SELECT password_hash IS NOT NULL
          FROM credential
         WHERE subject_id = $1
           FOR UPDATE
        """,
        subject_id,
    )
    version: int = await db.fetchval(
        """
        INSERT INTO credential AS c
               (subject_id, version, password_hash, activated_at, expires_at)
        VALUES ($1, 1, $2, $3, $4)
        ON CONFLICT (subject_id) DO UPDATE
        SET version = c.version + 1,
            password_hash = excluded.password_hash,
            activated_at = excluded.activated_at,
            expires_at = excluded.expires_at,
            failures = 0,
            blocked_at = NULL
        RETURNING version
        """,
        subject_id,
        password_hash,
        now,
        expires_at,
    )
    return version, replaced is True
