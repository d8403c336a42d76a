"""The TLS front: ends TLS before the gateway and tells it which client certificate was shown.

It has two doors. The page host asks nobody for a certificate: a browser that holds some would
bother its user with a choice at every page. The certificate host asks everybody and takes any, or
none. A web server refuses a certificate from an issuer it does not know during the handshake, and
the person sees a browser error; here the gateway refuses with a page that says why. The private key
behind the certificate is still proved: that is the handshake's own signature. Certificates travel
as RFC 9440 says; headers of the same name sent by a client are dropped. HTTP/1.1, TLS 1.2 or newer.
"""

import asyncio
import os
import signal
import ssl
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h11
import httpx
from OpenSSL import SSL

from dev.tls_channel import TlsChannel
from dev.tls_headers import forwarded_headers, response_headers

_MAX_BODY = 1 << 20
_IDLE_SECONDS = 30.0
_HANDSHAKE_SECONDS = 10.0
_MAX_CONNECTIONS = 200
_READ_SIZE = 64 * 1024
# RFC 9325 section 4.2, of TLS 1.2: forward secrecy and authenticated encryption only.
_CIPHERS = b"ECDHE+AESGCM:ECDHE+CHACHA20"
CERTIFICATE_PAGES = b"/cert/"


@dataclass(frozen=True, slots=True)
class Front:
    """What one door knows: where it stands, where it forwards, and the secret that proves it.

    ``certificate_host`` is the other door, to which a page host sends who must show a certificate;
    None on the certificate host itself.
    """

    origin_host: str
    upstream: httpx.AsyncClient
    terminator_secret: str
    context: SSL.Context
    slots: asyncio.Semaphore
    certificate_host: str | None = None


def server_context(certificate: Path, key: Path, *, asks: bool) -> SSL.Context:
    """Make one door's TLS. One that ``asks`` takes any client certificate, or none."""
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.set_min_proto_version(SSL.TLS1_2_VERSION)
    context.set_cipher_list(_CIPHERS)
    context.use_certificate_chain_file(str(certificate))
    context.use_privatekey_file(str(key))
    context.check_privatekey()
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    context.set_options(SSL.OP_NO_TICKET | ssl.OP_NO_RENEGOTIATION)
    context.set_alpn_select_callback(_select_http11)
    if asks:
        context.set_verify(SSL.VERIFY_PEER, lambda *_: True)
    return context


def _select_http11(_: SSL.Connection, offered: list[bytes]) -> Any:
    return b"http/1.1" if b"http/1.1" in offered else SSL.NO_OVERLAPPING_PROTOCOLS


async def handle(front: Front, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Serve one connection from handshake to close; faults of the peer end it silently."""
    if front.slots.locked():
        writer.close()
        return
    async with front.slots:
        channel = TlsChannel(front.context, reader, writer)
        try:
            async with asyncio.timeout(_HANDSHAKE_SECONDS):
                await channel.handshake()
            await _serve_requests(front, channel)
        except (TimeoutError, SSL.Error, ConnectionError, h11.RemoteProtocolError):
            pass
        finally:
            await channel.close()


async def _serve_requests(front: Front, channel: TlsChannel) -> None:
    http = h11.Connection(h11.SERVER)
    while True:
        request = await _next_request(http, channel)
        if request is None:
            return
        head, body, status = request
        response = httpx.Response(status) if status else await _respond(front, channel, head, body)
        await _answer(http, channel, response)
        if http.our_state is h11.MUST_CLOSE or http.their_state is not h11.DONE:
            return
        http.start_next_cycle()


async def _next_request(
    http: h11.Connection, channel: TlsChannel
) -> tuple[h11.Request, bytes, int] | None:
    """Read a whole request; the number is a status to refuse it with, 0 when it is fine."""
    head: h11.Request | None = None
    body = bytearray()
    while True:
        event = http.next_event()
        if event is h11.NEED_DATA:
            async with asyncio.timeout(_IDLE_SECONDS):
                http.receive_data(await channel.read(_READ_SIZE))
        elif isinstance(event, h11.Request):
            head = event
        elif isinstance(event, h11.Data):
            body += event.data
            if len(body) > _MAX_BODY and head is not None:
                return head, b"", 413
        elif isinstance(event, h11.EndOfMessage) and head is not None:
            return head, bytes(body), 0
        else:
            return None


async def _respond(
    front: Front, channel: TlsChannel, head: h11.Request, body: bytes
) -> httpx.Response:
    if front.certificate_host and head.target.startswith(CERTIFICATE_PAGES):
        # 307 keeps method and body (RFC 9110 section 15.4.8).
        place = f"https://{front.certificate_host}{head.target.decode('ascii')}"
        return httpx.Response(307, headers={"Location": place, "Cache-Control": "no-store"})
    return await _forward(front, channel, head, body)


async def _forward(
    front: Front, channel: TlsChannel, head: h11.Request, body: bytes
) -> httpx.Response:
    headers = forwarded_headers(
        head.headers.raw_items(),
        chain=channel.peer_chain(),
        client_address=channel.peer_address(),
        host=front.origin_host,
        secret=front.terminator_secret,
    )
    method = head.method.decode("ascii")
    try:
        return await front.upstream.request(
            method, head.target.decode("ascii"), headers=headers, content=body
        )
    except httpx.HTTPError:
        text = "The service behind this address is not answering. Try again in a moment.\n"
        return httpx.Response(503, headers={"Retry-After": "5"}, text=text)


async def _answer(http: h11.Connection, channel: TlsChannel, response: httpx.Response) -> None:
    content = response.content
    headers = response_headers(response.headers.raw, len(content), response.status_code)
    reason = response.reason_phrase.encode("ascii", "ignore")
    head = h11.Response(status_code=response.status_code, headers=headers, reason=reason)
    parts = [http.send(head)]
    if content:
        parts.append(http.send(h11.Data(data=content)))
    parts.append(http.send(h11.EndOfMessage()))
    async with asyncio.timeout(_IDLE_SECONDS):
        await channel.write(b"".join(part or b"" for part in parts))


async def serve(doors: Mapping[int, Front], host: str) -> None:
    """Listen at every door's port until SIGTERM or SIGINT, then close."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with AsyncExitStack() as open_things:
        for port, front in doors.items():
            await open_things.enter_async_context(await listen(front, host, port))
            open_things.push_async_callback(front.upstream.aclose)
        await stop.wait()


async def listen(front: Front, host: str, port: int) -> asyncio.Server:
    """Open one door."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await handle(front, reader, writer)

    return await asyncio.start_server(connected, host, port, limit=_READ_SIZE * 2)


def doors_from_environment() -> tuple[dict[int, Front], str]:
    """Read the settings CLAVIS_TLS_FRONT_*: all but HOST are required."""
    names = ("PORT", "CERTIFICATE_PORT", "UPSTREAM", "CERT_FILE", "KEY_FILE", "SECRET_FILE")
    setting = {name: os.environ[f"CLAVIS_TLS_FRONT_{name}"] for name in names}
    certificate_host = f"localhost:{setting['CERTIFICATE_PORT']}"

    def door(port: str, *, asks: bool) -> Front:
        files = Path(setting["CERT_FILE"]), Path(setting["KEY_FILE"])
        return Front(
            origin_host=f"localhost:{port}",
            upstream=httpx.AsyncClient(
                base_url=setting["UPSTREAM"], timeout=30, follow_redirects=False, trust_env=False
            ),
            terminator_secret=Path(setting["SECRET_FILE"]).read_text(encoding="ascii").strip(),
            context=server_context(*files, asks=asks),
            slots=asyncio.Semaphore(_MAX_CONNECTIONS),
            certificate_host=None if asks else certificate_host,
        )

    doors = {
        int(setting["PORT"]): door(setting["PORT"], asks=False),
        int(setting["CERTIFICATE_PORT"]): door(setting["CERTIFICATE_PORT"], asks=True),
    }
    return doors, os.environ.get("CLAVIS_TLS_FRONT_HOST", "127.0.0.1")


if __name__ == "__main__":
    asyncio.run(serve(*doors_from_environment()))
