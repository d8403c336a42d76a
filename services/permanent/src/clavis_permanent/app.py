"""Where the permanent service is put together. Nothing else constructs its parts."""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator

import asyncpg
from clavis_events.codec import CREDENTIAL_TOPIC
from clavis_kit.access_tokens import AccessTokenVerifier
from clavis_kit.clock import Clock, SystemClock
from clavis_kit.http import create_app as create_frame
from clavis_kit.ids import new_id, new_secret
from clavis_kit.keyed_hash import KeyedHash
from clavis_kit.logging import get_logger
from clavis_kit.messages import create_sender
from clavis_kit.pools import BoundedPool
from clavis_kit.runtime import Runtime, Subscription, background, running
from clavis_kit.sealed import read_own_key
from fastapi import FastAPI
from fastapi.responses import JSONResponse

from clavis_permanent import consumers
from clavis_permanent.deps import Deps, Keys, Pepper, Policies
from clavis_permanent.passwords import Passwords, create_hasher, create_passwords
from clavis_permanent.routes import router
from clavis_permanent.rules import HOUR
from clavis_permanent.settings import MIGRATIONS, PermanentSettings
from clavis_permanent.store.attempts import forget_quotas

AUDIENCE = "clavis-permanent"
QUOTA_SWEEP_SECONDS = 600
_log = get_logger(__name__)


def create_app(settings: PermanentSettings, *, clock: Clock | None = None) -> FastAPI:
    """Make the application; it opens its connections when it starts. Raises KeyFileError."""
    time_source = clock or SystemClock()
    contact_key = read_own_key(settings.contact_key_file, settings.service_name)
    keys = read_keys(settings)
    passwords = create_passwords_of(settings, keys)

    def subscribe(_: Runtime) -> Subscription:
        handlers = consumers.handlers(contact_key, keys.pepper.email, new_id)
        return Subscription(consumers.TOPICS, handlers)

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with running(
            app,
            settings,
            time_source,
            migrations_dir=MIGRATIONS,
            publishes=(CREDENTIAL_TOPIC,),
            subscribe=subscribe,
        ) as runtime:
            deps = create_deps(settings, runtime, keys, passwords)
            app.state.deps = deps
            app.state.jwks = runtime.signer.jwks
            app.state.access_tokens = _access_tokens(settings, runtime)
            async with background(_sweep_quotas(deps)):
                yield
        passwords.close()

    app = create_frame(
        title="Clavis permanent password",
        description="Activation, password and one-time codes. Knows no name.",
        max_body_bytes=settings.max_body_bytes,
        lifespan=lifespan,
    )
    app.include_router(router)

    @app.get("/.well-known/jwks.json", include_in_schema=False)
    async def jwks() -> JSONResponse:
        return JSONResponse(app.state.jwks)

    return app


def read_keys(settings: PermanentSettings) -> Keys:
    """Read the keyed hashes' keys. Raises KeyFileError with a sentence."""
    return Keys(
        national_id=KeyedHash.from_file(settings.national_id_key_file),
        activation_code=KeyedHash.from_file(settings.activation_key_file),
        name=KeyedHash.from_file(settings.name_key_file),
        pepper=Pepper.from_file(settings.password_pepper_file),
    )


def create_passwords_of(settings: PermanentSettings, keys: Keys) -> Passwords:
    """Make the password hasher of these settings with its pool. Blocks for one hash."""
    hasher = create_hasher(
        memory_kib=settings.argon2_memory_kib,
        passes=settings.argon2_passes,
        lanes=settings.argon2_lanes,
    )
    pool = BoundedPool("argon2", workers=settings.argon2_workers, queue=settings.argon2_queue)
    return create_passwords(hasher, keys.pepper.password, pool, new_secret())


def create_deps(
    settings: PermanentSettings, runtime: Runtime, keys: Keys, passwords: Passwords
) -> Deps:
    """Gather what the actions use."""
    return Deps(
        pool=runtime.pool,
        clock=runtime.clock,
        new_id=new_id,
        random_below=secrets.randbelow,
        keys=keys,
        passwords=passwords,
        messages=create_sender(runtime.http, sms_webhook_url=settings.sms_webhook_url),
        policies=Policies(
            settings.password_policy, settings.otp_policy, settings.activation_policy
        ),
        brand=settings.brand,
        otp_domain=settings.otp_domain,
    )


def _access_tokens(settings: PermanentSettings, runtime: Runtime) -> AccessTokenVerifier:
    return AccessTokenVerifier(
        issuer=settings.oidc_issuer,
        jwks_url=settings.jwks_url,
        audience=AUDIENCE,
        keys=runtime.keys,
        clock=runtime.clock,
    )


async def _sweep_quotas(deps: Deps) -> None:
    # A count older than the longest window limits nothing any more.
    while True:
        await asyncio.sleep(QUOTA_SWEEP_SECONDS)
        try:
            await forget_quotas(deps.pool, deps.clock.now() - HOUR)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            _log.warning("sweep_failed", error_type=type(error).__name__)
