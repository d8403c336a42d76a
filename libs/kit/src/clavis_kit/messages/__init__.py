"""Messages to people through one port: SMS by webhook or SMPP, e-mail by webhook or SMTP.

Bodies may hold a code: they are never logged, and nothing of them outlives the hand-over.
"""

from clavis_kit.messages.message import (
    Carrier,
    HandOver,
    OutgoingMessage,
    UndeliverableError,
    phone_hint,
)
from clavis_kit.messages.sender import MessageSender, opened_sender

__all__ = [
    "Carrier",
    "HandOver",
    "MessageSender",
    "OutgoingMessage",
    "UndeliverableError",
    "opened_sender",
    "phone_hint",
]
