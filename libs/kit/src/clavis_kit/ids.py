"""Identifiers and secrets."""

import base64
import re
import secrets

# RFC 9562 section 4; read in capitals too.
_ID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


def new_id() -> str:
    """Return a random identifier (UUID version 4), in no way derived from a person."""
    random = bytearray(secrets.token_bytes(16))
    random[6] = random[6] & 0x0F | 0x40  # RFC 9562 section 5.4: version 4
    random[8] = random[8] & 0x3F | 0x80  # and its variant
    text = random.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def new_secret(entropy_bytes: int = 32) -> str:
    """Return an unguessable URL-safe string; 32 bytes exceed the 128 bits of RFC 6749 10.10."""
    return secrets.token_urlsafe(entropy_bytes)


def decode_base64url(text: str) -> bytes:
    """Decode base64url without padding (RFC 7515 section 2). Raises ValueError."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encode_base64url(data: bytes) -> str:
    """Encode as base64url without padding (RFC 7515 section 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def is_id(text: str) -> bool:
    """Say whether the text has the form of an identifier made by new_id."""
    return _ID.fullmatch(text) is not None
