"""JWT access tokens (RFC 9068) that the platform's own APIs accept."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fastapi import Request
from joserfc import jwt
from joserfc.errors import JoseError

from clavis_kit.clock import Clock
from clavis_kit.errors import ServiceError
from clavis_kit.loa import Loa, from_acr
from clavis_kit.service_tokens import JwksCache, bearer_token, unverified_part

LEEWAY_SECONDS = 5
ALGORITHMS = ["ES256"]


@dataclass(frozen=True)
class AccessToken:
    """What a verified token says."""

    subject_id: str
    client_id: str
    loa: Loa | None
    amr: tuple[str, ...]
    auth_time: int | None
    session_id: str | None
    scope: frozenset[str]


class AccessTokenVerifier:
    """Verifies tokens of one issuer for one audience."""

    def __init__(
        self, *, issuer: str, jwks_url: str, audience: str, keys: JwksCache, clock: Clock
    ) -> None:
        """Remember what a good token must say."""
        self._issuer = issuer
        self._jwks_url = jwks_url
        self._audience = audience
        self._keys = keys
        self._clock = clock

    async def verify(self, token: str) -> AccessToken:
        """Return the token's facts. Raises ServiceError 401."""
        header = unverified_part(token, 0)
        # RFC 9068 section 4: the type keeps an ID token from being taken for an access token.
        if str(header.get("typ", "")).lower() not in {"at+jwt", "application/at+jwt"}:
            raise _refused("not an access token")
        keys = await self._keys.get(self._jwks_url, header.get("kid"))
        try:
            claims = jwt.decode(token, keys, algorithms=ALGORITHMS).claims
        except (JoseError, ValueError) as error:
            raise _refused("bad signature") from error
        self._check(claims)
        return _facts(claims)

    def _check(self, claims: dict[str, Any]) -> None:
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        expires = claims.get("exp")
        if claims.get("iss") != self._issuer or self._audience not in audiences:
            raise _refused("wrong issuer or audience")
        now = self._clock.now().timestamp()
        if not isinstance(expires, int) or expires + LEEWAY_SECONDS < now:
            raise _refused("expired")
        if not isinstance(claims.get("sub"), str) or not isinstance(claims.get("client_id"), str):
            raise _refused("incomplete")


def _facts(claims: dict[str, Any]) -> AccessToken:
    acr = claims.get("acr")
    auth_time = claims.get("auth_time")
    return AccessToken(
        subject_id=claims["sub"],
        client_id=claims["client_id"],
        loa=from_acr(acr) if isinstance(acr, str) else None,
        amr=tuple(str(method) for method in claims.get("amr", ())),
        auth_time=auth_time if isinstance(auth_time, int) else None,
        session_id=claims.get("sid"),
        scope=frozenset(str(claims.get("scope", "")).split()),
    )


def _refused(reason: str) -> ServiceError:
    return ServiceError(
        "invalid-token",
        401,
        private=reason,
        headers={"WWW-Authenticate": 'Bearer error="invalid_token"'},
    )


def require_loa(token: AccessToken, minimum: Loa) -> None:
    """Refuse a token whose level is too low, naming the level to come back with."""
    # RFC 9470 section 3: the challenge that a client answers with a step-up.
    if token.loa is None or token.loa < minimum:
        challenge = (
            'Bearer error="insufficient_user_authentication",'
            f' error_description="A higher level is needed", acr_values="{minimum.acr}"'
        )
        raise ServiceError(
            "insufficient_user_authentication",
            401,
            "This needs a higher level of assurance.",
            headers={"WWW-Authenticate": challenge},
            extra={"acr_values": minimum.acr},
        )


def require_recent(token: AccessToken, now: datetime, max_age: timedelta) -> None:
    """Refuse a token whose person proved to be themselves longer ago than this."""
    # RFC 9470 section 3: max_age in the challenge asks for a login that is not older.
    seconds = int(max_age.total_seconds())
    if token.auth_time is None or now.timestamp() - token.auth_time > seconds + LEEWAY_SECONDS:
        challenge = (
            'Bearer error="insufficient_user_authentication",'
            f' error_description="A more recent login is needed", max_age="{seconds}"'
        )
        raise ServiceError(
            "insufficient_user_authentication",
            401,
            "This needs a more recent login.",
            headers={"WWW-Authenticate": challenge},
            extra={"max_age": seconds},
        )


def bearer(*client_ids: str) -> Callable[[Request], Awaitable[AccessToken]]:
    """Make a FastAPI dependency that verifies the token and who presents it.

    The application keeps its AccessTokenVerifier in `app.state.access_tokens`.
    """

    async def dependency(request: Request) -> AccessToken:
        verifier: AccessTokenVerifier = request.app.state.access_tokens
        token = await verifier.verify(bearer_token(request))
        if client_ids and token.client_id not in client_ids:
            raise ServiceError("client-not-allowed", 403)
        return token

    return dependency
