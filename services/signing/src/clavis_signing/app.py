"""Where the signing service is put together. Nothing else constructs its parts."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from clavis_events.codec import CERTIFICATE_TOPIC
from clavis_kit.access_tokens import AccessTokenVerifier
from clavis_kit.clock import Clock, SystemClock
from clavis_kit.documents import DocumentRenderer
from clavis_kit.http import create_app as create_frame
from clavis_kit.ids import new_id
from clavis_kit.logging import get_logger
from clavis_kit.pools import BoundedPool
from clavis_kit.runtime import Runtime, Subscription, background, running
from clavis_kit.settings import read_key_bytes
from cryptography import x509
from fastapi import FastAPI
from fastapi.responses import JSONResponse

from clavis_signing import consumers
from clavis_signing.actions import documents, publication
from clavis_signing.clients import PermanentClient, RegistryClient, SiblingClient
from clavis_signing.custody import Stretching
from clavis_signing.deps import Custody, Deps, Pools
from clavis_signing.pki import authority as authorities
from clavis_signing.pki.authority import Authority
from clavis_signing.pki.ocsp import ResponderKeeper
from clavis_signing.policies import TEMPLATES
from clavis_signing.routes import citizen, pki
from clavis_signing.settings import MIGRATIONS, SigningSettings

_log = get_logger(__name__)


@dataclass(frozen=True)
class Secrets:
    """What is read from files once, before anything is served."""

    authority: Authority
    pepper: bytes


def create_app(settings: SigningSettings, *, clock: Clock | None = None) -> FastAPI:
    """Make the application; it opens its connections when it starts. Raises KeyFileError."""
    time_source = clock or SystemClock()
    secrets = read_secrets(settings)
    # It warns at each signature that it may not fetch: all it needs is handed to it.
    logging.getLogger("pyhanko").setLevel(logging.ERROR)

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        def subscribe(runtime: Runtime) -> Subscription:
            app.state.deps = create_deps(settings, runtime, secrets)
            return Subscription(consumers.TOPICS, consumers.handlers(app.state.deps))

        async with running(
            app,
            settings,
            time_source,
            migrations_dir=MIGRATIONS,
            publishes=(CERTIFICATE_TOPIC,),
            subscribe=subscribe,
        ) as runtime:
            app.state.jwks = runtime.signer.jwks
            app.state.access_tokens = create_verifier(settings, runtime)
            async with background(*_jobs(app.state.deps)):
                yield

    app = create_frame(
        title="Clavis signing",
        description="Certificates of citizens, their keys and their signatures.",
        max_body_bytes=settings.max_body_bytes,
        lifespan=lifespan,
    )
    app.include_router(citizen.router)
    app.include_router(pki.router)

    @app.get("/.well-known/jwks.json", include_in_schema=False)
    async def jwks() -> JSONResponse:
        return JSONResponse(app.state.jwks)

    return app


def read_secrets(settings: SigningSettings) -> Secrets:
    """Read the issuing CA and the pepper. Raises KeyFileError with a sentence."""
    authority = authorities.load(
        settings.issuing_ca_cert_file,
        settings.issuing_ca_key_file,
        settings.root_ca_cert_file,
        settings.pki_base_url,
        root_crl_file=settings.root_crl_file,
    )
    return Secrets(authority, read_key_bytes(settings.pepper_key_file))


def create_verifier(settings: SigningSettings, runtime: Runtime) -> AccessTokenVerifier:
    """Make the verifier of citizens' access tokens."""
    return AccessTokenVerifier(
        issuer=settings.oidc_issuer,
        jwks_url=settings.oidc_jwks_url or f"{settings.oidc_issuer.rstrip('/')}/jwks",
        audience="clavis-signing",
        keys=runtime.keys,
        clock=runtime.clock,
    )


def create_deps(settings: SigningSettings, runtime: Runtime, secrets: Secrets) -> Deps:
    """Gather what the actions use."""

    def sibling(name: str, url: str) -> SiblingClient:
        return SiblingClient(name, url, runtime.http, runtime.signer)

    stretching = Stretching(
        settings.argon2_memory_kib, settings.argon2_time_cost, settings.argon2_parallelism
    )
    return Deps(
        pool=runtime.pool,
        clock=runtime.clock,
        new_id=new_id,
        new_serial=x509.random_serial_number,
        authority=secrets.authority,
        responder=ResponderKeeper(secrets.authority),
        custody=Custody(secrets.pepper, stretching),
        pools=Pools(
            keys=BoundedPool(
                "signing-keys", workers=settings.key_workers, queue=settings.key_queue
            ),
            pdf=BoundedPool("signing-pdf", workers=settings.pdf_workers, queue=settings.pdf_queue),
        ),
        permanent=PermanentClient(sibling("permanent", settings.permanent_url)),
        registry=RegistryClient(sibling("registry", settings.registry_url)),
        documents=DocumentRenderer(TEMPLATES, name="signing"),
        settings=settings,
    )


def _jobs(deps: Deps) -> tuple[Awaitable[None], ...]:
    async def publish_when_due() -> None:
        # The revocation itself publishes; this finds what a crash in between left unlisted.
        if await publication.crl_is_due(deps):
            await publication.publish_crl(deps)

    async def purge() -> None:
        if forgotten := await documents.purge(deps):
            _log.info("documents_forgotten", count=forgotten)

    settings = deps.settings
    return (
        _repeat("crl", publish_when_due, settings.crl_poll_seconds),
        _repeat("purge", purge, settings.purge_seconds),
    )


async def _repeat(name: str, work: Callable[[], Awaitable[None]], seconds: float) -> None:
    while True:
        try:
            await work()
        except Exception as error:  # noqa: BLE001  whatever it was, the next turn tries again
            _log.warning("job_failed", job=name, error_type=type(error).__name__)
        await asyncio.sleep(seconds)
