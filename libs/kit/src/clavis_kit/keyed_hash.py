"""Keyed hashes: low-entropy identifiers travel and are looked up only in this form.

A plain hash of an identity number is reversible by trying all of them; with a key it is a
pseudonym whose secret is held apart (GDPR art. 4(5)).
"""

import hashlib
import hmac
from pathlib import Path

from clavis_kit.settings import read_key_bytes

_BLOCK = 64  # bytes of a block of SHA-256


class KeyedHash:
    """HMAC-SHA256 under one key, in hexadecimal."""

    def __init__(self, key: bytes) -> None:
        """Hold the key; at least 32 bytes."""
        # RFC 2104 section 4: the states after the two padded keys are worked out once.
        block = hashlib.sha256(key).digest() if len(key) > _BLOCK else key
        padded = block.ljust(_BLOCK, b"\0")
        self._inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded))
        self._outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in padded))

    @classmethod
    def from_file(cls, path: Path) -> "KeyedHash":
        """Read the key from a file. Raises KeyFileError."""
        return cls(read_key_bytes(path))

    def of(self, text: str) -> str:
        """Return the keyed hash of a text."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(text.encode())
        outer.update(inner.digest())
        return outer.hexdigest()

    def bound(self, scope: str, text: str) -> str:
        """Return the keyed hash of a text that is only comparable within a scope (a subject)."""
        return self.of(f"{scope}:{text}")

    def matches(self, text: str, expected: str) -> bool:
        """Compare in constant time."""
        return hmac.compare_digest(self.of(text), expected)


def sha256_hex(text: str) -> str:
    """Hash a secret that has full entropy by itself (a token, a code of 256 bits)."""
    return hashlib.sha256(text.encode()).hexdigest()
