"""When a request that a device signed is believed. Pure: no I/O, no clock, no randomness.

The form follows RFC 9449 (DPoP): method, address, time, an identifier for one use, and, beyond it,
a hash of the body, so that a signature covers all of a request.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from clavis_kit.ids import encode_base64url

TYPE = "clavis-device+jwt"
DECISION_TYPE = "clavis-decision+jwt"
_MIN_JTI, _MAX_JTI = 16, 128


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """The request as it arrived, in the terms a proof speaks of."""

    method: str
    url: str
    body: bytes


class ProofFault(ValueError):  # noqa: N818 - the fault of a proof, not of this program
    """The proof is not of this request, or not of now. `code` is stable."""

    def __init__(self, code: str) -> None:
        """Name the fault."""
        super().__init__(code)
        self.code = code


def body_hash(body: bytes) -> str:
    """Return the hash that the claim `bth` holds: base64url of SHA-256."""
    return encode_base64url(sha256(body).digest())


def check_claims(
    claims: dict[str, Any], request: SignedRequest, now: datetime, leeway: timedelta
) -> str:
    """Return the identifier that may be used once. Raises ProofFault.

    RFC 9449 section 4.3: method, address, age; a clock that is wrong gets a code of its own, since
    the device can correct it.
    """
    if (claims.get("htm"), claims.get("htu")) != (request.method, request.url):
        raise ProofFault("proof-mismatch")
    digest = claims.get("bth")
    if not isinstance(digest, str) or not digest.isascii():
        raise ProofFault("proof-mismatch")
    if not hmac.compare_digest(digest, body_hash(request.body)):
        raise ProofFault("proof-mismatch")
    issued = claims.get("iat")
    if not isinstance(issued, int | float) or isinstance(issued, bool):
        raise ProofFault("proof-mismatch")
    if not abs(now.timestamp() - issued) <= leeway.total_seconds():
        raise ProofFault("proof-stale")
    jti = claims.get("jti")
    if not isinstance(jti, str) or not _MIN_JTI <= len(jti) <= _MAX_JTI:
        raise ProofFault("proof-mismatch")
    return jti
