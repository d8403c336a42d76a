"""The gateway's records as plain values: what the store reads and the rules decide over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from clavis_kit.loa import Loa
from joserfc.jwk import KeySetSerialization

from clavis_gateway.rules import places
from clavis_gateway.rules.client_secrets import ClientSecret
from clavis_gateway.rules.levels import Method
from clavis_gateway.rules.policy import Terms
from clavis_gateway.rules.registration_states import WORKING, State
from clavis_gateway.rules.standing import PORTAL
from clavis_gateway.token_records import AccessToken, Code, Grant, RefreshToken, UsedJti

__all__ = [
    "AccessToken", "AuthorizationRequest", "Code", "Grant", "Profile", "RefreshToken",
    "RelyingParty", "ResponseMode", "RetiringKey", "Session", "UsedJti",
]  # fmt: skip

Profile = Literal["basic", "fapi2"]
ResponseMode = Literal["query", "form_post", "query.jwt", "form_post.jwt"]


@dataclass(frozen=True, slots=True)
class RetiringKey:
    """A public key that a relying party has replaced, and until when it still verifies."""

    jwk: dict[str, Any]
    until: datetime


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """A registered client: its RFC 7591 metadata and what the operator decided about it."""

    client_id: str
    metadata: Mapping[str, Any]
    profile: Profile
    minimum_loa: Loa
    allowed_methods: frozenset[str]
    sso_allowed: bool
    first_party: bool
    sector: str
    names: Mapping[str, str]
    purpose: Mapping[str, str]
    audiences: tuple[str, ...]
    status: str
    acr_aliases: Mapping[str, str] = field(default_factory=dict)
    sso_max_age_seconds: int | None = None
    level_max_age: Mapping[str, int] = field(default_factory=dict)
    secrets: tuple[ClientSecret, ...] = ()
    """Those that authenticate it; several during a rotation."""
    retiring_keys: tuple[RetiringKey, ...] = ()
    """Keys that were replaced and still verify for a while."""
    claim_purposes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Why it asks for a claim, by claim name and language tag."""

    @property
    def terms(self) -> Terms:
        """What the client accepts of levels, methods and sessions."""
        return Terms(
            minimum=self.minimum_loa,
            allowed=frozenset(Method(method) for method in self.allowed_methods),
            aliases={alias: Loa[name.upper()] for alias, name in self.acr_aliases.items()},
            sso_allowed=self.sso_allowed,
            sso_max_age=self.sso_max_age_seconds,
            level_max_age={Loa[name.upper()]: age for name, age in self.level_max_age.items()},
        )

    @property
    def fapi2(self) -> bool:
        """Whether the strict profile binds this client."""
        return self.profile == "fapi2"

    @property
    def state(self) -> State:
        """Where it stands between draft and suspension."""
        # `active` is what the release before wrote for production.
        return State.PRODUCTION if self.status == "active" else State(self.status)

    @property
    def in_test(self) -> bool:
        """Whether only the people on its tester list may log in."""
        return self.state is State.TEST

    @property
    def active(self) -> bool:
        """Whether the client may make requests at all."""
        return self.state in WORKING

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
    def authorization_details_types(self) -> frozenset[str]:
        """Types of authorization details it may use (RFC 9396 section 10)."""
        return frozenset(self.metadata.get("authorization_details_types", ()))

    @property
    def auth_method(self) -> str:
        """How the client authenticates at the token endpoint (RFC 7591 section 2)."""
        return str(self.metadata.get("token_endpoint_auth_method", "client_secret_basic"))

    @property
    def public(self) -> bool:
        """Whether the client holds no credential."""
        return self.auth_method == "none"

    # OpenID Connect Registration 1.0 section 2, JARM section 3 and RFC 9701 section 6 name RS256
    # for who registered nothing, which FAPI 2.0 Security Profile section 5.4.1 forbids.
    def signing_alg(self, answer: str) -> str:
        """How an answer is signed for it: id_token, userinfo, introspection or authorization."""
        default = "ES256" if self.fapi2 else "RS256"
        return str(self.metadata.get(f"{answer}_signed_response_alg") or default)

    @property
    def id_token_alg(self) -> str:
        """How its ID tokens are signed (OpenID Connect Registration 1.0 section 2)."""
        return self.signing_alg("id_token")

    @property
    def dpop_bound(self) -> bool:
        """Whether every token must be bound to a key (RFC 9449 section 5.2)."""
        asked = bool(self.metadata.get("dpop_bound_access_tokens", False))
        return asked or (self.fapi2 and not self.tls_bound)

    @property
    def tls_bound(self) -> bool:
        """Whether every token must be bound to a certificate (RFC 8705 section 3.4)."""
        return bool(self.metadata.get("tls_client_certificate_bound_access_tokens", False))

    def verification_keys(self, now: datetime) -> KeySetSerialization:
        """Return the registered JWK Set that verifies what it signed, retiring keys included."""
        registered = self.metadata.get("jwks", {}).get("keys", [])
        retiring = [key.jwk for key in self.retiring_keys if key.until > now]
        return {"keys": [*registered, *retiring]}

    @property
    def contacts(self) -> tuple[str, ...]:
        """E-mail addresses of those responsible (RFC 7591 section 2)."""
        return tuple(self.metadata.get("contacts", ()))

    @property
    def dpop_nonce_required(self) -> bool:
        """Whether its DPoP proofs must hold a nonce of ours (RFC 9449 section 8)."""
        return bool(self.metadata.get("dpop_nonce_required", False))

    @property
    def logout_uri(self) -> str | None:
        """Where logout tokens go (OpenID Connect Back-Channel Logout 1.0 section 2.2)."""
        return self.metadata.get("backchannel_logout_uri")

    @property
    def domain(self) -> str:
        """The host or the app the answer goes to, which is what a person can check."""
        uris = self.redirect_uris
        return places.shown(uris[0]) if uris else self.sector


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
    level_at: datetime | None = None
    """When the level was last proved, where that is later than `auth_time`."""

    @property
    def proved_at(self) -> datetime:
        """When the level was last proved."""
        return max(self.auth_time, self.level_at or self.auth_time)


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """A validated authorization request, as it waits in an interaction."""

    redirect_uri: str
    scope: str
    response_mode: ResponseMode = "query"
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
