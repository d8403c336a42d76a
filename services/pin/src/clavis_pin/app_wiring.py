"""The app's share of app.py: its parts put together, its routes, its endless jobs."""

import asyncio

import asyncpg
import httpx
from clavis_kit.access_tokens import AccessTokenVerifier
from clavis_kit.clock import Clock
from clavis_kit.keyed_hash import KeyedHash
from clavis_kit.logging import get_logger
from clavis_kit.runtime import Runtime
from clavis_kit.settings import read_ec_private_key, read_key_bytes
from fastapi import FastAPI

from clavis_pin.app_parts import AppParts
from clavis_pin.app_settings import AppSettings
from clavis_pin.attestation import attestation_named
from clavis_pin.deps import Deps
from clavis_pin.errands import Errands
from clavis_pin.push.encryption import application_server_key
from clavis_pin.push.port import Push
from clavis_pin.push.web_push import TIMEOUT_SECONDS, WebPush
from clavis_pin.routes import app_requests, citizen, device, device_enrolments
from clavis_pin.rules.pins import DAY
from clavis_pin.store import app_upkeep
from clavis_pin.waiting import Watch

AUDIENCE = "clavis-pin"
SWEEP_SECONDS = 600
_log = get_logger(__name__)


def push_client() -> httpx.AsyncClient:
    """Make the client for push services: no proxy of the environment, no redirect, few at once.

    A proxy or a redirect would lead past the check of where a message may go.
    """
    limits = httpx.Limits(max_connections=20, max_keepalive_connections=0)
    return httpx.AsyncClient(
        timeout=TIMEOUT_SECONDS, trust_env=False, follow_redirects=False, limits=limits
    )


def create_parts(
    settings: AppSettings, clock: Clock, http: httpx.AsyncClient, push: Push | None = None
) -> AppParts:
    """Put the app's parts together. Raises KeyFileError with a sentence."""
    key = read_key_bytes(settings.app_key_file)
    vapid_key = read_ec_private_key(settings.vapid_key_file)
    contact = settings.vapid_contact or settings.app_url
    return AppParts(
        url=settings.app_url,
        key=key,
        hash=KeyedHash(key),
        server_key=application_server_key(vapid_key),
        policy=settings.app_policy,
        attestation=attestation_named(settings.attestation),
        push=push or WebPush(http, vapid_key, contact, clock),
        watch=Watch(),
        errands=Errands(),
    )


def access_tokens(settings: AppSettings, runtime: Runtime) -> AccessTokenVerifier:
    """Make the verifier of the citizens' access tokens."""
    return AccessTokenVerifier(
        issuer=settings.oidc_issuer,
        jwks_url=settings.jwks_url,
        audience=AUDIENCE,
        keys=runtime.keys,
        clock=runtime.clock,
    )


def include_routes(app: FastAPI) -> None:
    """Add the app's routes."""
    for part in (app_requests, device_enrolments, device, citizen):
        app.include_router(part.router)


async def sweep(deps: Deps) -> None:
    """Forget what is over, every ten minutes."""
    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        try:
            now, evidence = deps.clock.now(), deps.app.policy.evidence
            await app_upkeep.forget(deps.pool, now, DAY, evidence)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            _log.warning("sweep_failed", error_type=type(error).__name__)
