"""The content of ID tokens and access tokens. Pure: who signs and who stores is elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from clavis_kit.keyed_hash import sha256_hex

from clavis_gateway.oidc import jose
from clavis_gateway.oidc.entitlements import Entitlement
from clavis_gateway.records import AccessToken, Grant, RefreshToken, RelyingParty


def seconds(moment: datetime) -> int:
    """Return a NumericDate."""
    return int(moment.timestamp())


# OpenID Connect Core 1.0 section 2, and section 12.2 for refreshing: same iss, sub, aud and
# auth_time, no nonce. There is one audience, hence no azp; no code comes beside an ID token of the
# token endpoint, hence no c_hash (section 3.3.2.11).
def id_token(
    *,
    issuer: str,
    grant: Grant,
    sid: str,
    access_token: str,
    alg: str,
    now: datetime,
    lifetime: timedelta,
    extra: dict[str, Any],
    first: bool,
) -> dict[str, Any]:
    """Compose the claims of an ID token; `extra` holds what claims.id_token asked for."""
    claims: dict[str, Any] = {
        **extra,
        "iss": issuer,
        "sub": grant.sub,
        "aud": grant.client_id,
        "exp": seconds(now + lifetime),
        "iat": seconds(now),
        "auth_time": seconds(grant.auth_time),
        "acr": grant.acr,
        "amr": list(grant.amr),
        "sid": sid,
        "at_hash": jose.at_hash(access_token, alg),
    }
    if first and grant.nonce is not None:
        claims["nonce"] = grant.nonce
    return claims


# RFC 7800 section 3.1, RFC 9449 section 6 and RFC 8705 section 3.1.
def confirmation(token: AccessToken | RefreshToken) -> dict[str, str]:
    """Return the cnf of a token: what its holder must prove; {} for a bearer token."""
    named = {"jkt": token.jkt, "x5t#S256": token.x5t}
    return {member: value for member, value in named.items() if value is not None}


@dataclass(frozen=True, slots=True)
class NewAccessToken:
    """An access token to hand out: what it is, and the record of it.

    `jwt_claims` are set when the token is a JWT for our own APIs; else `opaque` is the token.
    """

    record: AccessToken
    opaque: str | None
    jwt_claims: dict[str, Any] | None


def access_token(
    client: RelyingParty,
    *,
    issuer: str,
    grant: Grant | None,
    sid: str | None,
    scope: str,
    jkt: str | None,
    x5t: str | None,
    handle: str,
    now: datetime,
    lifetime: timedelta,
    entitlement: Entitlement,
) -> NewAccessToken:
    """Compose an access token.

    One for APIs is a JWT that those verify by themselves; any other is an opaque handle, worthless
    to anyone but us. Both are on record, so that both can be ended at once.
    """
    record = AccessToken(
        handle_hash=sha256_hex(handle),
        grant_id=grant.grant_id if grant else None,
        client_id=client.client_id,
        scope=scope,
        audience=entitlement.audience,
        jkt=jkt,
        issued_at=now,
        expires_at=now + lifetime,
        authorization_details=entitlement.details,
        x5t=x5t,
    )
    if entitlement.opaque:
        return NewAccessToken(record, handle, None)
    holder = _holder(grant, sid) if grant else {"sub": client.client_id}
    return NewAccessToken(record, None, {"iss": issuer, "jti": handle} | _stated(record) | holder)


# RFC 9068 section 2.2; 2.2.3: what was asked as scope; RFC 9396 section 9.1.
def _stated(record: AccessToken) -> dict[str, Any]:
    claims: dict[str, Any] = {
        "aud": list(record.audience),
        "client_id": record.client_id,
        "exp": seconds(record.expires_at),
        "iat": seconds(record.issued_at),
    }
    if record.scope:
        claims["scope"] = record.scope
    if record.authorization_details:
        claims["authorization_details"] = list(record.authorization_details)
    bound = confirmation(record)
    if bound:
        claims["cnf"] = bound
    return claims


# RFC 9068 sections 2.2.1 and 2.2.2: who it is, and how they authenticated.
def _holder(grant: Grant, sid: str | None) -> dict[str, Any]:
    return {
        "sub": grant.sub,
        "acr": grant.acr,
        "amr": list(grant.amr),
        "auth_time": seconds(grant.auth_time),
        "sid": sid,
    }
