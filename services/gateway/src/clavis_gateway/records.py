"""The gateway's records as plain values: what the store reads and the rules decide over."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlsplit

from clavis_kit.loa import Loa

from clavis_gateway.rules.standing import PORTAL

Profile = Literal["basic", "fapi2"]


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """A registered client: its RFC 7591 metadata and what the operator decided about it."""

    client_id: str
    metadata: dict[str, Any]
    profile: Profile
    secret_hash: str | None
    minimum_loa: Loa
    allowed_methods: frozenset[str]
    sso_allowed: bool
    first_party: bool
    sector: str
    names: dict[str, str]
    purpose: dict[str, str]
    audiences: tuple[str, ...]
    status: str

    @property
    def fapi2(self) -> bool:
        """Whether the strict profile binds this client."""
        return self.profile == "fapi2"

    @property
    def active(self) -> bool:
        """Whether the client may make requests at all."""
        return self.status == "active"

    @property
    def is_portal(self) -> bool:
        """Whether this is our own citizen portal."""
        return self.first_party and self.client_id == PORTAL

    @property
    def redirect_uris(self) -> tuple[str, ...]:
        """Registered redirection URIs, compared by simple string comparison."""
        return tuple(self.metadata.get("redirect_uris", ()))

    @property
    def grant_types(self) -> tuple[str, ...]:
        """Grants the client may use."""
        return tuple(self.metadata.get("grant_types", ("authorization_code",)))

    @property
    def scopes(self) -> frozenset[str]:
        """Scopes the client may ask for."""
        return frozenset(str(self.metadata.get("scope", "openid")).split())

    @property
    def auth_method(self) -> str:
        """How the client authenticates at the token endpoint (RFC 7591 section 2)."""
        return str(self.metadata.get("token_endpoint_auth_method", "client_secret_basic"))

    @property
    def public(self) -> bool:
        """Whether the client holds no credential."""
        return self.auth_method == "none"

    @property
    def id_token_alg(self) -> str:
        """How its ID tokens are signed (OpenID Connect Registration 1.0 section 2)."""
        default = "ES256" if self.fapi2 else "RS256"
        return str(self.metadata.get("id_token_signed_response_alg", default))

    @property
    def dpop_bound(self) -> bool:
        """Whether every token must be bound to a key (RFC 9449 section 5.2)."""
        return self.fapi2 or bool(self.metadata.get("dpop_bound_access_tokens", False))

    @property
    def logout_uri(self) -> str | None:
        """Where logout tokens go (OpenID Connect Back-Channel Logout 1.0 section 2.2)."""
        return self.metadata.get("backchannel_logout_uri")

    @property
    def domain(self) -> str:
        """The host the answer goes to, which is what a person can check."""
        uris = self.redirect_uris
        return urlsplit(uris[0]).netloc if uris else self.sector


@dataclass(frozen=True, slots=True)
class Session:
    """A browser with the gateway."""

    session_id: str
    subject_id: str
    loa: Loa
    method: str
    enrolment_level: Literal["basic", "advanced"] | None
    amr: tuple[str, ...]
    auth_time: datetime
    started_at: datetime
    last_seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """A validated authorization request, as it waits in an interaction."""

    redirect_uri: str
    scope: str
    response_mode: Literal["query", "form_post"] = "query"
    state: str | None = None
    nonce: str | None = None
    code_challenge: str | None = None
    dpop_jkt: str | None = None
    prompt: tuple[str, ...] = ()
    max_age: int | None = None
    acr_values: tuple[str, ...] = ()
    acr_essential: bool = False
    claims: dict[str, Any] = field(default_factory=dict)
    hinted_sub: str | None = None
    login_hint: str | None = None
    ui_locales: tuple[str, ...] = ()
    claims_locales: tuple[str, ...] = ()
    pushed_hash: str | None = None
    resources: tuple[str, ...] = ()
    """Where the tokens shall be good (RFC 8707); none means wherever the client's always are."""
    authorization_details: tuple[dict[str, Any], ...] = ()
    """What else is asked for than scopes (RFC 9396), validated."""


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


@dataclass(frozen=True, slots=True)
class UsedJti:
    """An identifier that must not be seen twice before `expires_at`."""

    jti_hash: str
    expires_at: datetime
