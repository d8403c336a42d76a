"""Events on Kafka: CloudEvents 1.0 in binary mode, protobuf as the value."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError
from google.protobuf.message import Message

from clavis_kit.logging import get_logger

CONTENT_TYPE = "application/protobuf"
PARTITIONS = 6
_log = get_logger(__name__)


@dataclass(frozen=True)
class EventRecord:
    """An event as it is stored and sent."""

    event_id: str
    topic: str
    key: str
    type: str
    sequence: int
    payload: bytes
    occurred_at: datetime
    traceparent: str | None = None

    @classmethod
    def of(
        cls, message: Message, *, topic: str, event_id: str, key: str, occurred_at: datetime,
        sequence: int = 0,
    ) -> "EventRecord":  # fmt: skip
        """Wrap a contract message; key is the subject id, sequence its version."""
        return cls(
            event_id=event_id,
            topic=topic,
            key=key,
            type=message.DESCRIPTOR.full_name,
            sequence=sequence,
            payload=message.SerializeToString(deterministic=True),
            occurred_at=occurred_at,
        )


# CloudEvents 1.0, Kafka protocol binding section 3.2: attributes are headers named ce_*.
def to_headers(record: EventRecord, source: str) -> list[tuple[str, bytes]]:
    """Render the attributes. No personal data: headers are copied into logs and dead letters."""
    headers = {
        "ce_specversion": "1.0",
        "ce_id": record.event_id,
        "ce_source": source,
        "ce_type": record.type,
        "ce_time": record.occurred_at.isoformat(),
        "ce_subject": record.key,
        "ce_sequence": str(record.sequence),
        "ce_dataschema": record.type,
        "content-type": CONTENT_TYPE,
    }
    if record.traceparent:
        headers["ce_traceparent"] = record.traceparent
    return [(name, value.encode()) for name, value in headers.items()]


class Producer:
    """Publishes records in order and waits for the brokers' acknowledgement."""

    def __init__(self, bootstrap: str, *, source: str, idempotent: bool) -> None:
        """Remember how to connect; `source` is the CloudEvents source, the service's URL."""
        self._bootstrap = bootstrap
        self._source = source
        self._idempotent = idempotent
        self._producer: AIOKafkaProducer | None = None

    async def _connected(self) -> AIOKafkaProducer:
        if self._producer is None:
            producer = AIOKafkaProducer(
                bootstrap_servers=self._bootstrap,
                enable_idempotence=self._idempotent,
                acks="all",
                request_timeout_ms=10_000,
            )
            try:
                await producer.start()
            except BaseException:
                await producer.stop()
                raise
            self._producer = producer
        return self._producer

    async def publish(self, records: Sequence[EventRecord]) -> None:
        """Send all and return when all are acknowledged; raises KafkaError otherwise.

        A failed producer is thrown away: an idempotent one that lost its sequence never recovers.
        """
        try:
            producer = await self._connected()
            sent = [
                await producer.send(
                    record.topic,
                    key=record.key.encode(),
                    value=record.payload,
                    headers=to_headers(record, self._source),
                )
                for record in records
            ]
            await asyncio.gather(*sent)
        except KafkaError:
            await self.close()
            raise

    async def close(self) -> None:
        """Flush and disconnect."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await producer.stop()


async def ensure_topics(bootstrap: str, topics: Sequence[str]) -> None:
    """Create missing topics with one replica: for the demo and compose, never for production."""
    admin: Any = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        existing = set(await admin.list_topics())
        for topic in topics:
            if topic in existing:
                continue
            new = NewTopic(name=topic, num_partitions=PARTITIONS, replication_factor=1)
            try:
                await admin.create_topics([new])
            except TopicAlreadyExistsError:
                _log.info("topic_exists", topic=topic)
    finally:
        await admin.close()
