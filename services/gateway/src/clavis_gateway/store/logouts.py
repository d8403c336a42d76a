"""SQL of the logout tokens owed to relying parties."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from clavis_kit.db import Connection, Pool

from clavis_gateway.records import RelyingParty
from clavis_gateway.store import rows


@dataclass(frozen=True, slots=True)
class Delivery:
    """One logout token to carry."""

    delivery_id: str
    client: RelyingParty
    sub: str
    sid: str
    attempts: int


async def add(connection: Connection, owed: list[tuple[str, str, str, str]], now: datetime) -> None:
    """Keep (delivery_id, client_id, sub, sid) of each logout token owed."""
    await connection.executemany(
        """
        INSERT INTO logout_delivery (delivery_id, client_id, sub, sid, created_at, next_attempt_at)
        VALUES ($1, $2, $3, $4, $5, $5)
        """,
        [(*one, now) for one in owed],
    )


_CLAIM = f"""
    WITH due AS (
        SELECT delivery_id FROM logout_delivery
         WHERE delivered_at IS NULL AND abandoned_at IS NULL AND next_attempt_at <= $1
         ORDER BY next_attempt_at
         LIMIT $3
           FOR UPDATE SKIP LOCKED
    ), claimed AS (
        UPDATE logout_delivery d SET attempts = d.attempts + 1, next_attempt_at = $2
          FROM due WHERE d.delivery_id = due.delivery_id
        RETURNING d.delivery_id, d.client_id, d.sub, d.sid, d.attempts
    )
    SELECT claimed.delivery_id, claimed.sub, claimed.sid, claimed.attempts,
           {rows.columns(rows.RELYING_PARTY, "c")}
      FROM claimed JOIN relying_party c ON c.client_id = claimed.client_id
"""  # noqa: S608 -- the interpolated text is constant column names


async def claim_due(
    pool: Pool, now: datetime, leased_until: datetime, limit: int
) -> list[Delivery]:
    """Take due deliveries for ourselves until the lease ends; other processes skip them."""
    deliveries = []
    for row in await pool.fetch(_CLAIM, now, leased_until, limit):
        client = rows.relying_party(row)
        if client is not None:
            deliveries.append(
                Delivery(row["delivery_id"], client, row["sub"], row["sid"], row["attempts"])
            )
    return deliveries


async def delivered(pool: Pool, delivery_id: str, outcome: str, now: datetime) -> None:
    """Record success."""
    await pool.execute(
        "UPDATE logout_delivery SET delivered_at = $2, last_outcome = $3 WHERE delivery_id = $1",
        delivery_id,
        now,
        outcome,
    )


async def failed(
    pool: Pool,
    delivery_id: str,
    outcome: str,
    *,
    retry_at: datetime | None,
    now: datetime,
) -> None:
    """Record a failure: when to try again, or that we gave up."""
    await pool.execute(
        """
        UPDATE logout_delivery
           SET last_outcome = $2,
               next_attempt_at = coalesce($3, next_attempt_at),
               abandoned_at = CASE WHEN $3::timestamptz IS NULL THEN $4::timestamptz END
         WHERE delivery_id = $1
        """,
        delivery_id,
        outcome,
        retry_at,
        now,
    )
