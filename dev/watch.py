"""``make watch``: an outsider who reads the published topics and prints one line per event.

Nothing of ours is needed but the event contracts: a plain Kafka client, the CloudEvents headers and
the generated messages. This is how a public body would keep its own records in step.
"""

import asyncio
import os
import sys
from collections.abc import Iterable

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError
from clavis_events.codec import CERTIFICATE_TOPIC, PERSON_TOPIC, UnknownEventError, decode
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from dev.layout import LayoutError, from_environment

TOPICS = (PERSON_TOPIC, CERTIFICATE_TOPIC)


def describe(headers: Iterable[tuple[str, bytes]], value: bytes) -> str:
    """Turn one record into a line: when, what, of whom, and the event's own fields."""
    context = {name: content.decode("utf-8", "replace") for name, content in headers}
    kind = context.get("ce_type", "?")
    subject = context.get("ce_subject", "-")
    when = context.get("ce_time", "-")
    try:
        fields = _fields(decode(kind, value))
    except UnknownEventError:
        fields = f"({len(value)} bytes of an unknown type)"
    sequence = context.get("ce_sequence", "-")
    return f"{when} {kind.rpartition('.')[2]} subject={subject} sequence={sequence} {fields}"


def _fields(message: Message) -> str:
    shown = []
    for field, value in message.ListFields():
        if field.name == "subject_id":
            continue
        if field.enum_type is not None:
            text = field.enum_type.values_by_number[value].name
        elif isinstance(value, Timestamp):
            text = value.ToJsonString()
        else:
            text = str(value).strip().replace("\n", " ")
        shown.append(f"{field.name}={text}")
    return " ".join(shown)


async def watch(bootstrap: str, *, from_start: bool) -> None:
    """Print events until cancelled. Raises KafkaError when the broker is not there."""
    consumer = AIOKafkaConsumer(
        *TOPICS,
        bootstrap_servers=bootstrap,
        group_id=None,
        auto_offset_reset="earliest" if from_start else "latest",
    )
    await consumer.start()
    print(f"watching {', '.join(TOPICS)} on {bootstrap}", flush=True)
    try:
        async for record in consumer:
            print(describe(record.headers, record.value or b""), flush=True)
    finally:
        await consumer.stop()


def main(arguments: list[str]) -> int:
    """Watch the running demo, or the broker named by KAFKA_BOOTSTRAP; ``--all`` from the start."""
    try:
        default = f"127.0.0.1:{from_environment().port('kafka')}"
        bootstrap = os.environ.get("KAFKA_BOOTSTRAP") or default
        asyncio.run(watch(bootstrap, from_start="--all" in arguments))
    except LayoutError as error:
        print(error)
        return 1
    except (KafkaError, OSError):
        print("No broker answers: is the demo running? (make demo)")
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
