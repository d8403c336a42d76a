"""The running service: schema check, relay to a broker, health, OpenAPI, keys."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
from aiokafka import AIOKafkaConsumer
from clavis_events.codec import PERSON_TOPIC, decode
from clavis_events.registry.v1 import person_pb2
from clavis_kit.clock import FrozenClock
from clavis_kit.ids import new_id
from clavis_registry.actions.deaths import Death, DeathOutcome, record_death
from clavis_registry.actions.imports import ImportOutcome, import_person
from clavis_registry.app import create_app
from clavis_registry.commands.files import PersonIn
from clavis_registry.settings import RegistrySettings
from clavis_testkit.service_databases import Database, DatabaseFactory

from services.registry.tests.test_commands import person
from services.registry.tests.world import ANA, NOW


async def read(bootstrap: str, source: str, count: int) -> list[Any]:
    """Read what this registry published: other tests may have used the same broker before."""
    consumer = AIOKafkaConsumer(
        PERSON_TOPIC, bootstrap_servers=bootstrap, auto_offset_reset="earliest",
        enable_auto_commit=False,
    )  # fmt: skip
    await consumer.start()
    try:
        # By id: what was published twice, which a relay may do, is one event.
        records: dict[bytes, Any] = {}
        async with asyncio.timeout(60):
            while len(records) < count:
                for batch in (await consumer.getmany(timeout_ms=500)).values():
                    for record in batch:
                        headers = dict(record.headers)
                        if headers["ce_source"] == source.encode():
                            records.setdefault(headers["ce_id"], record)
        return list(records.values())
    finally:
        await consumer.stop()


async def test_facts_reach_the_broker_in_order_while_the_service_runs(
    database: DatabaseFactory,
    settings_for: Callable[[Database], RegistrySettings],
    embedded_broker: Any,
) -> None:
    settings = settings_for(await database("registry")).model_copy(
        update={
            "kafka_bootstrap": embedded_broker.bootstrap,
            "kafka_idempotence": embedded_broker.idempotent,
            "kafka_create_topics": True,
            "public_url": f"http://registry-{new_id()}.test",
        }
    )
    app = create_app(settings, FrozenClock(NOW))
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app):
        async with httpx.AsyncClient(transport=transport, base_url="http://r.test") as http:
            assert (await http.get("/health/ready")).status_code == 200
            assert (await http.get("/.well-known/jwks.json")).json()["keys"][0]["crv"] == "P-256"
            paths = (await http.get("/openapi.json")).json()["paths"]
            assert all("summary" in op for path in paths.values() for op in path.values())
        entry = PersonIn.model_validate(person()).imported()
        assert await import_person(app.state.deps, entry) is ImportOutcome.IMPORTED
        death = Death(ANA, NOW.date(), "MNP/1")
        assert await record_death(app.state.deps, death) is DeathOutcome.RECORDED
        records = await read(embedded_broker.bootstrap, settings.public_url, 2)
    types = [dict(record.headers)["ce_type"].decode() for record in records]
    registered, deceased = (
        decode(name, record.value) for name, record in zip(types, records, strict=True)
    )
    assert isinstance(registered, person_pb2.Registered)
    assert isinstance(deceased, person_pb2.Deceased)
    assert records[0].key == registered.subject_id.encode()
    assert all(ANA.encode() not in record.value for record in records)
