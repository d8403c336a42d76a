"""The service as the portal and the world see it: over HTTP."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import pytest_asyncio
from clavis_events.signing.v1.certificate_pb2 import CertificateIssued, CertificateRevoked
from clavis_kit.clock import FrozenClock
from clavis_kit.runtime import Runtime
from clavis_signing.app import create_app, create_verifier
from clavis_signing.deps import Deps
from clavis_signing.pdf import pages
from joserfc import jwt
from joserfc.jwk import ECKey

SUBSTANTIAL = "http://eidas.europa.eu/LoA/substantial"
ISSUER = "http://gateway.test"
PASSWORD = "correct horse battery"
OTP = "123456"


@dataclass
class Portal:
    """What the portal does for a citizen, step by step."""

    client: httpx.AsyncClient
    token: Callable[..., dict[str, str]]
    document: bytes

    async def upload(self, subject_id: str) -> str:
        """Upload the document and return where its transaction is."""
        answer = await self.client.post(
            "/citizen/v1/transactions",
            files={"document": ("contrato.pdf", self.document, "application/pdf")},
            headers=self.token(subject_id),
        )
        assert answer.status_code == 201, answer.text
        return f"/citizen/v1/transactions/{answer.json()['transaction_id']}"

    async def challenge(self, subject_id: str, path: str, **body: Any) -> httpx.Response:
        wanted = {"reviewed": True, "policies_accepted": True, **body}
        headers = self.token(subject_id)
        return await self.client.post(f"{path}/challenge", json=wanted, headers=headers)

    async def sign(
        self, subject_id: str, path: str, password: str = PASSWORD, otp: str = OTP
    ) -> httpx.Response:
        secrets = {"password": password, "otp": otp}
        headers = self.token(subject_id)
        return await self.client.post(f"{path}/signature", json=secrets, headers=headers)

    async def get(self, subject_id: str, path: str, **headers: str) -> httpx.Response:
        return await self.client.get(path, headers={**self.token(subject_id), **headers})

    async def challenged(self, subject_id: str) -> str:
        """Upload and ask for the code."""
        path = await self.upload(subject_id)
        answer = await self.challenge(subject_id, path)
        assert answer.json()["outcome"] == "sent", answer.text
        return path

    async def signed(self, subject_id: str) -> dict[str, Any]:
        """Go all the way."""
        path = await self.challenged(subject_id)
        answer = await self.sign(subject_id, path)
        assert answer.json().get("verdict") == "signed", answer.text
        return {"path": path, **answer.json()}


@pytest_asyncio.fixture
async def client(deps: Deps, runtime: Runtime) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(deps.settings, clock=deps.clock)
    app.state.deps = deps
    app.state.access_tokens = create_verifier(deps.settings, runtime)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://signing.test") as http:
        yield http


@pytest.fixture
def token(gateway_key: ECKey, clock: FrozenClock) -> Callable[..., dict[str, str]]:
    """Make the Authorization header of a citizen in the portal."""

    def make(subject_id: str, *, acr: str = SUBSTANTIAL, client_id: str = "portal") -> Any:
        seconds = int(clock.now().timestamp())
        claims = {"iss": ISSUER, "aud": ["clavis-signing"], "sub": subject_id, "acr": acr,
                  "client_id": client_id, "iat": seconds, "exp": seconds + 300}  # fmt: skip
        header = {"alg": "ES256", "typ": "at+jwt", "kid": gateway_key.thumbprint()}
        return {"Authorization": f"Bearer {jwt.encode(header, claims, gateway_key)}"}

    return make


@pytest.fixture
def portal(client: httpx.AsyncClient, token: Callable[..., dict[str, str]], pdf: bytes) -> Portal:
    return Portal(client, token, pdf)


@pytest.fixture
def outbox(deps: Deps) -> Callable[[], Awaitable[list[Any]]]:
    """Read the events recorded so far."""
    kinds: dict[str, Any] = {
        kind.DESCRIPTOR.full_name: kind for kind in (CertificateIssued, CertificateRevoked)
    }

    async def read() -> list[Any]:
        rows = await deps.pool.fetch("SELECT type, payload FROM outbox ORDER BY position")
        return [kinds[row["type"]].FromString(row["payload"]) for row in rows]

    return read


@pytest.fixture(scope="session")
def read_text() -> Callable[[bytes], str]:
    return lambda document: pages.text(document, 1)
