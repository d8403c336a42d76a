"""node-oidc-provider beside us: installed from its lock file, on a port and a core of its own."""

import os
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from clavis_testkit.launchers.process import free_port

from bench.processes import Process
from dev.assets import find_node

SOURCES = Path(__file__).parent / "peers" / "node_oidc_provider"
FILES = ("server.mjs", "package.json", "package-lock.json", ".npmrc")
START_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Peer:
    """A running provider and the secret of its clients `bench-jwt` and `bench-opaque`."""

    url: str
    secret: str
    process: Process


@contextmanager
def node_oidc_provider() -> Iterator[Peer]:
    """Start the peer and end it."""
    node = find_node()
    with tempfile.TemporaryDirectory(prefix="clavis-peer-") as name:
        for file in FILES:
            shutil.copy(SOURCES / file, name)
        path = f"{Path(node.npm[0]).parent}:{os.environ['PATH']}"
        environment = {**os.environ, "PATH": path, "NODE_ENV": "production"}
        install = [*node.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        subprocess.run(install, cwd=name, env=environment, check=True, capture_output=True)
        port, secret = free_port(), secrets.token_urlsafe(32)
        process = subprocess.Popen(
            [*node.node, "server.mjs"],
            cwd=name,
            env=environment | {"PORT": str(port), "CLIENT_SECRET": secret},
            stderr=subprocess.DEVNULL,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            _wait(url, process)
            yield Peer(url, secret, Process("node-oidc-provider", process.pid))
        finally:
            process.terminate()
            process.wait(10)


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx.get(f"{url}/.well-known/openid-configuration", timeout=1)
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("node-oidc-provider did not start")
