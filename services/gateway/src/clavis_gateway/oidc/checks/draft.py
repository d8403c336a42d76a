"""An authorization request on its way through the checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from clavis_gateway.errors import OAuthError
from clavis_gateway.records import AuthorizationRequest, RelyingParty, ResponseMode

_MAX_LOCALES = 8


@dataclass(slots=True)
class Draft:
    """Parameters as they came and, field by field, what the checks made of them."""

    client: RelyingParty
    params: Mapping[str, str]
    redirect_uri: str
    repeated: frozenset[str] = frozenset()
    pushed: bool = False
    signed: bool = False
    fault: OAuthError | None = None
    """What is wrong with the request object, so that nothing in it can be used."""
    read_hint: Callable[[str], dict[str, Any] | None] = field(default=lambda _: None)
    """Verifies an ID token of ours and returns its claims; expiry does not matter."""
    issuer: str = ""

    response_mode: ResponseMode = "query"
    scope: str = ""
    prompt: tuple[str, ...] = ()
    max_age: int | None = None
    acr_values: tuple[str, ...] = ()
    acr_essential: bool = False
    claims: dict[str, Any] = field(default_factory=dict)
    code_challenge: str | None = None
    dpop_jkt: str | None = None
    hinted_sub: str | None = None
    resources: tuple[str, ...] = ()
    authorization_details: tuple[dict[str, Any], ...] = ()

    def get(self, name: str) -> str | None:
        """Return a parameter; one sent without a value counts as absent (RFC 6749 3.1)."""
        return self.params.get(name) or None

    # OpenID Connect Core 1.0 sections 3.1.2.1 and 5.2: tags in order of preference; it is no error
    # if none of them is known.
    def _locales(self, name: str) -> tuple[str, ...]:
        return tuple((self.get(name) or "").split()[:_MAX_LOCALES])

    def finish(self, pushed_hash: str | None) -> AuthorizationRequest:
        """Make the validated request."""
        return AuthorizationRequest(
            redirect_uri=self.redirect_uri,
            scope=self.scope,
            response_mode=self.response_mode,
            state=self.get("state"),
            nonce=self.get("nonce"),
            code_challenge=self.code_challenge,
            dpop_jkt=self.dpop_jkt,
            prompt=self.prompt,
            max_age=self.max_age,
            acr_values=self.acr_values,
            acr_essential=self.acr_essential,
            claims=self.claims,
            hinted_sub=self.hinted_sub,
            login_hint=self.get("login_hint"),
            ui_locales=self._locales("ui_locales"),
            claims_locales=self._locales("claims_locales"),
            pushed_hash=pushed_hash,
            resources=self.resources,
            authorization_details=self.authorization_details,
        )
