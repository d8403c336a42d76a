"""``python -m bench.provider``: the OpenID provider beside node-oidc-provider, on the same core.

Both answer the same questions in one run, in turns, each held to the last core while the load and
the database have the other ones: client credentials with ES256 JWTs (our state in PostgreSQL, the
peer's in memory), discovery, introspection of opaque tokens. Then whole logins by PIN through the
pages, counted in processor time of the gateway and the PIN service together; and how long the
gateway's event loop ever waited while all that went on.
"""

import asyncio
import json
import os
import re
import statistics
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import psutil
from clavis_testkit import newcomers
from clavis_testkit.code_flow import CodeFlow
from clavis_testkit.form_citizen import FormCitizen
from clavis_testkit.running_demo import RunningDemo

from bench import wire
from bench.__main__ import RESULTS, running_demo
from bench.load import quantile
from bench.peer import Peer, node_oidc_provider
from bench.processes import Process, machine, parts
from dev.client import register
from dev.layout import Layout

ROUNDS, COUNT, CONNECTIONS = 3, 3000, 8
LOGINS, AT_A_TIME = 48, 4
STALL_SECONDS = "0.01"
TARGETS = {"client credentials": 2.0, "discovery": 3.0}
Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two providers as one question sees it."""

    url: str
    request: bytes
    server: Process

    async def run(self) -> Document:
        """Ask `COUNT` times and return what it took."""
        spent = self.server.cpu_seconds()
        run = await wire.load(
            self.url, lambda _: self.request, count=COUNT, connections=CONNECTIONS
        )
        spent = self.server.cpu_seconds() - spent
        if run.failed:
            raise RuntimeError(f"{run.failed} of {COUNT} answers of {self.url} were wrong")
        ordered = sorted(run.waits)
        return {
            "per_second": COUNT / run.seconds,
            "per_second_of_a_core": COUNT / spent,
            "p50_ms": quantile(ordered, 0.5) * 1000,
            "p99_ms": quantile(ordered, 0.99) * 1000,
        }


def ours(demo: RunningDemo, server: Process) -> dict[str, Side]:
    """Register two clients and make the requests."""
    jwt = _client(demo, "bench-jwt", audiences=["bench-api"])
    opaque = _client(demo, "bench-opaque")
    token = _token(f"{demo.issuer}/token", *opaque)
    return _sides(demo.issuer, server, jwt, opaque, token, {"introspection": "/introspect"})


def theirs(peer: Peer) -> dict[str, Side]:
    """Make the peer's requests."""
    jwt, opaque = ("bench-jwt", peer.secret), ("bench-opaque", peer.secret)
    token = _token(f"{peer.url}/token", *opaque)
    paths = {"introspection": "/token/introspection"}
    return _sides(peer.url, peer.process, jwt, opaque, token, paths)


def _sides(
    url: str,
    server: Process,
    jwt: tuple[str, str],
    opaque: tuple[str, str],
    token: str,
    paths: dict[str, str],
) -> dict[str, Side]:
    grant = {"grant_type": "client_credentials", "scope": "api"}
    discovery = f"{url}/.well-known/openid-configuration"
    introspection = wire.post(url + paths["introspection"], {"token": token}, *opaque)
    requests = {
        "client credentials": wire.post(f"{url}/token", grant, *jwt),
        "discovery": wire.get(discovery),
        "introspection": introspection,
    }
    return {name: Side(url, request, server) for name, request in requests.items()}


def _client(demo: RunningDemo, client_id: str, **more: Any) -> tuple[str, str]:
    described = {
        "client_id": client_id,
        "client_name": "Bench",
        "profile": "basic",
        "grant_types": ["client_credentials"],
        "response_types": [],
        "scope": "api",
        "token_endpoint_auth_method": "client_secret_basic",
        **more,
    }
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(described, file)
        file.flush()
        said = register(Layout(demo.base, demo.directory), Path(file.name))
    found = dict(re.findall(r"(client_id|client_secret)\W+?([\w.~-]+)", said))
    return found["client_id"], found["client_secret"]


def _token(url: str, client_id: str, secret: str) -> str:
    form = {"grant_type": "client_credentials", "scope": "api"}
    answer = httpx.post(url, data=form, auth=(client_id, secret), timeout=10)
    answer.raise_for_status()
    return str(answer.json()["access_token"])


async def side_by_side(us: dict[str, Side], them: dict[str, Side]) -> Document:
    """Ask both in turns; the medians of the rounds are compared."""
    found: Document = {}
    for name, our in us.items():
        their = them[name]
        await our.run(), await their.run()  # both warm
        rounds = [(await our.run(), await their.run()) for _ in range(ROUNDS)]
        mine = _median([mine for mine, _ in rounds])
        other = _median([other for _, other in rounds])
        ratio = mine["per_second_of_a_core"] / other["per_second_of_a_core"]
        found[name] = {"clavis": mine, "node-oidc-provider": other, "ratio": round(ratio, 2)}
        if name in TARGETS:
            found[name]["target"] = TARGETS[name]
    return found


def _median(runs: list[Document]) -> Document:
    return {name: round(statistics.median(run[name] for run in runs), 2) for name in runs[0]}


def pin_logins(demo: RunningDemo, processes: dict[str, Process]) -> Document:
    """Log people in by PIN, each through all pages to the claims, some at a time."""
    people = [newcomers.newcomer("basic") for _ in range(LOGINS)]
    newcomers.enrol(demo, people)
    involved = [processes["gateway"], processes["pin"]]
    with ThreadPoolExecutor(AT_A_TIME) as threads:
        log_in = _login(demo)
        list(threads.map(log_in, people[:AT_A_TIME]))
        before = [process.cpu_seconds() for process in involved]
        list(threads.map(log_in, people[AT_A_TIME:]))
    spent = [p.cpu_seconds() - b for p, b in zip(involved, before, strict=True)]
    logins = LOGINS - AT_A_TIME
    return {
        "logins": logins,
        "cpu_ms": {p.name: round(s / logins * 1000, 2)
                   for p, s in zip(involved, spent, strict=True)},
        "per_second_of_a_core": round(logins / sum(spent), 1),
        "target": 60,
    }  # fmt: skip


def _login(demo: RunningDemo) -> Callable[[dict[str, Any]], None]:
    web = CodeFlow(demo, "demo-web")

    def log_in(person: dict[str, Any]) -> None:
        with FormCitizen(demo, person) as citizen:
            web.begin(citizen, scope="openid profile")
            citizen.enter_with_pin()
            tokens = web.collect(citizen)
        web.userinfo(tokens["access_token"]).raise_for_status()

    return log_in


def stalls(demo: RunningDemo) -> dict[str, float]:
    """Read how many samples of the gateway's loop there were and how many came late."""
    text = httpx.get(f"{demo.issuer}/metrics", timeout=10).text
    counted = dict(re.findall(r'clavis_loop_lag_seconds_bucket\{le="([^"]+)"\} ([\d.]+)', text))
    everything = float(counted["+Inf"])
    return {"samples": everything, "over_10_ms": everything - float(counted[STALL_SECONDS])}


def hold(processes: dict[str, Process], peer: Peer) -> None:
    """Give the last core to the two providers and the others to everything else."""
    cores = list(range(psutil.cpu_count() or 1))
    measured = {processes["gateway"].pid, peer.process.pid}
    for family in psutil.Process().children(recursive=True):
        family.cpu_affinity(cores[-1:] if family.pid in measured else cores[:-1] or cores)


def measure(demo: RunningDemo) -> Document:
    """Return all figures."""
    processes = parts(demo)
    with node_oidc_provider() as peer:
        hold(processes, peer)
        before = stalls(demo)
        us, them = ours(demo, processes["gateway"]), theirs(peer)
        found = asyncio.run(side_by_side(us, them))
        logins = pin_logins(demo, processes)
        after = stalls(demo)
    lag = {name: after[name] - before[name] for name in after}
    return {"side_by_side": found, "pin_login": logins, "event_loop": lag}


def main() -> None:
    """Measure, print, keep."""
    with running_demo() as demo:
        found = measure(demo)
    document: Document = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "load_average": [round(value, 1) for value in os.getloadavg()],
        **found,
    }
    text = json.dumps(document, indent=2) + "\n"
    print(text)
    kind = re.sub(r"\W+", "-", f"{document['machine']['processor']} provider").lower().strip("-")
    (RESULTS / f"{document['at'][:10]}-{kind}.json").write_text(text)


if __name__ == "__main__":
    main()
