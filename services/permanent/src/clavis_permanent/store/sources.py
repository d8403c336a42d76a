"""The limit by network: a part of the statement that begins an attempt, so it costs no other."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from clavis_kit.db import Pool


@dataclass(frozen=True, slots=True)
class Visit:
    """An attempt about to be counted; without a source it is not counted by source."""

    source_hash: str | None
    ticket: str
    at: datetime
    drip: timedelta


def source_cte(source: str, ticket: str, at: str, drip: str) -> str:
    """Write the part `source` of a statement, given its placeholders.

    It has no row without a source; else `admitted`, and `full_until` when it was refused.
    """
    return f"""
        source AS (
            INSERT INTO source_quota AS q (source_hash, empty_at, last_ticket)
            SELECT {source}, {at}::timestamptz + {drip}::interval, {ticket}::uuid
             WHERE {source}::text IS NOT NULL
            ON CONFLICT (source_hash) DO UPDATE
            SET (empty_at, last_ticket) = (
                SELECT CASE WHEN s.fits THEN s.filled ELSE q.empty_at END,
                       CASE WHEN s.fits THEN {ticket}::uuid ELSE q.last_ticket END
                  FROM (SELECT greatest(q.empty_at, {at}) + {drip} AS filled,
                               greatest(q.empty_at, {at}) + {drip}
                                   <= {at} + interval '1 hour' AS fits) AS s)
            RETURNING last_ticket = {ticket}::uuid AS admitted,
                      CASE WHEN last_ticket <> {ticket}::uuid
                           THEN empty_at + {drip} - interval '1 hour' END AS full_until
        )
    """  # noqa: S608 -- the placeholders are constants of this package


async def forget_sources(pool: Pool, now: datetime) -> None:
    """Drop the buckets that have leaked empty."""
    await pool.execute("DELETE FROM source_quota WHERE empty_at < $1", now)
