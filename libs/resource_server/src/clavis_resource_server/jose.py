"""The few steps of JOSE that tokens and proofs share."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

MAX_TOKEN = 16_384
PublicKey = ECKey | RSAKey | OKPKey
_KINDS: dict[str, type[PublicKey]] = {"EC": ECKey, "RSA": RSAKey, "OKP": OKPKey}
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_MIN_RSA_BITS, _MAX_RSA_BITS = 2048, 8192


class BrokenJwtError(ValueError):
    """A JWT that cannot be read, or whose signature does not verify."""


def read_header(token: str) -> dict[str, Any]:
    """Return the header of a compact JWS, not verified. Raises BrokenJwtError."""
    if len(token) > MAX_TOKEN or token.count(".") != 2:  # noqa: PLR2004 -- RFC 7515 section 7.1
        raise BrokenJwtError("not a JWT")
    try:
        part = token.partition(".")[0]
        header = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, RecursionError) as error:
        raise BrokenJwtError("broken header") from error
    # RFC 7515 section 4.1.11: what is critical and not understood makes it invalid.
    if not isinstance(header, dict) or "crit" in header:
        raise BrokenJwtError("not a header we understand")
    return header


def public_key(jwk: object) -> PublicKey:
    """Parse a public JWK of a sensible size. Raises BrokenJwtError."""
    if not isinstance(jwk, dict) or _PRIVATE & jwk.keys():
        raise BrokenJwtError("not a public key")
    kind = _KINDS.get(str(jwk.get("kty")))
    if kind is None:
        raise BrokenJwtError("not an asymmetric key")
    if kind is RSAKey and not _MIN_RSA_BITS <= len(str(jwk.get("n", ""))) * 6 <= _MAX_RSA_BITS + 16:
        raise BrokenJwtError("RSA key out of bounds")
    try:
        return kind.import_key(jwk)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise BrokenJwtError("broken key") from error


def verified_claims(token: str, key: PublicKey, algorithms: tuple[str, ...]) -> dict[str, Any]:
    """Verify a signature and return the claims. Raises BrokenJwtError."""
    try:
        payload = jws.deserialize_compact(token, key, algorithms=list(algorithms)).payload
        claims = json.loads(payload)
    except (JoseError, ValueError, TypeError, RecursionError) as error:
        raise BrokenJwtError("bad signature or payload") from error
    if not isinstance(claims, dict):
        raise BrokenJwtError("no claims")
    return claims


def digest(data: bytes) -> str:
    """Return the base64url SHA-256 of something, without padding."""
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
