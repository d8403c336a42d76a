"""Encryption at rest of what the browser backend keeps: tokens and pending sign-ins."""

import json
import secrets
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from clavis_kit.settings import read_key_bytes

_NONCE_BYTES = 12
_PURPOSE = b"clavis browser backend session"


class Vault:
    """Seals small JSON objects with AES-256-GCM, each bound to the row that holds it."""

    def __init__(self, key: bytes) -> None:
        """Derive the encryption key from at least 32 random bytes."""
        derived = HKDF(hashes.SHA256(), 32, salt=None, info=_PURPOSE).derive(key)
        self._cipher = AESGCM(derived)

    @classmethod
    def from_file(cls, path: Path) -> "Vault":
        """Read the key from a file. Raises KeyFileError."""
        return cls(read_key_bytes(path))

    def seal(self, content: dict[str, Any], bound_to: str) -> bytes:
        """Encrypt an object for one row."""
        # NIST SP 800-38D section 8.2.2: a random 96-bit nonce for each encryption.
        nonce = secrets.token_bytes(_NONCE_BYTES)
        text = json.dumps(content).encode()
        return nonce + self._cipher.encrypt(nonce, text, bound_to.encode())

    def open(self, sealed: bytes, bound_to: str) -> dict[str, Any] | None:
        """Decrypt; None when the key was changed or the row's content came from another row."""
        nonce, text = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        try:
            content: dict[str, Any] = json.loads(
                self._cipher.decrypt(nonce, text, bound_to.encode())
            )
        except (InvalidTag, ValueError):
            return None
        return content
