"""The whole service on a real port, a real database and a real broker."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from clavis_events.registry.v1 import person_pb2
from clavis_events.signing.v1 import certificate_pb2
from clavis_kit.bus import EventRecord, Producer
from clavis_kit.ids import new_id
from clavis_kit.settings import KeyFileError
from clavis_signing.app import create_app, read_secrets
from clavis_signing.pki import profile
from clavis_signing.settings import SigningSettings
from clavis_testkit.launchers.process import free_port
from clavis_testkit.patience import in_time, until
from clavis_testkit.require import need
from clavis_testkit.service_databases import Database, DatabaseFactory
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

PERSON_TOPIC = "clavis.registry.person.v1"


class Server(uvicorn.Server):
    """A server that leaves the signals to pytest."""

    @contextlib.contextmanager
    def capture_signals(self) -> Any:
        yield


@pytest.fixture
async def settings(
    database: DatabaseFactory,
    make_settings: Callable[..., SigningSettings],
    embedded_broker: Any,
    tmp_path: Path,
) -> SigningSettings:
    stored: Database = await database("signing")
    key = ec.generate_private_key(ec.SECP256R1())
    key_file = tmp_path / "service.pem"
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    port = free_port()
    return make_settings(
        database_url=stored.dsn,
        service_key_file=key_file,
        kafka_bootstrap=embedded_broker.bootstrap,
        kafka_idempotence=embedded_broker.idempotent,
        kafka_create_topics=True,
        port=port,
        pki_base_url=f"http://127.0.0.1:{port}",
    )


@pytest.fixture
async def running(settings: SigningSettings) -> AsyncIterator[Any]:
    app = create_app(settings)
    server = Server(uvicorn.Config(app, port=settings.port, log_config=None))
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  uvicorn tells it by this flag only
        await asyncio.sleep(0.02)
    yield app
    server.should_exit = True
    await task


async def seed(app: Any, subject_id: str) -> str:
    """Put a certificate in force, as a first signature does."""
    from clavis_signing.actions.certificates import issue
    from clavis_signing.rules import Evidence, PersonStatus
    from clavis_signing.store.people import PeopleStore, PersonFact

    deps, now = app.state.deps, datetime.now(UTC)
    identified = now - timedelta(days=30)
    async with deps.pool.acquire() as db:
        fact = PersonFact(subject_id, 1, True, identified, None, False)  # noqa: FBT003  a row
        await PeopleStore(db).save_registered(fact)
    evidence = Evidence(PersonStatus.REGISTERED, True, True, identified, None, False)  # noqa: FBT003  a row
    holder = profile.Holder("Ana", "Núñez", None, "12345678Z")
    opened = await issue(deps, subject_id, holder, evidence, "correct horse battery")
    return opened.credential.serial_number


async def test_a_renunciation_is_public_within_a_second(
    running: Any, settings: SigningSettings, embedded_broker: Any, pki: Path, tmp_path: Path
) -> None:
    need("openssl", "asks for the status over HTTP")
    subject_id = new_id()
    serial = await seed(running, subject_id)
    leaf = save(await certificate_of(running, serial), tmp_path / "leaf.pem")
    base = f"http://127.0.0.1:{settings.port}"
    async with httpx.AsyncClient(base_url=base, timeout=60) as http:
        assert (await http.get("/health/ready")).json()["status"] == "ok"
        assert "leaf.pem: good" in await ask_openssl(base, pki, leaf)
        await consumer_joined(http)
        producer = Producer(
            embedded_broker.bootstrap, source="test", idempotent=embedded_broker.idempotent
        )
        await producer.publish([renounced(subject_id)])
        started = time.monotonic()
        while int(serial, 16) not in await revoked_serials(http):
            assert in_time(time.monotonic() - started, 1.0), "a second has passed"
            await asyncio.sleep(0.02)
        await producer.close()
    said = await ask_openssl(base, pki, leaf)
    assert "leaf.pem: revoked" in said
    assert "Reason: cessationOfOperation" in said
    fact = await published_fact(running, subject_id)
    assert fact.reason == certificate_pb2.REVOCATION_REASON_CESSATION_OF_OPERATION


async def certificate_of(app: Any, serial: str) -> x509.Certificate:
    query = "SELECT certificate FROM certificate WHERE serial_number = $1"
    return x509.load_der_x509_certificate(await app.state.deps.pool.fetchval(query, serial))


def save(certificate: x509.Certificate, path: Path) -> Path:
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return path


async def ask_openssl(base: str, pki: Path, leaf: Path) -> str:
    asked = await asyncio.create_subprocess_exec(
        "openssl", "ocsp", "-sha256", "-issuer", str(pki / "issuing.cer.pem"),
        "-cert", str(leaf), "-url", f"{base}/pki/ocsp",
        "-CAfile", str(pki / "root.cer.pem"), "-verify_other", str(pki / "issuing.cer.pem"),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said = (await asked.communicate())[0].decode()
    assert asked.returncode == 0, said
    assert "Response verify OK" in said
    assert "nonce" not in said.lower(), "the nonce came back as it was sent"
    return said


async def consumer_joined(http: httpx.AsyncClient) -> None:
    """Wait until the consumer has its partitions: joining a group is not what is measured."""

    async def joined() -> bool:
        metrics = (await http.get("/metrics")).text
        return "clavis_consumer_last_progress_timestamp 0.0" not in metrics

    await until(joined, "a consumer that joined")


def renounced(subject_id: str) -> EventRecord:
    now = datetime.now(UTC)
    message = person_pb2.Renounced(subject_id=subject_id, version=2, occurred_at=now)
    return EventRecord.of(
        message, topic=PERSON_TOPIC, event_id=new_id(), key=subject_id, occurred_at=now, sequence=2
    )


async def revoked_serials(http: httpx.AsyncClient) -> list[int]:
    content = (await http.get("/pki/crl/issuing.crl")).content
    return [entry.serial_number for entry in x509.load_der_x509_crl(content)]


async def published_fact(app: Any, subject_id: str) -> Any:
    query = "SELECT payload FROM event_log WHERE key = $1 AND sequence = 2"
    await until(lambda: app.state.deps.pool.fetchval(query, subject_id), "the revocation")
    payload = await app.state.deps.pool.fetchval(query, subject_id)
    return certificate_pb2.CertificateRevoked.FromString(payload)


def test_a_key_of_another_authority_stops_the_start(
    make_settings: Callable[..., SigningSettings], pki: Path
) -> None:
    wrong = make_settings(issuing_ca_key_file=pki / "root.key.pem")
    with pytest.raises(KeyFileError, match=r"is not the key of issuing\.cer\.pem"):
        read_secrets(wrong)
    upside_down = make_settings(root_ca_cert_file=pki / "issuing.cer.pem")
    with pytest.raises(KeyFileError, match="was not issued by"):
        read_secrets(upside_down)
    missing = make_settings(pepper_key_file=pki / "none")
    with pytest.raises(KeyFileError, match="cannot read the key file none"):
        read_secrets(missing)
