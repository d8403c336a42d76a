"""Video cases: rows, on the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg
from clavis_kit.db import Connection

from clavis_registry.rules.video import VideoState


@dataclass(frozen=True)
class NewCase:
    """What opening a case writes."""

    case_id: str
    mode: str
    state: VideoState
    appointment_id: str | None
    online_enrolment_id: str | None
    national_id_hash: str
    language: str
    opened_at: datetime


@dataclass(frozen=True)
class VideoCase:
    """A case as stored."""

    case_id: str
    mode: str
    state: VideoState
    appointment_id: str | None
    online_enrolment_id: str | None
    national_id_hash: str
    subject_id: str | None
    language: str
    applicant: dict[str, Any] | None
    evidence: dict[str, Any] | None
    provider: str | None
    provider_reference: str | None
    opened_at: datetime
    agent_id: str | None
    claimed_at: datetime | None
    checklist: dict[str, Any] | None
    reason: str | None
    decided_at: datetime | None
    second_agent_id: str | None
    second_decided_at: datetime | None


_COLUMNS = """
    case_id::text, mode, state, appointment_id::text, online_enrolment_id::text,
    national_id_hash, subject_id::text, language, applicant, evidence, provider,
    provider_reference, opened_at, agent_id::text, claimed_at, checklist, reason, decided_at,
    second_agent_id::text, second_decided_at
"""
_SELECT = f"SELECT {_COLUMNS} FROM video_case"  # noqa: S608  constants only
# What a change may write: a closed list, because the names go into the statement.
_WRITABLE = (
    "subject_id", "online_enrolment_id", "applicant", "evidence", "provider",
    "provider_reference", "agent_id", "claimed_at", "checklist", "reason", "decided_at",
    "second_agent_id", "second_reason", "second_decided_at",
)  # fmt: skip


def _case(row: asyncpg.Record | None) -> VideoCase | None:
    return VideoCase(**{**dict(row), "state": VideoState(row["state"])}) if row else None


class VideoStore:
    """Cases by id; every change of state is one statement that says what it was."""

    def __init__(self, db: Connection) -> None:
        """Use a connection that the caller commits."""
        self._db = db

    async def open(self, case: NewCase) -> bool:
        """Open a case; False when its appointment already has one."""
        opened = await self._db.fetchval(
            """
            INSERT INTO video_case
                (case_id, mode, state, appointment_id, online_enrolment_id, national_id_hash,
                 language, opened_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            ON CONFLICT DO NOTHING
            RETURNING true
            """,
            case.case_id,
            case.mode,
            case.state,
            case.appointment_id,
            case.online_enrolment_id,
            case.national_id_hash,
            case.language,
            case.opened_at,
        )
        return bool(opened)

    async def get(self, case_id: str) -> VideoCase | None:
        """Read a case."""
        return _case(await self._db.fetchrow(f"{_SELECT} WHERE case_id = $1", case_id))

    async def lock(self, case_id: str) -> VideoCase | None:
        """Read a case and hold it, so that decisions take turns."""
        return _case(await self._db.fetchrow(f"{_SELECT} WHERE case_id = $1 FOR UPDATE", case_id))

    async def of_appointment(self, appointment_id: str) -> VideoCase | None:
        """Read the case that a booked call became."""
        row = await self._db.fetchrow(f"{_SELECT} WHERE appointment_id = $1", appointment_id)
        return _case(row)

    async def by_reference(self, provider: str, reference: str) -> VideoCase | None:
        """Read the case of a provider's session."""
        return _case(
            await self._db.fetchrow(
                f"{_SELECT} WHERE provider = $1 AND provider_reference = $2", provider, reference
            )
        )

    async def of_act(self, act_id: str) -> VideoCase | None:
        """Read the case that an act of enrolment became."""
        row = await self._db.fetchrow(f"{_SELECT} WHERE online_enrolment_id = $1", act_id)
        return _case(row)

    async def in_states(self, states: Sequence[VideoState], limit: int) -> list[VideoCase]:
        """Read the cases that wait in one of the states, oldest first."""
        rows = await self._db.fetch(
            f"{_SELECT} WHERE state = ANY($1::text[]) ORDER BY opened_at LIMIT $2",
            list(states),
            limit,
        )
        return [case for row in rows if (case := _case(row))]

    async def place_in_queue(self, case: VideoCase) -> int:
        """Count the calls that wait and came no later, this one included."""
        place: int = await self._db.fetchval(
            """
            SELECT count(*) FROM video_case
             WHERE mode = 'call' AND state = 'queued' AND opened_at <= $1
            """,
            case.opened_at,
        )
        return place

    async def move(
        self, case_id: str, former: VideoState, state: VideoState, **written: object
    ) -> bool:
        """Change the state and what goes with it; False when it is no longer the former one."""
        if unknown := set(written) - set(_WRITABLE):
            raise LookupError(f"no such columns: {unknown}")
        columns = "".join(f", {name} = ${number}" for number, name in enumerate(written, 4))
        moved = await self._db.fetchval(
            f"""
            UPDATE video_case SET state = $3{columns}
             WHERE case_id = $1 AND state = $2 RETURNING true
            """,  # noqa: S608  names from a closed list, values as parameters
            case_id,
            former,
            state,
            *written.values(),
        )
        return bool(moved)
