"""Relying parties of other people's making, registered with the running demo."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
from clavis_testkit import newcomers
from clavis_testkit.launchers.process import free_port
from clavis_testkit.require import need
from clavis_testkit.running_demo import ROOT, RunningDemo
from joserfc.jwk import ECKey

from dev.assets import find_node

EXAMPLES = ROOT / "docs" / "relying-parties"
START_SECONDS = 180.0
STOP_SECONDS = 60.0
Register = Callable[[dict[str, Any]], dict[str, str]]
StartNode = Callable[..., str]


@pytest.fixture(scope="session")
def regulars(demo: RunningDemo) -> Iterator[dict[str, Any]]:
    """People with a permanent password, in turn: of the codes by SMS each gets five an hour."""
    people = [newcomers.newcomer() for _ in range(3)]
    newcomers.enrol(demo, people)
    for person in people:
        newcomers.activate_password(demo, person)
    return cycle(people)


@pytest.fixture
def regular(regulars: Iterator[dict[str, Any]]) -> dict[str, Any]:
    """One of them."""
    return next(regulars)


@pytest.fixture(scope="session")
def register(demo: RunningDemo, tmp_path_factory: pytest.TempPathFactory) -> Register:
    """Register a client as `make client` does; return what it printed."""

    def run(metadata: dict[str, Any]) -> dict[str, str]:
        file = tmp_path_factory.mktemp("client") / "client.json"
        file.write_text(json.dumps(metadata))
        done = subprocess.run(
            [sys.executable, "-m", "dev.client", str(file)],
            cwd=ROOT,
            env={**os.environ, "DEMO_PORT_BASE": str(demo.base), "DEMO_DIR": str(demo.directory)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return dict(re.findall(r"(client_id|client_secret)\W+?([\w.~-]+)", done.stdout))

    return run


def wait_until_up(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, "the relying party did not start"
        try:
            httpx.get(url, timeout=10)
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"{url} did not answer")


def metadata(port: int, **more: Any) -> dict[str, Any]:
    return {
        "client_name": "Example service",
        "redirect_uris": [f"http://localhost:{port}/callback"],
        "post_logout_redirect_uris": [f"http://localhost:{port}/"],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "scope": "openid profile offline_access",
        "sso_allowed": True,
        **more,
    }


@pytest.fixture(scope="session")
def fastapi_service(demo: RunningDemo, register: Register) -> Iterator[str]:
    """The FastAPI example of the quick start, as it stands."""
    port = free_port()
    client = register(
        metadata(port, token_endpoint_auth_method="client_secret_basic", profile="basic")
    )
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "uvicorn", "app:app", "--port", str(port)],
        cwd=EXAMPLES / "fastapi",
        env={
            **os.environ,
            "ISSUER": demo.issuer,
            "CLIENT_ID": client["client_id"],
            "CLIENT_SECRET": client["client_secret"],
        },
    )
    try:
        url = f"http://localhost:{port}"
        wait_until_up(f"{url}/openapi.json", process)
        yield url
    finally:
        process.terminate()
        process.wait(STOP_SECONDS)


def installed(sources: Path, folder: Path, why: str) -> Path:
    """Copy a Node example and install what its lock says."""
    need("node", why)
    node = find_node()
    shutil.copytree(
        sources, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("node_modules")
    )
    subprocess.run(
        [*node.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=folder,
        env={**os.environ, "PATH": f"{Path(node.npm[0]).parent}:{os.environ['PATH']}"},
        check=True,
        capture_output=True,
    )
    return folder


@pytest.fixture(scope="session")
def start_node(demo: RunningDemo) -> Iterator[StartNode]:
    """Start a Node example for a client; return its address."""
    running: list[subprocess.Popen[bytes]] = []

    def start(folder: Path, port: int, **environment: str) -> str:
        process = subprocess.Popen(
            [*find_node().node, "app.mjs"],
            cwd=folder,
            env={**os.environ, "ISSUER": demo.issuer, "PORT": str(port), **environment},
        )
        running.append(process)
        url = f"http://localhost:{port}"
        wait_until_up(f"{url}/logout", process)
        return url

    yield start
    for process in running:
        process.terminate()
        process.wait(STOP_SECONDS)


@pytest.fixture(scope="session")
def openid_client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Node example of the quick start, as it stands."""
    return installed(EXAMPLES / "node", tmp_path_factory.mktemp("node"), "runs openid-client")


@pytest.fixture(scope="session")
def node_service(register: Register, start_node: StartNode, openid_client: Path) -> str:
    """openid-client with a secret: OpenID Connect Basic."""
    port = free_port()
    client = register(
        metadata(port, token_endpoint_auth_method="client_secret_basic", profile="basic")
    )
    return start_node(
        openid_client, port, CLIENT_ID=client["client_id"], CLIENT_SECRET=client["client_secret"]
    )


@pytest.fixture(scope="session")
def start_fapi(
    register: Register, start_node: StartNode, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., str]:
    """Start a Node example as a client with a key: FAPI 2.0."""

    def start(folder: Path, more: dict[str, Any] | None = None, **environment: str) -> str:
        port = free_port()
        key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
        file = tmp_path_factory.mktemp("key") / "jwks.json"
        file.write_text(json.dumps({"keys": [key.as_dict(private=True)]}))
        described = metadata(
            port,
            token_endpoint_auth_method="private_key_jwt",
            dpop_bound_access_tokens=True,
            jwks={"keys": [key.as_dict(private=False)]},
            profile="fapi2",
            **(more or {}),
        )
        client_id = register(described)["client_id"]
        return start_node(
            folder, port, CLIENT_ID=client_id, CLIENT_JWKS_FILE=str(file), **environment
        )

    return start


@pytest.fixture(scope="session")
def fapi_service(start_fapi: Callable[..., str], openid_client: Path) -> str:
    """openid-client with PAR, private_key_jwt and DPoP."""
    return start_fapi(openid_client)


@pytest.fixture(scope="session")
def signing_service(start_fapi: Callable[..., str], openid_client: Path) -> str:
    """openid-client that signs its requests and is answered signed (JAR, JARM)."""
    more = {
        "require_signed_request_object": True,
        "request_object_signing_alg": "ES256",
        "authorization_signed_response_alg": "ES256",
    }
    return start_fapi(openid_client, more, SIGNED="1")


@pytest.fixture(scope="session")
def oauth4webapi_service(
    start_fapi: Callable[..., str], tmp_path_factory: pytest.TempPathFactory
) -> str:
    """oauth4webapi with PAR, private_key_jwt and DPoP."""
    sources = Path(__file__).parent / "oauth4webapi"
    return start_fapi(installed(sources, tmp_path_factory.mktemp("low"), "runs oauth4webapi"))


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *_: Any) -> None:  # noqa: A002  the library's name
        """Print nothing."""


@pytest.fixture(scope="session")
def browser_service(
    demo: RunningDemo, register: Register, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The example that lives in the browser alone, served as files; oidc-client-ts."""
    folder = installed(EXAMPLES / "spa", tmp_path_factory.mktemp("spa"), "installs oidc-client-ts")
    server = ThreadingHTTPServer(("localhost", 0), partial(_Quiet, directory=str(folder)))
    address = f"http://localhost:{server.server_port}"
    page = f"{address}/index.html"
    client = register(
        metadata(
            server.server_port,
            redirect_uris=[page],
            post_logout_redirect_uris=[page],
            token_endpoint_auth_method="none",
            profile="basic",
        )
    )
    settings = {"issuer": demo.issuer, "client_id": client["client_id"]}
    (folder / "settings.json").write_text(json.dumps(settings))
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield page
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
