"""Two more gateways beside a running demo's, and a balancer that sends requests to those ready.

What a rollout does to an instance is done here by hand: it gets no more new connections, ends what
it has begun, and comes back as a new process. The demo's own gateway takes no part in it.
"""

import itertools
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil
from clavis_testkit.form_citizen import FormCitizen
from clavis_testkit.launchers.process import free_port
from clavis_testkit.running_demo import ROOT, RunningDemo

READY_SECONDS = 180.0
STOP_SECONDS = 120.0
_TICK_SECONDS = 0.05
_LISTEN = "0A"


@dataclass
class Instance:
    """One gateway: where it listens, its process, and whether it may be given new requests."""

    port: int
    log: Path
    environment: dict[str, str]
    open: bool = False
    process: "subprocess.Popen[bytes] | None" = None
    coming: int = 0
    """Requests that were given to it and have not reached its port."""

    def start(self) -> None:
        """Start it and return when it is ready for requests."""
        with self.log.open("ab") as lines:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "clavis_gateway", "serve"],
                cwd=ROOT,
                env=self.environment | {"CLAVIS_GATEWAY_PORT": str(self.port)},
                stdout=lines,
                stderr=lines,
            )
        deadline = time.monotonic() + READY_SECONDS
        while not self._ready():
            assert self.process.poll() is None, self.log.read_text(errors="replace")[-2000:]
            assert time.monotonic() < deadline, "the gateway did not become ready"
            time.sleep(_TICK_SECONDS)
        self.open = True

    def _ready(self) -> bool:
        try:
            answer = httpx.get(f"http://127.0.0.1:{self.port}/health/ready", timeout=2)
        except httpx.HTTPError:
            return False
        return answer.is_success

    def stop(self) -> int:
        """Give it nothing new, ask it to end, and return its exit code."""
        self.open = False
        if self.process is None:
            return 0
        # What was given to it a moment ago arrives, and is taken, before it stops to listen.
        time.sleep(_TICK_SECONDS)
        while self.coming or waiting_at(self.port):
            time.sleep(_TICK_SECONDS)
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(STOP_SECONDS)
        self.process = None
        return code


def waiting_at(port: int) -> int:
    """Count the connections that wait to be taken at a port; known on Linux only."""
    try:
        lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    except OSError:
        return 0
    rows = (line.split() for line in lines)
    place = f"0100007F:{port:04X}"  # 127.0.0.1, see proc_net_tcp(5)
    return sum(
        int(row[4].partition(":")[2], 16) for row in rows if row[1] == place and row[3] == _LISTEN
    )


@dataclass
class Rollout:
    """The instances, in turn."""

    instances: list[Instance]
    _turns: "itertools.count[int]" = field(default_factory=itertools.count)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def choose(self) -> Instance:
        """Name the instance that gets the next request, which is on its way from now on."""
        with self._lock:
            ready = [instance for instance in self.instances if instance.open]
            chosen = ready[next(self._turns) % len(ready)]
            chosen.coming += 1
            return chosen

    def arrived(self, instance: Instance) -> None:
        """Note that a request has reached the instance's port, or never will."""
        with self._lock:
            instance.coming -= 1

    def restart_each(self) -> Iterator[Instance]:
        """Restart one instance after the other; yield after each."""
        for instance in self.instances:
            code = instance.stop()
            assert code in (0, -signal.SIGTERM), instance.log.read_text(errors="replace")[-2000:]
            instance.start()
            yield instance


class Balancer(httpx.BaseTransport):
    """Sends what is meant for the issuer to an instance; a connection for each request."""

    def __init__(self, rollout: Rollout, issuer: httpx.URL, outside: httpx.BaseTransport) -> None:
        self._rollout = rollout
        self._issuer = issuer
        self._outside = outside
        self._inside = httpx.HTTPTransport(limits=httpx.Limits(max_keepalive_connections=0))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if (request.url.host, request.url.port) != (self._issuer.host, self._issuer.port):
            return self._outside.handle_request(request)
        # The Host header stays that of the issuer.
        chosen = self._rollout.choose()
        request.url = request.url.copy_with(host="127.0.0.1", port=chosen.port)

        def follow(event: str, _: dict[str, Any]) -> None:
            if event in {"connection.connect_tcp.complete", "connection.connect_tcp.failed"}:
                self._rollout.arrived(chosen)

        request.extensions = {**request.extensions, "trace": follow}
        return self._inside.handle_request(request)

    def close(self) -> None:
        self._inside.close()
        self._outside.close()


class BalancedCitizen(FormCitizen):
    """A citizen whose browser reaches the issuer through the balancer."""

    def __init__(self, demo: RunningDemo, person: dict[str, Any], rollout: Rollout) -> None:
        super().__init__(demo, person)
        self._http = balanced(demo, rollout)


def balanced(demo: RunningDemo, rollout: Rollout) -> httpx.Client:
    """Make an HTTP client that reaches the issuer through the balancer."""
    balancer = Balancer(rollout, httpx.URL(demo.issuer), httpx.HTTPTransport())
    return httpx.Client(transport=balancer, timeout=60, trust_env=False)


@contextmanager
def two_gateways(demo: RunningDemo, directory: Path) -> Iterator[Rollout]:
    """Run two gateways with the settings of the demo's own."""
    environment = _environment(demo)
    rollout = Rollout([Instance(free_port(), directory / f"{n}.log", environment) for n in "ab"])
    try:
        for instance in rollout.instances:
            instance.start()
        yield rollout
    finally:
        for instance in rollout.instances:
            instance.stop()


def _environment(demo: RunningDemo) -> dict[str, str]:
    for entry in json.loads((demo.directory / "run.json").read_text())[1:]:
        process = psutil.Process(entry["pid"])
        if process.cmdline()[-2:] == ["clavis_gateway", "serve"]:
            return {**os.environ, **process.environ()}
    raise LookupError("the demo has no gateway")
