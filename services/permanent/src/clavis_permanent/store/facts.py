"""A fact leaves its trace with its effect: a place in the stream, the history, a notice."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeAlias

import asyncpg
from clavis_kit.bus import EventRecord
from clavis_kit.db import Connection, Pool
from clavis_kit.outbox import record_event

from clavis_permanent.rules.facts import NOTICED, Fact

Executor: TypeAlias = "Connection | Pool"
MakeEvent = Callable[[int], EventRecord]


async def record_fact(
    db: Connection,
    fact: Fact,
    new_id: Callable[[], str],
    make_event: MakeEvent | None,
    *,
    notice: bool = True,
) -> None:
    """Record a fact in the transaction of its effect: history, notice, and the event if any.

    `make_event` makes the event of the version it is given.
    """
    await _add_to_history(db, fact)
    if notice and fact.kind in NOTICED:
        await add_notice(db, new_id(), fact)
    if make_event is not None:
        await record_event(db, make_event(await next_version(db, fact.subject_id)))


async def next_version(db: Connection, subject_id: str) -> int:
    """Take the next place in the person's stream of events; there may be no password yet."""
    version: int = await db.fetchval(
        """
        INSERT INTO credential AS c (subject_id, version)
        VALUES ($1, 1)
        ON CONFLICT (subject_id) DO UPDATE
        SET version = c.version + 1
        RETURNING version
        """,
        subject_id,
    )
    return version


async def _add_to_history(db: Connection, fact: Fact) -> None:
    await db.execute(
        "INSERT INTO credential_history (subject_id, at, kind, proof) VALUES ($1, $2, $3, $4)",
        fact.subject_id,
        fact.at,
        fact.kind,
        fact.proof,
    )


async def add_notice(db: Connection, notice_id: str, fact: Fact) -> None:
    """Put a notice among those to be sent."""
    await db.execute(
        """
        INSERT INTO notice (notice_id, subject_id, kind, about, created_at, due_at)
        VALUES ($1, $2, $3, $4, $5, $5)
        """,
        notice_id,
        fact.subject_id,
        fact.kind,
        notice_id,
        fact.at,
    )


async def read_history(pool: Pool, subject_id: str, limit: int) -> list[asyncpg.Record]:
    """Read the newest entries of a person: at, kind, proof."""
    return await pool.fetch(
        """
        SELECT at, kind, proof
          FROM credential_history
         WHERE subject_id = $1
         ORDER BY entry_id DESC
         LIMIT $2
        """,
        subject_id,
        limit,
    )


async def forget_history(pool: Pool, before: datetime) -> None:
    """Drop entries older than the retention."""
    await pool.execute("DELETE FROM credential_history WHERE at < $1", before)
