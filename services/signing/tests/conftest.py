"""A signing service on a real database, with its siblings played by small HTTP applications."""

import io
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pikepdf
import pytest
import pytest_asyncio
from clavis_events.permanent.v1 import credential_pb2
from clavis_events.registry.v1 import person_pb2
from clavis_kit.bus import EventRecord
from clavis_kit.clock import FrozenClock
from clavis_kit.db import open_pool
from clavis_kit.ids import new_id
from clavis_kit.runtime import Runtime
from clavis_kit.service_tokens import (
    JwksCache,
    ServiceTokenSigner,
    ServiceTokenVerifier,
    bearer_token,
)
from clavis_signing.app import create_deps, read_secrets
from clavis_signing.consumers import handlers
from clavis_signing.deps import Deps
from clavis_signing.settings import SigningSettings
from clavis_testkit.pki import ensure_signing_ca
from clavis_testkit.service_databases import DatabaseFactory
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi import FastAPI, Request
from google.protobuf.message import Message
from joserfc.jwk import ECKey

SUBSTANTIAL = "http://eidas.europa.eu/LoA/substantial"
LOW = "http://eidas.europa.eu/LoA/low"
ISSUER = "http://gateway.test"
PASSWORD = "correct horse battery"
OTP = "123456"
Apply = Callable[..., Awaitable[None]]


@dataclass
class Siblings:
    """What the other services would answer, and what they were asked."""

    verifier: dict[str, ServiceTokenVerifier] = field(default_factory=dict)
    password: str = PASSWORD
    password_verdict: str | None = None
    otp_verdict: str | None = None
    otps: dict[str, dict[str, Any]] = field(default_factory=dict)
    holder: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    down: set[str] = field(default_factory=set)

    def app(self, name: str) -> FastAPI:
        app = FastAPI()

        @app.middleware("http")
        async def guard(request: Request, call_next: Any) -> Any:
            assert await self.verifier[name].verify(bearer_token(request)) == "signing"
            if name in self.down:
                raise httpx.ConnectError("down")
            return await call_next(request)

        app.post("/v1/password-checks")(self.check_password)
        app.post("/v1/otps")(self.send_otp)
        app.post("/v1/otps/{otp_id}/attempts")(self.judge_otp)
        app.post("/internal/v1/certificate-holders")(self.tell_holder)
        return app

    async def check_password(self, body: dict[str, Any]) -> dict[str, Any]:
        right = "accepted" if body["password"] == self.password else "wrong"
        return {"verdict": self.password_verdict or right}

    async def send_otp(self, body: dict[str, Any]) -> dict[str, Any]:
        otp_id = new_id()
        self.otps[otp_id] = {**body, "used": False}
        soon = (datetime.now(UTC) + timedelta(minutes=5)).isoformat()
        return {"outcome": "sent", "otp_id": otp_id, "phone_hint": "123", "expires_at": soon,
                "resend_at": soon}  # fmt: skip

    async def judge_otp(self, otp_id: str, body: dict[str, Any]) -> dict[str, Any]:
        sent = self.otps.get(otp_id, {})
        if self.otp_verdict:
            return {"verdict": self.otp_verdict, "subject_id": sent.get("subject_id")}
        if body["otp"] != OTP or body["bound_to"] != sent.get("bound_to"):
            return {"verdict": "wrong", "attempts_left": 2}
        if sent["used"]:
            return {"verdict": "used"}
        sent["used"] = True
        return {"verdict": "accepted", "subject_id": sent["subject_id"]}

    async def tell_holder(self, body: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(body["subject_id"])
        return self.holder


@pytest.fixture
def now() -> datetime:
    """The real time: independent verifiers cannot be told another."""
    return datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def clock(now: datetime) -> FrozenClock:
    return FrozenClock(now)


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("signing-pki")
    ensure_signing_ca(directory, now=datetime.now(UTC) - timedelta(hours=1))
    return directory


@pytest.fixture
def make_settings(pki: Path, tmp_path: Path) -> Callable[..., SigningSettings]:
    def make(**changes: Any) -> SigningSettings:
        pepper = tmp_path / "pepper"
        pepper.write_bytes(b"p" * 32)
        values = {
            "database_url": "unused",
            "kafka_bootstrap": "unused",
            "kafka_session_timeout_ms": 2000,
            "public_url": "http://signing.test",
            "service_key_file": tmp_path / "unused",
            "oidc_issuer": ISSUER,
            "permanent_url": "http://permanent.test",
            "registry_url": "http://registry.test",
            "issuing_ca_cert_file": pki / "issuing.cer.pem",
            "issuing_ca_key_file": pki / "issuing.key.pem",
            "root_ca_cert_file": pki / "root.cer.pem",
            "root_crl_file": pki / "root.crl",
            "pki_base_url": "http://signing.test",
            "pepper_key_file": pepper,
            "argon2_memory_kib": 1024,
            "argon2_time_cost": 1,
            "documents_per_citizen": 5,
        }
        return SigningSettings(**{**values, **changes})

    return make


@pytest.fixture
def siblings() -> Siblings:
    return Siblings()


@pytest_asyncio.fixture
async def runtime(
    database: DatabaseFactory, clock: FrozenClock, siblings: Siblings, gateway_key: ECKey
) -> AsyncIterator[Runtime]:
    """A database and an HTTP client that reaches the played siblings."""
    pool = await open_pool((await database("signing")).dsn, 10)
    signer = ServiceTokenSigner("signing", ec.generate_private_key(ec.SECP256R1()), clock)
    http = httpx.AsyncClient(mounts=_mounts(siblings, signer, gateway_key))
    made = Runtime(pool, http, clock, signer, JwksCache(http))
    callers = {"signing": "http://signing-keys.test/jwks"}
    for name in ("permanent", "registry"):
        siblings.verifier[name] = ServiceTokenVerifier(name, callers, made.keys, clock)
    yield made
    await http.aclose()
    await pool.close()


@pytest.fixture
def deps(runtime: Runtime, make_settings: Callable[..., SigningSettings]) -> Iterator[Deps]:
    """The parts of the service under test."""
    settings = make_settings()
    made = create_deps(settings, runtime, read_secrets(settings))
    yield made
    made.pools.keys.close()
    made.pools.pdf.close()


def _mounts(
    siblings: Siblings, signer: ServiceTokenSigner, gateway_key: ECKey
) -> dict[str, httpx.AsyncBaseTransport]:
    keys = FastAPI()

    @keys.get("/jwks")
    async def signing_keys() -> dict[str, Any]:
        return signer.jwks

    gateway = FastAPI()

    @gateway.get("/jwks")
    async def gateway_keys() -> dict[str, Any]:
        public = gateway_key.as_dict(private=False, kid=gateway_key.thumbprint())
        return {"keys": [public]}

    apps = {"signing-keys": keys, "gateway": gateway}
    apps |= {name: siblings.app(name) for name in ("permanent", "registry")}
    return {f"http://{name}.test": httpx.ASGITransport(app) for name, app in apps.items()}


@pytest.fixture(scope="session")
def gateway_key() -> ECKey:
    return ECKey.generate_key("P-256")


@pytest.fixture
def apply(deps: Deps, clock: FrozenClock) -> Apply:
    """Apply an event as the consumer does: its effect in one transaction, then what follows."""

    async def run(message: Any) -> None:
        record = EventRecord.of(
            message, topic="t", event_id=new_id(), key=message.subject_id, occurred_at=clock.now()
        )
        async with deps.pool.acquire() as db, db.transaction():
            after = await handlers(deps)[type(message)](db, message, record)
        if after is not None:
            outcome = after()
            if outcome is not None:
                await outcome

    return run


@pytest_asyncio.fixture
async def citizen(apply: Apply, siblings: Siblings, now: datetime) -> str:
    """Ana: advanced, identified a month ago, with a document and a password in force."""
    subject_id = new_id()
    identified = now - timedelta(days=30)
    document = (now + timedelta(days=900)).replace(hour=0, minute=0, second=0)
    await apply(registered(subject_id, identified=identified, document=document))
    await apply(
        credential_pb2.PasswordActivated(subject_id=subject_id, version=1, occurred_at=identified)
    )
    siblings.holder = {
        "given_name": "Ana María", "first_surname": "Núñez", "second_surname": "de la Peña",
        "national_id": "12345678Z", "birth_date": "1980-02-29", "status": "registered",
        "level": "advanced", "document_expires_on": document.date().isoformat(),
        "last_strong_identification_at": identified.isoformat(),
    }  # fmt: skip
    return subject_id


def registered(
    subject_id: str, *, identified: datetime, document: datetime, version: int = 1, **more: Any
) -> Message:
    return person_pb2.Registered(
        subject_id=subject_id,
        version=version,
        occurred_at=identified,
        level=more.pop("level", person_pb2.ENROLMENT_LEVEL_ADVANCED),
        last_strong_identification_at=identified,
        document_expires_on=document,
        **more,
    )


@pytest.fixture(scope="session")
def pdf() -> bytes:
    """A sound document of two pages."""
    made, buffer = pikepdf.new(), io.BytesIO()
    made.add_blank_page(page_size=(595, 842))
    made.add_blank_page(page_size=(595, 842))
    made.save(buffer)
    return buffer.getvalue()
