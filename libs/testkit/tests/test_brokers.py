import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from clavis_testkit.launchers.kafka import (
    ApacheKafka,
    Broker,
    ExternalBroker,
    TansuBroker,
    open_broker,
)
from clavis_testkit.launchers.process import LauncherError
from clavis_testkit.require import need


async def create_topic(broker: Broker, topic: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic, num_partitions=1, replication_factor=1)])
    finally:
        await admin.close()


async def send(broker: Broker, topic: str, *values: bytes) -> None:
    producer = AIOKafkaProducer(
        bootstrap_servers=broker.bootstrap, enable_idempotence=broker.idempotent, acks="all"
    )
    await producer.start()
    try:
        for value in values:
            await producer.send_and_wait(topic, value, key=b"k", headers=[("ce_id", b"1")])
    finally:
        await producer.stop()


async def read_all(broker: Broker, topic: str) -> list[bytes]:
    """Read the topic from its beginning to the end it has now."""
    consumer = AIOKafkaConsumer(bootstrap_servers=broker.bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        partition = TopicPartition(topic, 0)
        consumer.assign([partition])
        end = (await consumer.end_offsets([partition]))[partition]
        return [(await consumer.getone()).value for _ in range(end)]
    finally:
        await consumer.stop()


async def test_records_come_back_in_order(broker: Broker) -> None:
    await create_topic(broker, "testkit.order")
    await send(broker, "testkit.order", b"1", b"2", b"3")
    assert await read_all(broker, "testkit.order") == [b"1", b"2", b"3"]


def test_a_killed_tansu_starts_again_on_the_same_address(server_home: Path) -> None:
    broker = TansuBroker(server_home / "tansu-killed")
    broker.start()
    try:
        broker.kill()
        assert broker.poll() == -signal.SIGKILL
        broker.restart()
        assert broker.poll() is None
    finally:
        broker.stop()


@pytest.fixture
def kafka(server_home: Path) -> Iterator[ApacheKafka]:
    need("kafka", "data that survives the kill of a broker")
    broker = ApacheKafka(server_home / "kafka-killed")
    broker.start()
    yield broker
    broker.stop()


@pytest.mark.kafka
async def test_acknowledged_records_survive_sigkill_of_apache_kafka(kafka: ApacheKafka) -> None:
    await create_topic(kafka, "testkit.durable")
    await send(kafka, "testkit.durable", b"1", b"2")
    kafka.kill()
    kafka.restart()
    await send(kafka, "testkit.durable", b"3")
    assert await read_all(kafka, "testkit.durable") == [b"1", b"2", b"3"]


def test_a_port_in_use_is_said_in_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(LauncherError, match=f"needs port {port} .* another program uses it"):
            TansuBroker(tmp_path, port).start()


def test_the_ladder_prefers_the_given_address_and_ends_at_the_wheel(tmp_path: Path) -> None:
    assert open_broker(tmp_path, bootstrap="127.0.0.1:1").kind == "external"
    assert open_broker(tmp_path).kind == "tansu"


def test_without_java_the_ladder_ends_at_the_wheel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", os.devnull)
    assert open_broker(tmp_path, apache=True).kind == "tansu"


def test_an_address_without_a_broker_is_said_in_one_sentence() -> None:
    with pytest.raises(LauncherError, match=r"^no Kafka broker answers at 127\.0\.0\.1:1$"):
        ExternalBroker("127.0.0.1:1").start()
