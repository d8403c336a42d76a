"""The gateway under attack: the worlds of the protocol tests and of the login pages."""

from __future__ import annotations

import pytest_asyncio

from services.gateway.tests.login.conftest import browser, open_browser, siblings
from services.gateway.tests.oidc.conftest import gateway_database, gateway_keys, peer, world
from services.gateway.tests.oidc.fapi_client import Fapi
from services.gateway.tests.oidc.gateway_world import World

__all__ = [
    "browser",
    "gateway_database",
    "gateway_keys",
    "open_browser",
    "peer",
    "siblings",
    "world",
]


@pytest_asyncio.fixture
async def fapi(world: World) -> Fapi:
    client = Fapi(world)
    await client.register()
    return client
