"""A mail server: smtp://host:port or smtps://host:port, ?starttls=1 to upgrade.

Name and password stand before the host, percent-encoded (RFC 3986 section 3.2.1).
"""

import asyncio
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate
from urllib.parse import parse_qs, unquote, urlsplit

from clavis_kit.messages.message import HandOver, OutgoingMessage, UndeliverableError

TIMEOUT_SECONDS = 5.0
SUBMISSION_PORT = 587  # RFC 6409 section 3.1
SUBMISSIONS_PORT = 465  # RFC 8314 section 3.3


class SmtpCarrier:
    """Hands e-mail to a mail server, authenticated where the address says so."""

    def __init__(self, url: str, sender: str, *, name: str = "smtp") -> None:
        """Parse the address once."""
        self._address = urlsplit(url)
        self._starttls = parse_qs(self._address.query).get("starttls") == ["1"]
        self._sender = sender
        # Without a name of ours the library asks the name service for one at every message.
        self._domain = sender.rpartition("@")[2]
        self.name = name

    async def send(self, message: OutgoingMessage) -> HandOver:
        """Hand the message over. Raises UndeliverableError."""
        try:
            await asyncio.to_thread(self._deliver, message)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            raise UndeliverableError(type(error).__name__) from error
        return HandOver(self.name)

    def _deliver(self, message: OutgoingMessage) -> None:
        with self._connected() as server:
            if self._starttls:
                server.starttls(context=ssl.create_default_context())
            if self._address.username:
                server.login(unquote(self._address.username), unquote(self._address.password or ""))
            server.send_message(self._mail(message))

    def _connected(self) -> smtplib.SMTP:
        host = self._address.hostname or "localhost"
        if self._address.scheme == "smtps":
            port = self._address.port or SUBMISSIONS_PORT
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(host, port, self._domain, timeout=TIMEOUT_SECONDS,
                                    context=context)  # fmt: skip
        port = self._address.port or SUBMISSION_PORT
        return smtplib.SMTP(host, port, self._domain, timeout=TIMEOUT_SECONDS)

    def _mail(self, message: OutgoingMessage) -> EmailMessage:
        mail = EmailMessage()
        mail["From"] = self._sender
        mail["To"] = message.to
        mail["Subject"] = message.subject or ""
        mail["Date"] = formatdate(usegmt=True)
        # A repeated hand-over keeps its identity, so that a server can drop it (RFC 5322 3.6.4).
        mail["Message-ID"] = f"<{message.reference}@{self._domain}>"
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834 section 5
        mail.set_content(message.body)
        return mail
