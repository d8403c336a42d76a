"""Recovery codes: a list replaces the former one, a code is used up by what judges it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg
from clavis_kit.db import Connection, Pool

from clavis_permanent.rules.second_factors import SecondFactorPolicy


@dataclass(frozen=True, slots=True)
class SettledCode:
    """How a code was judged, with the count and the block after it."""

    verdict: str
    failures: int
    blocked_until: datetime | None

    @classmethod
    def of(cls, row: asyncpg.Record) -> "SettledCode":
        """Read the answer of a statement that settles an attempt."""
        return cls(row["verdict"], row["failures"], row["blocked_until"])


async def replace_recovery_codes(
    db: Connection, subject_id: str, key_id: str, code_hashes: Sequence[str], now: datetime
) -> bool:
    """Put a list of codes in force and the former one out of it; say whether there was one."""
    replaced = await db.fetchval(
        "DELETE FROM recovery_code_set WHERE subject_id = $1 RETURNING true", subject_id
    )
    await db.execute(
        "INSERT INTO recovery_code_set (subject_id, key_id, created_at) VALUES ($1, $2, $3)",
        subject_id,
        key_id,
        now,
    )
    await db.execute(
        "INSERT INTO recovery_code (subject_id, code_hash) SELECT $1, unnest($2::text[])",
        subject_id,
        list(code_hashes),
    )
    return replaced is True


async def settle_recovery_code(
    pool: Pool,
    subject_id: str,
    code_hashes: Sequence[str],
    used_for: str,
    at: datetime,
    policy: SecondFactorPolicy,
) -> SettledCode | None:
    """Judge a recovery code and, if right, use it up; None when the person has no list to use.

    The list is locked first, and whether a code was right is what its own update says: of parallel
    attempts with one code exactly one finds it unused.
    """
    row = await pool.fetchrow(
        """
        WITH target AS MATERIALIZED (
            SELECT s.subject_id, s.failures, s.blocked_until,
                   CASE WHEN s.failures >= $8 THEN 'unavailable'
                        WHEN s.blocked_until > $3 THEN 'locked'
                        ELSE 'open'
                   END AS state
              FROM recovery_code_set AS s
              JOIN person AS p USING (subject_id)
             WHERE s.subject_id = $1
               AND p.level = 'advanced'
               AND stands(p)
               FOR UPDATE OF s
        ), used AS (
            UPDATE recovery_code AS c
               SET used_at = $3,
                   used_for = $4
              FROM target AS t
             WHERE t.state = 'open'
               AND c.subject_id = t.subject_id
               AND c.code_hash = ANY($2::text[])
               AND c.used_at IS NULL
            RETURNING c.subject_id
        ), counted AS (
            SELECT t.subject_id, t.failures + 1 AS failures, EXISTS (SELECT FROM used) AS accepted
              FROM target AS t
             WHERE t.state = 'open'
        ), settled AS (
            UPDATE recovery_code_set AS s
               SET failures = CASE WHEN c.accepted THEN 0 ELSE c.failures END,
                   blocked_until = CASE WHEN NOT c.accepted AND c.failures % $5::integer = 0
                       THEN $3 + least($7::interval,
                                       $6::interval * power(2, least(c.failures / $5 - 1, 31)))
                       END
              FROM counted AS c
             WHERE s.subject_id = c.subject_id
            RETURNING s.failures, s.blocked_until, c.accepted
        )
        SELECT CASE WHEN settled.failures IS NULL THEN target.state
                    WHEN settled.accepted THEN 'accepted'
                    ELSE 'wrong'
               END AS verdict,
               coalesce(settled.failures, target.failures) AS failures,
               CASE WHEN settled.failures IS NULL THEN target.blocked_until
                    ELSE settled.blocked_until END AS blocked_until
          FROM target
          LEFT JOIN settled ON true
        """,
        subject_id,
        list(code_hashes),
        at,
        used_for,
        policy.max_failures,
        policy.block,
        policy.longest_block,
        policy.total_failures,
    )
    return SettledCode.of(row) if row else None
