"""Registrations are tested on the gateway that the protocol tests run."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest_asyncio
from clavis_gateway.admin.operator_token import make_token

from services.gateway.tests.oidc.conftest import (
    gateway_database,
    gateway_keys,
    peer,
    world,
)
from services.gateway.tests.oidc.gateway_world import World
from services.gateway.tests.registration.operator_world import (
    INSIDE,
)

__all__ = ["gateway_database", "gateway_keys", "peer", "world"]


@pytest_asyncio.fixture
async def admin(world: World, gateway_keys: dict[str, Path]) -> AsyncIterator[httpx.AsyncClient]:
    """Call from inside as Ana, with a fresh token for each request."""
    key = gateway_keys["operator_key_file"]

    async def sign(request: httpx.Request) -> None:
        request.headers.setdefault("Authorization", f"Bearer {make_token(key, 'ana', world.clock)}")

    transport = httpx.ASGITransport(app=world.app, raise_app_exceptions=False)
    hooks = {"request": [sign]}
    async with httpx.AsyncClient(transport=transport, base_url=INSIDE, event_hooks=hooks) as client:
        yield client
