"""Append-only rows: evidence, audit, look-ups, renunciation proofs. Add and read, never change."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from clavis_kit.db import Connection


@dataclass(frozen=True)
class Actor:
    """Who acts: a citizen, an officer at an office, an operator, or another person."""

    kind: str
    actor_id: str | None = None
    office_id: str | None = None


@dataclass(frozen=True)
class HistoryEntry:
    """One line of what a citizen may see about their own record."""

    at: datetime
    kind: str
    action: str
    actor: str
    office: str | None
    reason: str | None
    entry_id: int

    @property
    def place(self) -> "HistoryPlace":
        """Where the entry stands in the order of the history."""
        return HistoryPlace(self.at, self.kind, self.entry_id)


@dataclass(frozen=True)
class HistoryPlace:
    """A place in the history: entries of one moment keep their order."""

    at: datetime
    kind: str
    entry_id: int


@dataclass(frozen=True)
class Renunciation:
    """A proof of renunciation."""

    proof_id: str
    subject_id: str
    acr: str | None
    language: str
    renounced_at: datetime
    method: str = "login"
    office_id: str | None = None


class EvidenceStore:
    """What was proven, and who did what."""

    def __init__(self, db: Connection) -> None:
        """Use a connection that the caller commits."""
        self._db = db

    async def add(self, subject_id: str, kind: str, facts: dict[str, Any], at: datetime) -> None:
        """Keep evidence."""
        await self._db.execute(
            "INSERT INTO evidence (subject_id, kind, facts, recorded_at) VALUES ($1, $2, $3, $4)",
            subject_id,
            kind,
            facts,
            at,
        )

    async def audit(
        self,
        subject_id: str | None,
        actor: Actor,
        action: str,
        at: datetime,
        facts: dict[str, Any] | None = None,
    ) -> None:
        """Keep who did what."""
        await self._db.execute(
            """
            INSERT INTO audit_event (subject_id, actor_kind, actor_id, office_id, action, facts, at)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            """,
            subject_id,
            actor.kind,
            actor.actor_id,
            actor.office_id,
            action,
            facts or {},
            at,
        )

    async def add_lookup(
        self,
        actor: Actor,
        national_id_hash: str,
        subject_id: str | None,
        reason: str,
        at: datetime,
    ) -> None:
        """Keep a look-up, found or not."""
        await self._db.execute(
            """
            INSERT INTO lookup
                (officer_subject_id, office_id, national_id_hash, subject_id, reason, at)
            VALUES ($1, $2, $3, $4, $5, $6)
            """,
            actor.actor_id,
            actor.office_id,
            national_id_hash,
            subject_id,
            reason,
            at,
        )

    async def history(
        self, subject_id: str, before: HistoryPlace, limit: int
    ) -> list[HistoryEntry]:
        """Read look-ups and changes before a place, newest first. Officers stay unnamed.

        Whoever looked at the number before its person was on record is there too.
        """
        rows = await self._db.fetch(
            """
            SELECT entry.at, entry.kind, entry.action, entry.actor, office.name AS office,
                   entry.reason, entry.entry_id
              FROM (SELECT at, 'change' AS kind, action, actor_kind AS actor, office_id,
                           facts ->> 'reason' AS reason, audit_event_id AS entry_id
                      FROM audit_event WHERE subject_id = $1
                    UNION ALL
                    SELECT at, 'lookup', 'person-looked-up', 'officer', office_id, reason,
                           lookup_id
                      FROM lookup WHERE subject_id = $1
                    UNION ALL
                    SELECT at, 'lookup', 'person-looked-up', 'officer', office_id, reason,
                           lookup_id
                      FROM lookup WHERE subject_id IS NULL AND national_id_hash = (
                           SELECT national_id_hash FROM person WHERE subject_id = $1)) AS entry
              LEFT JOIN office USING (office_id)
             WHERE (entry.at, entry.kind, entry.entry_id) < ($2::timestamptz, $3::text, $4::bigint)
             ORDER BY entry.at DESC, entry.kind DESC, entry.entry_id DESC LIMIT $5
            """,
            subject_id,
            before.at,
            before.kind,
            before.entry_id,
            limit,
        )
        return [HistoryEntry(**row) for row in rows]

    async def add_renunciation(self, proof: Renunciation) -> None:
        """Keep the proof of a renunciation."""
        await self._db.execute(
            """
            INSERT INTO renunciation
                (proof_id, subject_id, acr, language, renounced_at, method, office_id)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            """,
            proof.proof_id,
            proof.subject_id,
            proof.acr,
            proof.language,
            proof.renounced_at,
            proof.method,
            proof.office_id,
        )

    async def renunciation(self, proof_id: str) -> Renunciation | None:
        """Read a proof; who may see it is judged by the action."""
        row = await self._db.fetchrow(
            """
            SELECT proof_id::text, subject_id::text, acr, language, renounced_at, method,
                   office_id::text
              FROM renunciation WHERE proof_id = $1
            """,
            proof_id,
        )
        return Renunciation(**row) if row else None

    async def restored_since(self, subject_id: str, since: datetime) -> bool:
        """Say whether the person left, came back or was unfrozen after a moment."""
        found = await self._db.fetchval(
            """
            SELECT true FROM audit_event
             WHERE subject_id = $1 AND at > $2
               AND action IN ('renounced', 'rehabilitated', 'unfrozen') LIMIT 1
            """,
            subject_id,
            since,
        )
        return bool(found)
