"""What issuers answered about revocation, kept while it holds; one fetch for all who wait.

An address that keeps failing is left alone for growing pauses, so that an issuer in trouble neither
slows every login nor is hammered while it recovers.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from clavis_kit.clock import Clock
from clavis_kit.metrics import SECONDS
from prometheus_client import Counter, Histogram

_KEPT = 1000
_ADDRESSES = 200
_REFUSAL_LIFE = timedelta(seconds=60)  # who does not know a certificate is not asked at once again
_FAILURES = 3  # in a row, before an address is left alone
_FIRST_PAUSE = timedelta(seconds=10)
_LONGEST_PAUSE = timedelta(minutes=5)
_ANSWERS = Counter(
    "clavis_revocation_answers_total",
    "Answers about revocation: fetched, kept from before, refused, failed, or not asked for",
    ["kind", "outcome"],
)
_TIMES = Histogram(
    "clavis_revocation_seconds", "Time of an issuer to answer", ["kind"], buckets=SECONDS
)


class NoAnswerError(Exception):
    """An address did not answer in time, or not with what was asked."""

    def __init__(self, *, reached: bool = False) -> None:
        """`reached` says that the address is up: it answered, though of no use."""
        super().__init__()
        self.reached = reached


@dataclass(frozen=True, slots=True)
class Answer:
    """The body of an answer, and until when its issuer says it holds; None: it does not say."""

    body: bytes
    next_update: datetime | None


@dataclass(slots=True)
class _Circuit:
    failures: int = 0
    closed_at: datetime | None = None
    """When it may be asked again."""


Fetch = Callable[[], Awaitable[Answer]]


class Answers:
    """The memory of a revocation source."""

    def __init__(self, clock: Clock, *, life: timedelta, undated_life: timedelta) -> None:
        """Keep an answer for `life` at most, one that names no next update for `undated_life`."""
        self._clock = clock
        self._life = life
        self._undated_life = min(life, undated_life)
        self._kept: OrderedDict[tuple[str, bytes], tuple[bytes | None, datetime]] = OrderedDict()
        self._flights: dict[tuple[str, bytes], asyncio.Task[bytes]] = {}
        self._circuits: OrderedDict[str, _Circuit] = OrderedDict()

    async def get(self, kind: str, address: str, question: bytes, fetch: Fetch) -> bytes:
        """Answer from memory or fetch, together with all who ask the same. Raises NoAnswerError."""
        key, now = (address, question), self._clock.now()
        kept = self._kept.get(key)
        if kept is not None and now < kept[1]:
            _ANSWERS.labels(kind, "kept").inc()
            return _answered(kept[0])
        flight = self._flights.get(key)
        if flight is None:
            if self._is_open(address, now):
                _ANSWERS.labels(kind, "circuit_open").inc()
                raise NoAnswerError
            flight = asyncio.create_task(self._fetch(kind, key, fetch))
            flight.add_done_callback(_heard)
            self._flights[key] = flight
        # Shielded: who gives up takes the answer from nobody else, and the next finds it.
        return await asyncio.shield(flight)

    async def _fetch(self, kind: str, key: tuple[str, bytes], fetch: Fetch) -> bytes:
        try:
            with _TIMES.labels(kind).time():
                answer = await fetch()
        except NoAnswerError as error:
            _ANSWERS.labels(kind, "refused" if error.reached else "failed").inc()
            self._count(key[0], failed=not error.reached)
            if error.reached:
                self._keep(key, None, self._clock.now() + min(self._life, _REFUSAL_LIFE))
            raise
        finally:
            del self._flights[key]
        _ANSWERS.labels(kind, "fetched").inc()
        self._count(key[0], failed=False)
        self._keep(key, answer.body, self._until(answer))
        return answer.body

    def _until(self, answer: Answer) -> datetime:
        now = self._clock.now()
        if answer.next_update is None:
            return now + self._undated_life
        return min(now + self._life, answer.next_update)

    def _keep(self, key: tuple[str, bytes], body: bytes | None, until: datetime) -> None:
        self._kept[key] = (body, until)
        self._kept.move_to_end(key)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)

    def _is_open(self, address: str, now: datetime) -> bool:
        circuit = self._circuits.get(_origin(address))
        return circuit is not None and circuit.closed_at is not None and now < circuit.closed_at

    def _count(self, address: str, *, failed: bool) -> None:
        origin = _origin(address)
        if not failed:
            self._circuits.pop(origin, None)
            return
        circuit = self._circuits.setdefault(origin, _Circuit())
        circuit.failures += 1
        if circuit.failures >= _FAILURES:
            pause = _FIRST_PAUSE * 2 ** min(circuit.failures - _FAILURES, 10)
            circuit.closed_at = self._clock.now() + min(pause, _LONGEST_PAUSE)
        while len(self._circuits) > _ADDRESSES:
            self._circuits.popitem(last=False)


def _answered(body: bytes | None) -> bytes:
    if body is None:
        raise NoAnswerError(reached=True)
    return body


def _heard(flight: asyncio.Task[bytes]) -> None:
    """Take note of a failure that nobody waits for any more."""
    if not flight.cancelled():
        flight.exception()


def _origin(address: str) -> str:
    return urlsplit(address).netloc.lower()
