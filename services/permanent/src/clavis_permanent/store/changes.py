"""Permission to replace a password that was proved at a login: read, then consumed once."""

from dataclasses import dataclass
from datetime import datetime

from clavis_kit.db import Connection, Pool

from clavis_permanent.rules import Level


@dataclass(frozen=True, slots=True)
class Change:
    """A permission in force and whose it is."""

    subject_id: str
    level: Level
    expires_at: datetime


async def find_change(pool: Pool, change_id: str, now: datetime) -> Change | None:
    """Find a permission in force; None when it was used, replaced or is over."""
    row = await pool.fetchrow(
        """
        SELECT p.subject_id, p.level, h.expires_at
          FROM password_change AS h
          JOIN person AS p USING (subject_id)
          JOIN credential AS c USING (subject_id)
         WHERE h.change_id = $1
           AND h.used_at IS NULL
           AND h.expires_at > $2
           AND c.activated_at = h.password_set_at
           AND c.blocked_at IS NULL
           AND stands(p)
        """,
        change_id,
        now,
    )
    if row is None:
        return None
    level = Level(row["level"] or Level.BASIC)
    return Change(str(row["subject_id"]), level, row["expires_at"])


async def consume_change(db: Connection, change_id: str, now: datetime) -> bool:
    """Use a permission; False for every caller but the first, or when what it rests on has gone."""
    consumed = await db.fetchval(
        """
        UPDATE password_change AS h
           SET used_at = $2
          FROM credential AS c, person AS p
         WHERE h.change_id = $1
           AND h.used_at IS NULL
           AND h.expires_at > $2
           AND c.subject_id = h.subject_id
           AND c.activated_at = h.password_set_at
           AND c.blocked_at IS NULL
           AND p.subject_id = h.subject_id
           AND stands(p)
        RETURNING true
        """,
        change_id,
        now,
    )
    return consumed is True
