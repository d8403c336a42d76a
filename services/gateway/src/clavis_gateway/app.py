"""Where the gateway is put together. Nothing else constructs its parts."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import httpx
from clavis_certificates.path import NoAnchorsError
from clavis_kit.clock import Clock, SystemClock
from clavis_kit.http import StartRefusedError
from clavis_kit.http import create_app as create_frame
from clavis_kit.ids import new_id, new_secret
from clavis_kit.keyed_hash import KeyedHash
from clavis_kit.outbound import guarded_client
from clavis_kit.runtime import Runtime, Subscription, background, running
from clavis_kit.service_tokens import JwksCache
from clavis_kit.settings import read_key_bytes
from fastapi import FastAPI
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from clavis_gateway import consumers, maintenance
from clavis_gateway.admin.access import build_verifier
from clavis_gateway.certificates.checker import build_checker
from clavis_gateway.certificates.header import read_terminator
from clavis_gateway.certificates.smuggling import DropForeignCertificates
from clavis_gateway.deps import Deps
from clavis_gateway.login.pages import TemplatePages, answer_too_large
from clavis_gateway.login.parts import Login, build_login
from clavis_gateway.login.render import Renderer
from clavis_gateway.oidc.authlib_adapter.grants import Server
from clavis_gateway.oidc.backchannel import LogoutCourier
from clavis_gateway.oidc.client_trust import build_trust
from clavis_gateway.oidc.cors import Cors, OriginBook
from clavis_gateway.oidc.dpop_nonces import DpopNonces, OfferNonce
from clavis_gateway.oidc.keys import KeyEncryptionError, KeyRing
from clavis_gateway.oidc.mtls import Hosts, MutualTls
from clavis_gateway.oidc.refusals import RefusalLog
from clavis_gateway.pages import Pages
from clavis_gateway.routes import include_routes
from clavis_gateway.settings import GatewaySettings

MIGRATIONS = Path(__file__).parents[2] / "migrations"


def create_app(settings: GatewaySettings, *, clock: Clock | None = None) -> FastAPI:
    """Make the application; it opens its connections when it starts. Raises KeyFileError."""
    time_source = clock or SystemClock()
    read_keys(settings)

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        holder: list[Parts] = []

        def subscribe(runtime: Runtime) -> Subscription:
            holder.append(create_parts(settings, runtime))
            return consumers.subscription(holder[0].deps)

        async with running(
            app, settings, time_source, migrations_dir=MIGRATIONS, subscribe=subscribe
        ) as runtime:
            deps = await _install(app, settings, runtime, holder[0])
            async with background(
                deps.logouts.run(),
                deps.keys.keep_fresh(settings.signing_key_reload_seconds),
                deps.mtls.trust.keep_fresh(settings.trust_reload_seconds),
                follow_issuers(app, settings.trust_reload_seconds),
                maintenance.run(deps),
                deps.refusals.run(),
            ):
                yield
            deps.keys.close()
            await deps.outbound.aclose()

    async def too_large(scope: Scope, receive: Receive, send: Send) -> None:
        response = answer_too_large(app, Request(scope))
        await response(scope, receive, send)

    app = create_frame(
        title="Clavis gateway",
        description="OpenID Connect provider and login pages.",
        max_body_bytes=settings.max_body_bytes,
        lifespan=lifespan,
        too_large=too_large,
    )
    app.add_middleware(OfferNonce)
    include_routes(app)
    app.add_middleware(Cors)
    app.add_middleware(DropForeignCertificates, terminator=read_terminator(settings))
    return app


async def _install(app: FastAPI, settings: GatewaySettings, runtime: Runtime, parts: Parts) -> Deps:
    """Refuse to start with keys or trust anchors that are not what they must be."""
    try:
        return await install(app, settings, runtime, parts)
    except (KeyEncryptionError, NoAnchorsError, OSError) as error:
        raise StartRefusedError(f"gateway: {error}") from error


async def install(
    app: FastAPI, settings: GatewaySettings, runtime: Runtime, parts: Parts | None = None
) -> Deps:
    """Give the application what its requests use, once connections are open."""
    deps, pages = parts or create_parts(settings, runtime)
    await deps.keys.load()
    deps.mtls.trust.load()
    app.state.deps = deps
    app.state.operator = build_verifier(settings, runtime.clock)
    certificates = build_checker(settings, runtime.http, runtime.clock)
    app.state.login = build_login(settings, pages, runtime.calls, runtime.signer, certificates)
    return deps


async def follow_issuers(app: FastAPI, every_seconds: float) -> None:
    """Read the issuers of citizens' certificates again and again, where there are any."""
    login: Login = app.state.login
    if login.certificates is not None:
        await login.certificates.keep_fresh(every_seconds)


def build_mutual_tls(settings: GatewaySettings, http: httpx.AsyncClient, clock: Clock) -> MutualTls:
    """Make what reads the certificates of relying parties; their authorities are loaded later."""
    hosts = Hosts(settings.issuer, settings.certificate_url)
    return MutualTls(hosts, read_terminator(settings), build_trust(settings, http, clock), clock)


class Parts(NamedTuple):
    """What the protocol uses, and the pages that both halves render."""

    deps: Deps
    pages: TemplatePages


def create_parts(settings: GatewaySettings, runtime: Runtime) -> Parts:
    """Build the pages and what stands on them."""
    pages = TemplatePages(Renderer(settings, settings.public_url), runtime.clock)
    return Parts(create_deps(settings, runtime, pages), pages)


@dataclass(frozen=True, slots=True)
class Keys:
    """The gateway's symmetric keys, read from their files."""

    national_id: KeyedHash
    pairwise: KeyedHash
    encryption: bytes
    client_secrets: KeyedHash


def read_keys(settings: GatewaySettings) -> Keys:
    """Read the key files. Raises KeyFileError with a sentence."""
    return Keys(
        national_id=KeyedHash.from_file(settings.national_id_key_file),
        pairwise=KeyedHash.from_file(settings.pairwise_key_file),
        encryption=read_key_bytes(settings.key_encryption_key_file),
        client_secrets=KeyedHash.from_file(settings.client_secret_key_file),
    )


def create_deps(settings: GatewaySettings, runtime: Runtime, pages: Pages) -> Deps:
    """Gather what the actions use."""
    outbound = guarded_client(settings.outbound_allowed)
    secrets = read_keys(settings)
    keys = KeyRing(runtime.pool, runtime.clock, secrets.encryption, settings.rotation_policy)
    return Deps(
        settings=settings,
        pool=runtime.pool,
        clock=runtime.clock,
        new_id=new_id,
        new_secret=new_secret,
        calls=runtime.calls,
        service_tokens=runtime.signer,
        national_ids=secrets.national_id,
        pairwise=secrets.pairwise,
        client_secrets=secrets.client_secrets,
        dpop_nonces=DpopNonces(derive_dpop_nonce_key(secrets.encryption)),
        seal_key=derive_seal_key(secrets.encryption),
        keys=keys,
        outbound=outbound,
        mtls=build_mutual_tls(settings, runtime.http, runtime.clock),
        client_keys=JwksCache(outbound),
        grants=Server(),
        logouts=LogoutCourier(runtime.pool, outbound, runtime.clock, keys, settings.issuer),
        refusals=RefusalLog(runtime.pool, runtime.clock, new_id),
        origins=OriginBook(runtime.pool),
        pages=pages,
    )


# One key, several uses, kept apart (NIST SP 800-108).
def derive_dpop_nonce_key(key_encryption_key: bytes) -> KeyedHash:
    """Derive the key that makes the nonces of DPoP proofs."""
    return KeyedHash(bytes.fromhex(KeyedHash(key_encryption_key).of("clavis-gateway dpop v1")))


def derive_seal_key(key_encryption_key: bytes) -> bytes:
    """Derive the key that seals what travels through browsers."""
    return bytes.fromhex(KeyedHash(key_encryption_key).of("clavis-gateway seal v1"))
