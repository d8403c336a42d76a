"""SQL of the answers to login requests: each counts once, and is collected once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from clavis_kit.db import Connection, Pool

from clavis_pin.rules.app_requests import STATE_AFTER, Decision
from clavis_pin.rules.people import Level, ProvenBy
from clavis_pin.store.app_requests import AppRequest

Settled = Literal["done", "wrong", "closed"]


@dataclass(frozen=True, slots=True)
class Completed:
    """Whose login it was, how they were enrolled, and what proved the device that confirmed it."""

    subject_id: str
    level: Level
    proven_level: Level | None
    proven_by: ProvenBy | None


async def settle(
    db: Connection,
    request: AppRequest,
    device_id: str,
    decision: Decision,
    number: str | None,
    now: datetime,
    max_failures: int,
) -> tuple[Settled, int]:
    """Take the answer and say how it ended, with the wrong numbers so far.

    The row is locked before it is judged: of parallel answers one counts, and no more wrong
    numbers than allowed are ever judged. Person and device are looked at in the same statement.
    """
    row = await db.fetchrow(
        """
        WITH target AS MATERIALIZED (
            SELECT r.app_request_id, r.number_failures,
                   CASE WHEN r.state NOT IN ('pending', 'scanned') OR r.expires_at <= $6
                             OR r.subject_id IS DISTINCT FROM d.subject_id THEN 'closed'
                        WHEN $3 = 'confirm' AND r.number IS DISTINCT FROM $4 THEN 'wrong'
                        ELSE 'done'
                   END AS verdict
              FROM app_request AS r
              JOIN device AS d ON d.device_id = $2 AND d.state = 'active'
              JOIN usable_person AS p ON p.subject_id = d.subject_id
             WHERE r.app_request_id = $1
               AND (r.device_id = $2 OR r.device_id IS NULL)
               FOR UPDATE OF r, d
        ), settled AS (
            UPDATE app_request AS r
               SET state = CASE WHEN t.verdict = 'done' THEN $5
                                WHEN t.number_failures + 1 >= $7 THEN 'rejected'
                                ELSE r.state END,
                   number_failures = t.number_failures
                                     + CASE WHEN t.verdict = 'wrong' THEN 1 ELSE 0 END,
                   device_id = $2,
                   decided_at = CASE WHEN t.verdict = 'done' THEN $6::timestamptz END
              FROM target AS t
             WHERE r.app_request_id = t.app_request_id
               AND t.verdict <> 'closed'
            RETURNING r.number_failures, pg_notify('app_request', r.app_request_id::text)
        ), used AS (
            UPDATE device SET last_used_at = $6
              FROM target
             WHERE device.device_id = $2
               AND target.verdict = 'done'
        )
        SELECT target.verdict, coalesce(settled.number_failures, 0) AS failures
          FROM target LEFT JOIN settled ON true
        """,
        request.app_request_id,
        device_id,
        decision.value,
        number,
        STATE_AFTER[decision].value,
        now,
        max_failures,
    )
    return (row["verdict"], row["failures"]) if row else ("closed", 0)


async def add_evidence(
    db: Connection, request: AppRequest, device_id: str, subject_id: str, decision: Decision,
    signature: str, now: datetime,
) -> None:  # fmt: skip
    """Keep an answer as the device signed it."""
    await db.execute(
        """
        INSERT INTO app_decision
               (app_request_id, device_id, subject_id, decision, signature, decided_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        """,
        request.app_request_id,
        device_id,
        subject_id,
        decision.value,
        signature,
        now,
    )


async def complete(
    pool: Pool, app_request_id: str, browser_hash: str, now: datetime, grace: timedelta
) -> Completed | None:
    """Hand the confirmed login to its browser, once; None when it is not to be had."""
    row = await pool.fetchrow(
        """
        UPDATE app_request AS r
           SET completed_at = $3
          FROM usable_person AS p, device AS d
         WHERE r.app_request_id = $1
           AND r.browser_hash = $2
           AND r.state = 'confirmed'
           AND r.completed_at IS NULL
           AND r.decided_at + $4::interval > $3
           AND p.subject_id = r.subject_id
           AND d.device_id = r.device_id
        RETURNING r.subject_id, p.level, d.proven_level, d.proven_by
        """,
        app_request_id,
        browser_hash,
        now,
        grace,
    )
    if row is None:
        return None
    proven_level, proven_by = row["proven_level"], row["proven_by"]
    return Completed(
        subject_id=str(row["subject_id"]),
        level=Level(row["level"] or Level.BASIC),
        proven_level=Level(proven_level) if proven_level else None,
        proven_by=ProvenBy(proven_by) if proven_by else None,
    )
