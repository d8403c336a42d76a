"""Keys of devices: what is accepted as one, what is sealed to it, what it signed. No I/O."""

import json
from typing import Any

from clavis_kit.ids import decode_base64url
from joserfc import jwe, jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

CURVE = "P-256"
SIGNATURE = "ES256"
KEY_AGREEMENT = "ECDH-ES"
CONTENT = "A256GCM"
_MAX_TOKEN = 8192


class DeviceKeyError(ValueError):
    """Not a public P-256 key, or not signed with it."""


def public_jwk(document: dict[str, Any]) -> dict[str, str]:
    """Return the four members of a public P-256 key and nothing else. Raises DeviceKeyError.

    RFC 7518 section 6.2.1; a private member is refused: such a key is no secret any more.
    """
    if "d" in document or document.get("kty") != "EC" or document.get("crv") != CURVE:
        raise DeviceKeyError("not a public P-256 key")
    members = {name: document.get(name) for name in ("kty", "crv", "x", "y")}
    if not all(isinstance(value, str) for value in members.values()):
        raise DeviceKeyError("incomplete key")
    plain = {name: str(value) for name, value in members.items()}
    try:
        # Loading checks that the point lies on the curve (NIST SP 800-56A section 5.6.2.3.4).
        ECKey.import_key(dict(plain)).public_key  # noqa: B018 - loads the point
    except (JoseError, ValueError) as error:
        raise DeviceKeyError("not a point of the curve") from error
    return plain


def thumbprint(key: dict[str, str]) -> bytes:
    """Return the SHA-256 thumbprint of a key (RFC 7638)."""
    return decode_base64url(ECKey.import_key(dict(key)).thumbprint())


def verified_claims(token: str, key: dict[str, str], typ: str) -> tuple[dict[str, Any], str | None]:
    """Return what a compact JWS of the device says, and its `kid`. Raises DeviceKeyError.

    RFC 8725 sections 3.1 and 3.11: one algorithm, and an explicit type for each purpose.
    """
    if len(token) > _MAX_TOKEN:
        raise DeviceKeyError("too long")
    try:
        verified = jws.deserialize_compact(token, ECKey.import_key(dict(key)), [SIGNATURE])
        claims = json.loads(verified.payload)
        header = verified.headers()
    except (JoseError, ValueError, UnicodeError) as error:
        raise DeviceKeyError("bad signature") from error
    if header.get("typ") != typ or not isinstance(claims, dict):
        raise DeviceKeyError("signed for another purpose")
    kid = header.get("kid")
    return claims, kid if isinstance(kid, str) else None


def seal(plaintext: bytes, key: dict[str, str]) -> str:
    """Encrypt so that only the device can read it: compact JWE, ECDH-ES (RFC 7518 section 4.6)."""
    header = {"alg": KEY_AGREEMENT, "enc": CONTENT}
    return jwe.encrypt_compact(
        header, plaintext, ECKey.import_key(dict(key)), algorithms=[KEY_AGREEMENT, CONTENT]
    )
