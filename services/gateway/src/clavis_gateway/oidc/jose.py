"""Small JOSE helpers over joserfc, with explicit algorithms everywhere."""

from __future__ import annotations

import hashlib
import math
import warnings
from collections.abc import Sequence
from typing import Any, TypeGuard

from clavis_kit import strict_json
from clavis_kit.ids import decode_base64url, encode_base64url
from clavis_kit.jwks import PublicKey, import_public_key
from clavis_kit.service_tokens import unverified_part
from joserfc import jwt
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

__all__ = ["PublicKey", "import_public_key"]

MAX_HEADER_BYTES = 8192  # a DPoP proof carries its key there, an x5c chain is no use of ours
MAX_CLAIMS_BYTES = 32768
LATEST = 253402300800  # the year 10000, where calendars end (RFC 3339 section 5.6)


class _Registry(JWSRegistry):
    """How joserfc reads headers here.

    RFC 7515 section 4: header parameters that are not understood are ignored. The library would
    refuse them, and would find the RSA key of a DPoP proof too long.
    """

    max_header_length = MAX_HEADER_BYTES
    max_payload_length = MAX_CLAIMS_BYTES

    def __init__(self, algorithms: list[str]) -> None:
        """Allow these algorithms and no other."""
        super().__init__(algorithms=algorithms, strict_check_header=False)


def verify(token: str, key: PublicKey | KeySet, algorithms: Sequence[str]) -> dict[str, Any]:
    """Return the claims of a JWT that verifies. Raises JoseError in every other case."""
    claims = _read(token)
    try:
        with warnings.catch_warnings():
            # RFC 9864 renamed EdDSA; clients still send the old name, bound here to Ed25519 keys.
            warnings.simplefilter("ignore", SecurityWarning)
            jwt.decode(token, key, registry=_Registry(algorithms=list(algorithms)))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise JoseError("the token is malformed") from error
    return claims


# RFC 7519 section 4: of claims with one name a parser rejects, so that no two readers differ. RFC
# 7515 section 4.1.11: an extension marked critical that we do not know, and we know none, makes
# the token invalid. Sizes are judged before any key is used.
def _read(token: str) -> dict[str, Any]:
    try:
        head, body, _ = token.split(".")
        header = strict_json.load_object(
            decode_base64url(head), strict_json.Limits(bytes=MAX_HEADER_BYTES)
        )
        claims = strict_json.load_object(
            decode_base64url(body), strict_json.Limits(bytes=MAX_CLAIMS_BYTES)
        )
    except ValueError as error:
        raise JoseError("the token is malformed") from error
    if "crit" in header or "b64" in header:
        raise JoseError("the token has critical extensions")
    return claims


def unverified_header(token: str) -> dict[str, Any]:
    """Read a JWT's header before its signature is checked; {} when broken."""
    return unverified_part(token, 0)


def is_number(value: object) -> TypeGuard[int | float]:
    """Say whether a JSON value is a NumericDate of this era (booleans and infinity are not)."""
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and math.isfinite(value)
        and abs(value) < LATEST
    )


def sha256_base64url(text: str) -> str:
    """Hash ASCII text as RFC 7636 and RFC 9449 want it."""
    return encode_base64url(hashlib.sha256(text.encode()).digest())


# OpenID Connect Core 1.0 section 3.1.3.6: the left half of the hash of the ID token's algorithm.
# ES256, PS256 and RS256 hash with SHA-256, Ed25519 (RFC 8032 section 5.1) with SHA-512.
def at_hash(access_token: str, alg: str) -> str:
    """Return the at_hash of an access token in an ID token signed with `alg`."""
    hashed = (hashlib.sha512 if alg == "EdDSA" else hashlib.sha256)(access_token.encode()).digest()
    return encode_base64url(hashed[: len(hashed) // 2])
