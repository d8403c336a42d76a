"""How a relying party checks a logout token. OpenID Connect Back-Channel Logout 1.0 section 2.6."""

from time import time
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

_EVENT = "http://schemas.openid.net/event/backchannel-logout"
_ALGORITHMS = ["ES256", "RS256", "PS256", "EdDSA"]
_SKEW_SECONDS = 30
_OLDEST_SECONDS = 180


class LogoutTokenError(ValueError):
    """The token must not be obeyed; the text says which check it failed."""


def read_logout_token(
    token: str, keys: dict[str, Any], *, issuer: str, audience: str, now: float | None = None
) -> dict[str, Any]:
    """Return the claims of a valid logout token; LogoutTokenError otherwise."""
    try:
        decoded = jwt.decode(token, KeySet.import_key_set(keys), algorithms=_ALGORITHMS)  # type: ignore[arg-type]  # joserfc types a JWKS as a TypedDict
    except (JoseError, ValueError) as error:
        raise LogoutTokenError("signature") from error
    claims = dict(decoded.claims)
    moment = time() if now is None else now
    checks = {
        "typ": str(decoded.header.get("typ", "logout+jwt")).lower() == "logout+jwt",
        "iss": claims.get("iss") == issuer,
        "aud": audience in _as_list(claims.get("aud")),
        "iat": abs(moment - _number(claims.get("iat"))) < _OLDEST_SECONDS,
        "exp": _number(claims.get("exp")) > moment - _SKEW_SECONDS,
        "jti": bool(claims.get("jti")),
        "events": isinstance(claims.get("events"), dict) and _EVENT in claims["events"],
        "nonce": "nonce" not in claims,
        "sub or sid": bool(claims.get("sub") or claims.get("sid")),
    }
    failed = [name for name, passed in checks.items() if not passed]
    if failed:
        raise LogoutTokenError(", ".join(failed))
    return claims


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _number(value: Any) -> float:
    return float(value) if isinstance(value, (int, float)) else 0.0
