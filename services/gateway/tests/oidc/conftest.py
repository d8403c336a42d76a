"""A running gateway in this process, over HTTP, on a real database; and what it talks to."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
import pytest_asyncio
from clavis_gateway.app import create_app, install
from clavis_gateway.settings import GatewaySettings
from clavis_kit.calls import opened_calls
from clavis_kit.clock import FrozenClock
from clavis_kit.db import open_pool
from clavis_kit.runtime import Runtime, background
from clavis_kit.service_tokens import JwksCache, ServiceTokenSigner, public_jwks
from clavis_kit.settings import read_ec_private_key
from clavis_testkit.key_files import draw_keys, draw_secrets
from clavis_testkit.launchers.databases import run_sync
from clavis_testkit.loopback import plain_client
from clavis_testkit.service_databases import Database, ServiceDatabases
from joserfc.jwk import ECKey

from services.gateway.tests.oidc.gateway_world import ISSUER, World
from services.gateway.tests.oidc.peer import Peer


@pytest.fixture(scope="session")
def gateway_keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("gateway-keys")
    files = draw_secrets(
        folder,
        (
            "national_id_key_file",
            "pairwise_key_file",
            "key_encryption_key_file",
            "client_secret_key_file",
        ),
    ) | draw_keys(folder, ("service_key_file", "operator_key_file"))
    operator = ECKey.import_key(files["operator_key_file"].read_bytes())
    files["operator_jwks_file"] = folder / "operator-jwks.json"
    files["operator_jwks_file"].write_text(json.dumps(public_jwks(operator)))
    return files


@pytest_asyncio.fixture
async def peer() -> AsyncIterator[Peer]:
    """The outside: a registry that answers claims, and addresses that take logout tokens."""
    async with Peer.started() as running:
        yield running


@pytest.fixture(scope="session")
def gateway_database(service_databases: ServiceDatabases) -> Iterator[Database]:
    """One database for all protocol tests; its signing keys, slow to make, stay."""
    made = run_sync(service_databases.create("gateway"))
    yield made
    run_sync(service_databases.drop(made.name))


async def emptied(made: Database) -> None:
    """Leave nothing of the test before."""
    owner = await asyncpg.connect(made.owner_dsn)
    try:
        await owner.execute(
            "TRUNCATE relying_party, initial_access_token, person, sso_session, used_jti, inbox,"
            " logout_delivery, certificate_login CASCADE"
        )
    finally:
        await owner.close()


@pytest_asyncio.fixture
async def world(
    gateway_database: Database,
    gateway_keys: dict[str, Path],
    frozen_clock: FrozenClock,
    peer: Peer,
) -> AsyncIterator[World]:
    await emptied(gateway_database)
    async with running_gateway(gateway_database, gateway_keys, frozen_clock, peer) as world:
        yield world


@contextlib.asynccontextmanager
async def running_gateway(
    made: Database, keys: dict[str, Path], clock: FrozenClock, peer: Peer, **overrides: Any
) -> AsyncIterator[World]:
    """Run all of the gateway but its Kafka consumer, which test_endings.py gives its events."""
    settings = GatewaySettings(
        database_url=made.dsn,
        kafka_bootstrap="127.0.0.1:1",
        public_url=ISSUER,
        registry_url=peer.url,
        pin_url=peer.url,
        permanent_url=peer.url,
        **keys,
        # The relying parties of the tests live on this machine.
        **{"outbound_loopback": True} | overrides,
    )
    async with contextlib.AsyncExitStack() as stack:
        pool = await open_pool(settings.database_url, 10)
        stack.push_async_callback(pool.close)
        out = await stack.enter_async_context(plain_client())
        signer = ServiceTokenSigner("gateway", read_ec_private_key(keys["service_key_file"]), clock)
        app = create_app(settings, clock=clock)
        calls = await stack.enter_async_context(opened_calls())
        runtime = Runtime(pool, out, clock, signer, JwksCache(out), None, calls)
        deps = await install(app, settings, runtime)
        stack.callback(deps.keys.close)
        await stack.enter_async_context(background(deps.logouts.run()))
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        http = await stack.enter_async_context(
            httpx.AsyncClient(transport=transport, base_url=ISSUER)
        )
        yield World(app, deps, http, clock, peer, made)
