"""Bounded thread pools for work that would stall the event loop."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from clavis_kit.errors import Overloaded
from clavis_kit.metrics import POOL_SHED, POOL_WAITING

P = ParamSpec("P")
T = TypeVar("T")


class BoundedPool:
    """Run slow, GIL-releasing work in `workers` threads; refuse more than `queue` waiting jobs."""

    def __init__(self, name: str, *, workers: int, queue: int) -> None:
        """Create the threads lazily; `name` labels the metrics."""
        self._name = name
        self._limit = workers + queue
        self._pending = 0
        self._executor = ThreadPoolExecutor(workers, thread_name_prefix=name)

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run the work and return its result. Raises Overloaded (503, Retry-After) when full."""
        if self._pending >= self._limit:
            POOL_SHED.labels(self._name).inc()
            raise Overloaded
        self._pending += 1
        POOL_WAITING.labels(self._name).set(self._pending)
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._executor, lambda: work(*args, **kwargs))
        finally:
            self._pending -= 1
            POOL_WAITING.labels(self._name).set(self._pending)

    def close(self) -> None:
        """Let running jobs end and drop waiting ones."""
        self._executor.shutdown(wait=False, cancel_futures=True)
