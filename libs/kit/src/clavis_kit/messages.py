"""Messages to people through one port: SMS by webhook, e-mail by webhook or SMTP.

Sending says whether the provider took the message. Bodies may hold a code: they are never logged.
"""

import asyncio
import smtplib
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Protocol
from urllib.parse import urlsplit

import httpx

from clavis_kit.logging import get_logger
from clavis_kit.metrics import MESSAGES

TIMEOUT_SECONDS = 5.0
_log = get_logger(__name__)


class UndeliverableError(Exception):
    """The provider did not take the message. Say it to the person; nothing half done stays."""


@dataclass(frozen=True)
class OutgoingMessage:
    """One message. `reference` lets a provider drop a repeated one; it holds nothing personal."""

    channel: str
    to: str
    body: str
    reference: str
    subject: str | None = None


class Carrier(Protocol):
    """A way to hand over messages."""

    async def send(self, message: OutgoingMessage) -> None:
        """Hand the message over. Raises UndeliverableError."""
        ...


class WebhookCarrier:
    """Posts messages as JSON to a provider or gateway."""

    def __init__(self, url: str, http: httpx.AsyncClient) -> None:
        """Use the application's HTTP client."""
        self._url = url
        self._http = http

    async def send(self, message: OutgoingMessage) -> None:
        """Hand the message over. Raises UndeliverableError."""
        document = {
            "channel": message.channel,
            "to": message.to,
            "subject": message.subject,
            "body": message.body,
            "reference": message.reference,
        }
        try:
            response = await self._http.post(self._url, json=document, timeout=TIMEOUT_SECONDS)
            response.raise_for_status()
        except httpx.HTTPError as error:
            raise UndeliverableError(type(error).__name__) from error


class SmtpCarrier:
    """Hands e-mail to a mail server: smtp://host:port or smtps://host:port."""

    def __init__(self, url: str, sender: str) -> None:
        """Parse the address once."""
        self._address = urlsplit(url)
        self._sender = sender

    async def send(self, message: OutgoingMessage) -> None:
        """Hand the message over. Raises UndeliverableError."""
        try:
            await asyncio.to_thread(self._deliver, message)
        except (OSError, smtplib.SMTPException) as error:
            raise UndeliverableError(type(error).__name__) from error

    def _deliver(self, message: OutgoingMessage) -> None:
        mail = EmailMessage()
        mail["From"] = self._sender
        mail["To"] = message.to
        mail["Subject"] = message.subject or ""
        mail["X-Reference"] = message.reference
        mail.set_content(message.body)
        kind = smtplib.SMTP_SSL if self._address.scheme == "smtps" else smtplib.SMTP
        host, port = self._address.hostname or "localhost", self._address.port or 25
        with kind(host, port, timeout=TIMEOUT_SECONDS) as server:
            server.send_message(mail)


class MessageSender:
    """Routes messages by channel."""

    def __init__(self, sms: Carrier, mail: Carrier) -> None:
        """Take one carrier per channel."""
        self._carriers = {"sms": sms, "email": mail}

    async def send_sms(self, to: str, body: str, *, reference: str) -> None:
        """Send a text message. Raises UndeliverableError."""
        await self._send(OutgoingMessage("sms", to, body, reference))

    async def send_mail(self, to: str, subject: str, body: str, *, reference: str) -> None:
        """Send an e-mail. Raises UndeliverableError."""
        await self._send(OutgoingMessage("email", to, body, reference, subject))

    async def _send(self, message: OutgoingMessage) -> None:
        try:
            await self._carriers[message.channel].send(message)
        except UndeliverableError as error:
            MESSAGES.labels(message.channel, "failed").inc()
            _log.warning("message_failed", channel=message.channel, reason=str(error))
            raise
        MESSAGES.labels(message.channel, "sent").inc()


def create_sender(
    http: httpx.AsyncClient,
    *,
    sms_webhook_url: str,
    mail_webhook_url: str | None = None,
    smtp_url: str | None = None,
    mail_from: str = "no-reply@clavis.example",
) -> MessageSender:
    """Build the sender from settings; e-mail goes by SMTP when a server is given."""
    sms = WebhookCarrier(sms_webhook_url, http)
    mail: Carrier
    if smtp_url:
        mail = SmtpCarrier(smtp_url, mail_from)
    else:
        mail = WebhookCarrier(mail_webhook_url or sms_webhook_url, http)
    return MessageSender(sms, mail)


def phone_hint(phone: str) -> str:
    """Return the last three digits, which is all that a page shows of a number."""
    return phone[-3:]
