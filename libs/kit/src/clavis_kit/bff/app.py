"""The one place that builds a browser backend."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import asyncpg
import httpx
from fastapi import FastAPI

from clavis_kit.bff.deps import BffDeps
from clavis_kit.bff.files import SiteFiles, SiteMissingError
from clavis_kit.bff.guest import Guest, guest_router
from clavis_kit.bff.provider import Provider
from clavis_kit.bff.routes import deps_of, router
from clavis_kit.bff.rules import Upstream
from clavis_kit.bff.settings import BffSettings
from clavis_kit.bff.store import SessionStore
from clavis_kit.bff.vault import Vault
from clavis_kit.clock import Clock, SystemClock
from clavis_kit.http import create_app
from clavis_kit.runtime import Runtime, background, running
from clavis_kit.service_tokens import JwksCache

PURGE_SECONDS = 300
FORWARD_TIMEOUT = httpx.Timeout(60, connect=5)  # a first signature makes a key and a certificate
FRAME_BYTES = 64 * 1024  # what multipart form data adds around a file


def create_bff_app(
    settings: BffSettings,
    *,
    title: str,
    upstreams: Sequence[Upstream],
    links: dict[str, str],
    migrations_dir: Path,
    guest: Guest | None = None,
    clock: Clock | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> FastAPI:
    """Make the application: sign-in, session, forwarding to `upstreams`, files of `static_dir`.

    `links` are public addresses that the pages show; `guest` is an application beside them that
    needs no session; `transport` replaces the network.
    """
    try:
        files = SiteFiles(settings.static_dir)
    except SiteMissingError as error:
        sys.exit(f"{settings.service_name}: {error}")
    time = clock or SystemClock()

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with (
            running(app, settings, time, migrations_dir=migrations_dir) as runtime,
            httpx.AsyncClient(transport=transport, timeout=FORWARD_TIMEOUT) as http,
        ):
            app.state.jwks = runtime.signer.jwks
            app.state.signer = runtime.signer
            app.state.bff = deps = _deps(settings, runtime, http, files, upstreams, links)
            async with background(_purge(deps)):
                yield

    largest = max((upstream.max_body_bytes for upstream in upstreams), default=0)
    app = create_app(
        title=title,
        description="Backend of a browser application.",
        max_body_bytes=largest + FRAME_BYTES,
        lifespan=lifespan,
    )
    if guest is not None:
        app.include_router(guest_router(guest, deps_of, lambda request: request.app.state.signer))
    app.include_router(router)
    return app


def _deps(
    settings: BffSettings,
    runtime: Runtime,
    http: httpx.AsyncClient,
    files: SiteFiles,
    upstreams: Sequence[Upstream],
    links: dict[str, str],
) -> BffDeps:
    return BffDeps(
        settings=settings,
        store=SessionStore(runtime.pool),
        vault=Vault.from_file(settings.bff_session_key_file),
        provider=Provider(
            issuer=settings.oidc_issuer,
            internal_url=settings.oidc_internal_url,
            client_id=settings.client_id,
            signer=runtime.signer,
            http=http,
            clock=runtime.clock,
        ),
        keys=JwksCache(http),
        http=http,
        files=files,
        clock=runtime.clock,
        upstreams={upstream.name: upstream for upstream in upstreams},
        links=links,
        sleep=asyncio.sleep,
    )


async def _purge(deps: BffDeps) -> None:
    while True:
        # A database that is away for a while must not end the process; the next round tidies up.
        with contextlib.suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            await deps.store.purge(deps.clock.now())
        await deps.sleep(PURGE_SECONDS)
