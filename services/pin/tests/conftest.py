"""A PIN service on a real database, with the world around it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from clavis_kit.clock import FrozenClock
from clavis_kit.db import open_pool
from clavis_kit.messages import opened_sender
from clavis_kit.runtime import Runtime
from clavis_kit.service_tokens import JwksCache, ServiceTokenSigner, ServiceTokenVerifier
from clavis_pin.app import create_app, create_deps, read_keys
from clavis_pin.app_wiring import access_tokens, create_parts, push_client
from clavis_pin.settings import PinSettings
from clavis_testkit.loopback import plain_client
from clavis_testkit.outside import Outside
from clavis_testkit.plugin import DatabaseFactory
from cryptography.hazmat.primitives.asymmetric import ec

from services.pin.tests.world import World, write_key_files


@pytest.fixture
def outside() -> Iterator[Outside]:
    made = Outside()
    yield made
    made.close()


@pytest_asyncio.fixture
async def settings(tmp_path: Path, database: DatabaseFactory, outside: Outside) -> PinSettings:
    made = await database("pin")
    return PinSettings(
        database_url=made.dsn,
        migration_database_url=made.owner_dsn,
        kafka_bootstrap="127.0.0.1:1",
        port=1,
        public_url="http://pin.test",
        sms_webhook_url=f"{outside.url}/api/messages",
        trusted_callers={name: f"{outside.url}/{name}" for name in CALLERS},
        app_url="https://portal.test/app/",
        oidc_issuer=outside.url,
        **write_key_files(tmp_path),
    )


CALLERS = ("gateway", "signing", "portal")
OpenWorld = Callable[..., Awaitable[World]]


@pytest_asyncio.fixture
async def open_world(
    settings: PinSettings, frozen_clock: FrozenClock, outside: Outside
) -> AsyncIterator[OpenWorld]:
    """Open a service with changed settings, on the one database; any number of times."""
    signers = {
        name: ServiceTokenSigner(name, ec.generate_private_key(ec.SECP256R1()), frozen_clock)
        for name in CALLERS
    }
    outside.key_sets.update({name: signer.jwks for name, signer in signers.items()})
    async with AsyncExitStack() as stack:

        async def open_one(**changes: Any) -> World:
            changed = settings.model_copy(update=changes)
            return await stack.enter_async_context(opened(changed, frozen_clock, outside, signers))

        yield open_one


@pytest_asyncio.fixture
async def world(open_world: OpenWorld) -> World:
    return await open_world()


@asynccontextmanager
async def opened(
    settings: PinSettings,
    frozen_clock: FrozenClock,
    outside: Outside,
    signers: dict[str, ServiceTokenSigner],
) -> AsyncIterator[World]:
    async with AsyncExitStack() as stack:
        pool = await open_pool(settings.database_url, 10)
        stack.push_async_callback(pool.close)
        http = await stack.enter_async_context(plain_client())
        keys = JwksCache(http)
        # What is written after the answer goes elsewhere: an answer's statements can be counted.
        later = await open_pool(settings.database_url, 2)
        stack.push_async_callback(later.close)
        out = await stack.enter_async_context(opened_sender(settings, later, frozen_clock))
        runtime = Runtime(pool, http, frozen_clock, signers["gateway"], keys, out.sender)
        app = create_app(settings, clock=frozen_clock)
        push_http = await stack.enter_async_context(push_client())
        parts = create_parts(settings, frozen_clock, push_http)
        deps = create_deps(settings, runtime, read_keys(settings), parts)
        stack.push_async_callback(parts.errands.settle)
        app.state.deps = deps
        app.state.access_tokens = access_tokens(settings, runtime)
        app.state.service_tokens = ServiceTokenVerifier(
            "pin", settings.trusted_callers, keys, frozen_clock
        )
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        client = await stack.enter_async_context(
            httpx.AsyncClient(transport=transport, base_url="http://pin.test")
        )
        yield World(client, pool, frozen_clock, outside, settings, signers, deps)
