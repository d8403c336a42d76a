"""What a running service holds, and the background work that starts and stops with it."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx
from fastapi import FastAPI
from google.protobuf.message import Message

from clavis_kit import logging, migrations
from clavis_kit.bus import Producer, ensure_topics
from clavis_kit.calls import Calls, opened_calls
from clavis_kit.clock import Clock
from clavis_kit.consumer import Consumer, Handler
from clavis_kit.db import Pool, create_pool
from clavis_kit.http import Health, StartRefusedError
from clavis_kit.logging import get_logger
from clavis_kit.messages import MessageSender, opened_sender
from clavis_kit.messages.queue import deliver_forever
from clavis_kit.messages.receipt_route import receipt_router
from clavis_kit.messages.settings import MessageSettings
from clavis_kit.metrics import LOOP_LAG
from clavis_kit.outbox import Relay
from clavis_kit.service_tokens import JwksCache, ServiceTokenSigner, ServiceTokenVerifier
from clavis_kit.settings import ServiceSettings, read_ec_private_key

HTTP_TIMEOUT_SECONDS = 5.0
LAG_SAMPLE_SECONDS = 0.25
TOPIC_RETRY_SECONDS = 1.0
_log = get_logger(__name__)


@dataclass(frozen=True)
class Runtime:
    """The shared parts of a running service."""

    pool: Pool
    http: httpx.AsyncClient
    clock: Clock
    signer: ServiceTokenSigner
    keys: JwksCache
    sender: MessageSender | None = None
    siblings: Calls | None = None

    @property
    def calls(self) -> Calls:
        """The way to the other services."""
        if self.siblings is None:
            raise RuntimeError("no connections to other services were opened")
        return self.siblings

    @property
    def messages(self) -> MessageSender:
        """The way to people. Only a service with MessageSettings has one."""
        if self.sender is None:
            raise RuntimeError("this service has no settings for messages")
        return self.sender


@dataclass(frozen=True)
class Subscription:
    """The topics a service reads and what each event does."""

    topics: Sequence[str]
    handlers: Mapping[type[Message], Handler]


Subscribe = Callable[[Runtime], Subscription]


@contextlib.asynccontextmanager
async def running(
    app: FastAPI,
    settings: ServiceSettings,
    clock: Clock,
    *,
    migrations_dir: Path,
    publishes: Sequence[str] = (),
    subscribe: Subscribe | None = None,
) -> AsyncIterator[Runtime]:
    """Open what the service needs, run relay and consumer, and close all in reverse.

    Raises StartRefusedError when the schema is not the one this release needs.
    """
    logging.configure(settings.service_name, settings.log_level)
    async with contextlib.AsyncExitStack() as stack:
        pool = await create_pool(settings)
        stack.push_async_callback(pool.close)
        await _require_schema(pool, migrations_dir, settings.service_name)
        http = await stack.enter_async_context(httpx.AsyncClient(timeout=HTTP_TIMEOUT_SECONDS))
        signer = ServiceTokenSigner(
            settings.service_name, read_ec_private_key(settings.service_key_file), clock
        )
        keys = JwksCache(http)
        sender = await _sender(app, settings, pool, clock, stack)
        calls = await stack.enter_async_context(opened_calls())
        runtime = Runtime(pool, http, clock, signer, keys, sender, calls)
        app.state.service_tokens = ServiceTokenVerifier(
            settings.service_name, settings.trusted_callers, keys, clock
        )
        health: Health = app.state.health
        health.ready["database"] = lambda: _database_answers(pool)
        jobs = [_measure_lag()]
        if sender is not None:
            jobs.append(deliver_forever(pool, sender, clock))
        if publishes:
            jobs.append(_relay(settings, publishes))
        if subscribe is not None:
            jobs.append(_consume(settings, runtime, subscribe(runtime), health))
        await stack.enter_async_context(background(*jobs))
        yield runtime


async def _sender(
    app: FastAPI,
    settings: ServiceSettings,
    pool: Pool,
    clock: Clock,
    stack: contextlib.AsyncExitStack,
) -> MessageSender | None:
    if not isinstance(settings, MessageSettings):
        return None
    opened = await stack.enter_async_context(opened_sender(settings, pool, clock))
    app.include_router(receipt_router(opened.receipt_keys, opened.deliveries))
    return opened.sender


async def _require_schema(pool: Pool, directory: Path, service: str) -> None:
    async with pool.acquire() as connection:
        try:
            current = await migrations.is_current(connection, directory)
        except asyncpg.UndefinedTableError:
            current = False
    if not current:
        raise StartRefusedError(
            f"{service}: the database schema is not up to date; run `migrate` first"
        )


async def _database_answers(pool: Pool) -> bool:
    return bool(await pool.fetchval("SELECT true", timeout=1))


async def _relay(settings: ServiceSettings, topics: Sequence[str]) -> None:
    await _topics_exist(settings, topics)
    producer = Producer(
        settings.kafka_bootstrap, source=settings.public_url, idempotent=settings.kafka_idempotence
    )
    try:
        await Relay(settings.database_url, producer, replay=settings.replay_on_start).run()
    finally:
        await producer.close()


async def _consume(
    settings: ServiceSettings, runtime: Runtime, subscription: Subscription, health: Health
) -> None:
    await _topics_exist(settings, subscription.topics)
    consumer = Consumer(
        bootstrap=settings.kafka_bootstrap,
        group=f"clavis-{settings.service_name}",
        topics=subscription.topics,
        pool=runtime.pool,
        handlers=subscription.handlers,
        clock=runtime.clock,
        session_timeout_ms=settings.kafka_session_timeout_ms,
    )

    async def progresses() -> bool:
        return not consumer.stuck

    health.live["consumer"] = progresses
    await consumer.run()


async def _topics_exist(settings: ServiceSettings, topics: Sequence[str]) -> None:
    while settings.kafka_create_topics:
        try:
            await ensure_topics(settings.kafka_bootstrap, topics)
        except Exception as error:  # noqa: BLE001  whatever it was, ask again
            _log.warning("topics_unavailable", error_type=type(error).__name__)
            await asyncio.sleep(TOPIC_RETRY_SECONDS)
        else:
            return


async def _measure_lag() -> None:
    loop = asyncio.get_running_loop()
    while True:
        started = loop.time()
        await asyncio.sleep(LAG_SAMPLE_SECONDS)
        LOOP_LAG.observe(max(0.0, loop.time() - started - LAG_SAMPLE_SECONDS))


@contextlib.asynccontextmanager
async def background(*jobs: Awaitable[None]) -> AsyncIterator[None]:
    """Run endless jobs beside the service. One that ends by itself ends the process.

    A service that answers but neither publishes nor listens would be worse than none.
    """
    tasks = [asyncio.ensure_future(job) for job in jobs]
    for task in tasks:
        task.add_done_callback(_end_process_on_failure)
    try:
        yield
    finally:
        for task in tasks:
            task.remove_done_callback(_end_process_on_failure)
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _end_process_on_failure(task: "asyncio.Future[None]") -> None:
    error = None if task.cancelled() else task.exception()
    if error is not None:
        _log.error("background_failed", error_type=type(error).__name__, exc_info=error)
        signal.raise_signal(signal.SIGTERM)
