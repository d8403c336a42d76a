"""Addresses that others name: judged as numbers, pinned, bounded in time and size."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from clavis_kit.outbound import (
    Allowed,
    FetchError,
    OutboundRefusedError,
    fetch_json,
    guarded_client,
    post_form,
)
from clavis_kit.outbound.rules import check_address, check_url
from hypothesis import given
from hypothesis import strategies as st

LOCAL = Allowed(loopback=True)
Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextlib.asynccontextmanager
async def served(handler: Handler) -> AsyncIterator[int]:
    """A raw server on loopback, so that answers can be as wrong as they like."""
    server = await asyncio.start_server(handler, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


def answering(answer: bytes) -> Handler:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
            await writer.drain()
        writer.close()

    return handle


def ok(body: bytes, headers: bytes = b"Content-Type: application/json\r\n") -> bytes:
    return b"HTTP/1.1 200 OK\r\nConnection: close\r\n" + headers + b"\r\n" + body


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.255.0.3", "0.0.0.1", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.9",
        "192.168.1.1", "100.64.0.1", "100.127.255.254", "169.254.1.1", "169.254.169.254",
        "168.63.129.16", "192.0.0.192", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.9",
        "192.88.99.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255",
        "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::a00:1",
        "64:ff9b:1::1", "2002:a00:1::1", "2001:0:53aa::1", "2001:db8::1", "3fff::1", "fc00::1",
        "fd00:ec2::254", "fe80::1", "fe80::1%lo", "fec0::1", "ff02::1", "100::1", "5f00::1",
    ],
)  # fmt: skip
def test_rfc6890_an_address_that_is_not_public_is_refused(address: str) -> None:
    with pytest.raises(OutboundRefusedError):
        check_address(address, "rp.example")


@pytest.mark.parametrize("address", ["8.8.8.8", "193.144.1.1", "2a00:1450:4003::1", "2600::1"])
def test_a_public_address_is_called(address: str) -> None:
    check_address(address, "rp.example")


@given(st.integers(0, 2**32 - 1), st.sampled_from(["::ffff:{}", "::{}", "64:ff9b::{}"]))
def test_no_ipv4_address_gets_in_dressed_as_ipv6(number: int, dress: str) -> None:
    with pytest.raises(OutboundRefusedError):
        check_address(dress.format(IPv4Address(number)), "rp.example")


@given(st.integers(0, 2**128 - 1))
def test_rfc4291_2_4_nothing_outside_global_unicast_is_called(number: int) -> None:
    address = IPv6Address(number)
    if address in ip_network("2000::/3"):
        return
    with pytest.raises(OutboundRefusedError):
        check_address(str(address), "rp.example")


def test_the_operator_opens_networks_but_never_metadata_nor_loopback() -> None:
    own = Allowed(networks=(ip_network("10.20.0.0/16"), ip_network("0.0.0.0/0")))
    check_address("10.20.3.4", "rp.internal", own)
    for never in ("169.254.169.254", "127.0.0.1", "100.100.100.200"):
        with pytest.raises(OutboundRefusedError):
            check_address(never, "rp.internal", own)


@pytest.mark.parametrize(
    "url",
    [
        "http://rp.example/x", "http://localhost/x", "ftp://rp.example", "file:///etc/passwd",
        "https://", "https:///x", "https://user@rp.example/", "https://rp.example@evil.example/",
        "https://rp.example\\@evil.example/", "https://rp.example:99999/", "https://[::1/",
        "https://[::1]/", "https://127.0.0.1/", "https://10.1.2.3:8443/", "//rp.example/x",
        "gopher://rp.example", "https://rp.example/\r\nHost: evil", "",
    ],
)  # fmt: skip
def test_an_address_that_is_not_plainly_https_elsewhere_is_refused(url: str) -> None:
    with pytest.raises(OutboundRefusedError):
        check_url(url)


def test_http_is_for_this_machine_where_a_demo_allows_it() -> None:
    check_url("http://localhost:8411/logout", LOCAL)
    check_url("https://rp.example/logout", LOCAL)
    for plain in ("http://rp.example/", "http://127.0.0.2/", "http://localhost.evil.example/"):
        with pytest.raises(OutboundRefusedError):
            check_url(plain, LOCAL)


@pytest.mark.parametrize(
    "spelled", ["127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0x7f.1", "localhost.", "[::1]"]
)
async def test_however_this_machine_is_spelled_it_is_not_called(spelled: str) -> None:
    async def reached(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        calls.append(spelled)
        writer.close()

    calls: list[str] = []
    async with served(reached) as port, guarded_client(Allowed()) as http:
        with pytest.raises(FetchError) as failed:
            await fetch_json(http, f"https://{spelled}:{port}/jwks")
    # Some resolvers do not know a spelling at all; none leads here.
    assert failed.value.reason in {"refused", "unreachable"}
    assert calls == []


async def test_a_name_is_asked_for_once_and_the_answer_that_was_judged_is_used() -> None:
    answers = [["93.184.215.14"], ["127.0.0.1"]]
    asked: list[str] = []

    async def turning(host: str, _: int) -> list[str]:
        asked.append(host)
        return answers[min(len(asked), len(answers)) - 1]

    connected: list[str] = []
    async with guarded_client(Allowed(), resolve=turning) as http:
        backend = http._transport._pool._network_backend  # type: ignore[attr-defined]

        async def connect(address: str, *_: object) -> None:
            connected.append(address)
            raise OutboundRefusedError("malformed")

        backend._inner.connect_tcp = connect
        with pytest.raises(FetchError):
            await fetch_json(http, "https://rp.example/jwks")
        assert (asked, connected) == (["rp.example"], ["93.184.215.14"])
        with pytest.raises(FetchError):
            await fetch_json(http, "https://rp.example/jwks")
    # The second answer was loopback: refused before anything was connected.
    assert connected == ["93.184.215.14"]


async def test_one_bad_answer_among_good_ones_refuses_the_name() -> None:
    async def mixed(_: str, __: int) -> list[str]:
        return ["93.184.215.14", "10.0.0.1"]

    async with guarded_client(Allowed(), resolve=mixed) as http:
        with pytest.raises(OutboundRefusedError):
            await http.get("https://rp.example/")


async def test_the_host_stays_the_name_while_the_connection_goes_to_the_number() -> None:
    seen: list[bytes] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(ok(b"{}"))
        await writer.drain()
        writer.close()

    async with served(handle) as port, guarded_client(LOCAL) as http:
        assert await fetch_json(http, f"http://localhost:{port}/x") == {}
    assert f"Host: localhost:{port}".encode() in seen[0]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"HTTP/1.1 302 Found\r\nLocation: http://localhost/\r\n\r\n", "status"),
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "status"),
        (ok(b"{}", b"Content-Type: text/html\r\n"), "content_type"),
        (ok(b"{}", b""), "content_type"),
        (ok(b"x", b"Content-Type: application/json\r\nContent-Encoding: gzip\r\n"), "content_type"),
        (ok(b"[" + b" " * 70_000 + b"]"), "too_large"),
        (ok(b'{"keys":[],"keys":[]}'), "not_json"),
        (ok(b"[" * 5000), "not_json"),
        (b"nonsense\r\n\r\n", "unreachable"),
        (b"", "unreachable"),
    ],
)
async def test_an_answer_that_is_not_a_small_json_document_is_none(
    answer: bytes, reason: str
) -> None:
    async with served(answering(answer)) as port, guarded_client(LOCAL) as http:
        with pytest.raises(FetchError) as failed:
            await fetch_json(http, f"http://localhost:{port}/jwks")
    assert failed.value.reason == reason


async def test_an_answer_that_never_ends_is_cut_off_by_size_and_by_time() -> None:
    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(ok(b""))
        with contextlib.suppress(ConnectionError):
            while True:
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.01)

    async with served(endless) as port, guarded_client(LOCAL) as http:
        url = f"http://localhost:{port}/jwks"
        with pytest.raises(FetchError, match="too_large"):
            await fetch_json(http, url, max_bytes=5)
        # Each byte comes in time, the whole never does.
        with pytest.raises(FetchError, match="timeout"):
            await fetch_json(http, url, total_seconds=0.1)


async def test_a_proxy_of_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bytes] = []

    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readline())
        writer.close()

    async with served(proxy) as port, served(answering(ok(b"{}"))) as target:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{port}")
        monkeypatch.setenv("NO_PROXY", "")
        async with guarded_client(LOCAL) as http:
            assert await fetch_json(http, f"http://localhost:{target}/") == {}
    assert asked == []


async def test_a_form_is_posted_and_the_answer_is_its_status_alone() -> None:
    refusal = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 9999999999\r\n\r\n"
    async with served(answering(refusal)) as port, guarded_client(LOCAL) as http:
        assert await post_form(http, f"http://localhost:{port}/", {"logout_token": "x"}) == 400


async def test_a_name_that_nobody_knows_is_unreachable() -> None:
    async def unknown(_: str, __: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    async with guarded_client(Allowed(), resolve=unknown) as http:
        with pytest.raises(FetchError, match="unreachable"):
            await fetch_json(http, "https://nowhere.example/")
