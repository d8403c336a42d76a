"""The suite's back-channel logout endpoint: a real little HTTPS server."""

import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Empty, Queue
from typing import Self
from urllib.parse import parse_qs

_PATIENCE_SECONDS = 60


class LogoutReceiver:
    """Takes logout tokens at one address, and keeps how they came."""

    def __init__(self, port: int, certificate: Path, key: Path) -> None:
        """Use TLS 1.2 or newer with a certificate that the provider trusts."""
        received: Queue[dict[str, list[str]]] = Queue()
        self.received = received

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                assert self.headers["Content-Type"].startswith("application/x-www-form-urlencoded")
                received.put(parse_qs(body.decode(), strict_parsing=True))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(certificate, key)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def next(self) -> dict[str, list[str]]:
        """Wait for the next delivery. AssertionError when none comes."""
        try:
            return self.received.get(timeout=_PATIENCE_SECONDS)
        except Empty:
            raise AssertionError("no logout token came") from None
