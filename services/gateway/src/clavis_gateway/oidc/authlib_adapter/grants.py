# ruff: noqa: ARG002 -- the hooks have Authlib's signatures, whatever they use of them
"""Token requests judged by Authlib's grant classes over plain objects.

Authlib's classes are synchronous and know nothing of a database. The token endpoint loads a
`TokenCase`, `decide` runs Authlib over it and returns the writes that Authlib's hooks asked for;
the endpoint stores those in one statement. No hook does I/O, reads a clock or makes a secret.
"""

from __future__ import annotations

from typing import Any

from authlib.oauth2.base import OAuth2Error
from authlib.oauth2.rfc6749 import (
    AuthorizationServer,
    InvalidGrantError,
    InvalidScopeError,
    OAuth2Request,
)
from authlib.oauth2.rfc6749.grants import (
    AuthorizationCodeGrant,
    ClientCredentialsGrant,
    RefreshTokenGrant,
)
from authlib.oauth2.rfc6749.models import AuthorizationCodeMixin, ClientMixin, TokenMixin
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc7636 import CodeChallenge

from clavis_gateway.errors import OAuthError
from clavis_gateway.oidc.authlib_adapter import presenting
from clavis_gateway.oidc.authlib_adapter.cases import Case, Decision, Refusal
from clavis_gateway.oidc.metadata import CLAIMS_OF_SCOPE
from clavis_gateway.records import Code, Grant, RefreshToken, RelyingParty


class _Client(ClientMixin):  # type: ignore[misc]  # misc: Authlib ships no types
    """A relying party as Authlib sees it; it was authenticated before Authlib runs."""

    def __init__(self, party: RelyingParty) -> None:
        self.party = party

    def check_grant_type(self, grant_type: str) -> bool:
        """Whether the client registered the grant."""
        return grant_type in self.party.grant_types

    def get_allowed_scope(self, scope: str | None) -> str:
        """Keep the scopes the client may have."""
        return " ".join(s for s in (scope or "").split() if s in self.party.scopes)


class _Code(AuthorizationCodeMixin):  # type: ignore[misc]  # misc: Authlib ships no types
    code_challenge_method = "S256"

    def __init__(self, code: Code, grant: Grant) -> None:
        self.grant = grant
        self.code_hash = code.code_hash
        self.redirect_uri = code.redirect_uri
        self.code_challenge = code.code_challenge

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.grant.scope


class _RefreshToken(TokenMixin):  # type: ignore[misc]  # misc: Authlib ships no types
    def __init__(self, token: RefreshToken, grant: Grant) -> None:
        self.token = token
        self.grant = grant

    def check_client(self, client: _Client) -> bool:
        return self.grant.client_id == client.party.client_id

    def get_scope(self) -> str:
        return self.token.scope


class _Request(OAuth2Request):  # type: ignore[misc]  # misc: Authlib ships no types
    def __init__(self, case: Case) -> None:
        # The public address: behind a TLS terminator the socket's would say http.
        super().__init__("POST", _as_https(case.token_url))
        self.case = case
        self.decision = Decision()
        self.replayed: str | None = None
        self.rule: str | None = None
        """Which rule a code or refresh token broke, for the refusal log."""
        self.own_scope = ""
        self.payload = BasicOAuth2Payload(case.form)

    @property
    def form(self) -> dict[str, str]:
        return self.case.form


# Authlib refuses http addresses; settings allow one on loopback only, so the scheme is no news.
def _as_https(url: str) -> str:
    return "https://" + url.partition("://")[2]


class _AuthorizationCodeGrant(AuthorizationCodeGrant):  # type: ignore[misc]  # misc: Authlib ships no types
    # RFC 6749 section 4.1.3: not expired, issued to this client, never used before.
    def query_authorization_code(self, code: str, client: _Client) -> _Code | None:
        case: Case = self.request.case
        self.request.rule = broken = presenting.code_fault(case)
        # RFC 6749 section 4.1.2: a second use ends what the first one gave.
        if broken == "code_used" and case.grant is not None:
            self.request.replayed = case.grant.grant_id
        if broken or case.code is None or case.grant is None:
            return None
        return _Code(case.code, case.grant)

    def delete_authorization_code(self, authorization_code: _Code) -> None:
        self.request.decision.consume_code = authorization_code.code_hash

    def authenticate_user(self, authorization_code: _Code) -> Grant:
        self.request.decision.first = True
        return authorization_code.grant


class _RefreshTokenGrant(RefreshTokenGrant):  # type: ignore[misc]  # misc: Authlib ships no types
    # RFC 9700 section 4.14.2: rotation for who has no other protection; FAPI 2.0 Security Profile
    # section 5.3.2.1: no rotation where the token is bound to the client's key anyway.
    @property
    def INCLUDE_NEW_REFRESH_TOKEN(self) -> bool:  # noqa: N802 -- Authlib's name
        case: Case = self.request.case
        return not case.client.fapi2

    def authenticate_refresh_token(self, refresh_token: str) -> _RefreshToken | None:
        case: Case = self.request.case
        self.request.rule = broken = presenting.refresh_token_fault(case)
        # RFC 9700 section 4.14.2: one that was used already ends its family.
        if broken == "refresh_token_reused" and case.grant is not None:
            self.request.replayed = case.grant.grant_id
        if broken or case.refresh_token is None or case.grant is None:
            return None
        return _RefreshToken(case.refresh_token, case.grant)

    def authenticate_user(self, refresh_token: _RefreshToken) -> Grant:
        return refresh_token.grant

    def revoke_old_credential(self, refresh_token: _RefreshToken) -> None:
        used = refresh_token.token
        if used.consumed_at is not None:
            self.request.decision.retry_refresh = used.token_hash
        elif self.INCLUDE_NEW_REFRESH_TOKEN:
            self.request.decision.consume_refresh = used.token_hash


_OF_PERSONS = frozenset({"openid", "offline_access", *CLAIMS_OF_SCOPE})


class _ClientCredentialsGrant(ClientCredentialsGrant):  # type: ignore[misc]  # misc: Authlib ships no types
    # RFC 6749 section 4.4.2: scopes of persons make no sense without one; section 3.3: who asks for
    # none gets all that the client has, who asks only for others is told.
    def validate_requested_scope(self) -> None:
        super().validate_requested_scope()
        party: RelyingParty = self.request.client.party
        asked = self.request.payload.scope
        words = asked.split() if asked else sorted(party.scopes)
        kept = [word for word in words if word in party.scopes - _OF_PERSONS]
        if asked and not kept:
            raise InvalidScopeError
        self.request.own_scope = " ".join(dict.fromkeys(kept))


class _CodeChallenge(CodeChallenge):  # type: ignore[misc]  # misc: Authlib ships no types
    # RFC 7636 section 4.6: a code bound to a verifier is worth nothing without it; Authlib would
    # call that a malformed request.
    def validate_code_verifier(self, grant: _AuthorizationCodeGrant, result: object) -> None:
        """Refuse a bound code without its verifier; Authlib judges the rest."""
        request: _Request = grant.request
        bound = request.case.code is not None and request.case.code.code_challenge is not None
        if bound and not request.form.get("code_verifier"):
            raise InvalidGrantError("Missing 'code_verifier'.")
        super().validate_code_verifier(grant, result)


class Server(AuthorizationServer):  # type: ignore[misc]  # misc: Authlib ships no types
    """Authlib's server without framework and without storage."""

    def __init__(self) -> None:
        """Register what the token endpoint grants. One instance serves all requests."""
        super().__init__()
        self.register_grant(_AuthorizationCodeGrant, [_CodeChallenge(required=True)])
        self.register_grant(_RefreshTokenGrant)
        self.register_grant(_ClientCredentialsGrant)

    def authenticate_client(
        self, request: _Request, methods: list[str], endpoint: str = "token"
    ) -> _Client:
        """Return the client, which authenticated before the case was put to Authlib."""
        request.auth_method = request.case.client.auth_method
        return _Client(request.case.client)

    def generate_token(
        self,
        grant_type: str,
        client: _Client,
        user: Grant | None = None,
        scope: str | None = None,
        expires_in: int | None = None,
        include_refresh_token: bool = True,
    ) -> dict[str, Any]:
        """Say which tokens shall exist; `save_token` makes handles for them."""
        return {"scope": scope or "", "grant": user, "refresh": include_refresh_token}

    def save_token(self, token: dict[str, Any], request: _Request) -> None:
        """Collect the tokens to write."""
        decision, case = request.decision, request.case
        decision.scope = request.own_scope if token["grant"] is None else token["scope"]
        decision.grant = token["grant"]
        decision.handle = case.new_handle()
        decision.refresh_handle = case.new_handle() if token["refresh"] else None

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Tell nobody: there is no framework."""

    def create_oauth2_request(self, request: _Request) -> _Request:
        """Take our request as it is."""
        return request

    def handle_response(self, status: int, body: object, headers: object) -> int:
        """Return the status; the endpoint renders."""
        return status

    def handle_error_response(self, request: _Request, error: OAuth2Error) -> OAuth2Error:
        """Return the error itself; the endpoint renders."""
        return error


def decide(server: Server, case: Case) -> Decision | Refusal:
    """Judge a token request. Pure CPU work; the caller persists and renders."""
    request = _Request(case)
    outcome = server.create_token_response(request)
    if isinstance(outcome, OAuth2Error):
        return Refusal(_translate(outcome, request.rule), request.replayed)
    decision: Decision = request.decision
    return decision


# The wire sees our own sentences, so that Authlib's can change without anyone noticing.
_DESCRIPTIONS = {
    "invalid_request": "A parameter is missing or malformed.",
    "invalid_grant": "The grant is not valid.",
    "invalid_scope": "The scope exceeds what was granted.",
    "unauthorized_client": "The client may not use this grant.",
    "unsupported_grant_type": "The grant type is not supported.",
}


def _translate(error: OAuth2Error, rule: str | None) -> OAuthError:
    code = str(error.error)
    description = _DESCRIPTIONS.get(code, "The request was refused.")
    return OAuthError(code, description, private=str(error.description), rule=rule)
