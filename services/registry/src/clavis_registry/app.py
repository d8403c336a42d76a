"""The registry as an application: the only place that constructs things."""

import contextlib
import secrets
from collections.abc import AsyncIterator, Awaitable
from dataclasses import replace

from clavis_certificates.anchors import Anchors
from clavis_kit.access_tokens import AccessTokenVerifier
from clavis_kit.clock import Clock, SystemClock
from clavis_kit.db import Pool, create_pool
from clavis_kit.documents import DocumentRenderer
from clavis_kit.http import create_app as create_kit_app
from clavis_kit.ids import new_id
from clavis_kit.keyed_hash import KeyedHash
from clavis_kit.messages import MessageSender, opened_sender
from clavis_kit.runtime import Runtime, Subscription, background, running
from clavis_kit.sealed import read_readers
from clavis_kit.service_tokens import JwksCache
from clavis_kit.settings import read_ec_private_key
from fastapi import FastAPI
from joserfc.jwk import ECKey

from clavis_registry import consumers
from clavis_registry.actions.letter_tending import tend_forever
from clavis_registry.actions.retention import retain_forever
from clavis_registry.actions.trail import seal_forever
from clavis_registry.deps import Deps, Keys
from clavis_registry.events import TOPICS
from clavis_registry.routes import citizen, exports, internal, life, officer, published, ways_in
from clavis_registry.routes import trust as trust_routes
from clavis_registry.sealing import Seal
from clavis_registry.settings import MIGRATIONS, RegistrySettings
from clavis_registry.texts import TEMPLATES
from clavis_registry.trust import build_judge, load_anchors, read_providers

AUDIENCE = "clavis-registry"


def create_app(settings: RegistrySettings, clock: Clock | None = None) -> FastAPI:
    """Build the application; tests bring their own clock. Raises KeyFileError."""
    time, keys = clock or SystemClock(), read_keys(settings)

    def subscribe(runtime: Runtime) -> Subscription:
        deps = build_deps(settings, keys, runtime.pool, runtime.messages, time)
        return Subscription(consumers.TOPICS, consumers.handlers(deps))

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with running(
            app, settings, time, migrations_dir=MIGRATIONS, publishes=TOPICS, subscribe=subscribe
        ) as runtime:
            deps = build_deps(settings, keys, runtime.pool, runtime.messages, time)
            anchors = load_anchors(settings)
            if anchors is not None:
                judge = build_judge(settings, anchors, runtime.http, time)
                deps = replace(deps, certificates=judge)
            furnish(app, deps, runtime.keys)
            app.state.jwks = runtime.signer.jwks
            async with background(*jobs_of(deps, anchors)):
                yield

    app = create_kit_app(
        title="Clavis registry",
        description="The system of record for persons: enrolment, own data, renunciation.",
        max_body_bytes=settings.max_body_bytes,
        lifespan=lifespan,
    )
    routers = (officer.router, citizen.router, exports.router, internal.router, published.router)
    for router in (*routers, *life.ROUTERS, *trust_routes.ROUTERS, *ways_in.ROUTERS):
        app.include_router(router)
    return app


def jobs_of(deps: Deps, anchors: Anchors | None) -> list[Awaitable[None]]:
    """Return what runs beside the service; with `anchors`, reading them again as well."""
    jobs: list[Awaitable[None]] = [seal_forever(deps), retain_forever(deps), tend_forever(deps)]
    if anchors is not None:
        jobs.append(anchors.keep_fresh(deps.settings.trust_reload_seconds))
    return jobs


def furnish(app: FastAPI, deps: Deps, keys: JwksCache) -> None:
    """Give the routes what they work with."""
    app.state.deps = deps
    app.state.access_tokens = AccessTokenVerifier(
        issuer=deps.settings.oidc_issuer,
        jwks_url=deps.settings.jwks_url,
        audience=AUDIENCE,
        keys=keys,
        clock=deps.clock,
    )


def read_keys(settings: RegistrySettings) -> Keys:
    """Parse every key file once. Raises KeyFileError with a sentence."""
    return Keys(
        national_id=KeyedHash.from_file(settings.national_id_key_file),
        contrast=KeyedHash.from_file(settings.contrast_key_file),
        activation=KeyedHash.from_file(settings.activation_key_file),
        names=KeyedHash.from_file(settings.name_key_file),
        contact_readers=read_readers(settings.contact_readers_file),
        checkpoint=ECKey.import_key(read_ec_private_key(settings.checkpoint_key_file)),
    )


def build_deps(
    settings: RegistrySettings, keys: Keys, pool: Pool, messages: MessageSender, clock: Clock
) -> Deps:
    """Put together what actions work with."""
    return Deps(
        settings=settings,
        pool=pool,
        clock=clock,
        new_id=new_id,
        random_below=secrets.randbelow,
        keys=keys,
        messages=messages,
        documents=DocumentRenderer(TEMPLATES, name="registry"),
        video_providers=read_providers(settings),
        seal=Seal.from_files(settings.seal_key_file, settings.seal_cert_file, clock),
    )


@contextlib.asynccontextmanager
async def opened(settings: RegistrySettings) -> AsyncIterator[Deps]:
    """Open what a command needs: the same as the service, without serving."""
    keys = read_keys(settings)
    pool = await create_pool(settings)
    try:
        async with opened_sender(settings, pool, SystemClock()) as opened_messages:
            yield build_deps(settings, keys, pool, opened_messages.sender, SystemClock())
    finally:
        await pool.close()
