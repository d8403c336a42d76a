"""Servers of messages, as fixtures."""

from libs.kit.tests.messages.message_servers import centre, letterbox

__all__ = ["centre", "letterbox"]
