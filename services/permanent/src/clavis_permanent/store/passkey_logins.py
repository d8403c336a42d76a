"""Logins by passkey: the challenge is deleted by the statement that uses it, the count kept."""

from dataclasses import dataclass
from datetime import datetime

from clavis_kit.db import Connection, Pool

from clavis_permanent.rules import Level


@dataclass(frozen=True, slots=True)
class LoginChallenge:
    """A challenge just taken, and whose credential came with the answer, if anybody's."""

    challenge: bytes
    in_time: bool
    passkey_id: str | None
    public_key: bytes | None
    user_handle: bytes | None


@dataclass(frozen=True, slots=True)
class LoginAttempt:
    """What a signature said; `signed` is false when it was wrong."""

    passkey_id: str | None
    signed: bool
    sign_count: int
    backup_eligible: bool
    backed_up: bool
    decoy_slot: int
    at: datetime


@dataclass(frozen=True, slots=True)
class SettledLogin:
    """How a login was judged; a copied passkey is neither accepted nor simply wrong."""

    verdict: str
    subject_id: str
    level: Level


async def place_login(
    pool: Pool, passkey_login_id: str, challenge: bytes, expires_at: datetime
) -> None:
    """Keep the challenge of a login."""
    await pool.execute(
        "INSERT INTO passkey_login (passkey_login_id, challenge, expires_at) VALUES ($1, $2, $3)",
        passkey_login_id,
        challenge,
        expires_at,
    )


async def take_login(
    pool: Pool, passkey_login_id: str, credential_id: bytes, now: datetime
) -> LoginChallenge | None:
    """Use up a challenge and read the credential that answers it; None when it was used."""
    row = await pool.fetchrow(
        """
        WITH taken AS (
            DELETE FROM passkey_login
             WHERE passkey_login_id = $1
            RETURNING challenge, expires_at
        )
        SELECT taken.challenge, taken.expires_at > $3 AS in_time,
               k.passkey_id, k.public_key, u.user_handle
          FROM taken
          LEFT JOIN passkey AS k ON k.credential_id = $2
          LEFT JOIN passkey_user AS u USING (subject_id)
        """,
        passkey_login_id,
        credential_id,
        now,
    )
    if row is None:
        return None
    return LoginChallenge(
        challenge=row["challenge"],
        in_time=row["in_time"],
        passkey_id=str(row["passkey_id"]) if row["passkey_id"] else None,
        public_key=row["public_key"],
        user_handle=row["user_handle"],
    )


async def settle_login(pool: Pool, attempt: LoginAttempt) -> SettledLogin | None:
    """Judge a login on the row as it is now and keep its consequence; None for no such passkey.

    The row is locked first, so of parallel logins with one count only one is accepted. Exactly one
    row is written in every case, one of the decoys where there is no passkey.
    """
    # W3C Web Authentication Level 3 section 7.2 step 22: a count that does not grow says that the
    # key exists twice; an authenticator that always says zero does not count.
    row = await pool.fetchrow(
        """
        WITH target AS MATERIALIZED (
            SELECT k.passkey_id, k.subject_id, p.level,
                   CASE WHEN NOT $2 OR NOT stands(p) OR k.suspended_at IS NOT NULL
                          OR k.backup_eligible <> $4
                        THEN 'wrong'
                        WHEN (k.sign_count > 0 OR $3::bigint > 0) AND $3 <= k.sign_count
                        THEN 'copied'
                        ELSE 'accepted'
                   END AS verdict
              FROM passkey AS k
              JOIN person AS p USING (subject_id)
             WHERE k.passkey_id = $1
               FOR UPDATE OF k
        ), settled AS (
            UPDATE passkey AS k
               SET last_attempt_at = $6,
                   sign_count = CASE t.verdict WHEN 'accepted' THEN $3 ELSE k.sign_count END,
                   backed_up = CASE t.verdict WHEN 'accepted' THEN $5 ELSE k.backed_up END,
                   last_used_at = CASE t.verdict WHEN 'accepted' THEN $6 ELSE k.last_used_at END
              FROM target AS t
             WHERE k.passkey_id = t.passkey_id
        ), decoyed AS (
            UPDATE decoy
               SET touched = touched + 1
             WHERE slot = $7
               AND NOT EXISTS (SELECT FROM target)
        )
        SELECT verdict, subject_id, level FROM target
        """,
        attempt.passkey_id,
        attempt.signed,
        attempt.sign_count,
        attempt.backup_eligible,
        attempt.backed_up,
        attempt.at,
        attempt.decoy_slot,
    )
    if row is None:
        return None
    level = Level(row["level"] or Level.BASIC)
    return SettledLogin(row["verdict"], str(row["subject_id"]), level)


async def suspend_passkey(db: Connection, passkey_id: str, now: datetime) -> bool:
    """Refuse a passkey from now on; False when it was refused already."""
    suspended = await db.fetchval(
        """
        UPDATE passkey
           SET suspended_at = $2
         WHERE passkey_id = $1
           AND suspended_at IS NULL
        RETURNING true
        """,
        passkey_id,
        now,
    )
    return suspended is True


async def forget_challenges(pool: Pool, before: datetime) -> None:
    """Drop the challenges nobody answered."""
    await pool.execute("DELETE FROM passkey_login WHERE expires_at < $1", before)
    await pool.execute("DELETE FROM passkey_enrolment WHERE expires_at < $1", before)
