"""The backends of portal and console, and what is no HTTP at all."""

import socket
from collections.abc import Iterator

import httpx
import pytest
from clavis_testkit.running_demo import RunningDemo

from tests.bad_input.material import HOSTILE, SCRIPT, assert_safe

pytestmark = pytest.mark.slow
BACKENDS = {"portal": 5, "console": 6}
OWN = {"X-Clavis-CSRF": "1", "Sec-Fetch-Site": "same-origin"}
HTTP_OFFSETS = (0, 1, 2, 3, 4, 5, 6)


@pytest.fixture(params=BACKENDS.values(), ids=BACKENDS)
def backend(demo: RunningDemo, request: pytest.FixtureRequest) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=demo.url(request.param), timeout=60, trust_env=False) as client:
        yield client


@pytest.mark.parametrize(
    "path",
    [
        "/api/registry/internal/v1/claims",
        "/api/registry/citizen/v1/../../internal/v1/claims",
        "/api/registry/citizen/v1/%2e%2e/%2e%2e/internal/v1/claims",
        "/api/registry/citizen/v1/..%2f..%2finternal/v1/claims",
        "/api/registry/citizen/v1//internal/v1/claims",
        "/api/registry/metrics",
        "/api/pin/v1/pins",
        "/api/permanent/v1/logins",
        "/api/http://evil.example/",
        "/api//evil.example",
        "/api/%00",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_only_the_listed_apis_are_forwarded(backend: httpx.Client, method: str, path: str) -> None:
    url = httpx.URL(str(backend.base_url).rstrip("/"), raw_path=path.encode())
    answer = backend.request(method, url, headers=OWN)
    assert answer.status_code in {400, 401, 403, 404, 405}, answer.status_code
    assert_safe(answer, (method, path))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Clavis-CSRF": "1", "Sec-Fetch-Site": "cross-site"},
        {"X-Clavis-CSRF": "1", "Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "same-origin"},
    ],
)
@pytest.mark.parametrize("path", ["/bff/logout", "/api/registry/citizen/v1/renunciation"])
def test_what_another_site_sends_is_refused(
    backend: httpx.Client, path: str, headers: dict[str, str]
) -> None:
    answer = backend.post(path, headers=headers, json={"confirmed": True})
    assert answer.status_code in {401, 403, 404}, answer.status_code
    assert_safe(answer, path)


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/\\evil.example", "/\r\nX: y", SCRIPT]
)
def test_a_sign_in_leads_back_to_this_application_only(backend: httpx.Client, target: str) -> None:
    answer = backend.get("/bff/login", params={"return": target})
    assert_safe(answer, target)
    assert "evil.example" not in answer.headers.get("location", "")


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_text_where_the_provider_should_speak(backend: httpx.Client, kind: str) -> None:
    text = HOSTILE[kind][:3000]
    for name in ("code", "state", "iss", "error", "error_description"):
        answer = backend.get("/bff/callback", params={"state": "x", "code": "y"} | {name: text})
        assert_safe(answer, (name, kind))
        assert "evil" not in answer.headers.get("location", "")
    answer = backend.post("/bff/backchannel-logout", data={"logout_token": text})
    assert_safe(answer, kind)
    assert answer.status_code in {400, 422}
    assert_safe(backend.get("/bff/login", params={"acr": text}), kind)


GARBAGE = {
    "nothing": b"",
    "binary": bytes(range(256)) * 8,
    "TLS": bytes.fromhex("16030100c8010000c40303") + b"\x00" * 200,
    "half a request": b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Half",
    "no host": b"GET /health/live HTTP/1.1\r\n\r\n",
    "long line": b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "many headers": b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X-A: b\r\n" * 5000 + b"\r\n",
    "two lengths": b"POST /token HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n"
    b"Content-Length: 9\r\n\r\nabc",
    "length and chunks": b"POST /token HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n1\r\nZ\r\n0\r\n\r\n",
    "negative length": b"POST /token HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
    "bad chunks": b"POST /token HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZZ\r\n",
    "upgrade": b"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n",
    "absolute": b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    "connect": b"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n",
}


@pytest.mark.parametrize("kind", GARBAGE)
def test_what_is_no_request_harms_nobody(demo: RunningDemo, kind: str) -> None:
    for offset in HTTP_OFFSETS:
        answer = exchange(demo.base + offset, GARBAGE[kind])
        assert b"Traceback" not in answer
        assert b"500 Internal" not in answer, (offset, answer[:300])
        assert httpx.get(demo.url(offset) + "/health/live", timeout=60).status_code == 200


def exchange(port: int, content: bytes) -> bytes:
    """Send bytes, say that no more come, and read what comes back."""
    with socket.create_connection(("localhost", port), timeout=5) as connection:
        try:
            connection.sendall(content)
            connection.shutdown(socket.SHUT_WR)
            return connection.recv(65536)
        except OSError:
            return b""
