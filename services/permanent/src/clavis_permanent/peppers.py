"""Secrets kept apart from the database: what is stolen with one is useless without the other.

Each pepper has an id, stored beside what was made with it, so that one can follow another while
both are known.
"""

import hashlib
import hmac
from collections.abc import Sequence
from typing import Protocol

from clavis_kit.clock import Clock
from clavis_kit.keyed_hash import KeyedHash
from clavis_kit.pepper import Pepper, PepperKey


class UnknownPepperError(LookupError):
    """Something was made with a pepper that this process was not given."""


class PasswordPepper(Protocol):
    """Who keys passwords before they are hashed: files here, or a module that keeps its keys."""

    def current(self) -> str:
        """Return the id of the pepper that new hashes are made with."""
        ...

    def mac(self, pepper_id: str, message: bytes) -> bytes:
        """Return a keyed hash of 32 bytes. May block. Raises UnknownPepperError."""
        ...


class FilePepper:
    """Peppers read from a file at start."""

    def __init__(self, keys: Sequence[PepperKey], clock: Clock) -> None:
        """Take the keys; which of them writes is a matter of time."""
        self._ring = Pepper(keys)
        self._clock = clock
        self._keys = {key.key_id: _derive(key.secret, "password") for key in keys}

    def current(self) -> str:
        """Return the id of the newest pepper whose time has come."""
        return self._ring.writer(self._clock.now())

    def mac(self, pepper_id: str, message: bytes) -> bytes:
        """Return HMAC-SHA256 under the key of this id. Raises UnknownPepperError."""
        key = self._keys.get(pepper_id)
        if key is None:
            raise UnknownPepperError(pepper_id)
        return hmac.new(key, message, hashlib.sha256).digest()


class KeyRing:
    """Keyed hashes of one purpose for what lives shorter than a pepper."""

    def __init__(self, keys: Sequence[PepperKey], purpose: str) -> None:
        """Derive the keys; the newest comes first. Raises ValueError when there is none."""
        newest_first = reversed(Pepper(keys).keys)
        self._hashes = [KeyedHash(_derive(key.secret, purpose)) for key in newest_first]

    def bound(self, scope: str, text: str) -> str:
        """Return the keyed hash of a text within a scope.

        It is made with the oldest key, which every instance has while a newer one is handed out.
        """
        return self._hashes[-1].bound(scope, text)

    def candidates(self, scope: str, text: str) -> list[str]:
        """Return the keyed hashes of a text under every key: one of them is what was stored."""
        return [hashes.bound(scope, text) for hashes in self._hashes]


# NIST SP 800-108r1 section 4.1: a key for each purpose, from a pseudorandom function of the root.
def _derive(root: bytes, purpose: str) -> bytes:
    return hmac.new(root, f"clavis permanent {purpose}".encode(), hashlib.sha256).digest()
