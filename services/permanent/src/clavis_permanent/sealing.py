"""Secrets that must be read back, encrypted to a key file whose keys are replaced over time."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime

from clavis_kit.pepper import Pepper
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class Sealed:
    """An encrypted secret and the key it takes to read it."""

    key_id: str
    content: bytes


class UnreadableSecretError(RuntimeError):
    """A stored secret does not open: its key is gone from the file, or the row was changed."""


class Seal:
    """AES-256-GCM under the keys of a file, each secret bound to where it belongs."""

    def __init__(self, keys: Pepper) -> None:
        """Derive an encryption key from each key of the file."""
        self._keys = keys
        self._ciphers = {k.key_id: AESGCM(_derive(k.secret)) for k in keys.keys}

    def seal(self, secret: bytes, scope: str, now: datetime) -> Sealed:
        """Encrypt to the key that writes now; `scope` names the place it can be read from."""
        key_id = self._keys.writer(now)
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return Sealed(key_id, nonce + self._ciphers[key_id].encrypt(nonce, secret, scope.encode()))

    def open(self, sealed: Sealed, scope: str) -> bytes:
        """Decrypt. Raises UnreadableSecretError."""
        nonce, content = sealed.content[:_NONCE_BYTES], sealed.content[_NONCE_BYTES:]
        try:
            return self._ciphers[sealed.key_id].decrypt(nonce, content, scope.encode())
        except (KeyError, ValueError, InvalidTag) as error:
            raise UnreadableSecretError(f"key {sealed.key_id}") from error

    def is_outdated(self, sealed: Sealed, now: datetime) -> bool:
        """Say whether another key writes now."""
        return sealed.key_id != self._keys.writer(now)


# NIST SP 800-108 section 4: a key for each purpose, from a pseudorandom function of the root.
def _derive(root: bytes) -> bytes:
    return hmac.new(root, b"clavis permanent authenticator secret", hashlib.sha256).digest()
