"""What a service in this process needs around it: a database, and the gateway that calls it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
from clavis_kit.clock import Clock
from clavis_kit.db import open_pool
from clavis_kit.messages import opened_sender
from clavis_kit.messages.settings import MessageSettings
from clavis_kit.runtime import Runtime
from clavis_kit.service_tokens import JwksCache, ServiceTokenSigner, ServiceTokenVerifier
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi import FastAPI


@asynccontextmanager
async def gateway_of(clock: Clock) -> AsyncIterator[tuple[ServiceTokenSigner, JwksCache]]:
    """Give a gateway's signer, and a cache that finds its keys."""
    gateway = ServiceTokenSigner("gateway", ec.generate_private_key(ec.SECP256R1()), clock)
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=gateway.jwks))
    async with httpx.AsyncClient(transport=transport) as outer:
        yield gateway, JwksCache(outer)


@asynccontextmanager
async def runtime_of(settings: MessageSettings, dsn: str, clock: Clock) -> AsyncIterator[Runtime]:
    """Open what every service holds; its signer and its keys are the gateway's."""
    async with AsyncExitStack() as stack:
        gateway, keys = await stack.enter_async_context(gateway_of(clock))
        pool = await open_pool(dsn, 4)
        stack.push_async_callback(pool.close)
        outer = await stack.enter_async_context(httpx.AsyncClient())
        opened = await stack.enter_async_context(opened_sender(settings, pool, clock))
        yield Runtime(pool, outer, clock, gateway, keys, opened.sender)


@asynccontextmanager
async def calls_of(
    app: FastAPI, service: str, keys: JwksCache, clock: Clock
) -> AsyncIterator[httpx.AsyncClient]:
    """Let the gateway call the application, without a network between them."""
    callers = {"gateway": "http://gateway.bench/jwks"}
    app.state.service_tokens = ServiceTokenVerifier(service, callers, keys, clock)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url=f"http://{service}.bench"
    ) as http:
        yield http
