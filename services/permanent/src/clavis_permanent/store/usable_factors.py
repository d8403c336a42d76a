"""What stands behind the second factors of a person known by a session."""

from dataclasses import dataclass

from clavis_kit.db import Pool

from clavis_permanent.rules import Level
from clavis_permanent.rules.methods import FactorState


@dataclass(frozen=True, slots=True)
class FactorHolder:
    """A person who may use what they have, and the state of it."""

    level: Level
    has_phone: bool
    factors: FactorState


async def find_factor_holder(pool: Pool, subject_id: str) -> FactorHolder | None:
    """Find a person who may use anything; None for everybody else."""
    row = await pool.fetchrow(
        """
        SELECT p.level, p.phone_verified AND p.phone IS NOT NULL AS has_phone,
               a.failures AS app_failures, a.blocked_until AS app_blocked_until,
               r.failures AS list_failures, r.blocked_until AS list_blocked_until,
               (SELECT count(*) FROM recovery_code AS l
                 WHERE l.subject_id = p.subject_id AND l.used_at IS NULL) AS codes_left
          FROM person AS p
          LEFT JOIN authenticator_app AS a USING (subject_id)
          LEFT JOIN recovery_code_set AS r USING (subject_id)
         WHERE p.subject_id = $1
           AND stands(p)
        """,
        subject_id,
    )
    if row is None:
        return None
    state = FactorState(
        app_failures=row["app_failures"],
        app_blocked_until=row["app_blocked_until"],
        list_failures=row["list_failures"],
        list_blocked_until=row["list_blocked_until"],
        codes_left=row["codes_left"],
    )
    return FactorHolder(Level(row["level"] or Level.BASIC), row["has_phone"], state)
