"""What travels through a browser without the browser reading or changing it."""

from __future__ import annotations

import json
import os
from datetime import datetime
from typing import Any

from clavis_kit.ids import decode_base64url, encode_base64url
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12
_EXPIRES = "expires"


def seal(key: bytes, purpose: str, content: dict[str, Any], expires_at: datetime) -> str:
    """Encrypt `content` for one purpose until a moment; the result is URL-safe."""
    nonce = os.urandom(NONCE_BYTES)
    plain = json.dumps(content | {_EXPIRES: int(expires_at.timestamp())}).encode()
    return encode_base64url(nonce + AESGCM(key).encrypt(nonce, plain, purpose.encode()))


def unseal(key: bytes, purpose: str, token: str, now: datetime) -> dict[str, Any] | None:
    """Decrypt; None for what we did not seal for this purpose, and for what has expired."""
    try:
        sealed = decode_base64url(token)
        plain = AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], purpose.encode())
    except (ValueError, InvalidTag):
        return None
    content: dict[str, Any] = json.loads(plain)
    return content if content.pop(_EXPIRES) > now.timestamp() else None
