"""JSON calls to services of ours: kept connections, a time limit each, no redirect followed.

aiohttp rather than httpx, which spends several times the processor time on a call as small as
these (`docs/decisions/0012`); a login makes three.
"""

import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

MAX_CONNECTIONS = 100
MAX_ANSWER_BYTES = 1 << 20
_OK = range(200, 300)


class CallFailedError(Exception):
    """No answer came, or not in time, or none that can be read; `reason` is for the log."""

    def __init__(self, reason: str) -> None:
        """Keep the kind of failure, never what was sent."""
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Answer:
    """The status and the body of an answer."""

    status: int
    body: bytes

    @property
    def ok(self) -> bool:
        """Whether the call did what it asked for."""
        return self.status in _OK

    def document(self) -> dict[str, Any]:
        """Read the body as a JSON object. Raises CallFailedError."""
        try:
            found = json.loads(self.body)
        except ValueError as error:
            raise CallFailedError("not JSON") from error
        if not isinstance(found, dict):
            raise CallFailedError("not a JSON object")
        return found

    def result(self) -> dict[str, Any]:
        """Read the JSON object of a call that did what it asked for. Raises CallFailedError."""
        if not self.ok:
            raise CallFailedError(f"status {self.status}")
        return self.document()


class Calls:
    """Calls over one pool of connections."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        """Use an open session."""
        self._session = session

    async def request(
        self,
        method: str,
        url: str,
        *,
        timeout_seconds: float,
        headers: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send a request and read the answer, whatever its status. Raises CallFailedError."""
        try:
            async with self._session.request(
                method,
                url,
                headers=headers,
                json=body,
                params=query,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=timeout_seconds),
            ) as response:
                content = await response.content.read(MAX_ANSWER_BYTES + 1)
                while more := await response.content.read(MAX_ANSWER_BYTES + 1):
                    content += more
                    if len(content) > MAX_ANSWER_BYTES:
                        raise CallFailedError("an answer too large")
                return Answer(response.status, content)
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise CallFailedError(type(error).__name__) from error


@contextlib.asynccontextmanager
async def opened_calls() -> AsyncIterator[Calls]:
    """Open the connections and close them at the end. Cookies are nobody's here."""
    connector = aiohttp.TCPConnector(limit=MAX_CONNECTIONS)
    async with aiohttp.ClientSession(
        connector=connector, cookie_jar=aiohttp.DummyCookieJar()
    ) as session:
        yield Calls(session)
