"""TLS over asyncio streams with pyOpenSSL and memory buffers.

The standard library's ssl module cannot finish a handshake with a client certificate whose issuer
it does not know; OpenSSL's verify callback can.
"""

import asyncio
from typing import Any

from cryptography import x509
from OpenSSL import SSL

_READ_SIZE = 64 * 1024
_CLOSE_SECONDS = 2.0
_MAX_CHAIN = 6


class TlsChannel:
    """One TLS connection, server side. Faults of the peer surface as SSL.Error."""

    def __init__(
        self, context: SSL.Context, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._tls = SSL.Connection(context)
        self._tls.set_accept_state()
        self._reader = reader
        self._writer = writer

    async def handshake(self) -> None:
        """Negotiate; ConnectionError when the peer leaves half-way."""
        await self._pump(self._tls.do_handshake)

    async def read(self, size: int) -> bytes:
        """Read decrypted bytes; empty at the end."""
        try:
            return bytes(await self._pump(self._tls.recv, size))
        except (SSL.ZeroReturnError, ConnectionError):
            return b""

    async def write(self, data: bytes) -> None:
        """Encrypt and send everything."""
        view = memoryview(data)
        while view:
            sent = await self._pump(self._tls.send, bytes(view[:_READ_SIZE]))
            view = view[sent:]

    async def close(self) -> None:
        """Say goodbye and close the socket, within two seconds."""
        try:
            async with asyncio.timeout(_CLOSE_SECONDS):
                self._tls.shutdown()
                await self._flush()
        except (SSL.Error, OSError, TimeoutError):
            pass
        self._writer.close()

    def peer_chain(self) -> list[x509.Certificate]:
        """Return what the client showed, its own certificate first; empty when it showed none."""
        shown = self._tls.get_peer_certificate()
        if shown is None:
            return []
        leaf = shown.to_cryptography()
        chain = [extra.to_cryptography() for extra in self._tls.get_peer_cert_chain() or []]
        return [leaf, *(extra for extra in chain[:_MAX_CHAIN] if extra != leaf)]

    def peer_address(self) -> str:
        """Return the client's network address."""
        name = self._writer.get_extra_info("peername")
        return str(name[0]) if name else "unknown"

    async def _pump(self, operation: Any, *arguments: Any) -> Any:
        while True:
            try:
                result = operation(*arguments)
            except SSL.WantReadError:
                await self._flush()
                await self._feed()
            else:
                await self._flush()
                return result

    async def _feed(self) -> None:
        data = await self._reader.read(_READ_SIZE)
        if not data:
            raise ConnectionError("the peer closed the connection")
        self._tls.bio_write(data)

    async def _flush(self) -> None:
        while True:
            try:
                data = self._tls.bio_read(_READ_SIZE)
            except SSL.WantReadError:
                break
            self._writer.write(data)
        await self._writer.drain()
