"""One service of ours, called over HTTP, and what may come instead of an answer."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from clavis_kit.calls import CallFailedError, Calls
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
        calls: Calls,
        tokens: ServiceTokenSigner,
        timeout_seconds: float,
    ) -> None:
        """`name` is the audience of the token."""
        self.name = name
        self._base_url = base_url.rstrip("/")
        self._calls = calls
        self._tokens = tokens
        self._timeout = timeout_seconds

    async def post(self, path: str, body: Mapping[str, Any]) -> Answer:
        """Post and return the answer. Raises SiblingDown, Gone and Refused."""
        return await self._call("POST", path, body=body)

    async def get(self, path: str, **query: str) -> Answer:
        """Read and return the answer. Raises SiblingDown, Gone and Refused."""
        return await self._call("GET", path, query=query)

    async def _call(self, method: str, path: str, **content: Mapping[str, Any]) -> Answer:
        try:
            answer = await self._calls.request(
                method,
                self._base_url + path,
                headers=self._tokens.headers(self.name),
                timeout_seconds=self._timeout,
                **content,
            )
            if answer.status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
                raise Gone(self.name)
            if answer.status in _REFUSALS:
                raise Refused(str(answer.document().get("code")))
            if not answer.ok:
                raise SiblingDown(self.name)
            return {} if answer.status == HTTPStatus.NO_CONTENT else answer.document()
        except CallFailedError as error:
            raise SiblingDown(self.name) from error

    async def is_ready(self) -> bool:
        """Ask whether the service can do work now."""
        try:
            answer = await self._calls.request(
                "GET", self._base_url + "/health/ready", timeout_seconds=PROBE_TIMEOUT_SECONDS
            )
        except CallFailedError:
            return False
        return answer.ok


def known(**fields: Any) -> dict[str, Any]:
    """Keep the fields of a request that have a value; an optional one is left out, not null."""
    return {name: value for name, value in fields.items() if value is not None}
