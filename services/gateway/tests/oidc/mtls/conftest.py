"""A gateway behind a terminator, at a host that asks for a certificate."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from clavis_kit.clock import FrozenClock
from clavis_testkit.pki import ensure_client_certificates
from clavis_testkit.plugin import NOON
from clavis_testkit.service_databases import Database

from services.gateway.tests.oidc.conftest import emptied, running_gateway
from services.gateway.tests.oidc.gateway_world import World
from services.gateway.tests.oidc.mtls.party import (
    CERTIFICATE_URL,
    TERMINATOR_SECRET,
    Party,
    certificate_of,
)
from services.gateway.tests.oidc.peer import Peer


@pytest.fixture(scope="session")
def client_pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("client-pki")
    ensure_client_certificates(folder, ("demo-mtls", "other"), now=NOON)
    return folder


@pytest.fixture
def tls_settings(client_pki: Path, tmp_path: Path) -> dict[str, Any]:
    secret = tmp_path / "terminator.secret"
    secret.write_text(TERMINATOR_SECRET)
    return {
        "certificate_url": CERTIFICATE_URL,
        "client_trust_anchors_dir": client_pki / "trust",
        "terminator_networks": ("127.0.0.0/8",),
        "terminator_secret_file": secret,
    }


@pytest_asyncio.fixture
async def world(
    gateway_database: Database,
    gateway_keys: dict[str, Path],
    frozen_clock: FrozenClock,
    peer: Peer,
    tls_settings: dict[str, Any],
) -> AsyncIterator[World]:
    await emptied(gateway_database)
    async with running_gateway(
        gateway_database, gateway_keys, frozen_clock, peer, **tls_settings
    ) as made:
        yield made


@pytest_asyncio.fixture
async def party(world: World, client_pki: Path) -> Party:
    return Party(world, certificate_of(client_pki))
