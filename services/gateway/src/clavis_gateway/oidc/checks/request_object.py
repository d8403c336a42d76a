"""Request objects: authorization requests that their client signed (RFC 9101)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from clavis_gateway.errors import OAuthError
from clavis_gateway.oidc import jose
from clavis_gateway.oidc.metadata import FAPI_ALGS
from clavis_gateway.records import RelyingParty

MAX_LENGTH = 16384
MAX_SKEW = timedelta(seconds=30)
MAX_AGE = timedelta(minutes=60)
_SIGNED_PARTS, _ENCRYPTED_PARTS = 3, 5  # RFC 7515 section 7.1, RFC 7516 section 7.1
_TYPES = frozenset({"oauth-authz-req+jwt", "application/oauth-authz-req+jwt", "jwt"})
# RFC 7519 section 4.1: claims about the object itself, no parameters of the request.
_REGISTERED = frozenset({"iss", "sub", "aud", "exp", "nbf", "iat", "jti"})


def refused(description: str) -> OAuthError:
    """Make the error of RFC 9101 section 7."""
    return OAuthError("invalid_request_object", description)


@dataclass(frozen=True, slots=True)
class Judged:
    """A verified object, who sent it and when."""

    claims: dict[str, Any]
    client: RelyingParty
    issuer: str
    now: datetime


def read(
    client: RelyingParty, token: str, keys: KeySet, *, issuer: str, now: datetime
) -> dict[str, str]:
    """Verify a request object and return the parameters it carries. Raises OAuthError."""
    check_form(token)
    check_header(client, jose.unverified_header(token))
    judged = Judged(_verified(client, token, keys), client, issuer, now)
    for check in _CHECKS:
        check(judged)
    return parameters(judged.claims)


# RFC 9101 section 6.1: encryption is optional; we publish no key for it.
def check_form(token: str) -> None:
    """Refuse what is no signed JWT, and what is too long to be a request."""
    if len(token) > MAX_LENGTH:
        raise refused("The request object is too long.")
    parts = token.count(".") + 1
    if parts == _ENCRYPTED_PARTS:
        raise refused("Encrypted request objects are not supported.")
    if parts != _SIGNED_PARTS:
        raise refused("The request object is not a JWT.")


# RFC 9101 section 10.8: no JWT made for another purpose. Section 10.5 and OpenID Connect
# Registration 1.0 section 2 (request_object_signing_alg): signed, and as the client registered.
def check_header(client: RelyingParty, header: dict[str, Any]) -> None:
    """Refuse other types, and algorithms the client may not use."""
    if str(header.get("typ", "jwt")).lower() not in _TYPES:
        raise refused("The typ of the request object is not oauth-authz-req+jwt.")
    algorithm = header.get("alg")
    if algorithm == "none":
        raise refused("The request object is not signed.")
    if algorithm not in signing_algorithms(client):
        raise refused("The request object is signed with an algorithm that is not allowed.")


# FAPI 2.0 Security Profile section 5.4.1: no RS256. A basic client has it by registering it.
def signing_algorithms(client: RelyingParty) -> tuple[str, ...]:
    """List the algorithms with which a client may sign its requests."""
    wanted = client.metadata.get("request_object_signing_alg")
    if wanted is None:
        return FAPI_ALGS
    if wanted == "RS256" and not client.fapi2:
        return ("RS256",)
    return tuple(alg for alg in FAPI_ALGS if alg == wanted)


# RFC 9101 section 6.2.
def _verified(client: RelyingParty, token: str, keys: KeySet) -> dict[str, Any]:
    try:
        return jose.verify(token, keys, signing_algorithms(client))
    except JoseError as error:
        raise refused("The signature of the request object does not verify.") from error


# RFC 9101 section 5: client_id inside and outside are the same; section 4: iss is the client, and
# FAPI 2.0 Message Signing section 5.3.1 leaves no choice.
def check_issuer(judged: Judged) -> None:
    """Refuse the object of another client."""
    if judged.claims.get("client_id") != judged.client.client_id:
        raise refused("The client_id in the request object is not that of the client.")
    issuer = judged.claims.get("iss")
    if issuer != judged.client.client_id and (issuer is not None or judged.client.fapi2):
        raise refused("The iss of the request object is not the client_id.")


# RFC 9101 section 10.8: a request object passes through browsers and must be no client assertion
# (RFC 7523 section 3), which has the client as its subject.
def check_subject(judged: Judged) -> None:
    """Refuse an object that could authenticate its client."""
    if judged.claims.get("sub") == judged.client.client_id:
        raise refused("The request object must not have the client as its sub.")


# RFC 9101 section 4, FAPI 2.0 Message Signing section 5.3.1: the issuer, alone or among others.
def check_audience(judged: Judged) -> None:
    """Refuse an object made for another server."""
    audience = judged.claims.get("aud")
    if audience is None and not judged.client.fapi2:
        return
    named = audience if isinstance(audience, list) else [audience]
    if judged.issuer not in named:
        raise refused("The aud of the request object is not this issuer.")


# RFC 7519 sections 4.1.4 and 4.1.5.
def check_times(judged: Judged) -> None:
    """Refuse an object that has expired or is not yet valid."""
    at, skew = judged.now.timestamp(), MAX_SKEW.total_seconds()
    expires, not_before = judged.claims.get("exp", at + 1), judged.claims.get("nbf", at)
    if not jose.is_number(expires) or not jose.is_number(not_before):
        raise refused("The times of the request object are not numbers.")
    if expires <= at:
        raise refused("The request object has expired.")
    if not_before > at + skew:
        raise refused("The request object is not yet valid.")


# FAPI 2.0 Message Signing section 5.3.1: nbf at most 60 minutes ago, exp at most 60 after nbf.
def check_lifetime(judged: Judged) -> None:
    """Require short-lived objects of fapi2 clients."""
    if not judged.client.fapi2:
        return
    expires, not_before = judged.claims.get("exp"), judged.claims.get("nbf")
    if expires is None or not_before is None:
        raise refused("The request object needs exp and nbf.")
    longest = MAX_AGE.total_seconds()
    if not_before < judged.now.timestamp() - longest:
        raise refused("The nbf of the request object is more than 60 minutes ago.")
    if expires - not_before > longest:
        raise refused("The exp of the request object is more than 60 minutes after its nbf.")


# RFC 9101 section 4: neither request nor request_uri inside.
def check_nesting(judged: Judged) -> None:
    """Refuse an object within an object."""
    if judged.claims.keys() & {"request", "request_uri"}:
        raise refused("The request object must not hold request or request_uri.")


_CHECKS: tuple[Callable[[Judged], None], ...] = (
    check_issuer,
    check_subject,
    check_audience,
    check_times,
    check_lifetime,
    check_nesting,
)


# RFC 9101 section 4: parameters are claims; numbers and objects are JSON there and text outside.
def parameters(claims: dict[str, Any]) -> dict[str, str]:
    """Return the claims that are parameters, as the parameters of a plain request."""
    return {
        name: _text(name, value)
        for name, value in claims.items()
        if name not in _REGISTERED and value is not None
    }


def _text(name: str, value: object) -> str:
    if isinstance(value, str):
        return value
    # RFC 8707 section 2: several resources are a list here, several parameters outside.
    if name == "resource" and isinstance(value, list):
        return " ".join(str(resource) for resource in value)
    return json.dumps(value, separators=(",", ":"))
