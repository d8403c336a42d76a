"""Identifiers and secrets."""

import base64
import secrets
import uuid


def new_id() -> str:
    """Return a random identifier (UUID version 4), in no way derived from a person."""
    return str(uuid.uuid4())


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
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False
