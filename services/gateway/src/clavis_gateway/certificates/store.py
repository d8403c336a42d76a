"""Certificate logins on their way to the TLS host and back. Both ways serve once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from clavis_kit.db import Pool


@dataclass(frozen=True, slots=True)
class Handoff:
    """A login that went to the TLS host: what its pages show there."""

    interaction_id: str
    language: str
    service_name: str
    service_domain: str
    service_in_test: bool = False


async def open_handoff(
    pool: Pool, handoff_hash: str, handoff: Handoff, *, now: datetime, expires_at: datetime
) -> None:
    """Store the way there, and drop those that have run out."""
    await pool.execute(
        """
        WITH stale AS (DELETE FROM certificate_login WHERE expires_at < $1)
        INSERT INTO certificate_login
               (handoff_hash, interaction_id, language, service_name, service_domain, expires_at)
        VALUES ($2, $3, $4, $5, $6, $7)
        """,
        now,
        handoff_hash,
        handoff.interaction_id,
        handoff.language,
        handoff.service_name,
        handoff.service_domain,
        expires_at,
    )


async def find_handoff(
    pool: Pool, handoff_hash: str, interaction_id: str, now: datetime
) -> Handoff | None:
    """Return a login that may still be confirmed."""
    row = await pool.fetchrow(
        """
        SELECT l.interaction_id, l.language, l.service_name, l.service_domain,
               coalesce(c.status = 'test', false) AS service_in_test
          FROM certificate_login l
          LEFT JOIN interaction i ON i.interaction_id = l.interaction_id
          LEFT JOIN relying_party c ON c.client_id = i.client_id
         WHERE l.handoff_hash = $1 AND l.interaction_id = $2
           AND l.ticket_hash IS NULL AND l.expires_at > $3
        """,
        handoff_hash,
        interaction_id,
        now,
    )
    return Handoff(**dict(row)) if row else None


async def confirm_handoff(
    pool: Pool,
    handoff_hash: str,
    interaction_id: str,
    *,
    ticket_hash: str,
    outcome: dict[str, Any],
    now: datetime,
) -> bool:
    """Turn the way there into the way back; of several at once one succeeds."""
    status = await pool.execute(
        """
        UPDATE certificate_login
           SET ticket_hash = $3, outcome = $4
         WHERE handoff_hash = $1 AND interaction_id = $2
           AND ticket_hash IS NULL AND expires_at > $5
        """,
        handoff_hash,
        interaction_id,
        ticket_hash,
        outcome,
        now,
    )
    return bool(status == "UPDATE 1")


async def consume_ticket(
    pool: Pool, ticket_hash: str, interaction_id: str, now: datetime
) -> dict[str, Any] | None:
    """Take the outcome that a ticket stands for; a second use finds nothing."""
    outcome: dict[str, Any] | None = await pool.fetchval(
        """
        DELETE FROM certificate_login
         WHERE ticket_hash = $1 AND interaction_id = $2 AND expires_at > $3
        RETURNING outcome
        """,
        ticket_hash,
        interaction_id,
        now,
    )
    return outcome
