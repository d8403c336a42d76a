"""Where the PIN service is put together. Nothing else constructs its parts."""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator

import asyncpg
from clavis_events.codec import DEVICE_TOPIC
from clavis_kit.clock import Clock, SystemClock
from clavis_kit.http import create_app as create_frame
from clavis_kit.ids import new_id
from clavis_kit.keyed_hash import KeyedHash
from clavis_kit.logging import get_logger
from clavis_kit.pepper import Pepper
from clavis_kit.runtime import Runtime, Subscription, background, running
from clavis_kit.sealed import read_own_key
from fastapi import FastAPI
from fastapi.responses import JSONResponse

from clavis_pin import app_wiring, consumers
from clavis_pin.app_parts import AppParts
from clavis_pin.deps import Deps, Keys
from clavis_pin.routes import pins as pin_routes
from clavis_pin.routes.short_ways import include_short_ways
from clavis_pin.settings import MIGRATIONS, PinSettings
from clavis_pin.store import quotas

QUOTA_SWEEP_SECONDS = 600
_log = get_logger(__name__)


def create_app(settings: PinSettings, *, clock: Clock | None = None) -> FastAPI:
    """Make the application; it opens its connections when it starts. Raises KeyFileError."""
    time_source = clock or SystemClock()
    contact_key = read_own_key(settings.contact_key_file, settings.service_name)
    keys = read_keys(settings)

    def subscribe(_: Runtime) -> Subscription:
        return Subscription(consumers.TOPICS, consumers.handlers(contact_key))

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with (
            running(
                app,
                settings,
                time_source,
                migrations_dir=MIGRATIONS,
                publishes=(DEVICE_TOPIC,),
                subscribe=subscribe,
            ) as runtime,
            app_wiring.push_client() as push_http,
        ):
            parts = app_wiring.create_parts(settings, time_source, push_http)
            deps = create_deps(settings, runtime, keys, parts)
            app.state.deps = deps
            app.state.jwks = runtime.signer.jwks
            app.state.access_tokens = app_wiring.access_tokens(settings, runtime)
            jobs = (
                _sweep_quotas(deps),
                app_wiring.sweep(deps),
                parts.watch.listen(settings.database_url),
            )
            async with background(*jobs):
                yield
                await parts.errands.settle()

    app = create_frame(
        title="Clavis PIN",
        description="One-time PINs, and logins confirmed on a device. Knows no name.",
        max_body_bytes=settings.max_body_bytes,
        lifespan=lifespan,
    )
    app.include_router(pin_routes.router)
    include_short_ways(app)
    app_wiring.include_routes(app)

    @app.get("/.well-known/jwks.json", include_in_schema=False)
    async def jwks() -> JSONResponse:
        return JSONResponse(app.state.jwks)

    return app


def read_keys(settings: PinSettings) -> Keys:
    """Read the keyed hashes' keys. Raises KeyFileError with a sentence."""
    return Keys(
        national_id=KeyedHash.from_file(settings.national_id_key_file),
        contrast=KeyedHash.from_file(settings.contrast_key_file),
        pepper=Pepper.from_file(settings.pin_pepper_file),
    )


def create_deps(settings: PinSettings, runtime: Runtime, keys: Keys, parts: AppParts) -> Deps:
    """Gather what the actions use."""
    return Deps(
        pool=runtime.pool,
        clock=runtime.clock,
        new_id=new_id,
        random_bytes=secrets.token_bytes,
        keys=keys,
        messages=runtime.messages,
        policy=settings.policy,
        networks=settings.networks,
        brand=settings.brand,
        app=parts,
    )


async def _sweep_quotas(deps: Deps) -> None:
    # A count older than the longest window limits nothing any more.
    while True:
        await asyncio.sleep(QUOTA_SWEEP_SECONDS)
        try:
            await quotas.forget_quotas(deps.pool, deps.clock.now())
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            _log.warning("sweep_failed", error_type=type(error).__name__)
