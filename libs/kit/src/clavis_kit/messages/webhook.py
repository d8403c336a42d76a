"""A provider that takes messages as JSON by HTTP POST."""

import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any, Protocol

import aiohttp

from clavis_kit.messages.message import HandOver, OutgoingMessage, UndeliverableError

TIMEOUT_SECONDS = 5.0
MAX_ANSWER_BYTES = 16_384
MAX_ID_CHARACTERS = 128
MAX_CONNECTIONS = 100
_TAKEN = range(200, 300)


class Post(Protocol):
    """Posts a JSON document and returns the body of a 2xx answer."""

    async def __call__(
        self, url: str, document: Mapping[str, Any], headers: Mapping[str, str]
    ) -> bytes:
        """Post it. Raises UndeliverableError."""
        ...


@contextlib.asynccontextmanager
async def opened_post() -> AsyncIterator[Post]:
    """Open connections to providers. A code is on its way: no redirect is followed."""
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
    connector = aiohttp.TCPConnector(limit=MAX_CONNECTIONS)
    async with aiohttp.ClientSession(timeout=timeout, connector=connector) as session:

        async def post(url: str, document: Mapping[str, Any], headers: Mapping[str, str]) -> bytes:
            try:
                async with session.post(
                    url, json=document, headers=headers, allow_redirects=False
                ) as answer:
                    if answer.status not in _TAKEN:
                        raise UndeliverableError(f"status {answer.status}")
                    return await answer.content.read(MAX_ANSWER_BYTES)
            except (TimeoutError, aiohttp.ClientError, OSError) as error:
                raise UndeliverableError(type(error).__name__) from error

        yield post


class WebhookCarrier:
    """Posts messages as JSON. The reference goes as `Idempotency-Key` too."""

    def __init__(
        self, url: str, post: Post, *, name: str = "webhook", token: str | None = None
    ) -> None:
        """`token` is sent as bearer token."""
        self._url = url
        self._post = post
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.name = name

    async def send(self, message: OutgoingMessage) -> HandOver:
        """Hand the message over. Raises UndeliverableError."""
        document = {
            "channel": message.channel,
            "to": message.to,
            "subject": message.subject,
            "body": message.body,
            "reference": message.reference,
        }
        headers = {**self._headers, "Idempotency-Key": message.reference}
        return HandOver(self.name, _message_id(await self._post(self._url, document, headers)))


def _message_id(answer: bytes) -> str | None:
    try:
        document = json.loads(answer)
    except ValueError:
        return None
    value = document.get("id") if isinstance(document, dict) else None
    return value[:MAX_ID_CHARACTERS] if isinstance(value, str) and value else None
