"""Verification of what the identity provider signs for this client: ID and logout tokens."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from clavis_kit.bff.errors import TokenRefusedError
from clavis_kit.service_tokens import unverified_part

ALGORITHMS = ["ES256", "PS256", "RS256", "EdDSA", "Ed25519"]
LEEWAY_SECONDS = 10
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
_LOGOUT_TYPES = frozenset({"", "jwt", "logout+jwt", "application/logout+jwt"})


@dataclass(frozen=True, slots=True)
class IdToken:
    """The facts of a verified ID token."""

    subject: str
    session_id: str | None
    acr: str | None
    authenticated_at: datetime


@dataclass(frozen=True, slots=True)
class LogoutToken:
    """The facts of a verified logout token; at least one of subject and session id is there."""

    jti: str
    subject: str | None
    session_id: str | None
    expires_at: datetime


def _claims(token: str, keys: KeySet) -> dict[str, Any]:
    try:
        return jwt.decode(token, keys, algorithms=ALGORITHMS).claims
    except (JoseError, ValueError) as error:
        raise TokenRefusedError("bad signature") from error


def _check_common(claims: dict[str, Any], issuer: str, client_id: str, now: datetime) -> None:
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if claims.get("iss") != issuer or client_id not in audiences:
        raise TokenRefusedError("wrong issuer or audience")
    issued, expires = claims.get("iat"), claims.get("exp")
    if not isinstance(issued, int) or not isinstance(expires, int):
        raise TokenRefusedError("no times")
    moment = now.timestamp()
    if expires + LEEWAY_SECONDS <= moment or issued - LEEWAY_SECONDS > moment:
        raise TokenRefusedError("expired or from the future")


# OpenID Connect Core 1.0 section 3.1.3.7.
def verify_id_token(
    token: str, keys: KeySet, *, issuer: str, client_id: str, nonce: str, now: datetime
) -> IdToken:
    """Return the facts of an ID token. Raises TokenRefusedError."""
    claims = _claims(token, keys)
    _check_common(claims, issuer, client_id, now)
    if isinstance(claims.get("aud"), list) and len(claims["aud"]) > 1:  # steps 3 and 5
        raise TokenRefusedError("meant for others too")
    if claims.get("azp", client_id) != client_id:
        raise TokenRefusedError("issued to another client")
    if claims.get("nonce") != nonce:  # step 11
        raise TokenRefusedError("wrong nonce")
    subject, acr, at = claims.get("sub"), claims.get("acr"), claims.get("auth_time")
    if not isinstance(subject, str) or not subject:
        raise TokenRefusedError("no subject")
    return IdToken(
        subject=subject,
        session_id=_text(claims.get("sid")),
        acr=_text(acr),
        authenticated_at=datetime.fromtimestamp(at if isinstance(at, int) else claims["iat"], UTC),
    )


# OpenID Connect Back-Channel Logout 1.0 section 2.6.
def verify_logout_token(
    token: str, keys: KeySet, *, issuer: str, client_id: str, now: datetime
) -> LogoutToken:
    """Return the facts of a logout token. Raises TokenRefusedError."""
    # Section 2.4: explicit typing keeps an ID token from being taken for a logout token.
    if str(unverified_part(token, 0).get("typ", "")).lower() not in _LOGOUT_TYPES:
        raise TokenRefusedError("not a logout token")
    claims = _claims(token, keys)
    _check_common(claims, issuer, client_id, now)
    subject, session_id = _text(claims.get("sub")), _text(claims.get("sid"))
    if subject is None and session_id is None:  # step 5
        raise TokenRefusedError("neither sub nor sid")
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(LOGOUT_EVENT), dict):  # step 6
        raise TokenRefusedError("not a logout event")
    if "nonce" in claims:  # step 7
        raise TokenRefusedError("a nonce is forbidden")
    jti = _text(claims.get("jti"))
    if jti is None:
        raise TokenRefusedError("no jti")
    return LogoutToken(jti, subject, session_id, datetime.fromtimestamp(claims["exp"], UTC))


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
