"""A load generator that costs little: HTTP/1.1 by hand over kept connections.

It shares the machine with what it measures, so a client library's own work must not be the figure.
Requests are complete bytes; answers are read by their Content-Length or chunk by chunk to the end.
"""

import asyncio
import base64
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

Request = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Run:
    """How many answers of the expected status came in how many seconds, and each one's wait."""

    waits: list[float]
    failed: int
    seconds: float


def get(url: str) -> bytes:
    """Spell a GET request."""
    parts = urlsplit(url)
    return f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode()


def post(url: str, form: dict[str, str], client_id: str, secret: str) -> bytes:
    """Spell a form sent with client_secret_basic."""
    parts = urlsplit(url)
    body = urlencode(form)
    basic = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    return (
        f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
        f"Authorization: Basic {basic}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


async def load(
    url: str, request: Request, *, count: int, connections: int = 8, expected: int = 200
) -> Run:
    """Send `count` requests over some connections, each as soon as the one before is answered."""
    parts = urlsplit(url)
    numbers = iter(range(count))
    waits: list[float] = []
    failed = 0

    async def worker() -> None:
        nonlocal failed
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        try:
            for number in numbers:
                asked = time.perf_counter()
                writer.write(request(number))
                failed += await _answer(reader) != expected
                waits.append(time.perf_counter() - asked)
        finally:
            writer.close()

    begun = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(connections)))
    return Run(waits, failed, time.perf_counter() - begun)


async def _answer(reader: asyncio.StreamReader) -> int:
    """Read one answer to its end and return its status."""
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head[9:12])
    lower = head.lower()
    at = lower.find(b"content-length:")
    if at >= 0:
        await reader.readexactly(int(lower[at + 15 : lower.index(b"\r\n", at)]))
    elif b"transfer-encoding: chunked" in lower:
        await _chunks(reader)
    return status


async def _chunks(reader: asyncio.StreamReader) -> None:
    while size := int(await reader.readline(), 16):
        await reader.readexactly(size + 2)
    await reader.readline()
