"""Calls to addresses that somebody else named: checked, pinned, bounded."""

from clavis_kit.outbound.fetch import FetchError, fetch_json, post_form
from clavis_kit.outbound.rules import Allowed, OutboundRefusedError
from clavis_kit.outbound.transport import guarded_client

__all__ = [
    "Allowed",
    "FetchError",
    "OutboundRefusedError",
    "fetch_json",
    "guarded_client",
    "post_form",
]
