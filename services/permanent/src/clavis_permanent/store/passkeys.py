"""Passkeys, and the challenge a new one answers: the statement that uses it deletes it."""

from dataclasses import dataclass
from datetime import datetime

import asyncpg
from clavis_kit.db import Connection, Pool


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey as the person sees it in a list."""

    passkey_id: str
    name: str
    created_at: datetime
    last_used_at: datetime | None
    backup_eligible: bool
    suspended: bool
    credential_id: bytes
    transports: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """A passkey to be stored."""

    passkey_id: str
    subject_id: str
    credential_id: bytes
    public_key: bytes
    sign_count: int
    backup_eligible: bool
    backed_up: bool
    aaguid: str
    attested: bool
    transports: list[str]
    name: str
    now: datetime


async def user_handle_of(pool: Pool, subject_id: str, fresh: bytes) -> bytes:
    """Return the handle by which authenticators know the person, taking a fresh one at first."""
    handle: bytes = await pool.fetchval(
        """
        INSERT INTO passkey_user AS u (subject_id, user_handle)
        VALUES ($1, $2)
        ON CONFLICT (subject_id) DO UPDATE
        SET user_handle = u.user_handle
        RETURNING user_handle
        """,
        subject_id,
        fresh,
    )
    return handle


async def list_passkeys(db: "Connection | Pool", subject_id: str) -> list[Passkey]:
    """Read a person's passkeys, oldest first."""
    rows = await db.fetch(
        """
        SELECT passkey_id, name, created_at, last_used_at, backup_eligible,
               suspended_at IS NOT NULL AS suspended, credential_id, transports
          FROM passkey
         WHERE subject_id = $1
         ORDER BY created_at, passkey_id
        """,
        subject_id,
    )
    return [_passkey(row) for row in rows]


def _passkey(row: asyncpg.Record) -> Passkey:
    return Passkey(
        passkey_id=str(row["passkey_id"]),
        name=row["name"],
        created_at=row["created_at"],
        last_used_at=row["last_used_at"],
        backup_eligible=row["backup_eligible"],
        suspended=row["suspended"],
        credential_id=row["credential_id"],
        transports=tuple(row["transports"]),
    )


async def place_enrolment(
    pool: Pool, subject_id: str, challenge: bytes, expires_at: datetime
) -> None:
    """Put a challenge in place of the person's former one."""
    await pool.execute(
        """
        INSERT INTO passkey_enrolment (subject_id, challenge, expires_at)
        VALUES ($1, $2, $3)
        ON CONFLICT (subject_id) DO UPDATE
        SET challenge = excluded.challenge,
            expires_at = excluded.expires_at
        """,
        subject_id,
        challenge,
        expires_at,
    )


async def take_enrolment(pool: Pool, subject_id: str, now: datetime) -> bytes | None:
    """Use up the person's challenge; None when there is none or it is too old."""
    challenge: bytes | None = await pool.fetchval(
        """
        WITH taken AS (
            DELETE FROM passkey_enrolment
             WHERE subject_id = $1
            RETURNING challenge, expires_at
        )
        SELECT challenge FROM taken WHERE expires_at > $2
        """,
        subject_id,
        now,
    )
    return challenge


async def add_passkey(db: Connection, passkey: NewPasskey) -> bool:
    """Store a passkey; False when the credential is bound already, to whomever."""
    added = await db.fetchval(
        """
        INSERT INTO passkey (passkey_id, subject_id, credential_id, public_key, sign_count,
                             backup_eligible, backed_up, aaguid, attested, transports, name,
                             created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        ON CONFLICT (credential_id) DO NOTHING
        RETURNING true
        """,
        passkey.passkey_id,
        passkey.subject_id,
        passkey.credential_id,
        passkey.public_key,
        passkey.sign_count,
        passkey.backup_eligible,
        passkey.backed_up,
        passkey.aaguid,
        passkey.attested,
        passkey.transports,
        passkey.name,
        passkey.now,
    )
    return added is True


async def rename_passkey(pool: Pool, subject_id: str, passkey_id: str, name: str) -> bool:
    """Give a passkey of the person another name; False when there is none."""
    renamed = await pool.fetchval(
        """
        UPDATE passkey
           SET name = $3
         WHERE passkey_id = $2
           AND subject_id = $1
        RETURNING true
        """,
        subject_id,
        passkey_id,
        name,
    )
    return renamed is True


async def remove_passkey(db: Connection, subject_id: str, passkey_id: str) -> bool:
    """Forget a passkey of the person; False when there is none."""
    removed = await db.fetchval(
        "DELETE FROM passkey WHERE passkey_id = $2 AND subject_id = $1 RETURNING true",
        subject_id,
        passkey_id,
    )
    return removed is True
