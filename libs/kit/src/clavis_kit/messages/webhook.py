"""A provider that takes messages as JSON by HTTP POST."""

import httpx

from clavis_kit.messages.message import HandOver, OutgoingMessage, UndeliverableError

TIMEOUT_SECONDS = 5.0
MAX_ID_CHARACTERS = 128


class WebhookCarrier:
    """Posts messages as JSON. The reference goes as `Idempotency-Key` too."""

    def __init__(
        self, url: str, http: httpx.AsyncClient, *, name: str = "webhook", token: str | None = None
    ) -> None:
        """Use the application's HTTP client; `token` is sent as bearer token."""
        self._url = url
        self._http = http
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
        try:
            response = await self._http.post(
                self._url, json=document, headers=headers, timeout=TIMEOUT_SECONDS
            )
            response.raise_for_status()
        except httpx.HTTPError as error:
            raise UndeliverableError(type(error).__name__) from error
        return HandOver(self.name, _message_id(response))


def _message_id(response: httpx.Response) -> str | None:
    try:
        document = response.json()
    except ValueError:
        return None
    value = document.get("id") if isinstance(document, dict) else None
    return value[:MAX_ID_CHARACTERS] if isinstance(value, str) and value else None
