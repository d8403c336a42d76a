"""What goes into a judgement of a token request and what comes out. No Authlib in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from clavis_gateway.errors import OAuthError
from clavis_gateway.records import Code, Grant, RefreshToken, RelyingParty


@dataclass(frozen=True, slots=True)
class Case:
    """A token request with everything loaded that its judgement needs."""

    form: dict[str, str]
    token_url: str
    now: datetime
    client: RelyingParty
    code: Code | None
    refresh_token: RefreshToken | None
    grant: Grant | None
    jkt: str | None
    """Thumbprint of the key whose proof came with the request."""
    x5t: str | None
    """Thumbprint of the certificate that what is given is bound to."""
    enrolment_level: str | None
    new_handle: Callable[[], str]
    """Source of unguessable handles, injected."""
    grace: timedelta = timedelta(0)
    """How long a refresh token may come once more because its answer was lost."""


@dataclass(slots=True)
class Decision:
    """What Authlib decided and what it wants written."""

    scope: str = ""
    handle: str = ""
    refresh_handle: str | None = None
    consume_code: str | None = None
    consume_refresh: str | None = None
    retry_refresh: str | None = None
    """A used refresh token that gives a successor once more."""
    grant: Grant | None = None
    first: bool = False
    """The grant's first tokens: the ID token repeats the nonce."""


@dataclass(slots=True)
class Refusal:
    """An error, and whether it revealed a replay that must end the family."""

    error: OAuthError
    replayed: str | None = field(default=None)
    """The grant to end, when something single-use came a second time."""
