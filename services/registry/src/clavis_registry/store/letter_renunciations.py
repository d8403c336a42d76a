"""Renunciations with the code of a letter: rows, on the caller's transaction."""

from dataclasses import dataclass
from datetime import datetime

from clavis_kit.db import Connection


@dataclass(frozen=True)
class LetterRenunciation:
    """What was typed, in hashes; it waits to be judged."""

    act_id: str
    national_id_hash: str
    contrast_hash: str
    csv_hash: str
    language: str


@dataclass(frozen=True)
class AskingLimits:
    """How often within an hour: from one source, and for one number."""

    of_source: int
    of_number: int


@dataclass(frozen=True)
class Judged:
    """What became of an act; letter and person only where everything was right."""

    outcome: str
    letter_id: str | None = None
    subject_id: str | None = None


class LetterRenunciationStore:
    """Acts by id, and by the token of their proof."""

    def __init__(self, db: Connection) -> None:
        """Use a connection that the caller commits."""
        self._db = db

    async def ask(
        self, act: LetterRenunciation, source_hash: str, limits: AskingLimits, now: datetime
    ) -> bool:
        """Keep an act to be judged later; False when there were too many.

        Acts of one source, and those for one number, take turns until the transaction ends.
        """
        kept = await self._db.fetchval(
            """
            INSERT INTO letter_renunciation
                (act_id, national_id_hash, contrast_hash, csv_hash, source_hash, language,
                 requested_at)
            SELECT $1, $2, $3, $4, $5, $6, $7::timestamptz
             WHERE letter_renunciations_of_source($5, $7::timestamptz - interval '1 hour') < $8
               AND letter_renunciations_of_number($2, $7::timestamptz - interval '1 hour') < $9
            RETURNING true
            """,
            act.act_id,
            act.national_id_hash,
            act.contrast_hash,
            act.csv_hash,
            source_hash,
            act.language,
            now,
            limits.of_source,
            limits.of_number,
        )
        return bool(kept)

    async def open_acts(self, limit: int) -> list[LetterRenunciation]:
        """Take acts to judge; they stay with this transaction."""
        rows = await self._db.fetch(
            """
            SELECT act_id::text, national_id_hash, contrast_hash, csv_hash, language
              FROM letter_renunciation WHERE outcome IS NULL
             ORDER BY requested_at LIMIT $1 FOR UPDATE SKIP LOCKED
            """,
            limit,
        )
        return [LetterRenunciation(**row) for row in rows]

    async def judged(self, act_id: str, judged: Judged, now: datetime) -> None:
        """Keep what became of an act."""
        await self._db.execute(
            """
            UPDATE letter_renunciation
               SET outcome = $2, letter_id = $3, subject_id = $4, judged_at = $5
             WHERE act_id = $1
            """,
            act_id,
            judged.outcome,
            judged.letter_id,
            judged.subject_id,
            now,
        )

    async def count_wrong(self, letter_id: str, tries: int) -> bool:
        """Count a wrong code for a used letter; False when there were too many before."""
        counted = await self._db.fetchval(
            """
            UPDATE letter SET renunciation_failures = renunciation_failures + 1
             WHERE letter_id = $1 AND renunciation_failures < $2 RETURNING true
            """,
            letter_id,
            tries,
        )
        return bool(counted)

    async def still_proves(self, letter_id: str, subject_id: str, tries: int) -> bool:
        """Say whether a used letter enrolled this person and has not been guessed at too often."""
        proves = await self._db.fetchval(
            """
            SELECT true FROM letter JOIN online_enrolment AS act ON act.origin_id = letter_id
             WHERE letter_id = $1 AND letter.state = 'used' AND renunciation_failures < $3
               AND act.subject_id = $2 AND act.channel = 'letter' AND act.state = 'completed'
            """,
            letter_id,
            subject_id,
            tries,
        )
        return bool(proves)

    async def proved(self, act_id: str) -> tuple[str, str] | None:
        """Hold an act that may still end in a renunciation; return its person and letter."""
        row = await self._db.fetchrow(
            """
            SELECT subject_id::text, letter_id::text FROM letter_renunciation
             WHERE act_id = $1 AND outcome = 'code_sent' AND done_at IS NULL FOR UPDATE
            """,
            act_id,
        )
        return (row["subject_id"], row["letter_id"]) if row else None

    async def done(self, act_id: str, proof_id: str, proof_hash: str, now: datetime) -> None:
        """Keep that the person renounced, and the hash of the token of the proof."""
        await self._db.execute(
            """
            UPDATE letter_renunciation SET done_at = $4, proof_id = $2, proof_hash = $3
             WHERE act_id = $1
            """,
            act_id,
            proof_id,
            proof_hash,
            now,
        )

    async def of_proof(self, proof_hash: str, since: datetime) -> tuple[str, str] | None:
        """Read the proof that a token fetches and its person, while nobody has fetched it."""
        row = await self._db.fetchrow(
            """
            SELECT proof_id::text, subject_id::text FROM letter_renunciation
             WHERE proof_hash = $1 AND done_at > $2 AND proof_made_at IS NULL
            """,
            proof_hash,
            since,
        )
        return (row["proof_id"], row["subject_id"]) if row else None

    async def claim_proof(self, proof_hash: str, now: datetime) -> bool:
        """Take the right to hand out the proof; one taker only."""
        claimed = await self._db.fetchval(
            """
            UPDATE letter_renunciation SET proof_made_at = $2
             WHERE proof_hash = $1 AND proof_made_at IS NULL RETURNING true
            """,
            proof_hash,
            now,
        )
        return bool(claimed)
