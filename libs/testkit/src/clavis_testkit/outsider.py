"""A consumer of somebody else's on the shared topics: plain aiokafka, none of our plumbing."""

import asyncio
import contextlib
import threading
import time
from typing import Any, Self

from aiokafka import AIOKafkaConsumer
from clavis_events.codec import CERTIFICATE_TOPIC, CREDENTIAL_TOPIC, PERSON_TOPIC, decode

WAIT_SECONDS = 120.0
_TICK_SECONDS = 0.02


class Outsider:
    """Reads the shared topics from their beginning, in a thread of its own."""

    def __init__(self, bootstrap: str) -> None:
        """Remember where the brokers are."""
        self._bootstrap = bootstrap
        self._events: list[tuple[float, str, Any]] = []
        self._stopped = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        """Start reading."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop reading."""
        self._stopped.set()
        self._thread.join(10)

    def _run(self) -> None:
        try:
            asyncio.run(self._read())
        except Exception as error:  # noqa: BLE001  the waiting test reports it
            self._failure = error

    async def _read(self) -> None:
        topics = (PERSON_TOPIC, CREDENTIAL_TOPIC, CERTIFICATE_TOPIC)
        # No group: an outsider may read from the beginning whenever it likes.
        consumer = AIOKafkaConsumer(
            *topics, bootstrap_servers=self._bootstrap, auto_offset_reset="earliest"
        )
        await consumer.start()
        try:
            while not self._stopped.is_set():
                for records in (await consumer.getmany(timeout_ms=200)).values():
                    for record in records:
                        name = dict(record.headers)["ce_type"].decode()
                        self._events.append((time.time(), name, decode(name, record.value)))
        finally:
            with contextlib.suppress(Exception):
                await consumer.stop()

    def seen(self, type_name: str, **fields: Any) -> list[Any]:
        """Return the events of a type with these field values, in order of arrival."""
        return [
            message
            for _, name, message in list(self._events)
            if name == type_name and all(getattr(message, f) == v for f, v in fields.items())
        ]

    def wait_for(self, type_name: str, **fields: Any) -> Any:
        """Return the newest event of a type with these field values; wait for it to come."""
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            if found := self.seen(type_name, **fields):
                return found[-1]
            if self._failure:
                raise self._failure
            time.sleep(_TICK_SECONDS)
        raise AssertionError(f"no {type_name} came within {WAIT_SECONDS:.0f} s")
