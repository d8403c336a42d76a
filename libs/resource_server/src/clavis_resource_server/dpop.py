"""DPoP proofs: that the sender of a token holds the key it is bound to (RFC 9449)."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from clavis_resource_server.jose import (
    BrokenJwtError,
    PublicKey,
    digest,
    public_key,
    read_header,
    verified_claims,
)
from clavis_resource_server.replay import Replays

ALGORITHMS = ("ES256", "PS256", "EdDSA", "Ed25519")
MAX_AGE_SECONDS = 60
MAX_AHEAD_SECONDS = 30
MAX_PROOF = 4096
MAX_JTI = 256


class ProofError(ValueError):
    """A proof that proves nothing; the message says why, in words for the client."""


# Section 4.3, in its order.
async def check_proof(
    headers: list[str],
    *,
    method: str,
    url: str,
    token: str,
    thumbprint: str,
    replays: Replays,
    now: Callable[[], float],
) -> None:
    """Verify the proof that comes with a token bound to a key. Raises ProofError."""
    if len(headers) != 1 or len(headers[0]) > MAX_PROOF:
        raise ProofError("One DPoP proof is needed.")
    key, claims = _read(headers[0])
    if claims.get("htm") != method or not same_address(claims.get("htu"), url):
        raise ProofError("The DPoP proof is for another request.")
    if not _equal(claims.get("ath"), digest(token.encode())):
        raise ProofError("The DPoP proof is for another token.")
    if not _equal(key.thumbprint(), thumbprint):
        raise ProofError("The DPoP proof is by another key.")
    identifier, issued = _once(claims, now())
    until = issued + MAX_AGE_SECONDS + MAX_AHEAD_SECONDS
    if not await replays.first_use(digest(f"{thumbprint} {identifier}".encode()), until):
        raise ProofError("The DPoP proof was used before.")


def _read(proof: str) -> tuple[PublicKey, dict[str, Any]]:
    """Verify the signature with the key the proof itself holds."""
    try:
        header = read_header(proof)
        if header.get("typ") != "dpop+jwt" or header.get("alg") not in ALGORITHMS:
            raise ProofError("The DPoP proof has a wrong type or algorithm.")
        key = public_key(header.get("jwk"))
        return key, verified_claims(proof, key, ALGORITHMS)
    except BrokenJwtError as error:
        raise ProofError("The DPoP proof is malformed or its signature is wrong.") from error


def _once(claims: dict[str, Any], now: float) -> tuple[str, int]:
    """Return what makes the proof usable once, and when it was made, if that is recent."""
    identifier, issued = claims.get("jti"), claims.get("iat")
    if not isinstance(issued, int) or not -MAX_AHEAD_SECONDS <= now - issued <= MAX_AGE_SECONDS:
        raise ProofError("The DPoP proof is too old or from the future.")
    if not isinstance(identifier, str) or not 0 < len(identifier) <= MAX_JTI:
        raise ProofError("The DPoP proof has no identifier.")
    return identifier, issued


def _equal(given: object, expected: str) -> bool:
    return isinstance(given, str) and hmac.compare_digest(given.encode(), expected.encode())


# Section 4.3 point 9: without query and fragment, normalised (RFC 3986 section 6.2.2 and 6.2.3).
def same_address(given: object, url: str) -> bool:
    """Say whether a proof's htu names the address of this request."""
    if not isinstance(given, str):
        return False
    try:
        return _normal(given) == _normal(url)
    except ValueError:
        return False


def _normal(url: str) -> tuple[str, str | None, int | None, str]:
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    port = parts.port or {"https": 443, "http": 80}.get(scheme)
    return scheme, parts.hostname, port, parts.path or "/"
