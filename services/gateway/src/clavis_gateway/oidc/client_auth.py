"""Who is asking: authentication of clients at the token, PAR, introspection, revocation endpoints.

Two steps, so that the client and all else a request needs come from one query: `read_credentials`
says who claims to ask, `verify_client` proves it against the loaded record.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field, replace
from urllib.parse import unquote_plus

from clavis_certificates.profile import Refusal
from clavis_kit.service_tokens import unverified_part
from joserfc.jwk import KeySet
from starlette.requests import Request

from clavis_gateway.certificates.header import Shown
from clavis_gateway.deps import Deps, get_deps
from clavis_gateway.errors import OAuthError, invalid_client, invalid_request
from clavis_gateway.oidc import jose
from clavis_gateway.oidc.asking import Asking, asking
from clavis_gateway.oidc.checks.client_assertion import check_assertion
from clavis_gateway.oidc.client_keys import ClientKeysError, keys_of
from clavis_gateway.oidc.forms import Parameters
from clavis_gateway.oidc.metadata import ASSERTION_TYPE
from clavis_gateway.records import RelyingParty, UsedJti
from clavis_gateway.rules import client_secrets
from clavis_gateway.rules.client_certificates import (
    TLS_METHODS,
    names_client,
    registered_key,
    x5t_s256,
)

_DISTRUSTED = {
    Refusal.UNKNOWN_ISSUER: ("no path to an authority", "certificate_untrusted"),
    Refusal.REVOKED: ("a revoked certificate", "certificate_revoked"),
    Refusal.UNCHECKED: ("no word on its revocation", "certificate_unchecked"),
}


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the request offers as proof, and how."""

    method: str
    client_id: str
    proof: str | None
    certificate: Shown | None = None
    """Shown on this connection, whatever the method: tokens may be bound to it."""
    asking: Asking = field(default_factory=Asking, compare=False, repr=False)

    @property
    def basic(self) -> bool:
        """Whether the Authorization header was used."""
        return self.method == "client_secret_basic"


def read_credentials(request: Request, form: Parameters) -> Credentials:
    """Read the one way in which the client authenticates, and its certificate. Raises OAuthError.

    A client that authenticates by its certificate looks like a public one until its registration
    is known.
    """
    shown = get_deps(request).mtls.shown(request)
    return replace(_stated(request, form), certificate=shown, asking=asking(request))


def _stated(request: Request, form: Parameters) -> Credentials:
    offered = [
        credentials
        for credentials in (_basic(request), _post(form), _assertion(form))
        if credentials is not None
    ]
    # RFC 6749 section 2.3: not more than one method in each request.
    if len(offered) > 1:
        raise invalid_request("The client authenticates in more than one way.")
    if not offered:
        client_id = form.get("client_id")
        if client_id is None:
            raise invalid_client("no credentials", basic=True)
        return Credentials("none", client_id, None)
    client_id = form.get("client_id")
    if client_id is not None and client_id != offered[0].client_id:
        raise invalid_client("two client ids", basic=offered[0].basic)
    return offered[0]


# RFC 6749 section 2.3.1: both parts are form-urlencoded before they are joined.
def _basic(request: Request) -> Credentials | None:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client_id, colon, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except ValueError as error:
        raise invalid_client("the Basic header is malformed", basic=True) from error
    client_id, secret = unquote_plus(client_id), unquote_plus(secret)
    if not colon or not client_id or "\x00" in client_id:
        raise invalid_client("the Basic header is malformed", basic=True)
    return Credentials("client_secret_basic", client_id, secret)


def _post(form: Parameters) -> Credentials | None:
    secret, client_id = form.get("client_secret"), form.get("client_id")
    if secret is None:
        return None
    if client_id is None:
        raise invalid_client("a secret without a client id")
    return Credentials("client_secret_post", client_id, secret)


# RFC 7523 section 2.2 and RFC 7521 section 4.2.
def _assertion(form: Parameters) -> Credentials | None:
    assertion = form.get("client_assertion")
    if assertion is None:
        return None
    if form.get("client_assertion_type") != ASSERTION_TYPE:
        raise invalid_client("an unknown client_assertion_type")
    subject = unverified_part(assertion, 1).get("sub")
    if not isinstance(subject, str) or not subject or "\x00" in subject:
        raise invalid_client("an assertion without sub")
    return Credentials("private_key_jwt", subject, assertion)


async def verify_client(
    deps: Deps, client: RelyingParty | None, credentials: Credentials, path: str
) -> UsedJti | None:
    """Prove that the client is who it says; return the identifier to use up, if any.

    An unknown client, a wrong secret and a method that was not registered get one answer.
    """
    credentials.asking.client = client
    used = await _prove(deps, client, credentials, path)
    credentials.asking.authenticated = client is not None and not client.public
    return used


async def _prove(
    deps: Deps, client: RelyingParty | None, credentials: Credentials, path: str
) -> UsedJti | None:
    if client is not None and not client.active:
        raise invalid_client("the client is in draft or suspended", basic=credentials.basic)
    if client is None or not _by_its_method(client, credentials):
        raise invalid_client("unknown client or other method", basic=credentials.basic)
    if client.auth_method in TLS_METHODS:
        await _verify_certificate(deps, client, credentials.certificate)
        return None
    if credentials.method == "none":
        return None
    if credentials.method == "private_key_jwt":
        return await _verify_assertion(deps, client, credentials, path)
    offered, now = credentials.proof or "", deps.clock.now()
    if not client_secrets.proves(deps.client_secrets, client.secrets, offered, now):
        raise invalid_client("wrong secret", basic=credentials.basic)
    return None


def _by_its_method(client: RelyingParty, credentials: Credentials) -> bool:
    # RFC 8705 section 2: with a certificate the request carries the client_id and nothing else.
    stated = "none" if client.auth_method in TLS_METHODS else client.auth_method
    return credentials.method == stated


async def _verify_certificate(deps: Deps, client: RelyingParty, shown: Shown | None) -> None:
    if shown is None:
        raise invalid_client("no client certificate", rule="certificate_missing")
    if not deps.mtls.current(shown):
        raise invalid_client("a certificate out of its time", rule="certificate_dates")
    if client.auth_method == "self_signed_tls_client_auth":
        # An unknown identifier makes a jwks_uri be asked anew: certificates are replaced there.
        keys = await _keys_of(deps, client, x5t_s256(shown.certificate))
        if not registered_key(shown.certificate, keys.as_dict(private=False)):
            raise invalid_client("not a registered certificate", rule="certificate_unregistered")
        return
    if not names_client(shown.certificate, client.metadata):
        raise invalid_client("the certificate names another", rule="certificate_subject")
    refusal = await deps.mtls.trust.refusal(shown)
    if refusal is not None:
        said, rule = _DISTRUSTED.get(refusal, _DISTRUSTED[Refusal.UNKNOWN_ISSUER])
        raise invalid_client(said, rule=rule)


async def _verify_assertion(
    deps: Deps, client: RelyingParty, credentials: Credentials, path: str
) -> UsedJti:
    assertion = credentials.proof or ""
    issuer = deps.settings.issuer
    return check_assertion(
        client,
        assertion,
        await _keys_of(deps, client, jose.unverified_header(assertion).get("kid")),
        issuer=issuer,
        endpoint=issuer + path,
        token_endpoint=issuer + "/token",
        now=deps.clock.now(),
    )


async def _keys_of(deps: Deps, client: RelyingParty, kid: object) -> KeySet:
    try:
        return await keys_of(deps, client, kid)
    except ClientKeysError as error:
        # A key set that cannot be fetched is the client's own fault; it may try again.
        raise OAuthError(
            "invalid_client",
            "The key set of the client cannot be read.",
            status=401,
            private=str(error),
            rule="client_keys_unreadable",
        ) from error


def require_confidential(client: RelyingParty) -> None:
    """Refuse public clients where only authenticated ones may ask (RFC 7662 section 2.1)."""
    if client.public:
        raise invalid_client("a public client")
