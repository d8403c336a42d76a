"""The world around one service: an SMS provider on loopback, and the callers' published keys."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Outside:
    """Takes messages while it accepts them, and publishes a key set under each caller's name."""

    def __init__(self) -> None:
        """Listen at a free port, in a thread of its own."""
        self.messages: list[dict[str, Any]] = []
        self.key_sets: dict[str, Any] = {}
        self.accepting = True
        outside = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(200, outside.key_sets[self.path.strip("/")])

            def do_POST(self) -> None:
                document = json.loads(self.rfile.read(int(self.headers["content-length"])))
                if outside.accepting:
                    outside.messages.append(document)
                self._answer(202 if outside.accepting else 503, {})

            def _answer(self, status: int, document: Any) -> None:
                body = json.dumps(document).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
