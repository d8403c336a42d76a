"""Small JOSE helpers over joserfc, with explicit algorithms everywhere."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Sequence
from typing import Any, TypeGuard

from clavis_kit.ids import encode_base64url
from clavis_kit.service_tokens import unverified_part
from joserfc import jwt
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

PublicKey = ECKey | RSAKey | OKPKey
_KEY_TYPES: dict[str, type[ECKey | RSAKey | OKPKey]] = {
    "EC": ECKey,
    "RSA": RSAKey,
    "OKP": OKPKey,
}


def import_public_key(jwk: dict[str, Any]) -> PublicKey:
    """Parse a public JWK. Raises ValueError for other key types, JoseError for broken ones."""
    kind = _KEY_TYPES.get(str(jwk.get("kty")))
    if kind is None:
        raise ValueError("not an asymmetric key")
    return kind.import_key(jwk)


def verify(token: str, key: PublicKey | KeySet, algorithms: Sequence[str]) -> dict[str, Any]:
    """Return the claims of a JWT that verifies. Raises JoseError in every other case."""
    try:
        with warnings.catch_warnings():
            # RFC 9864 renamed EdDSA; clients still send the old name, bound here to Ed25519 keys.
            warnings.simplefilter("ignore", SecurityWarning)
            return dict(jwt.decode(token, key, algorithms=list(algorithms)).claims)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise JoseError("the token is malformed") from error


def unverified_header(token: str) -> dict[str, Any]:
    """Read a JWT's header before its signature is checked; {} when broken."""
    return unverified_part(token, 0)


def is_number(value: object) -> TypeGuard[int | float]:
    """Say whether a JSON value is a NumericDate (booleans are not)."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def sha256_base64url(text: str) -> str:
    """Hash ASCII text as RFC 7636 and RFC 9449 want it."""
    return encode_base64url(hashlib.sha256(text.encode()).digest())


# OpenID Connect Core 1.0 section 3.1.3.6: the left half of the hash of the ID token's algorithm.
# ES256, PS256 and RS256 hash with SHA-256, Ed25519 (RFC 8032 section 5.1) with SHA-512.
def at_hash(access_token: str, alg: str) -> str:
    """Return the at_hash of an access token in an ID token signed with `alg`."""
    hashed = (hashlib.sha512 if alg == "EdDSA" else hashlib.sha256)(access_token.encode()).digest()
    return encode_base64url(hashed[: len(hashed) // 2])
