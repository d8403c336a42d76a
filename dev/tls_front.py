"""The TLS front: ends TLS before the gateway and tells it which client certificate was shown.

A web server refuses a certificate from an issuer it does not know during the handshake, and the
person sees a browser error. Here the handshake accepts whatever is offered, so that the gateway can
refuse with a page that says why. The private key behind the certificate is still proved: that is
the handshake's own signature. Certificates travel as RFC 9440 says; headers of the same name sent
by a client are dropped. HTTP/1.1, TLS 1.2 or newer.
"""

import asyncio
import os
import signal
import ssl
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


@dataclass(frozen=True, slots=True)
class Front:
    """What the front knows: where it stands, where it forwards, and the secret that proves it."""

    origin_host: str
    upstream: httpx.AsyncClient
    terminator_secret: str
    context: SSL.Context
    slots: asyncio.Semaphore


def server_context(certificate: Path, key: Path) -> SSL.Context:
    """Ask every client for a certificate and take any, or none: the gateway judges it."""
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.set_min_proto_version(SSL.TLS1_2_VERSION)
    context.use_certificate_chain_file(str(certificate))
    context.use_privatekey_file(str(key))
    context.check_privatekey()
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    context.set_options(SSL.OP_NO_TICKET | ssl.OP_NO_RENEGOTIATION)
    context.set_alpn_select_callback(_select_http11)
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
        response = httpx.Response(status) if status else await _forward(front, channel, head, body)
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


async def serve(front: Front, host: str, port: int) -> None:
    """Listen until SIGTERM or SIGINT, then close."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await handle(front, reader, writer)

    server = await asyncio.start_server(connected, host, port, limit=_READ_SIZE * 2)
    async with server, front.upstream:
        await stop.wait()


def front_from_environment() -> tuple[Front, str, int]:
    """Read the settings CLAVIS_TLS_FRONT_*: all but HOST are required."""
    setting = {
        name: os.environ[f"CLAVIS_TLS_FRONT_{name}"]
        for name in ("PORT", "UPSTREAM", "CERT_FILE", "KEY_FILE", "SECRET_FILE")
    }
    upstream = httpx.AsyncClient(
        base_url=setting["UPSTREAM"], timeout=30, follow_redirects=False, trust_env=False
    )
    front = Front(
        origin_host=f"localhost:{setting['PORT']}",
        upstream=upstream,
        terminator_secret=Path(setting["SECRET_FILE"]).read_text(encoding="ascii").strip(),
        context=server_context(Path(setting["CERT_FILE"]), Path(setting["KEY_FILE"])),
        slots=asyncio.Semaphore(_MAX_CONNECTIONS),
    )
    host = os.environ.get("CLAVIS_TLS_FRONT_HOST", "127.0.0.1")
    return front, host, int(setting["PORT"])


if __name__ == "__main__":
    asyncio.run(serve(*front_from_environment()))
