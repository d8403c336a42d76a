"""Tokens by which services know each other: each signs with its own key, none shares a secret."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from cryptography.hazmat.primitives.asymmetric import ec
from fastapi import Request
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from clavis_kit import strict_json
from clavis_kit.clock import Clock
from clavis_kit.errors import ServiceError
from clavis_kit.ids import decode_base64url, new_id
from clavis_kit.jwks import JwksCache

__all__ = [
    "LEEWAY_SECONDS",
    "LIFETIME_SECONDS",
    "JwksCache",
    "KeySource",
    "ServiceTokenSigner",
    "ServiceTokenVerifier",
    "bearer_token",
    "caller",
    "public_jwks",
    "unverified_part",
]

LIFETIME_SECONDS = 60
LEEWAY_SECONDS = 10
REMEMBERED_TOKENS = 256
_PART = strict_json.Limits(bytes=16384)


def public_jwks(key: ECKey) -> dict[str, Any]:
    """Return the public key set to publish at /.well-known/jwks.json."""
    return {"keys": [key.as_dict(private=False, use="sig", alg="ES256", kid=key.thumbprint())]}


class ServiceTokenSigner:
    """Signs the tokens of one service and reuses each for half its life."""

    def __init__(self, name: str, private_key: ec.EllipticCurvePrivateKey, clock: Clock) -> None:
        """Parse the key once; `name` is the issuer."""
        self._name = name
        self._key = ECKey.import_key(private_key)
        self._clock = clock
        self._cache: dict[str, tuple[float, str]] = {}

    @property
    def jwks(self) -> dict[str, Any]:
        """The public key set."""
        return public_jwks(self._key)

    @property
    def key(self) -> ECKey:
        """The key itself, for a client that authenticates with private_key_jwt."""
        return self._key

    def token(self, audience: str) -> str:
        """Return a token for the callee, at least half its life still ahead."""
        now = self._clock.now().timestamp()
        renew_at, cached = self._cache.get(audience, (0.0, ""))
        if now < renew_at:
            return cached
        claims = {
            "iss": self._name,
            "aud": audience,
            "iat": int(now),
            "exp": int(now) + LIFETIME_SECONDS,
            "jti": new_id(),
        }
        header = {"alg": "ES256", "typ": "JWT", "kid": self._key.thumbprint()}
        token = jwt.encode(header, claims, self._key)
        self._cache[audience] = (now + LIFETIME_SECONDS / 2, token)
        return token

    def headers(self, audience: str) -> dict[str, str]:
        """Return the Authorization header for a call."""
        return {"Authorization": f"Bearer {self.token(audience)}"}


def unverified_part(token: str, index: int) -> dict[str, Any]:
    """Read a JWT's header (0) or claims (1) before its signature is checked. {} when broken."""
    try:
        part = decode_base64url(token.split(".", 5)[index])
        return strict_json.load_object(part, _PART)
    except (ValueError, IndexError):
        return {}


def bearer_token(request: Request) -> str:
    """Read the token of an Authorization header; the scheme is compared without case."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        # RFC 6750 section 3.1: no error code when no authentication was given.
        raise ServiceError("authentication-required", 401, headers={"WWW-Authenticate": "Bearer"})
    return token.strip()


class KeySource(Protocol):
    """Where the keys of a caller come from: an address, usually behind a cache, or a file."""

    async def get(self, url: str, kid: str | None) -> KeySet:
        """Return the caller's keys, `kid` among them if it exists."""
        ...


@dataclass(frozen=True, slots=True)
class _Verified:
    """A token whose signature was right under these keys, and what it says."""

    issuer: str
    kid: str | None
    keys: KeySet
    claims: dict[str, Any]


class ServiceTokenVerifier:
    """Checks who calls. The callers and their key sets are settings.

    A caller uses one token for half a minute. Its signature is not worked out again as long as the
    caller's keys are the very ones it was right under: keys read anew, though they be the same,
    forget it, so that no token outlives a key. Times and audience are judged each time.
    """

    def __init__(
        self, audience: str, callers: Mapping[str, str], keys: KeySource, clock: Clock
    ) -> None:
        """`audience` is this service's name; callers maps a name to its JWKS URL."""
        self._audience = audience
        self._callers = callers
        self._keys = keys
        self._clock = clock
        self._verified: OrderedDict[str, _Verified] = OrderedDict()

    async def verify(self, token: str) -> str:
        """Return the caller's name. Raises ServiceError 401."""
        known = self._verified.get(token)
        if known is None or await self._keys_of(known.issuer, known.kid) is not known.keys:
            known = await self._verify(token)
        self._check_claims(known.claims)
        self._remember(token, known)
        return known.issuer

    async def _verify(self, token: str) -> _Verified:
        header, claims = unverified_part(token, 0), unverified_part(token, 1)
        issuer, kid = claims.get("iss"), header.get("kid")
        if not isinstance(issuer, str):
            raise _refused("unknown caller")
        keys = await self._keys_of(issuer, kid)
        try:
            verified = jwt.decode(token, keys, algorithms=["ES256"]).claims
        except (JoseError, ValueError) as error:
            raise _refused("bad signature") from error
        return _Verified(issuer, kid, keys, verified)

    async def _keys_of(self, issuer: str, kid: str | None) -> KeySet:
        url = self._callers.get(issuer)
        if url is None:
            raise _refused("unknown caller")
        return await self._keys.get(url, kid)

    def _remember(self, token: str, known: _Verified) -> None:
        self._verified[token] = known
        self._verified.move_to_end(token)
        if len(self._verified) > REMEMBERED_TOKENS:
            self._verified.popitem(last=False)

    def _check_claims(self, claims: dict[str, Any]) -> None:
        now = self._clock.now().timestamp()
        issued, expires = claims.get("iat"), claims.get("exp")
        if claims.get("aud") != self._audience:
            raise _refused("wrong audience")
        if not isinstance(issued, int) or not isinstance(expires, int):
            raise _refused("no times")
        if expires - issued > LIFETIME_SECONDS or expires + LEEWAY_SECONDS < now:
            raise _refused("expired or too long-lived")
        if issued - LEEWAY_SECONDS > now:
            raise _refused("issued in the future")


def _refused(reason: str) -> ServiceError:
    return ServiceError(
        "invalid-token",
        401,
        private=reason,
        headers={"WWW-Authenticate": 'Bearer error="invalid_token"'},
    )


def caller(*allowed: str) -> Callable[[Request], Awaitable[str]]:
    """Make a FastAPI dependency that lets only these services in and returns which it was.

    The application keeps its ServiceTokenVerifier in `app.state.service_tokens`.
    """

    async def dependency(request: Request) -> str:
        verifier: ServiceTokenVerifier = request.app.state.service_tokens
        name = await verifier.verify(bearer_token(request))
        if name not in allowed:
            raise ServiceError("caller-not-allowed", 403)
        return name

    return dependency
