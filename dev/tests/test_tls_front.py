"""The TLS front against a real upstream, with real certificates and a real TLS client."""

import asyncio
import ssl
import warnings
from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from clavis_testkit.launchers.process import free_port
from clavis_testkit.pki import Entry, create_demo_pki
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from dev.tls_front import Front, listen, server_context

SECRET = "only-the-front-knows"


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("pki")
    create_demo_pki(directory, now=datetime.now(UTC))
    return directory


@pytest.fixture(scope="module")
def entries(pki: Path) -> dict[str, Entry]:
    return {entry.kind: entry for entry in create_demo_pki(pki, now=datetime.now(UTC))}


def _echo(request: httpx.Request) -> httpx.Response:
    """Answer with the headers that arrived, as the gateway would see them."""
    headers = [[name.decode(), value.decode()] for name, value in request.headers.raw]
    body = {
        "headers": headers,
        "path": request.url.raw_path.decode(),
        "length": len(request.content),
    }
    if request.url.path == "/moved":
        return httpx.Response(303, headers={"Location": "/there", "Set-Cookie": "a=b"})
    return httpx.Response(200, json=body)


@asynccontextmanager
async def _front(
    pki: Path,
    transport: httpx.AsyncBaseTransport | None = None,
    *,
    certificate_host: str | None = None,
) -> AsyncIterator[str]:
    """Open a certificate host; a page host when there is another for certificates."""
    port = free_port()
    front = Front(
        origin_host=f"localhost:{port}",
        upstream=httpx.AsyncClient(
            base_url="http://127.0.0.1:1", transport=transport or httpx.MockTransport(_echo)
        ),
        terminator_secret=SECRET,
        context=server_context(
            pki / "localhost.cer.pem", pki / "localhost.key.pem", asks=certificate_host is None
        ),
        slots=asyncio.Semaphore(20),
        certificate_host=certificate_host,
    )
    async with await listen(front, "127.0.0.1", port), front.upstream:
        yield f"https://localhost:{port}"


def _client(pki: Path, entry: Entry | None = None) -> httpx.AsyncClient:
    context = ssl.create_default_context(cafile=pki / "trust.pem")
    if entry is not None:
        context.load_cert_chain(pki / entry.file, pki / entry.key_file)
    return httpx.AsyncClient(verify=context, trust_env=False, timeout=10)


def _named(answer: httpx.Response, name: str) -> list[str]:
    return [value for header, value in answer.json()["headers"] if header.lower() == name]


async def test_without_a_certificate_the_request_passes_and_says_so(pki: Path) -> None:
    async with _front(pki) as address, _client(pki) as client:
        answer = await client.get(f"{address}/cert/1?x=%20y", headers={"Accept-Language": "eu"})
    assert answer.json()["path"] == "/cert/1?x=%20y"
    assert _named(answer, "client-cert") == []
    assert _named(answer, "clavis-terminator-secret") == [SECRET]
    assert _named(answer, "x-forwarded-proto") == ["https"]
    assert _named(answer, "accept-language") == ["eu"]


# RFC 9440 section 2.1: the certificate is a structured field byte sequence of its DER.
@pytest.mark.parametrize("kind", ["fnmt", "expired", "revoked", "unknown_issuer"])
async def test_any_certificate_reaches_the_gateway(
    pki: Path, entries: dict[str, Entry], kind: str
) -> None:
    entry = entries[kind]
    async with _front(pki) as address, _client(pki, entry) as client:
        (value,) = _named(await client.get(address), "client-cert")
    assert value[0] == value[-1] == ":"
    expected = x509.load_pem_x509_certificate((pki / entry.file).read_bytes())
    assert b64decode(value[1:-1]) == expected.public_bytes(Encoding.DER)


async def test_the_page_host_asks_nobody_for_a_certificate(
    pki: Path, entries: dict[str, Entry]
) -> None:
    async with (
        _front(pki, certificate_host="other:8444") as address,
        _client(pki, entries["fnmt"]) as client,
    ):
        answer = await client.get(f"{address}/login/1")
    assert _named(answer, "client-cert") == []
    assert _named(answer, "clavis-terminator-secret") == [SECRET]


async def test_the_page_host_sends_certificate_pages_to_the_certificate_host(pki: Path) -> None:
    async with (
        _front(pki, certificate_host="other:8444") as address,
        _client(pki) as client,
    ):
        answer = await client.post(f"{address}/cert/1?handoff=x", content=b"a=b")
    assert answer.status_code == 307
    assert answer.headers["location"] == "https://other:8444/cert/1?handoff=x"


# RFC 9325 section 4.1: in TLS 1.2 nothing without forward secrecy and authenticated encryption.
async def test_weak_ciphers_are_refused(pki: Path) -> None:
    context = ssl.create_default_context(cafile=pki / "trust.pem")
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ECDHE-ECDSA-AES128-SHA:AES128-SHA:AES128-GCM-SHA256")
    async with _front(pki) as address, httpx.AsyncClient(verify=context, trust_env=False) as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(address)


# RFC 9440 section 4: a terminator removes what a client says in its place.
@pytest.mark.parametrize(
    "name",
    [
        "Client-Cert",
        "client_cert",
        "Client-Cert-Chain",
        "Clavis-Terminator-Secret",
        "X-Forwarded-For",
        "X-Forwarded-Anything",
        "Forwarded",
    ],
)
async def test_a_client_cannot_speak_for_the_front(pki: Path, name: str) -> None:
    async with _front(pki) as address, _client(pki) as client:
        answer = await client.get(address, headers={name: "forged"})
    assert "forged" not in answer.text


async def test_answers_come_back_whole(pki: Path) -> None:
    async with _front(pki) as address, _client(pki) as client:
        answer = await client.get(f"{address}/moved")
    assert (answer.status_code, answer.headers["location"]) == (303, "/there")
    assert answer.headers["set-cookie"] == "a=b"


async def test_one_connection_serves_several_requests(pki: Path) -> None:
    async with _front(pki) as address, _client(pki) as client:
        for size in (0, 10, 200_000):
            answer = await client.post(address, content=b"x" * size)
            assert answer.json()["length"] == size


async def test_a_body_over_the_limit_is_refused(pki: Path) -> None:
    async with _front(pki) as address, _client(pki) as client:
        with suppress(httpx.WriteError):
            answer = await client.post(address, content=b"x" * (2 << 20))
            assert answer.status_code == 413


async def test_a_gateway_that_is_down_gives_503(pki: Path) -> None:
    def refuse(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("down")

    async with _front(pki, httpx.MockTransport(refuse)) as address, _client(pki) as client:
        answer = await client.get(address)
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"


async def test_old_tls_is_refused(pki: Path) -> None:
    context = ssl.create_default_context(cafile=pki / "trust.pem")
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    async with _front(pki) as address, httpx.AsyncClient(verify=context, trust_env=False) as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(address)


@pytest.mark.parametrize("noise", [b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\xff\xff", b""])
async def test_what_is_no_tls_ends_the_connection_and_nothing_else(pki: Path, noise: bytes) -> None:
    async with _front(pki) as address, _client(pki) as client:
        port = httpx.URL(address).port
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(noise)
        writer.write_eof()
        await reader.read()
        writer.close()
        assert (await client.get(address)).status_code == 200
