"""Authenticator apps: proved, judged, counted; a step is used up by what judges it."""

from dataclasses import dataclass
from datetime import datetime

import asyncpg
from clavis_kit.db import Connection, Pool

from clavis_permanent.rules.second_factors import SecondFactorPolicy
from clavis_permanent.store.recovery_codes import SettledCode


@dataclass(frozen=True, slots=True)
class StoredSecret:
    """The sealed secret of an app, or of one being bound."""

    owner_id: str
    key_id: str
    content: bytes


@dataclass(frozen=True, slots=True)
class NewApp:
    """An app to be stored."""

    app_id: str
    subject_id: str
    key_id: str
    content: bytes
    step: int
    now: datetime


@dataclass(frozen=True, slots=True)
class CodeAttempt:
    """What was typed, as a step of an app whose secret was read before; None when it is wrong."""

    app_id: str
    step: int | None
    resealed: StoredSecret | None
    used_for: str
    at: datetime


async def place_app_enrolment(
    pool: Pool, subject_id: str, secret: StoredSecret, expires_at: datetime
) -> None:
    """Put a secret to be proved in place of the person's former one."""
    await pool.execute(
        """
        INSERT INTO authenticator_app_enrolment
               (subject_id, enrolment_id, key_id, sealed_secret, expires_at)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (subject_id) DO UPDATE
        SET enrolment_id = excluded.enrolment_id,
            key_id = excluded.key_id,
            sealed_secret = excluded.sealed_secret,
            failures = 0,
            expires_at = excluded.expires_at
        """,
        subject_id,
        secret.owner_id,
        secret.key_id,
        secret.content,
        expires_at,
    )


async def find_app_enrolment(
    pool: Pool, subject_id: str, enrolment_id: str, now: datetime, max_failures: int
) -> StoredSecret | None:
    """Read a secret that may still be proved; None when it was replaced, is too old or failed."""
    row = await pool.fetchrow(
        """
        SELECT enrolment_id AS owner_id, key_id, sealed_secret
          FROM authenticator_app_enrolment
         WHERE subject_id = $1
           AND enrolment_id = $2
           AND expires_at > $3
           AND failures < $4
        """,
        subject_id,
        enrolment_id,
        now,
        max_failures,
    )
    return _stored(row) if row else None


def _stored(row: asyncpg.Record) -> StoredSecret:
    return StoredSecret(str(row["owner_id"]), row["key_id"], row["sealed_secret"])


async def count_enrolment_failure(pool: Pool, enrolment_id: str) -> int:
    """Count a wrong code and return how many there were; 0 when it was replaced meanwhile."""
    failures: int | None = await pool.fetchval(
        """
        UPDATE authenticator_app_enrolment
           SET failures = failures + 1
         WHERE enrolment_id = $1
        RETURNING failures
        """,
        enrolment_id,
    )
    return failures or 0


async def take_app_enrolment(
    db: Connection, enrolment_id: str, now: datetime, max_failures: int
) -> bool:
    """Use up a secret being proved; False when it was used, replaced, or is too old."""
    taken = await db.fetchval(
        """
        DELETE FROM authenticator_app_enrolment
         WHERE enrolment_id = $1
           AND expires_at > $2
           AND failures < $3
        RETURNING true
        """,
        enrolment_id,
        now,
        max_failures,
    )
    return taken is True


async def put_app(db: Connection, app: NewApp) -> bool:
    """Put an app in place of the person's former one; say whether there was one."""
    replaced = await remove_app(db, app.subject_id)
    await db.execute(
        """
        INSERT INTO authenticator_app
               (subject_id, app_id, key_id, sealed_secret, last_step, created_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        """,
        app.subject_id,
        app.app_id,
        app.key_id,
        app.content,
        app.step,
        app.now,
    )
    return replaced


async def remove_app(db: Connection, subject_id: str, app_id: str | None = None) -> bool:
    """Forget the person's app, or only if it is this one; False when there is none."""
    removed = await db.fetchval(
        """
        DELETE FROM authenticator_app
         WHERE subject_id = $1
           AND ($2::uuid IS NULL OR app_id = $2)
        RETURNING true
        """,
        subject_id,
        app_id,
    )
    return removed is True


async def find_app(pool: Pool, subject_id: str) -> StoredSecret | None:
    """Read the person's app, if the person may use one now."""
    row = await pool.fetchrow(
        """
        SELECT a.app_id AS owner_id, a.key_id, a.sealed_secret
          FROM authenticator_app AS a
          JOIN person AS p USING (subject_id)
         WHERE a.subject_id = $1
           AND p.level = 'advanced'
           AND stands(p)
        """,
        subject_id,
    )
    return _stored(row) if row else None


async def settle_code(
    pool: Pool, attempt: CodeAttempt, policy: SecondFactorPolicy
) -> SettledCode | None:
    """Judge a code of an app on the row as it is now; None when it is gone or its person stopped.

    The row is locked first: a step is taken once, and of parallel wrong codes none beyond the
    allowed number is judged.
    """
    resealed = attempt.resealed
    row = await pool.fetchrow(
        """
        WITH target AS MATERIALIZED (
            SELECT a.app_id, a.failures, a.blocked_until,
                   CASE WHEN a.failures >= $8 THEN 'unavailable'
                        WHEN a.blocked_until > $3 THEN 'locked'
                        WHEN $2::bigint > a.last_step THEN 'accepted'
                        ELSE 'wrong'
                   END AS verdict
              FROM authenticator_app AS a
              JOIN person AS p USING (subject_id)
             WHERE a.app_id = $1
               AND p.level = 'advanced'
               AND stands(p)
               FOR UPDATE OF a
        ), counted AS (
            SELECT app_id, verdict, failures + 1 AS failures FROM target
        ), settled AS (
            UPDATE authenticator_app AS a
               SET last_step = CASE c.verdict WHEN 'accepted' THEN $2 ELSE a.last_step END,
                   last_used_at = CASE c.verdict WHEN 'accepted' THEN $3 ELSE a.last_used_at END,
                   used_for = CASE c.verdict WHEN 'accepted' THEN $4 ELSE a.used_for END,
                   key_id = CASE c.verdict WHEN 'accepted'
                                 THEN coalesce($9::text, a.key_id) ELSE a.key_id END,
                   sealed_secret = CASE c.verdict WHEN 'accepted'
                                        THEN coalesce($10::bytea, a.sealed_secret)
                                        ELSE a.sealed_secret END,
                   failures = CASE c.verdict WHEN 'accepted' THEN 0 ELSE c.failures END,
                   blocked_until = CASE WHEN c.verdict = 'wrong' AND c.failures % $5::integer = 0
                       THEN $3 + least($7::interval,
                                       $6::interval * power(2, least(c.failures / $5 - 1, 31)))
                       END
              FROM counted AS c
             WHERE a.app_id = c.app_id
               AND c.verdict IN ('accepted', 'wrong')
            RETURNING a.failures, a.blocked_until
        )
        SELECT target.verdict,
               coalesce(settled.failures, target.failures) AS failures,
               CASE WHEN settled.failures IS NULL THEN target.blocked_until
                    ELSE settled.blocked_until END AS blocked_until
          FROM target
          LEFT JOIN settled ON true
        """,
        attempt.app_id,
        attempt.step,
        attempt.at,
        attempt.used_for,
        policy.max_failures,
        policy.block,
        policy.longest_block,
        policy.total_failures,
        resealed.key_id if resealed else None,
        resealed.content if resealed else None,
    )
    return SettledCode.of(row) if row else None


async def forget_app_enrolments(pool: Pool, before: datetime) -> None:
    """Drop the secrets nobody proved."""
    await pool.execute("DELETE FROM authenticator_app_enrolment WHERE expires_at < $1", before)
