"""Who knocks at the running demo's doors: callers with every key there is, and bad intentions."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import httpx
import pytest
from clavis_kit.clock import SystemClock
from clavis_kit.service_tokens import ServiceTokenSigner
from clavis_testkit import newcomers
from clavis_testkit.code_flow import ACR, CodeFlow
from clavis_testkit.form_citizen import FormCitizen
from clavis_testkit.running_demo import RunningDemo
from cryptography.hazmat.primitives.serialization import load_pem_private_key

OFFSETS = {"gateway": 0, "registry": 1, "pin": 2, "permanent": 3, "signing": 4}
OFFICE = "VC-001"
METHODS = ("get", "post", "put", "patch", "delete")
_ENDS_THE_SESSION = ("/citizen/v1/sessions/end-all",)
_FREEZES = "/citizen/v1/freeze"
_BY_SIGNING = ("/internal/v1/certificate-holders", "/v1/password-checks")


@dataclass(frozen=True)
class Operation:
    """One operation of a service, as its OpenAPI document has it."""

    service: str
    method: str
    path: str
    body: dict[str, Any] | None

    @property
    def needs_body(self) -> bool:
        return self.body is not None and {"type": "null"} not in self.body.get("anyOf", [])

    def __str__(self) -> str:
        return f"{self.service} {self.method} {self.path}"


@dataclass
class Access:
    """A login at a client, whose access token is renewed before it is too old."""

    flow: CodeFlow
    tokens: dict[str, Any]
    since: float = field(default_factory=time.monotonic)

    def header(self) -> dict[str, str]:
        """The authorization with a token that is good for a while, unless its person is frozen."""
        if time.monotonic() > self.since + self.tokens["expires_in"] / 2:
            self.since = time.monotonic()
            fresh = self.flow.refresh(self.tokens["refresh_token"])
            self.tokens |= fresh.json() if fresh.is_success else {}
        return {"Authorization": f"Bearer {self.tokens['access_token']}"}


@dataclass
class Doors:
    """Every HTTP door of the demo, and what opens it."""

    demo: RunningDemo
    http: httpx.Client
    person: dict[str, Any]
    access: dict[str, Access] = field(default_factory=dict)

    def url(self, service: str) -> str:
        return self.demo.url(OFFSETS[service])

    @cached_property
    def specs(self) -> dict[str, dict[str, Any]]:
        return {s: self.http.get(f"{self.url(s)}/openapi.json").json() for s in OFFSETS}

    @cached_property
    def operations(self) -> list[Operation]:
        return [
            Operation(service, method, path, _json_body(operation))
            for service, spec in self.specs.items()
            for path, operations in spec["paths"].items()
            for method, operation in operations.items()
            if method in METHODS and path not in _ENDS_THE_SESSION
        ]

    @cached_property
    def signers(self) -> dict[str, ServiceTokenSigner]:
        keys = self.demo.directory / "keys"
        return {
            name: ServiceTokenSigner(
                name,
                load_pem_private_key((keys / f"{name}.pem").read_bytes(), None),  # type: ignore[arg-type]
                SystemClock(),
            )
            for name in ("gateway", "signing", "portal")
        }

    def key_for(self, service: str, path: str) -> dict[str, str]:
        """The authorization with which this path can be used."""
        if path == _FREEZES:  # nobody but its own person is to be frozen
            return self.access["to be frozen"].header()
        for kind, client in (("/citizen/", "portal"), ("/officer/", "office-console")):
            if path.startswith(kind):
                return self.access[client].header()
        if path.startswith(("/internal/", "/v1/")):
            caller = "signing" if path in _BY_SIGNING else "gateway"
            return self.signers[caller].headers(service)
        if path.startswith("/device/"):
            return self.signers["portal"].headers(service)
        return {}

    def call(self, operation: Operation, **arguments: Any) -> httpx.Response:
        """Send a request with the right key; a JSON body may hold what httpx would refuse."""
        path = operation.path
        for name in _path_names(path):
            path = path.replace("{" + name + "}", arguments.pop(name, _sample(name)))
        headers = self.key_for(operation.service, operation.path) | arguments.pop("headers", {})
        url = self.url(operation.service) + path
        return self.http.request(operation.method.upper(), url, headers=headers, **arguments)


def _json_body(operation: dict[str, Any]) -> dict[str, Any] | None:
    content = operation.get("requestBody", {}).get("content", {})
    schema: dict[str, Any] | None = content.get("application/json", {}).get("schema")
    return schema


def _path_names(path: str) -> list[str]:
    return [part.partition("}")[0] for part in path.split("{")[1:]]


def _sample(name: str) -> str:
    return {"number": "1", "language": "es"}.get(name, "00000000-0000-4000-8000-000000000000")


@pytest.fixture(scope="session")
def http() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=60, trust_env=False) as client:
        yield client


@pytest.fixture(scope="session")
def doors(demo: RunningDemo, http: httpx.Client) -> Doors:
    citizen, frozen, officer = (newcomers.newcomer() for _ in range(3))
    newcomers.enrol(demo, [citizen, frozen, officer])
    # A supervisor may do all that is done at the console: no operation hides behind a role.
    role = ("--national-id", officer["national_id"], "--office", OFFICE, "--role", "supervisor")
    newcomers.operate(demo, "registry", "officer", "add", *role)
    doors = Doors(demo, http, citizen)
    for name, client, person in (
        ("portal", "portal", citizen),
        ("to be frozen", "portal", frozen),
        ("office-console", "office-console", officer),
    ):
        newcomers.activate_password(demo, person)
        flow = CodeFlow(demo, client)
        with FormCitizen(demo, person) as browser:
            flow.begin(browser, acr_values=ACR + "substantial")
            newcomers.enter_with_password_and_code(demo, browser, person["phone"])
            doors.access[name] = Access(flow, flow.collect(browser))
    return doors
