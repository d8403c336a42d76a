"""The port: who is woken and how it ended."""

from enum import StrEnum
from typing import Protocol

from clavis_pin.store.app_upkeep import Subscription


class PushOutcome(StrEnum):
    """What became of a message."""

    SENT = "sent"
    GONE = "gone"
    FAILED = "failed"


class Push(Protocol):
    """A way to wake a device. A native app's service (APNs, FCM) is another adapter."""

    async def send(
        self, subscription: Subscription, message: bytes, *, ttl_seconds: int
    ) -> PushOutcome:
        """Hand over a message; an expected failure is an outcome, never an exception."""
        ...
