"""Calls to the services that hold credentials and persons, and whether they answer now."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx
from clavis_kit.service_tokens import ServiceTokenSigner

from clavis_gateway.rules.levels import Method

PROBE_TIMEOUT_SECONDS = 1.0
Answer = dict[str, Any]


class SiblingDown(Exception):  # noqa: N818 - it names a state of the service called
    """A service did not answer, or not in time, or said it is busy."""

    def __init__(self, service: str) -> None:
        """Keep which service it was."""
        super().__init__(service)
        self.service = service


class Refused(Exception):  # noqa: N818 - it names an answer
    """The service understood and will not do it; `code` says why."""

    def __init__(self, code: str) -> None:
        """Keep the stable code of the problem document."""
        super().__init__(code)
        self.code = code


class Gone(Exception):  # noqa: N818 - it names a state of what was asked for
    """The service does not know this request, code or activation any more."""


class Sibling:
    """One service of ours, called with a token we sign."""

    def __init__(
        self,
        name: str,
        base_url: str,
        http: httpx.AsyncClient,
        tokens: ServiceTokenSigner,
        timeout_seconds: float,
    ) -> None:
        """`name` is the audience of the token."""
        self.name = name
        self._base_url = base_url.rstrip("/")
        self._http = http
        self._tokens = tokens
        self._timeout = timeout_seconds

    async def post(self, path: str, body: Mapping[str, Any]) -> Answer:
        """Post and return the answer. Raises SiblingDown, Gone and Refused."""
        try:
            response = await self._http.post(
                self._base_url + path,
                json=body,
                headers=self._tokens.headers(self.name),
                timeout=self._timeout,
            )
        except httpx.HTTPError as error:
            raise SiblingDown(self.name) from error
        if response.status_code in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
            raise Gone(self.name)
        if response.status_code == HTTPStatus.CONFLICT:
            raise Refused(str(self._body(response).get("code")))
        if not response.is_success:
            raise SiblingDown(self.name)
        return self._body(response)

    def _body(self, response: httpx.Response) -> Answer:
        try:
            body = response.json()
        except ValueError as error:
            raise SiblingDown(self.name) from error
        if not isinstance(body, dict):
            raise SiblingDown(self.name)
        return body

    async def is_ready(self) -> bool:
        """Ask whether the service can do work now."""
        try:
            response = await self._http.get(
                self._base_url + "/health/ready", timeout=PROBE_TIMEOUT_SECONDS
            )
        except httpx.HTTPError:
            return False
        return response.is_success


class PinClient:
    """One-time PINs."""

    def __init__(self, service: Sibling) -> None:
        """Use the PIN service."""
        self.service = service

    async def request(
        self,
        *,
        national_id: str,
        contrast: str,
        prefix: str | None,
        relying_party: str,
        language: str,
    ) -> Answer:
        """Ask for a PIN to be sent. `outcome`: sent, mismatch, limited or undeliverable."""
        body = {
            "national_id": national_id,
            "contrast": contrast,
            "relying_party": relying_party,
            "language": language,
        }
        if prefix:
            body["prefix"] = prefix
        return await self.service.post("/v1/pins", body)

    async def attempt(self, pin_request_id: str, pin: str) -> Answer:
        """Judge a typed PIN. `verdict`: accepted, wrong, expired, used or locked."""
        path = f"/v1/pins/{quote(pin_request_id, safe='')}/attempts"
        return await self.service.post(path, {"pin": pin})


class PermanentClient:
    """The permanent password, its one-time codes and its activation."""

    def __init__(self, service: Sibling) -> None:
        """Use the service of permanent passwords."""
        self.service = service

    async def login(self, national_id: str, password: str) -> Answer:
        """Judge a password. `verdict`: accepted, wrong, locked or expired."""
        return await self.service.post(
            "/v1/logins", {"national_id": national_id, "password": password}
        )

    async def send_otp(
        self, subject_id: str, *, bound_to: str, relying_party: str, language: str
    ) -> Answer:
        """Send a one-time code for this interaction. `outcome`: sent, limited, unavailable."""
        body = {
            "subject_id": subject_id,
            "action": "login",
            "bound_to": bound_to,
            "relying_party": relying_party,
            "language": language,
        }
        return await self.service.post("/v1/otps", body)

    async def attempt_otp(self, otp_id: str, otp: str, *, bound_to: str) -> Answer:
        """Judge a typed code. `verdict`: accepted, wrong, expired, used or locked."""
        path = f"/v1/otps/{quote(otp_id, safe='')}/attempts"
        return await self.service.post(path, {"otp": otp, "bound_to": bound_to})

    async def start_activation(
        self, *, national_id: str, email: str, activation_code: str, language: str
    ) -> Answer:
        """Begin an activation. `outcome`: code_sent, mismatch or limited."""
        body = {
            "national_id": national_id,
            "email": email,
            "activation_code": activation_code,
            "language": language,
        }
        return await self.service.post("/v1/activations", body)

    async def prove_phone(self, activation_id: str, otp: str) -> Answer:
        """Judge the code of an activation. `verdict`: accepted, wrong, expired or locked."""
        path = f"/v1/activations/{quote(activation_id, safe='')}/otp-attempts"
        return await self.service.post(path, {"otp": otp})

    async def choose_password(self, activation_id: str, password: str) -> Answer:
        """Set the password. `outcome`: activated, rejected (with `reasons`) or expired."""
        path = f"/v1/activations/{quote(activation_id, safe='')}/password"
        return await self.service.post(path, {"password": password})


class RegistryClient:
    """Persons, for those who come with a certificate."""

    def __init__(self, service: Sibling) -> None:
        """Use the registry."""
        self.service = service

    async def subject_of(self, national_id: str, evidence: Mapping[str, Any]) -> Answer:
        """Find or make the subject of an identity number: subject_id, status, level.

        Raises Refused with person-deceased.
        """
        return await self.service.post(
            "/internal/v1/subjects", {"national_id": national_id, "evidence": dict(evidence)}
        )


_METHODS_OF_SERVICE: Mapping[str, tuple[Method, ...]] = {
    "pin": (Method.PIN,),
    "permanent": (Method.PERMANENT, Method.PERMANENT_OTP),
    "registry": (Method.CERTIFICATE_SOFTWARE, Method.CERTIFICATE_QSCD),
}


class MethodHealth:
    """Which methods can be used now, asked of their services and remembered for seconds."""

    def __init__(self, services: list[Sibling], cache_seconds: float) -> None:
        """Watch these services."""
        self._services = services
        self._cache_seconds = cache_seconds
        self._asked_at = float("-inf")
        self._available: frozenset[Method] = frozenset()
        self._lock = asyncio.Lock()

    async def available(self) -> frozenset[Method]:
        """Return the methods whose service answers."""
        async with self._lock:
            if time.monotonic() - self._asked_at > self._cache_seconds:
                ready = await asyncio.gather(*(service.is_ready() for service in self._services))
                self._available = frozenset(
                    method
                    for service, answers in zip(self._services, ready, strict=True)
                    if answers
                    for method in _METHODS_OF_SERVICE[service.name]
                )
                self._asked_at = time.monotonic()
        return self._available
