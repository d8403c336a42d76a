"""A relay or a consumer as a process of its own that SIGKILL ends at one exact line.

    python dying.py relay DSN BOOTSTRAP IDEMPOTENT POINT
    python dying.py consumer DSN BOOTSTRAP TOPIC POINT

POINT says where it dies: `nowhere`; a relay `half-sent` (some records acknowledged, none moved) or
`acknowledged` (all acknowledged, none moved); a consumer `applying` (effect made, not committed) or
`committed` (effect committed, offset not).
"""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from typing import Any

from clavis_events.registry.v1 import person_pb2
from clavis_kit.bus import EventRecord, Producer
from clavis_kit.clock import SystemClock
from clavis_kit.consumer import AfterCommit, Consumer, Handler
from clavis_kit.db import Connection, open_pool
from clavis_kit.outbox import Relay

_COUNT_EFFECT = """
    INSERT INTO effect AS e (subject, version) VALUES ($1, $2)
    ON CONFLICT (subject, version) DO UPDATE SET times = e.times + 1
"""


def die() -> None:
    """End this process as a crash would: nothing is flushed, closed or rolled back by us."""
    os.kill(os.getpid(), signal.SIGKILL)


class HalfSending(Producer):
    """Dies when the brokers have acknowledged the first half of a batch."""

    async def publish(self, records: Sequence[EventRecord]) -> None:
        await super().publish(records[: max(1, len(records) // 2)])
        die()


class DyingWhenAcknowledged(Producer):
    """Dies between the brokers' acknowledgement and the move of the rows."""

    async def publish(self, records: Sequence[EventRecord]) -> None:
        await super().publish(records)
        die()


_PRODUCERS = {
    "nowhere": Producer,
    "half-sent": HalfSending,
    "acknowledged": DyingWhenAcknowledged,
}


async def relay(dsn: str, bootstrap: str, idempotent: str, point: str) -> None:
    producer = _PRODUCERS[point](bootstrap, source="test", idempotent=idempotent == "True")
    await Relay(dsn, producer).run()


def counting(point: str) -> Handler:
    """Make a handler whose effect would show a second application."""

    async def handle(db: Connection, message: Any, _: EventRecord) -> AfterCommit | None:
        await db.execute(_COUNT_EFFECT, message.subject_id, message.version)
        if point == "applying":
            die()
        return die if point == "committed" else None

    return handle


async def consumer(dsn: str, bootstrap: str, topic: str, point: str) -> None:
    pool = await open_pool(dsn, 2)
    await Consumer(
        bootstrap=bootstrap,
        group=f"g-{topic}",
        topics=[topic],
        pool=pool,
        handlers={person_pb2.Renounced: counting(point)},
        clock=SystemClock(),
        session_timeout_ms=2_000,
    ).run()


if __name__ == "__main__":
    role, *arguments = sys.argv[1:]
    asyncio.run({"relay": relay, "consumer": consumer}[role](*arguments))
