"""A small load generator: a bounded number of requests, a bounded number at a time."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bench.processes import Process

Send = Callable[[int], Awaitable[bool]]
LONGEST_SECONDS = 8.0


@dataclass(frozen=True, slots=True)
class Figure:
    """What one kind of request gave. Times in milliseconds, seen by the caller.

    ``cpu_ms`` is what the answering process spent per request, waiting not counted;
    ``cost`` is that as a multiple of the cheapest request of the same run.
    """

    name: str
    count: int
    failed: int
    per_second: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float
    cost: float = 0.0


def quantile(ordered: list[float], share: float) -> float:
    """Return the value that a share of the ordered values does not exceed (nearest rank)."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


async def load(
    name: str, send: Send, *, server: Process, count: int, at_a_time: int = 4, warm_up: int = 5
) -> Figure:
    """Send `count` requests, some at a time, and stop early when it takes too long.

    `send` gets the number of the request and says whether the answer was the expected one.
    """
    for number in range(warm_up):
        await send(-1 - number)
    waits: list[float] = []
    failed = 0
    numbers = iter(range(count))
    begun, cpu = time.perf_counter(), server.cpu_seconds()

    async def worker() -> None:
        nonlocal failed
        for number in numbers:
            asked = time.perf_counter()
            if asked - begun > LONGEST_SECONDS:
                return
            failed += not await send(number)
            waits.append(time.perf_counter() - asked)

    await asyncio.gather(*(worker() for _ in range(at_a_time)))
    took, spent = time.perf_counter() - begun, server.cpu_seconds() - cpu
    waits.sort()
    return Figure(
        name=name,
        count=len(waits),
        failed=failed,
        per_second=len(waits) / took,
        p50_ms=quantile(waits, 0.5) * 1000,
        p99_ms=quantile(waits, 0.99) * 1000,
        cpu_ms=spent / len(waits) * 1000,
    )
