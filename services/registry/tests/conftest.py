"""A registry in this process on a real database; the outside world answers from memory."""

import asyncio
import dataclasses
import json
import os
import secrets
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from clavis_kit.clock import FrozenClock
from clavis_kit.db import open_pool
from clavis_kit.messages import opened_sender
from clavis_kit.sealed import read_own_key
from clavis_kit.service_tokens import JwksCache, ServiceTokenSigner, ServiceTokenVerifier
from clavis_registry.actions.offices import add_office, add_officer
from clavis_registry.app import build_deps, create_app, furnish, read_keys
from clavis_registry.deps import Deps
from clavis_registry.settings import RegistrySettings
from clavis_testkit.pki.seal import ensure_seal
from clavis_testkit.service_databases import Database, DatabaseFactory
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc.jwk import ECKey

from services.registry.tests.video_world import Desk, Provider, with_providers, with_settings
from services.registry.tests.world import (
    COMPLETION,
    ISSUER,
    NOW,
    OFFICER_ID,
    Enrol,
    Entered,
    Outside,
    PowerCut,
    Prove,
    Run,
    World,
    application,
    private_key_pem,
)


@pytest.fixture
def settings_for(tmp_path: Path) -> Callable[[Database], RegistrySettings]:
    def make(database: Database) -> RegistrySettings:
        files: dict[str, Any] = {}
        for name in ("national_id", "contrast", "activation", "name"):
            files[f"{name}_key_file"] = tmp_path / name
            (tmp_path / name).write_bytes(secrets.token_bytes(32))
        (tmp_path / "service.pem").write_bytes(private_key_pem())
        (tmp_path / "reader.pem").write_bytes(private_key_pem())
        reader = read_own_key(tmp_path / "reader.pem", "pin")
        (tmp_path / "checkpoint.pem").write_bytes(private_key_pem())
        ensure_seal(tmp_path, now=NOW)
        readers = {"keys": [reader.as_dict(private=False)]}
        (tmp_path / "readers.json").write_text(json.dumps(readers))
        return RegistrySettings(
            database_url=database.dsn, kafka_bootstrap="127.0.0.1:1", public_url="http://r.test",
            service_key_file=tmp_path / "service.pem", oidc_issuer=ISSUER,
            contact_readers_file=tmp_path / "readers.json",
            checkpoint_key_file=tmp_path / "checkpoint.pem",
            seal_key_file=tmp_path / "seal.key.pem", seal_cert_file=tmp_path / "seal.cer.pem",
            sms_webhook_url="http://provider.test/messages", letters_organisation="E001",
            strangers_beat_ms=0, **files,
        )  # fmt: skip

    return make


@asynccontextmanager
async def service(
    settings: RegistrySettings, outside: Outside, clock: FrozenClock
) -> AsyncIterator[tuple[Deps, httpx.AsyncClient]]:
    """Run the service as one process does, from an empty memory."""
    pool = await open_pool(settings.database_url, 6)
    outer = httpx.AsyncClient(transport=httpx.MockTransport(outside))
    async with opened_sender(settings, pool, clock, post=outside.post) as opened:
        deps = build_deps(settings, read_keys(settings), pool, opened.sender, clock)
        app, keys = create_app(settings, clock), JwksCache(outer)
        furnish(app, deps, keys)
        callers = {name: f"http://{name}.test/jwks" for name in outside.callers}
        app.state.service_tokens = ServiceTokenVerifier("registry", callers, keys, clock)
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://r.test") as http:
            yield deps, http
    await outer.aclose()
    await pool.close()


@pytest.fixture
async def world(
    database: DatabaseFactory,
    settings_for: Callable[[Database], RegistrySettings],
    tmp_path: Path,
) -> AsyncIterator[World]:
    made, clock = await database("registry"), FrozenClock(NOW)
    settings = settings_for(made)
    signers = {
        name: ServiceTokenSigner(name, ec.generate_private_key(ec.SECP256R1()), clock)
        for name in ("gateway", "signing", "pin", "civil-registry")
    }
    outside = Outside(ECKey.generate_key("P-256"), signers)
    async with service(settings, outside, clock) as (deps, http):
        await add_office(deps, ("E001", "Agencia"), "MAD-1", "Oficina Centro")
        officer = await add_officer(deps, OFFICER_ID, "MAD-1", "officer", "Olga Ruiz")
        reader = read_own_key(tmp_path / "reader.pem", "pin")
        yield World(deps, http, outside, clock, made, reader, officer)


@pytest.fixture
async def power_cut(world: World) -> AsyncIterator[PowerCut]:
    """Kill the service with its connections; another process goes on where it was."""
    async with AsyncExitStack() as processes:

        async def cut() -> None:
            app = world.http._transport.app  # type: ignore[attr-defined]
            providers = app.state.deps.video_providers
            settings = app.state.deps.settings
            world.deps.pool.terminate()
            world.deps, world.http = await processes.enter_async_context(
                service(settings, world.outside, world.clock)
            )
            state = world.http._transport.app.state  # type: ignore[attr-defined]
            state.deps = dataclasses.replace(state.deps, video_providers=providers)

        yield cut


@pytest.fixture
def prove(world: World) -> Prove:
    """Start an enrolment and read out the right code; return its id."""

    async def until_proved(**changes: Any) -> str:
        headers = world.as_officer()
        started = await world.http.post(
            "/officer/v1/enrolments", json=application(**changes), headers=headers
        )
        assert started.status_code == 201, started.text
        enrolment_id: str = started.json()["enrolment_id"]
        proof = await world.http.post(
            f"/officer/v1/enrolments/{enrolment_id}/phone-proof",
            json={"code": world.outside.last_code()},
            headers=headers,
        )
        assert proof.json()["verdict"] == "accepted", proof.text
        return enrolment_id

    return until_proved


@pytest.fixture
def enrol(world: World, prove: Prove) -> Enrol:
    """Take a person through the office to the end."""

    async def to_the_end(completion: dict[str, Any] | None = None, **changes: Any) -> Entered:
        enrolment_id = await prove(**changes)
        done = await world.http.post(
            f"/officer/v1/enrolments/{enrolment_id}/completion",
            json={**COMPLETION, **(completion or {})},
            headers=world.as_officer(),
        )
        assert done.status_code == 201, done.text
        return Entered(enrolment_id, done.json()["subject_id"])

    return to_the_end


@pytest.fixture
def command_environment(world: World) -> dict[str, str]:
    """Return the settings of the world as a command line reads them."""
    settings = world.deps.settings
    given = {name: getattr(settings, name) for name in settings.model_fields_set}
    return {f"CLAVIS_REGISTRY_{name.upper()}": str(value) for name, value in given.items()}


@pytest.fixture
def run(command_environment: dict[str, str]) -> Run:
    """Run a verb of the command line in a process of its own."""
    environment = {**os.environ, **command_environment}

    async def start(*arguments: str, stdin: str = "") -> tuple[int, str, str]:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "clavis_registry", *arguments,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE, env=environment,
        )  # fmt: skip
        out, err = await process.communicate(stdin.encode())
        return process.returncode or 0, out.decode(), err.decode()

    return start


@pytest.fixture
async def desk(world: World) -> Desk:
    """Staff the video desk: two agents, a supervisor, a provider that is known."""
    agents = [
        await add_officer(world.deps, number, "MAD-1", "video_agent", f"Agente {number[0]}")
        for number in ("11111111H", "22222222J")
    ]
    supervisor = await add_officer(world.deps, "33333333P", "MAD-1", "supervisor", "Sara Gil")
    with_settings(world, video_sample_fraction=0.0, video_unknown_second_look=False)
    key = ECKey.generate_key("P-256", {"kid": "video-co"})
    with_providers(world, key)
    return Desk(world, agents, supervisor, key)


@pytest.fixture
def provider(desk: Desk) -> Provider:
    """Speak for a provider of automatic video."""
    return Provider(desk)
