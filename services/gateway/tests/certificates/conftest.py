"""A test PKI whose revocation lists and OCSP answers are served on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio
import uvicorn
from clavis_kit.clock import FrozenClock
from clavis_testkit.pki import CertificateKind, OcspResponder, create_demo_pki
from clavis_testkit.pki.demo import read_index
from clavis_testkit.plugin import NOON
from cryptography import x509
from fastapi import FastAPI, Request
from starlette.responses import Response

from services.gateway.tests.login.conftest import (
    gateway_database,
    gateway_keys,
    open_browser,
    siblings,
)

__all__ = ["gateway_database", "gateway_keys", "open_browser", "siblings"]


@dataclass
class Pki:
    """Certificates by kind, and the services of their issuers, which can be switched off."""

    folder: Path
    clock: FrozenClock
    ocsp_up: bool = True
    crl_up: bool = True
    asked: list[str] = field(default_factory=list)

    @property
    def trust(self) -> Path:
        return self.folder / "trust"

    def certificate(self, kind: CertificateKind) -> x509.Certificate:
        entry = next(entry for entry in read_index(self.folder) if entry.kind == kind)
        return x509.load_pem_x509_certificate((self.folder / entry.file).read_bytes())

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/crl/{name}")
        async def crl(name: str) -> Response:
            self.asked.append("crl")
            if not self.crl_up:
                return Response(status_code=503)
            return Response((self.folder / "crl" / name).read_bytes())

        @app.post("/ocsp")
        async def ocsp(request: Request) -> Response:
            self.asked.append("ocsp")
            if not self.ocsp_up:
                return Response(status_code=503)
            answer = OcspResponder(self.folder).answer(await request.body(), now=self.clock.now())
            return Response(answer, media_type="application/ocsp-response")

        return app


@pytest.fixture(scope="session")
def pki_listener() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0))


@pytest.fixture(scope="session")
def pki_folder(tmp_path_factory: pytest.TempPathFactory, pki_listener: socket.socket) -> Path:
    folder = tmp_path_factory.mktemp("pki")
    base = f"http://127.0.0.1:{pki_listener.getsockname()[1]}"
    create_demo_pki(folder, now=NOON, crl_base_url=f"{base}/crl", ocsp_url=f"{base}/ocsp")
    return folder


@pytest_asyncio.fixture
async def pki(
    pki_folder: Path, pki_listener: socket.socket, frozen_clock: FrozenClock
) -> AsyncIterator[Pki]:
    made = Pki(pki_folder, frozen_clock)
    config = uvicorn.Config(made.app(), log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    # A copy of the socket, because a server closes its own at the end.
    serving = asyncio.create_task(server.serve(sockets=[pki_listener.dup()]))
    try:
        yield made
    finally:
        server.should_exit = True
        with contextlib.suppress(asyncio.CancelledError):
            await serving
