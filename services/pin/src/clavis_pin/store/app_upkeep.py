"""SQL of what surrounds devices and requests: counts, push subscriptions, forgetting."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from clavis_kit.db import Pool


@dataclass(frozen=True, slots=True)
class Subscription:
    """Where and how a device is woken."""

    device_id: str
    endpoint: str
    public_key: str
    auth: str


async def admit(
    pool: Pool, key: str, ticket: str, now: datetime, window: timedelta, limit: int
) -> datetime | None:
    """Count a request; None when it is within the limit, else when the next is admitted."""
    row = await pool.fetchrow(
        """
        INSERT INTO app_quota AS q (quota_key, requested_at, last_ticket, last_at)
        VALUES ($1, ARRAY[$3::timestamptz], $2, $3)
        ON CONFLICT (quota_key) DO UPDATE
        SET (requested_at, last_ticket, last_at) = (
            SELECT CASE WHEN s.admitted THEN s.recent || $3::timestamptz ELSE s.recent END,
                   CASE WHEN s.admitted THEN $2::uuid ELSE q.last_ticket END,
                   CASE WHEN s.admitted THEN $3 ELSE q.last_at END
              FROM (SELECT coalesce(array_agg(at ORDER BY at)
                                    FILTER (WHERE at > $3 - $4::interval), '{}') AS recent,
                           count(*) FILTER (WHERE at > $3 - $4::interval) < $5 AS admitted
                      FROM unnest(q.requested_at) AS at) AS s)
        RETURNING last_ticket = $2 AS admitted, requested_at[1] AS oldest
        """,
        key,
        ticket,
        now,
        window,
        limit,
    )
    if row is None:  # an upsert that always writes always returns
        raise RuntimeError("the quota statement returned nothing")
    oldest: datetime = row["oldest"] or now
    return None if row["admitted"] else oldest + window


async def put_subscription(pool: Pool, subscription: Subscription, now: datetime) -> None:
    """Store where a device is woken, in place of any older address."""
    await pool.execute(
        """
        INSERT INTO push_subscription (device_id, endpoint, public_key, auth, created_at)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (device_id) DO UPDATE
        SET endpoint = excluded.endpoint, public_key = excluded.public_key,
            auth = excluded.auth, created_at = excluded.created_at
        """,
        subscription.device_id,
        subscription.endpoint,
        subscription.public_key,
        subscription.auth,
        now,
    )


async def subscriptions_of(pool: Pool, subject_id: str) -> list[Subscription]:
    """Return how the person's active devices are woken."""
    rows = await pool.fetch(
        """
        SELECT s.device_id, s.endpoint, s.public_key, s.auth
          FROM push_subscription AS s
          JOIN device AS d USING (device_id)
         WHERE d.subject_id = $1
           AND d.state = 'active'
        """,
        subject_id,
    )
    return [
        Subscription(str(r["device_id"]), r["endpoint"], r["public_key"], r["auth"]) for r in rows
    ]


async def drop_subscription(pool: Pool, device_id: str, endpoint: str) -> None:
    """Forget an address that is no more, unless the device gave another meanwhile."""
    await pool.execute(
        "DELETE FROM push_subscription WHERE device_id = $1 AND endpoint = $2", device_id, endpoint
    )


async def forget(pool: Pool, now: datetime, day: timedelta, evidence: timedelta) -> None:
    """Drop what nobody needs any more: counts, seen proofs, enrolments and requests never used."""
    async with pool.acquire() as db, db.transaction():
        await db.execute("DELETE FROM app_quota WHERE last_at < $1::timestamptz - $2::interval",
                         now, day)  # fmt: skip
        await db.execute("DELETE FROM device_proof WHERE expires_at < $1", now)
        await db.execute(
            "DELETE FROM app_decision WHERE decided_at < $1::timestamptz - $2::interval",
            now, evidence,
        )  # fmt: skip
        await db.execute(
            "DELETE FROM app_request WHERE expires_at < $1::timestamptz - $2::interval", now, day
        )
        await db.execute(
            """
            DELETE FROM device
             WHERE state = 'pending'
               AND enrolment_expires_at < $1::timestamptz - $2::interval
            """,
            now,
            day,
        )
