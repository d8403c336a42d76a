"""Where the permanent service is put together. Nothing else constructs its parts."""

import contextlib
import secrets
from collections.abc import AsyncIterator
from datetime import timedelta

from clavis_events.codec import CREDENTIAL_TOPIC
from clavis_kit import pepper
from clavis_kit.access_tokens import AccessTokenVerifier
from clavis_kit.clock import Clock, SystemClock
from clavis_kit.http import create_app as create_frame
from clavis_kit.ids import new_id, new_secret
from clavis_kit.keyed_hash import KeyedHash
from clavis_kit.pools import BoundedPool
from clavis_kit.runtime import Runtime, Subscription, background, running
from clavis_kit.sealed import read_own_key
from fastapi import FastAPI
from fastapi.responses import JSONResponse

from clavis_permanent import consumers
from clavis_permanent.authenticators import Authenticators, create_authenticators
from clavis_permanent.breached import BreachedPasswords
from clavis_permanent.deps import Deps, Keys, Policies
from clavis_permanent.jobs import notice_jobs, sweep
from clavis_permanent.passwords import Passwords, create_hasher, create_passwords
from clavis_permanent.peppers import FilePepper, KeyRing
from clavis_permanent.routes import router
from clavis_permanent.settings import MIGRATIONS, PermanentSettings

AUDIENCE = "clavis-permanent"


def create_app(settings: PermanentSettings, *, clock: Clock | None = None) -> FastAPI:
    """Make the application; it opens its connections when it starts. Raises KeyFileError."""
    time_source = clock or SystemClock()
    contact_key = read_own_key(settings.contact_key_file, settings.service_name)
    keys = read_keys(settings)
    authenticators = create_authenticators(settings, settings.brand, secrets.token_bytes)
    passwords = create_passwords_of(settings, time_source)

    def subscribe(_: Runtime) -> Subscription:
        handlers = consumers.handlers(contact_key, new_id)
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
            deps = create_deps(settings, runtime, keys, passwords, authenticators)
            app.state.deps = deps
            app.state.jwks = runtime.signer.jwks
            app.state.access_tokens = _access_tokens(settings, runtime)
            async with background(sweep(deps), *notice_jobs(deps)):
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
    ring = pepper.read_keys(settings.password_pepper_file)
    return Keys(
        national_id=KeyedHash.from_file(settings.national_id_key_file),
        activation_code=KeyedHash.from_file(settings.activation_key_file),
        name=KeyedHash.from_file(settings.name_key_file),
        otp=KeyRing(ring, "otp"),
        notice=KeyRing(ring, "notice"),
    )


def create_passwords_of(settings: PermanentSettings, clock: Clock) -> Passwords:
    """Make the password hasher of these settings with its pool. Blocks for one hash.

    Raises KeyFileError.
    """
    hasher = create_hasher(
        memory_kib=settings.argon2_memory_kib,
        passes=settings.argon2_passes,
        lanes=settings.argon2_lanes,
    )
    pool = BoundedPool("argon2", workers=settings.argon2_workers, queue=settings.argon2_queue)
    peppers = FilePepper(pepper.read_keys(settings.password_pepper_file), clock)
    return create_passwords(hasher, peppers, pool, new_secret())


def create_deps(
    settings: PermanentSettings,
    runtime: Runtime,
    keys: Keys,
    passwords: Passwords,
    authenticators: Authenticators,
) -> Deps:
    """Gather what the actions use."""
    return Deps(
        pool=runtime.pool,
        clock=runtime.clock,
        new_id=new_id,
        random_below=secrets.randbelow,
        keys=keys,
        passwords=passwords,
        authenticators=authenticators,
        messages=runtime.messages,
        policies=Policies(
            password=settings.password_policy,
            otp=settings.otp_policy,
            activation=settings.activation_policy,
            notice=settings.notice_policy,
            recovery=settings.recovery_policy,
            sources=settings.source_policy,
        ),
        breached=BreachedPasswords.from_file(settings.breached_passwords_file, [settings.brand]),
        brand=settings.brand,
        otp_domain=settings.otp_domain,
        pages_url=settings.oidc_issuer,
        history_kept=timedelta(days=settings.history_days),
    )


def _access_tokens(settings: PermanentSettings, runtime: Runtime) -> AccessTokenVerifier:
    return AccessTokenVerifier(
        issuer=settings.oidc_issuer,
        jwks_url=settings.jwks_url,
        audience=AUDIENCE,
        keys=runtime.keys,
        clock=runtime.clock,
    )
