"""What a completed request gives, as plain values: the grant, its code, its tokens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Grant:
    """A family of tokens: what one authorization request gave."""

    grant_id: str
    client_id: str
    subject_id: str
    sub: str
    session_id: str
    scope: str
    claims: dict[str, Any]
    acr: str
    method: str
    amr: tuple[str, ...]
    auth_time: datetime
    nonce: str | None
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    resources: tuple[str, ...] = ()
    authorization_details: tuple[dict[str, Any], ...] = ()
    claims_locales: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Code:
    """An authorization code as stored."""

    code_hash: str
    grant_id: str
    redirect_uri: str
    code_challenge: str | None
    dpop_jkt: str | None
    expires_at: datetime
    consumed_at: datetime | None


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """A refresh token as stored."""

    token_hash: str
    grant_id: str
    scope: str
    jkt: str | None
    created_at: datetime
    expires_at: datetime
    consumed_at: datetime | None
    parent_hash: str | None = None
    """The token this one replaces; none for the first of a family."""
    retried_at: datetime | None = None
    """When it came once more because its answer had been lost."""
    succeeded_at: datetime | None = None
    """When one of its successors was used."""
    x5t: str | None = None
    """Thumbprint of the certificate that may refresh it."""


@dataclass(frozen=True, slots=True)
class AccessToken:
    """An access token as stored; `handle_hash` is of the opaque token or of the jti."""

    handle_hash: str
    grant_id: str | None
    client_id: str
    scope: str
    audience: tuple[str, ...]
    jkt: str | None
    issued_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    authorization_details: tuple[dict[str, Any], ...] = ()
    x5t: str | None = None
    """Thumbprint of the certificate it is bound to."""


@dataclass(frozen=True, slots=True)
class UsedJti:
    """An identifier that must not be seen twice before `expires_at`."""

    jti_hash: str
    expires_at: datetime
