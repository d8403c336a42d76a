"""One service of ours, called over HTTP, and what may come instead of an answer."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import httpx
from clavis_kit.service_tokens import ServiceTokenSigner

PROBE_TIMEOUT_SECONDS = 1.0
Answer = dict[str, Any]
_REFUSALS = frozenset(
    {HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.TOO_MANY_REQUESTS}
)


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
        return await self._call("POST", path, json=body)

    async def get(self, path: str, **query: Any) -> Answer:
        """Read and return the answer. Raises SiblingDown, Gone and Refused."""
        return await self._call("GET", path, params=query)

    async def _call(self, method: str, path: str, **content: Any) -> Answer:
        try:
            response = await self._http.request(
                method,
                self._base_url + path,
                headers=self._tokens.headers(self.name),
                timeout=self._timeout,
                **content,
            )
        except httpx.HTTPError as error:
            raise SiblingDown(self.name) from error
        if response.status_code in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
            raise Gone(self.name)
        if response.status_code in _REFUSALS:
            raise Refused(str(self._body(response).get("code")))
        if not response.is_success:
            raise SiblingDown(self.name)
        empty = response.status_code == HTTPStatus.NO_CONTENT
        return {} if empty else self._body(response)

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


def known(**fields: Any) -> dict[str, Any]:
    """Keep the fields of a request that have a value; an optional one is left out, not null."""
    return {name: value for name, value in fields.items() if value is not None}
