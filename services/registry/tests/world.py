"""What the tests of the registry work with: the service, the outside world, a person's data."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import asyncpg
import httpx
from clavis_events.codec import decode
from clavis_kit.clock import FrozenClock
from clavis_kit.loa import Loa
from clavis_kit.messages import UndeliverableError, queue
from clavis_kit.sealed import open_sealed
from clavis_kit.service_tokens import ServiceTokenSigner
from clavis_registry.deps import Deps
from clavis_testkit.service_databases import Database
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from google.protobuf.message import Message
from joserfc import jwt
from joserfc.jwk import ECKey

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
ISSUER = "http://issuer.test"
OFFICER_ID = "99999999R"
ANA = "12345678Z"


def private_key_pem() -> bytes:
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


@dataclass
class Outside:
    """The SMS and mail provider, and the key sets as one HTTP transport."""

    issuer_key: ECKey
    callers: dict[str, ServiceTokenSigner]
    sent: list[dict[str, Any]] = field(default_factory=list)
    failing: bool = False

    def __call__(self, request: httpx.Request) -> httpx.Response:
        name = request.url.host.split(".", maxsplit=1)[0]
        if name in self.callers:
            return httpx.Response(200, json=self.callers[name].jwks)
        public = self.issuer_key.as_dict(private=False, kid="k1", use="sig", alg="ES256")
        return httpx.Response(200, json={"keys": [public]})

    async def post(self, url: str, document: Mapping[str, Any], _: Mapping[str, str]) -> bytes:
        """Take a message as the provider does."""
        if self.failing:
            raise UndeliverableError(url)
        self.sent.append(dict(document))
        return b""

    def last_code(self) -> str:
        """Read the digits of the newest message."""
        words = self.sent[-1]["body"].replace(".", " ").split()
        code: str = next(word for word in words if len(word) == 6 and word.isdigit())
        return code


async def deliver_due(deps: Deps) -> int:
    """Send the notices that are due; return how many were taken."""
    return await queue.deliver_due(deps.pool, deps.messages, deps.clock.now())


@dataclass
class World:
    """Everything a test touches."""

    deps: Deps
    http: httpx.AsyncClient
    outside: Outside
    clock: FrozenClock
    database: Database
    reader: ECKey
    officer: str

    def token(self, subject_id: str, client: str, loa: Loa = Loa.SUBSTANTIAL, **more: Any) -> str:
        """Sign an access token as the issuer would (RFC 9068)."""
        now = int(self.clock.now().timestamp())
        claims = {
            "iss": ISSUER, "aud": ["clavis-registry"], "sub": subject_id, "client_id": client,
            "iat": now, "exp": now + 300, "acr": loa.acr, "amr": ["otp"], **more,
        }  # fmt: skip
        header = {"alg": "ES256", "typ": "at+jwt", "kid": "k1"}
        return jwt.encode(header, claims, self.outside.issuer_key)

    def as_officer(self, subject_id: str | None = None) -> dict[str, str]:
        token = self.token(subject_id or self.officer, "office-console")
        return {"Authorization": f"Bearer {token}"}

    def as_citizen(self, subject_id: str, loa: Loa = Loa.SUBSTANTIAL) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token(subject_id, 'portal', loa)}"}

    def as_service(self, name: str) -> dict[str, str]:
        return self.outside.callers[name].headers("registry")

    async def events(self) -> list[Message]:
        """Decode what waits in the outbox, in order."""
        rows = await self.deps.pool.fetch("SELECT type, payload FROM outbox ORDER BY position")
        return [decode(row["type"], row["payload"]) for row in rows]

    async def event_names(self) -> list[str]:
        return [event.DESCRIPTOR.name for event in await self.events()]

    def open_contact(self, event: Any) -> bytes:
        return open_sealed(event.sealed, self.reader)

    async def as_owner(self) -> "asyncpg.Connection[asyncpg.Record]":
        return await asyncpg.connect(self.database.owner_dsn)


def application(**changes: Any) -> dict[str, Any]:
    """Return what an officer types for Ana; changes replace members."""
    return {
        "reason": "Cita previa para el alta",
        "national_id": ANA,
        "given_name": "Ana",
        "first_surname": "García",
        "second_surname": "Núñez",
        "birth_date": "1985-06-01",
        "document": {"kind": "dni", "issued_on": "2021-05-17", "expires_on": "2031-05-17"},
        "email": "ana@example.es",
        "mobile": "600111222",
        "language": "es",
        **changes,
    }


COMPLETION = {
    "present": True, "document_checked": True, "terms_version": "2026-11", "terms_language": "es",
}  # fmt: skip


@dataclass(frozen=True)
class Entered:
    """A person who went through the office."""

    enrolment_id: str
    subject_id: str


Enrol = Callable[..., Awaitable[Entered]]
Prove = Callable[..., Awaitable[str]]
Run = Callable[..., Awaitable[tuple[int, str, str]]]
PowerCut = Callable[[], Awaitable[None]]
