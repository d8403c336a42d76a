"""A running gateway whose neighbours keep their contracts, and a browser before it."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest_asyncio
from clavis_gateway.app import create_app, install
from clavis_gateway.settings import GatewaySettings
from clavis_kit.calls import opened_calls
from clavis_kit.clock import FrozenClock
from clavis_kit.db import open_pool
from clavis_kit.runtime import Runtime
from clavis_kit.service_tokens import JwksCache, ServiceTokenSigner
from clavis_kit.settings import read_ec_private_key
from clavis_testkit.loopback import plain_client
from clavis_testkit.service_databases import Database

from services.gateway.tests.login.login_world import Browser, Siblings
from services.gateway.tests.oidc.conftest import emptied, gateway_database, gateway_keys
from services.gateway.tests.oidc.gateway_world import ISSUER, World

__all__ = ["gateway_database", "gateway_keys"]
OpenBrowser = Callable[..., contextlib.AbstractAsyncContextManager[Browser]]


@pytest_asyncio.fixture
async def siblings(frozen_clock: FrozenClock) -> AsyncIterator[Siblings]:
    async with Siblings.started(frozen_clock) as running:
        yield running


@pytest_asyncio.fixture
async def open_browser(
    gateway_database: Database,
    gateway_keys: dict[str, Path],
    frozen_clock: FrozenClock,
    siblings: Siblings,
) -> OpenBrowser:
    """Start a gateway with these settings and put a browser before it."""

    @contextlib.asynccontextmanager
    async def start(**settings: Any) -> AsyncIterator[Browser]:
        made = gateway_database
        await emptied(made)
        chosen = GatewaySettings(
            **{
                "database_url": made.dsn,
                "kafka_bootstrap": "127.0.0.1:1",
                "public_url": ISSUER,
                "pin_url": f"{siblings.url}/pin",
                "permanent_url": f"{siblings.url}/permanent",
                "registry_url": f"{siblings.url}/registry",
                "health_cache_seconds": 0.001,
                **gateway_keys,
                **settings,
            }
        )
        async with contextlib.AsyncExitStack() as stack:
            pool = await open_pool(chosen.database_url, 10)
            stack.push_async_callback(pool.close)
            out = await stack.enter_async_context(plain_client())
            key = read_ec_private_key(gateway_keys["service_key_file"])
            signer = ServiceTokenSigner("gateway", key, frozen_clock)
            app = create_app(chosen, clock=frozen_clock)
            calls = await stack.enter_async_context(opened_calls())
            runtime = Runtime(pool, out, frozen_clock, signer, JwksCache(out), None, calls)
            deps = await install(app, chosen, runtime)
            stack.callback(deps.keys.close)
            transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
            client = httpx.AsyncClient(transport=transport, base_url=ISSUER)
            http = await stack.enter_async_context(client)
            world = World(app, deps, http, frozen_clock, siblings, made)
            await world.register()
            yield Browser(world, http)

    return start


@pytest_asyncio.fixture
async def browser(open_browser: OpenBrowser) -> AsyncIterator[Browser]:
    async with open_browser() as opened:
        yield opened
