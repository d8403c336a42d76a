"""Proposals that a second person decides: rows, on the caller's transaction."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg
from clavis_kit.db import Connection


@dataclass(frozen=True)
class Approval:
    """A proposal as stored."""

    approval_id: str
    kind: str
    subject_id: str
    office_id: str
    office_name: str
    proposer_subject_id: str
    proposer_name: str
    facts: dict[str, Any]
    reason: str
    state: str
    proposed_at: datetime
    expires_at: datetime
    decision_reason: str | None
    decided_at: datetime | None


@dataclass(frozen=True)
class NewApproval:
    """What proposing writes."""

    approval_id: str
    kind: str
    subject_id: str
    office_id: str
    proposer_subject_id: str
    facts: dict[str, Any]
    reason: str
    proposed_at: datetime
    expires_at: datetime


_SELECT = """
    SELECT approval.approval_id::text, approval.kind, approval.subject_id::text,
           approval.office_id::text, office.name AS office_name,
           approval.proposer_subject_id::text, officer.name AS proposer_name, approval.facts,
           approval.reason, approval.state, approval.proposed_at, approval.expires_at,
           approval.decision_reason, approval.decided_at
      FROM approval
      JOIN office USING (office_id)
      JOIN officer ON officer.subject_id = approval.proposer_subject_id
"""
# A decision belongs to the organisation whose officer proposed, not to one office of it.
_OF_ORGANISATION = """
    office.organisation_id = (SELECT organisation_id FROM office WHERE office_id = $1)
"""


def _approval(row: asyncpg.Record | None) -> Approval | None:
    return Approval(**row) if row else None


class ApprovalStore:
    """Proposals of one organisation at a time."""

    def __init__(self, db: Connection) -> None:
        """Use a connection that the caller commits."""
        self._db = db

    async def withdraw_expired(self, subject_id: str, kind: str, now: datetime) -> None:
        """Make room for a new proposal where the former one was left undecided too long."""
        await self._db.execute(
            """
            UPDATE approval SET state = 'withdrawn'
             WHERE subject_id = $1 AND kind = $2 AND state = 'open' AND expires_at <= $3
            """,
            subject_id,
            kind,
            now,
        )

    async def add(self, new: NewApproval) -> bool:
        """Propose; False when the same is already proposed. Of two at once, one is kept."""
        added = await self._db.fetchval(
            """
            INSERT INTO approval
                (approval_id, kind, subject_id, office_id, proposer_subject_id, facts, reason,
                 state, proposed_at, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, 'open', $8, $9)
            ON CONFLICT (subject_id, kind) WHERE state = 'open' DO NOTHING
            RETURNING true
            """,
            new.approval_id,
            new.kind,
            new.subject_id,
            new.office_id,
            new.proposer_subject_id,
            new.facts,
            new.reason,
            new.proposed_at,
            new.expires_at,
        )
        return bool(added)

    async def open_of(self, subject_id: str, kind: str) -> Approval | None:
        """Read the open proposal of this kind about a person."""
        return _approval(
            await self._db.fetchrow(
                f"""
                {_SELECT}
                 WHERE approval.subject_id = $1 AND approval.kind = $2 AND approval.state = 'open'
                """,
                subject_id,
                kind,
            )
        )

    async def get(self, approval_id: str, office_id: str) -> Approval | None:
        """Read a proposal of the same organisation."""
        return _approval(
            await self._db.fetchrow(
                f"{_SELECT} WHERE {_OF_ORGANISATION} AND approval.approval_id = $2",
                office_id,
                approval_id,
            )
        )

    async def open_at(self, office_id: str, now: datetime, limit: int) -> list[Approval]:
        """Read what waits for a decision in the organisation, oldest first."""
        rows = await self._db.fetch(
            f"""
            {_SELECT}
             WHERE {_OF_ORGANISATION} AND approval.state = 'open' AND approval.expires_at > $2
             ORDER BY approval.proposed_at LIMIT $3
            """,
            office_id,
            now,
            limit,
        )
        return [Approval(**row) for row in rows]

    async def decide(
        self, approval_id: str, decider: str, state: str, reason: str, now: datetime
    ) -> bool:
        """Decide: one statement, one decider. False when it was not open to this one."""
        decided = await self._db.fetchval(
            """
            UPDATE approval
               SET state = $3, decider_subject_id = $2, decision_reason = $4, decided_at = $5
             WHERE approval_id = $1 AND state = 'open' AND expires_at > $5
               AND proposer_subject_id <> $2 AND subject_id <> $2
            RETURNING true
            """,
            approval_id,
            decider,
            state,
            reason,
            now,
        )
        return bool(decided)
