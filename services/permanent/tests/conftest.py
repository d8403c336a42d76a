"""A permanent service on a real database, with the world around it."""

import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from clavis_kit.access_tokens import AccessTokenVerifier
from clavis_kit.clock import FrozenClock
from clavis_kit.db import open_pool
from clavis_kit.messages import opened_sender
from clavis_kit.runtime import Runtime
from clavis_kit.service_tokens import JwksCache, ServiceTokenSigner, ServiceTokenVerifier
from clavis_permanent.app import AUDIENCE, create_app, create_deps, create_passwords_of, read_keys
from clavis_permanent.authenticators import create_authenticators
from clavis_permanent.settings import PermanentSettings
from clavis_testkit.loopback import plain_client
from clavis_testkit.outside import Outside
from clavis_testkit.plugin import DatabaseFactory
from cryptography.hazmat.primitives.asymmetric import ec

from services.permanent.tests.world import World, write_key_files


@pytest.fixture
def outside() -> Iterator[Outside]:
    made = Outside()
    yield made
    made.close()


@pytest_asyncio.fixture
async def settings(
    tmp_path: Path, database: DatabaseFactory, outside: Outside
) -> PermanentSettings:
    made = await database("permanent")
    return PermanentSettings(
        database_url=made.dsn,
        migration_database_url=made.owner_dsn,
        kafka_bootstrap="127.0.0.1:1",
        port=1,
        public_url="http://permanent.test",
        sms_webhook_url=f"{outside.url}/api/messages",
        oidc_issuer="http://issuer.test",
        oidc_jwks_url=f"{outside.url}/issuer",
        otp_domain="clavis.example",
        passkey_rp_id="clavis.example",
        passkey_origins=("https://clavis.example", "https://portal.clavis.example"),
        # Argon2 as cheap as it gets: what is tested here is not how slow it is.
        argon2_memory_kib=8 * 1024,
        argon2_passes=1,
        argon2_queue=1000,
        trusted_callers={
            name: f"{outside.url}/{name}" for name in ("gateway", "signing", "registry")
        },
        **write_key_files(tmp_path),
    )


@pytest_asyncio.fixture
async def world(
    settings: PermanentSettings, frozen_clock: FrozenClock, outside: Outside
) -> AsyncIterator[World]:
    signers = {
        name: ServiceTokenSigner(name, ec.generate_private_key(ec.SECP256R1()), frozen_clock)
        for name in ("gateway", "signing", "registry", "issuer")
    }
    outside.key_sets.update({name: signer.jwks for name, signer in signers.items()})
    async with AsyncExitStack() as stack:
        pool = await open_pool(settings.database_url, 10)
        stack.push_async_callback(pool.close)
        http = await stack.enter_async_context(plain_client())
        keys = JwksCache(http)
        opened = await stack.enter_async_context(opened_sender(settings, pool, frozen_clock))
        runtime = Runtime(pool, http, frozen_clock, signers["gateway"], keys, opened.sender)
        app = create_app(settings, clock=frozen_clock)
        keys_read = read_keys(settings)
        passwords = create_passwords_of(settings, frozen_clock)
        stack.callback(passwords.close)
        app.state.deps = create_deps(
            settings,
            runtime,
            keys_read,
            passwords,
            create_authenticators(settings, settings.brand, secrets.token_bytes),
        )
        app.state.access_tokens = AccessTokenVerifier(
            issuer=settings.oidc_issuer,
            jwks_url=settings.jwks_url,
            audience=AUDIENCE,
            keys=keys,
            clock=frozen_clock,
        )
        app.state.service_tokens = ServiceTokenVerifier(
            "permanent", settings.trusted_callers, keys, frozen_clock
        )
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        client = await stack.enter_async_context(
            httpx.AsyncClient(transport=transport, base_url="http://permanent.test")
        )
        yield World(client, pool, frozen_clock, outside, settings, signers, app)
