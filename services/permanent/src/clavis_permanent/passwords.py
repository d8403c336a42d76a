"""Argon2id over a keyed hash, in a pool of its own, never on the event loop."""

import base64
import hashlib
import hmac
from collections.abc import Callable
from typing import TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError
from clavis_kit.pools import BoundedPool

T = TypeVar("T")


class Passwords:
    """Makes and checks password hashes. A stolen database is useless without the pepper file."""

    def __init__(
        self, hasher: PasswordHasher, pepper: bytes, pool: BoundedPool, dummy_hash: str
    ) -> None:
        """Take a dummy hash of today's parameters, for persons who have no password."""
        self._hasher = hasher
        self._pepper = pepper
        self._pool = pool
        self.dummy_hash = dummy_hash

    async def matches(self, password_hash: str, subject_id: str, password: str) -> bool:
        """Say whether the normalised password is the one hashed for this subject."""
        return await self._pool.run(self._verify, password_hash, subject_id, password)

    async def hash(self, subject_id: str, password: str) -> str:
        """Hash a normalised password for this subject with today's parameters."""
        return await self._pool.run(self._hasher.hash, self._keyed(subject_id, password))

    async def off_loop(self, work: Callable[[], T]) -> T:
        """Run other slow work on passwords in the same pool."""
        return await self._pool.run(work)

    def is_outdated(self, password_hash: str) -> bool:
        """Say whether the hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(password_hash)

    def close(self) -> None:
        """Let running jobs end and drop waiting ones."""
        self._pool.close()

    def _verify(self, password_hash: str, subject_id: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, self._keyed(subject_id, password))
        except (VerificationError, InvalidHashError):
            return False

    # NIST SP 800-63B section 5.1.1.2: a further keyed iteration with a secret kept apart.
    # The subject is part of it, so a hash copied to another person's row opens nothing.
    def _keyed(self, subject_id: str, password: str) -> bytes:
        message = subject_id.encode() + b"\x00" + password.encode()
        return base64.b64encode(hmac.new(self._pepper, message, hashlib.sha256).digest())


# RFC 9106 section 4 names the variant; OWASP's minimum (19 MiB, 2 passes) is the default.
def create_hasher(*, memory_kib: int, passes: int, lanes: int) -> PasswordHasher:
    """Make the hasher of these parameters."""
    return PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=lanes, type=Type.ID)


def create_passwords(
    hasher: PasswordHasher, pepper: bytes, pool: BoundedPool, dummy_secret: str
) -> Passwords:
    """Hash a secret nobody knows as the dummy. Blocks for one hash: call it at start."""
    return Passwords(hasher, pepper, pool, hasher.hash(dummy_secret))
