"""Waking a device: the encryption of the standard, and where a message may never go."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from clavis_kit.clock import FrozenClock
from clavis_kit.ids import decode_base64url, encode_base64url
from clavis_pin.push.encryption import application_server_key, encrypt
from clavis_pin.push.port import PushOutcome
from clavis_pin.push.web_push import WebPush
from clavis_pin.rules.push_addresses import all_public, push_host
from clavis_pin.store.app_upkeep import Subscription
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwt
from joserfc.jwk import ECKey

from services.pin.tests.phone import Desk, Phone
from services.pin.tests.world import World

# RFC 8291 appendix A.
RECEIVER = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
SENDER_PRIVATE = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
MESSAGE = b"When I grow up, I want to be a watermelon"
ENCRYPTED = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS"
    "6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qu"
    "lcy4a-fN"
)


def subscription(endpoint: str = "https://push.example/one") -> Subscription:
    return Subscription("00000000-0000-0000-0000-000000000000", endpoint, RECEIVER, AUTH)


def test_the_encryption_is_that_of_the_standards_example() -> None:
    private = int.from_bytes(decode_base64url(SENDER_PRIVATE))
    sender = ec.derive_private_key(private, ec.SECP256R1())
    salt = decode_base64url(SALT)
    body = encrypt(MESSAGE, RECEIVER, AUTH, own_key=sender, salt=salt)
    assert encode_base64url(body) == ENCRYPTED


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://push.example/x",
        "https://push.example:8443/x",
        "https://user@push.example/x",
        "https:///x",
        "ftp://push.example/x",
        "https://push.example:x/",
        "https://[::1/x",
        "//push.example/x",
        "https://ñ.example/x",
        "https://push.example/" + "x" * 2048,
    ],
)
def test_an_endpoint_is_https_at_the_usual_port(endpoint: str) -> None:
    assert push_host(endpoint) is None


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "fe80::1", "fc00::1",  # noqa: S104 - addresses to be refused
        "::ffff:127.0.0.1", "2002:7f00:1::", "64:ff9b:1::1", "64:ff9b::7f00:1",
    ],
)  # fmt: skip
def test_a_message_never_goes_to_an_address_that_is_not_public(address: str) -> None:
    assert not all_public([address])
    assert not all_public(["192.0.66.2", address])


def test_public_addresses_are_admitted_and_none_is_not() -> None:
    assert all_public(["142.250.184.10", "2a00:1450:4003::200e"])
    assert not all_public([])


@dataclass
class PushService:
    """Somebody's push service over TLS."""

    port: int
    certificate: bytes
    status: int = 201
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


class AtPort(httpx.AsyncHTTPTransport):
    """Leads the usual port to the one where the test's server listens."""

    def __init__(self, port: int, context: ssl.SSLContext) -> None:
        super().__init__(verify=context)
        self._port = port

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(port=self._port)
        return await super().handle_async_request(request)


def certificate(directory: Path) -> tuple[Path, bytes]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "push.example")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("push.example")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    file = directory / "push.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file.write_bytes(pem + secret)
    return file, pem


@asynccontextmanager
async def push_service(directory: Path) -> AsyncIterator[PushService]:
    file, pem = certificate(directory)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    service = PushService(0, pem)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
        body = await reader.readexactly(int(headers["content-length"]))
        service.requests.append(({**headers, "line": head[0]}, body))
        writer.write(f"HTTP/1.1 {service.status} x\r\ncontent-length: 0\r\n\r\n".encode())
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    service.port = server.sockets[0].getsockname()[1]
    async with server:
        yield service


@asynccontextmanager
async def sender(
    service: PushService, clock: FrozenClock, key: ec.EllipticCurvePrivateKey, **options: Any
) -> AsyncIterator[WebPush]:
    context = ssl.create_default_context(cadata=service.certificate.decode())

    async def resolve(_: str) -> Sequence[str]:
        return ["127.0.0.1"]

    async with httpx.AsyncClient(transport=AtPort(service.port, context)) as http:
        choices = {"resolve": resolve, "admits": lambda _: True} | options
        yield WebPush(http, key, "mailto:ops@clavis.example", clock, **choices)


async def test_a_message_goes_over_tls_encrypted_and_with_our_name(
    tmp_path: Path, frozen_clock: FrozenClock
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    async with push_service(tmp_path) as service, sender(service, frozen_clock, key) as push:
        outcome = await push.send(subscription(), b'{"kind":"login"}', ttl_seconds=300)
    assert outcome is PushOutcome.SENT
    [(headers, body)] = service.requests
    assert headers["line"] == "POST /one HTTP/1.1"
    assert (headers["host"], headers["ttl"], headers["content-encoding"]) == (
        "push.example", "300", "aes128gcm",
    )  # fmt: skip
    assert b"login" not in body
    token, _, public = headers["authorization"].removeprefix("vapid t=").partition(", k=")
    del token
    assert public == application_server_key(key).lower()


async def test_the_vapid_token_is_for_that_push_service(frozen_clock: FrozenClock) -> None:
    from clavis_pin.push.encryption import vapid_header

    key = ec.generate_private_key(ec.SECP256R1())
    header = vapid_header(key, "https://push.example/a", "mailto:o@x.example", frozen_clock.now())
    token = header.removeprefix("vapid t=").partition(",")[0]
    claims = jwt.decode(token, ECKey.import_key(key), algorithms=["ES256"]).claims
    assert claims["aud"] == "https://push.example"
    assert claims["exp"] - frozen_clock.now().timestamp() <= 24 * 3600


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(404, PushOutcome.GONE), (410, PushOutcome.GONE), (302, PushOutcome.FAILED),
     (500, PushOutcome.FAILED), (429, PushOutcome.FAILED)],
)  # fmt: skip
async def test_what_the_push_service_says(
    tmp_path: Path, frozen_clock: FrozenClock, status: int, outcome: PushOutcome
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    async with push_service(tmp_path) as service, sender(service, frozen_clock, key) as push:
        service.status = status
        assert await push.send(subscription(), b"x", ttl_seconds=1) is outcome


async def test_a_name_that_leads_inside_is_never_called(
    tmp_path: Path, frozen_clock: FrozenClock
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    async with (
        push_service(tmp_path) as service,
        sender(service, frozen_clock, key, admits=all_public) as push,
    ):
        assert await push.send(subscription(), b"x", ttl_seconds=1) is PushOutcome.GONE
    assert service.requests == []


async def test_a_certificate_for_another_name_is_refused(
    tmp_path: Path, frozen_clock: FrozenClock
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    async with push_service(tmp_path) as service, sender(service, frozen_clock, key) as push:
        other = subscription("https://other.example/x")
        assert await push.send(other, b"x", ttl_seconds=1) is PushOutcome.FAILED
    assert service.requests == []


async def test_a_host_that_is_not_there_is_a_failure_not_an_error(
    frozen_clock: FrozenClock,
) -> None:
    async def nowhere(_: str) -> Sequence[str]:
        raise OSError("no such host")

    key = ec.generate_private_key(ec.SECP256R1())
    async with httpx.AsyncClient() as http:
        push = WebPush(http, key, "mailto:o@x.example", frozen_clock, resolve=nowhere)
        assert await push.send(subscription(), b"x", ttl_seconds=1) is PushOutcome.FAILED


def browser_subscription(endpoint: str) -> dict[str, Any]:
    return {"endpoint": endpoint, "keys": {"p256dh": RECEIVER, "auth": AUTH}}


async def test_a_login_by_number_wakes_the_device_and_a_dead_address_is_dropped(
    world: World, tmp_path: Path
) -> None:
    await world.enrol()
    phone = await Phone(world).enrol()
    document = browser_subscription("https://push.example/one")
    assert (await phone.call("POST", "/push-subscription", document)).status_code == 204
    assert (await phone.ok("GET", "/device"))["has_push"] is True
    key = ec.generate_private_key(ec.SECP256R1())
    async with push_service(tmp_path) as service, sender(service, world.clock, key) as push:
        object.__setattr__(world.deps.app, "push", push)
        service.status = 410
        await Desk(world).begin_by_number()
    assert len(service.requests) == 1
    assert (await phone.ok("GET", "/device"))["has_push"] is False


@pytest.mark.parametrize(
    "document",
    [
        browser_subscription("http://push.example/one"),
        browser_subscription("https://push.example:1/"),
        {"endpoint": "https://push.example/", "keys": {"p256dh": "AA", "auth": AUTH}},
        {"endpoint": "https://push.example/", "keys": {"p256dh": RECEIVER, "auth": "AA"}},
        {"endpoint": "https://push.example/", "keys": {"p256dh": RECEIVER, "auth": "ñ"}},
    ],
)
async def test_a_subscription_that_is_none_is_refused(
    world: World, document: dict[str, Any]
) -> None:
    await world.enrol()
    phone = await Phone(world).enrol()
    response = await phone.call("POST", "/push-subscription", document)
    assert (response.status_code, response.json()["code"]) == (422, "invalid-subscription")
