"""Who asks and with what, as far as it is known in the course of a request.

Readers of a request note here what they find; the handlers of its errors, and the answers to
browsers of other origins, need it when the endpoint itself is over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.requests import HTTPConnection

from clavis_gateway.records import RelyingParty

STATE_NAME = "asking"


@dataclass(slots=True)
class Asking:
    """One request's parameters, the client it names, and whether that was proved."""

    parameters: Mapping[str, str] = field(default_factory=dict)
    repeated: frozenset[str] = frozenset()
    client: RelyingParty | None = None
    authenticated: bool = False


def asking(request: HTTPConnection) -> Asking:
    """Return what is known of a request; the same object however often it is asked for."""
    found = getattr(request.state, STATE_NAME, None)
    if isinstance(found, Asking):
        return found
    made = Asking()
    setattr(request.state, STATE_NAME, made)
    return made
