"""private_key_jwt: a client's signed statement that it is who it says."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from clavis_kit.keyed_hash import sha256_hex
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from clavis_gateway.errors import invalid_client
from clavis_gateway.oidc import jose
from clavis_gateway.oidc.metadata import ASSERTION_ALGS, FAPI_ALGS
from clavis_gateway.records import RelyingParty, UsedJti

MAX_SKEW = timedelta(seconds=30)
MAX_LIFETIME = timedelta(minutes=10)
_TYPES = frozenset({"jwt", "client-authentication+jwt"})


# RFC 7523 section 3 and OpenID Connect Core 1.0 section 9.
def check_assertion(
    client: RelyingParty,
    assertion: str,
    keys: KeySet,
    *,
    issuer: str,
    endpoint: str,
    token_endpoint: str,
    now: datetime,
) -> UsedJti:
    """Verify the assertion and return the identifier to use up. Raises invalid_client."""
    check_type(assertion)
    # FAPI 2.0 Security Profile section 5.4.1: no RS256.
    accepted = FAPI_ALGS if client.fapi2 else ASSERTION_ALGS
    wanted = client.metadata.get("token_endpoint_auth_signing_alg")
    algorithms = [alg for alg in accepted if wanted in (None, alg)]
    try:
        claims = jose.verify(assertion, keys, algorithms)
    except JoseError as error:
        raise invalid_client("the assertion does not verify") from error
    if claims.get("iss") != client.client_id or claims.get("sub") != client.client_id:
        raise invalid_client("the assertion is about another client")
    _check_audience(client, claims.get("aud"), issuer, {issuer, endpoint, token_endpoint})
    expires = _check_times(claims, now)
    jti = claims.get("jti")
    if not isinstance(jti, str) or not jti:
        raise invalid_client("the assertion has no jti")
    return UsedJti(
        sha256_hex(f"assertion:{client.client_id}:{jti}"),
        datetime.fromtimestamp(expires, tz=now.tzinfo) + 2 * MAX_SKEW,
    )


# RFC 8725 section 3.11: a JWT made for another purpose, such as a request object that passed
# through a browser, is no assertion, even if the client did sign it.
def check_type(assertion: str) -> None:
    """Refuse a JWT that says it is something else."""
    kind = str(jose.unverified_header(assertion).get("typ", "jwt")).lower()
    if kind.removeprefix("application/") not in _TYPES:
        raise invalid_client("the assertion is a JWT of another type")


# FAPI 2.0 Security Profile section 5.3.2.1: the issuer as a single string. Others may name the
# endpoint (RFC 7523 section 3), but never several audiences: another server could replay those.
def _check_audience(
    client: RelyingParty, audience: object, issuer: str, accepted: set[str]
) -> None:
    if client.fapi2:
        good = audience == issuer
    else:
        one = audience[0] if isinstance(audience, list) and len(audience) == 1 else audience
        good = isinstance(one, str) and one in accepted
    if not good:
        raise invalid_client("the assertion is for another audience")


def _check_times(claims: dict[str, Any], now: datetime) -> float:
    at, skew = now.timestamp(), MAX_SKEW.total_seconds()
    expires = claims.get("exp")
    if not jose.is_number(expires) or expires <= at - skew:
        raise invalid_client("the assertion has expired")
    if expires > at + MAX_LIFETIME.total_seconds():
        raise invalid_client("the assertion lives too long")
    for name in ("iat", "nbf"):
        moment = claims.get(name, at)
        if not jose.is_number(moment) or moment > at + skew:
            raise invalid_client(f"the assertion's {name} is in the future")
    return float(expires)
