"""What is sent, what a provider answers, and the ways in which it can fail."""

from dataclasses import dataclass
from typing import Protocol


class UndeliverableError(Exception):
    """No provider took the message. Say it to the person; nothing half done stays."""


@dataclass(frozen=True)
class OutgoingMessage:
    """One message. `reference` lets a provider drop a repeated one; it holds nothing personal."""

    channel: str
    to: str
    body: str
    reference: str
    subject: str | None = None


@dataclass(frozen=True)
class HandOver:
    """A provider took the message; `message_id` is its own name for it, if it gave one."""

    provider: str
    message_id: str | None = None


class Carrier(Protocol):
    """A way to hand over messages."""

    @property
    def name(self) -> str:
        """How the operator calls the provider: a label of metrics."""
        ...

    async def send(self, message: OutgoingMessage) -> HandOver:
        """Hand the message over. Raises UndeliverableError."""
        ...


def phone_hint(phone: str) -> str:
    """Return the last three digits, which is all that a page shows of a number."""
    return phone[-3:]
