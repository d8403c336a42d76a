"""Fail-over, routing by country, repeated messages, and what is kept of them."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from aiohttp import web
from clavis_kit.clock import SystemClock
from clavis_kit.db import Pool, open_pool
from clavis_kit.http import create_app
from clavis_kit.messages import HandOver, OutgoingMessage, UndeliverableError
from clavis_kit.messages.message import Carrier
from clavis_kit.messages.providers import read_providers
from clavis_kit.messages.queue import deliver_due, enqueue
from clavis_kit.messages.receipt_route import receipt_router
from clavis_kit.messages.receipts import DeliveryLog, Receipt, ReceiptState, drop_old
from clavis_kit.messages.routes import Route, in_order
from clavis_kit.messages.sender import MessageSender, SmsProviders
from clavis_kit.messages.webhook import WebhookCarrier, opened_post
from clavis_kit.settings import KeyFileError
from clavis_testkit.patience import until
from clavis_testkit.plugin import DatabaseFactory
from hypothesis import given
from hypothesis import strategies as st

SPAIN = "+34600111222"
FRANCE = "+33600111222"
NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


class Provider:
    """A provider that takes messages until it is told not to."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.up = True
        self.asked = 0
        self.taken: list[OutgoingMessage] = []

    async def send(self, message: OutgoingMessage) -> HandOver:
        self.asked += 1
        if not self.up:
            raise UndeliverableError("down")
        self.taken.append(message)
        return HandOver(self.name, f"{self.name}-{len(self.taken)}")


@pytest.fixture
async def pool(database: DatabaseFactory) -> AsyncIterator[Pool]:
    made = await open_pool((await database("pin")).dsn, 4)
    yield made
    await made.close()


class World:
    def __init__(self, deliveries: DeliveryLog | None = None) -> None:
        self.now = 0.0
        self.home, self.spare, self.abroad = Provider("home"), Provider("spare"), Provider("abroad")
        self.mail = Provider("mail")
        routes = [Route("home", ("34",)), Route("spare"), Route("abroad", ("33", "351"))]
        carriers: dict[str, Carrier] = {p.name: p for p in (self.home, self.spare, self.abroad)}
        self.sender = MessageSender(
            SmsProviders(carriers, routes), self.mail,
            deliveries=deliveries, monotonic=lambda: self.now,
        )  # fmt: skip


async def test_the_provider_of_the_country_is_asked_first() -> None:
    world = World()
    await world.sender.send_sms(SPAIN, "x", reference="1")
    await world.sender.send_sms(FRANCE, "x", reference="2")
    await world.sender.send_sms("+4915112345678", "x", reference="3")
    assert [len(p.taken) for p in (world.home, world.abroad, world.spare)] == [1, 1, 1]


async def test_the_next_one_takes_over_and_the_sick_one_rests() -> None:
    world = World()
    world.home.up = False
    await world.sender.send_sms(SPAIN, "x", reference="1")
    await world.sender.send_sms(SPAIN, "x", reference="2")
    assert (world.home.asked, len(world.spare.taken)) == (1, 2)
    world.home.up, world.now = True, 31.0
    await world.sender.send_sms(SPAIN, "x", reference="3")
    assert len(world.home.taken) == 1


async def test_with_every_provider_down_the_sender_says_so() -> None:
    world = World()
    world.home.up = world.spare.up = False
    with pytest.raises(UndeliverableError):
        await world.sender.send_sms(SPAIN, "x", reference="1")
    world.spare.up = True
    await world.sender.send_sms(SPAIN, "x", reference="1")
    assert len(world.spare.taken) == 1


async def test_a_repeated_message_is_not_sent_again() -> None:
    world = World()
    await world.sender.send_sms(SPAIN, "x", reference="1")
    await world.sender.send_sms(SPAIN, "x", reference="1")
    assert len(world.home.taken) == 1


_CODES = st.text("123456789", min_size=1, max_size=3)
_ROUTES = st.lists(
    st.builds(Route, st.text("abc", min_size=1, max_size=2), st.lists(_CODES).map(tuple)),
    unique_by=lambda route: route.provider,
)


@given(_CODES.map(lambda code: f"+{code}600111222"), _ROUTES, st.sets(st.sampled_from("abc")))
def test_order_keeps_who_serves_the_number_and_asks_the_sick_last(
    number: str, routes: list[Route], unwell: set[str]
) -> None:
    names = in_order(number, routes, unwell)
    serving = {
        route.provider
        for route in routes
        if not route.countries or any(number[1:].startswith(c) for c in route.countries)
    }
    assert sorted(names) == sorted(serving)
    assert [name in unwell for name in names] == sorted(name in unwell for name in names)


async def settled(pool: Pool, state: str) -> None:
    async def reached() -> bool:
        return bool(await pool.fetchval("SELECT state FROM message_delivery") == state)

    await until(reached, state)


async def test_what_became_of_a_message_is_kept_without_text_or_number(pool: Pool) -> None:
    async with DeliveryLog(pool, SystemClock()).opened() as deliveries:
        world = World(deliveries)
        await world.sender.send_sms(SPAIN, "su PIN es ABC", reference="r-1")
        await settled(pool, "accepted")
        await deliveries.receipt(Receipt("home", "home-1", ReceiptState.DELIVERED))
        await deliveries.receipt(Receipt("home", "home-1", ReceiptState.FAILED))  # too late
        await deliveries.receipt(Receipt("home", "unknown", ReceiptState.FAILED))
        await settled(pool, "delivered")
    row = await pool.fetchrow("SELECT * FROM message_delivery")
    assert "ABC" not in str(row)
    assert "600111222" not in str(row)
    assert await drop_old(pool, datetime.now(UTC) + timedelta(days=31)) == 1


async def test_a_receipt_counts_only_with_the_signature_of_its_provider(pool: Pool) -> None:
    key = "k" * 32
    async with DeliveryLog(pool, SystemClock()).opened() as deliveries:
        world = World(deliveries)
        await world.sender.send_sms(SPAIN, "x", reference="r-1")
        app = create_app(title="t", description="d", max_body_bytes=1000)
        app.include_router(receipt_router({"home": key}, deliveries))
        body = json.dumps({"id": "home-1", "state": "delivered"}).encode()
        good = "sha256=" + hmac.new(key.encode(), body, hashlib.sha256).hexdigest()
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://pin.test") as client:
            for path, signature in (("home", "sha256=00"), ("home", ""), ("spare", good)):
                answer = await client.post(
                    f"/messages/receipts/{path}", content=body,
                    headers={"Clavis-Signature": signature},
                )  # fmt: skip
                assert answer.status_code == 401
            accepted = await client.post(
                "/messages/receipts/home", content=body, headers={"Clavis-Signature": good}
            )
            assert accepted.status_code == 204
        await settled(pool, "delivered")


async def test_a_notice_is_queued_once_and_sent_when_a_provider_is_back(pool: Pool) -> None:
    world = World()
    world.mail.up = False
    notice = OutgoingMessage("email", "ana@ejemplo.es", "…", "n-1", "Aviso")
    async with pool.acquire() as connection:
        await enqueue(connection, notice, NOW)
        await enqueue(connection, notice, NOW)
    assert await deliver_due(pool, world.sender, NOW) == 0
    world.mail.up = True
    assert await deliver_due(pool, world.sender, NOW) == 0  # not yet due again
    assert await deliver_due(pool, world.sender, NOW + timedelta(minutes=1)) == 1
    assert world.mail.taken == [notice]
    assert await pool.fetchval("SELECT count(*) FROM queued_message") == 0


async def test_a_notice_too_old_is_of_no_use(pool: Pool) -> None:
    world = World()
    async with pool.acquire() as connection:
        await enqueue(connection, OutgoingMessage("sms", SPAIN, "…", "n-1"), NOW)
    assert await deliver_due(pool, world.sender, NOW + timedelta(days=3)) == 0
    assert not world.home.taken


async def test_two_instances_send_a_notice_once(pool: Pool) -> None:
    world = World()
    async with pool.acquire() as connection:
        for number in range(30):
            await enqueue(connection, OutgoingMessage("sms", SPAIN, "…", f"n-{number}"), NOW)
    await asyncio.gather(*(deliver_due(pool, world.sender, NOW) for _ in range(4)))
    assert len(world.home.taken) == 30
    assert len({message.reference for message in world.home.taken}) == 30


@asynccontextmanager
async def provider_over_http() -> AsyncIterator[tuple[str, list[web.Request]]]:
    seen: list[web.Request] = []

    async def answer(request: web.Request) -> web.Response:
        await request.read()
        seen.append(request)
        if request.path == "/refuses":
            return web.Response(status=503)
        if request.path == "/redirects":
            return web.Response(status=307, headers={"Location": "/"})
        if request.path == "/hangs-up" and request.transport is not None:
            request.transport.close()
        return web.json_response({"id": "op-77"}, status=202)

    app = web.Application()
    app.router.add_post("/{rest:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}", seen
    await runner.cleanup()


async def test_a_webhook_gets_the_reference_as_its_key_and_says_its_own_name() -> None:
    async with provider_over_http() as (url, seen), opened_post() as post:
        carrier = WebhookCarrier(url, post, name="op", token="t")
        taken = await carrier.send(OutgoingMessage("sms", SPAIN, "x", "r-9"))
    assert taken == HandOver("op", "op-77")
    assert seen[0].headers["Idempotency-Key"] == "r-9"
    assert seen[0].headers["Authorization"] == "Bearer t"


@pytest.mark.parametrize("answer", ["refuses", "redirects", "hangs-up"])
async def test_what_a_webhook_does_not_take_is_undeliverable(answer: str) -> None:
    async with provider_over_http() as (url, _), opened_post() as post:
        with pytest.raises(UndeliverableError):
            await WebhookCarrier(f"{url}/{answer}", post).send(
                OutgoingMessage("sms", SPAIN, "x", "r-10")
            )


@pytest.mark.parametrize(
    "text",
    [
        "", "{}", "[]", '[{"kind":"smpp","name":"a"}]',
        '[{"kind":"fax","name":"a","url":"https://x"}]',
        '[{"kind":"webhook","name":"a","url":"https://x"}]' * 2,
        '[{"kind":"webhook","name":"a","url":"https://x","more":1}]',
    ],
)  # fmt: skip
def test_a_wrong_file_of_providers_is_one_sentence(tmp_path: Path, text: str) -> None:
    file = tmp_path / "providers.json"
    file.write_text(text)
    with pytest.raises(KeyFileError) as raised:
        read_providers(file)
    assert "\n" not in str(raised.value)
