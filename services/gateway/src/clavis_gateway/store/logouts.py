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


# A relying party that is failing is tried with one token at a time, after its pause; each of the
# others gets a fair part of a batch, so that nobody waits behind somebody's outage.
FAILING = 3
PART = 25
_CLAIM = f"""
    WITH ranked AS (
        SELECT delivery_id, coalesce(h.consecutive_failures, 0) >= {FAILING} AS failing,
               row_number() OVER (PARTITION BY d.client_id ORDER BY next_attempt_at) AS place
          FROM logout_delivery d
          LEFT JOIN logout_health h USING (client_id)
         WHERE d.delivered_at IS NULL AND d.abandoned_at IS NULL AND d.next_attempt_at <= $1
           AND (h.paused_until IS NULL OR h.paused_until <= $1)
    ), due AS (
        SELECT d.delivery_id
          FROM logout_delivery d JOIN ranked r USING (delivery_id)
         WHERE r.place <= CASE WHEN r.failing THEN 1 ELSE {PART} END
           AND d.delivered_at IS NULL AND d.abandoned_at IS NULL AND d.next_attempt_at <= $1
         ORDER BY d.next_attempt_at
         LIMIT $3
           FOR UPDATE OF d SKIP LOCKED
    ), claimed AS (
        UPDATE logout_delivery d SET attempts = d.attempts + 1, next_attempt_at = $2
          FROM due WHERE d.delivery_id = due.delivery_id
        RETURNING d.delivery_id, d.client_id, d.sub, d.sid, d.attempts
    )
    SELECT claimed.delivery_id, claimed.sub, claimed.sid, claimed.attempts,
           {rows.columns(rows.RELYING_PARTY, "c")}
      FROM claimed JOIN relying_party c ON c.client_id = claimed.client_id
"""  # noqa: S608 -- the interpolated text is constants


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


async def delivered(pool: Pool, delivery: Delivery, outcome: str, now: datetime) -> None:
    """Record success; what waited for the relying party to come back is due at once."""
    await pool.execute(
        """
        WITH done AS (
            UPDATE logout_delivery SET delivered_at = $3, last_outcome = $4::text
             WHERE delivery_id = $1
        )
        INSERT INTO logout_health AS h
            (client_id, last_success_at, last_outcome, consecutive_failures, abandoned)
        VALUES ($2, $3::timestamptz, $4::text, 0, 0)
        ON CONFLICT (client_id) DO UPDATE
           SET last_success_at = excluded.last_success_at, last_outcome = excluded.last_outcome,
               consecutive_failures = 0, paused_until = NULL
        """,
        delivery.delivery_id,
        delivery.client.client_id,
        now,
        outcome,
    )


async def failed(
    pool: Pool,
    delivery: Delivery,
    outcome: str,
    *,
    retry_at: datetime | None,
    now: datetime,
) -> int:
    """Record a failure: when to try again, or that we gave up. Returns the failures in a row."""
    return int(
        await pool.fetchval(
            f"""
            WITH again AS (
                UPDATE logout_delivery
                   SET last_outcome = $3::text,
                       next_attempt_at = coalesce($4, next_attempt_at),
                       abandoned_at = CASE WHEN $4::timestamptz IS NULL
                                           THEN $5::timestamptz END
                 WHERE delivery_id = $1
            )
            INSERT INTO logout_health AS h (client_id, last_failure_at, last_outcome,
                consecutive_failures, abandoned)
            VALUES ($2, $5::timestamptz, $3::text, 1,
                    CASE WHEN $4::timestamptz IS NULL THEN 1 ELSE 0 END)
            ON CONFLICT (client_id) DO UPDATE
               SET last_failure_at = excluded.last_failure_at,
                   last_outcome = excluded.last_outcome,
                   consecutive_failures = h.consecutive_failures + 1,
                   abandoned = h.abandoned + excluded.abandoned,
                   paused_until = CASE WHEN h.consecutive_failures + 1 >= {FAILING}
                                       THEN $4::timestamptz END
            RETURNING consecutive_failures
            """,  # noqa: S608 -- the interpolated text is a constant number
            delivery.delivery_id,
            delivery.client.client_id,
            outcome,
            retry_at,
            now,
        )
    )


async def abandon_older(pool: Pool, before: datetime, now: datetime) -> int:
    """Give up what has been owed since before a moment; return how many that were."""
    return int(
        await pool.fetchval(
            """
            WITH given_up AS (
                UPDATE logout_delivery SET abandoned_at = $2
                 WHERE delivered_at IS NULL AND abandoned_at IS NULL AND created_at < $1
                RETURNING client_id
            ), counted AS (
                INSERT INTO logout_health AS h
                    (client_id, last_outcome, consecutive_failures, abandoned)
                SELECT client_id, 'too_old', 0, count(*) FROM given_up GROUP BY client_id
                ON CONFLICT (client_id) DO UPDATE SET abandoned = h.abandoned + excluded.abandoned
            )
            SELECT count(*) FROM given_up
            """,
            before,
            now,
        )
    )


@dataclass(frozen=True, slots=True)
class Health:
    """How logout tokens reach one relying party."""

    client_id: str
    last_success_at: datetime | None
    last_failure_at: datetime | None
    last_outcome: str | None
    """HTTP status or kind of failure of the last attempt."""
    consecutive_failures: int
    abandoned: int
    """Given up, ever."""
    paused_until: datetime | None
    owed: int
    oldest_owed_at: datetime | None


async def health(pool: Pool, client_id: str | None = None) -> list[Health]:
    """Tell the health of one relying party, or of all that take logout tokens or were owed any."""
    found = await pool.fetch(
        """
        SELECT c.client_id, h.last_success_at, h.last_failure_at, h.last_outcome,
               coalesce(h.consecutive_failures, 0) AS consecutive_failures,
               coalesce(h.abandoned, 0) AS abandoned, h.paused_until,
               o.owed, o.oldest_owed_at
          FROM relying_party c
          LEFT JOIN logout_health h USING (client_id)
          CROSS JOIN LATERAL (
                SELECT count(*) AS owed, min(d.created_at) AS oldest_owed_at
                  FROM logout_delivery d
                 WHERE d.client_id = c.client_id
                   AND d.delivered_at IS NULL AND d.abandoned_at IS NULL
               ) o
         WHERE ($1::text IS NULL OR c.client_id = $1)
           AND (c.metadata ? 'backchannel_logout_uri' OR h.client_id IS NOT NULL OR o.owed > 0)
         ORDER BY c.client_id
        """,
        client_id,
    )
    return [Health(**dict(row)) for row in found]
