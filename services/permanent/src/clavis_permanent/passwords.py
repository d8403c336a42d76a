"""Argon2id over a keyed hash, in a pool of its own, never on the event loop."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError
from clavis_kit.pools import BoundedPool

from clavis_permanent.peppers import PasswordPepper

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class StoredPassword:
    """What is kept of a password: its hash and the id of the pepper under it."""

    hash: str
    pepper_id: str


class Passwords:
    """Makes and checks password hashes. A stolen database is useless without the pepper."""

    def __init__(
        self, hasher: PasswordHasher, pepper: PasswordPepper, pool: BoundedPool, dummy_hash: str
    ) -> None:
        """Take a dummy hash of today's parameters, for persons who have no password."""
        self._hasher = hasher
        self._pepper = pepper
        self._pool = pool
        self._dummy_hash = dummy_hash

    @property
    def dummy(self) -> StoredPassword:
        """Return what a typed password is compared with where there is none: it never matches."""
        return StoredPassword(self._dummy_hash, self._pepper.current())

    async def matches(self, stored: StoredPassword, subject_id: str, password: str) -> bool:
        """Say whether the normalised password is the one hashed for this subject.

        Raises UnknownPepperError when it was made with a pepper that is not at hand.
        """
        return await self._pool.run(self._verify, stored, subject_id, password)

    async def hash(self, subject_id: str, password: str) -> StoredPassword:
        """Hash a normalised password for this subject with today's parameters and pepper."""
        return await self._pool.run(self._hash, subject_id, password)

    async def off_loop(self, work: Callable[[], T]) -> T:
        """Run other slow work on passwords in the same pool."""
        return await self._pool.run(work)

    def is_outdated(self, stored: StoredPassword) -> bool:
        """Say whether the hash was made with other parameters or another pepper than today's."""
        if stored.pepper_id != self._pepper.current():
            return True
        return self._hasher.check_needs_rehash(stored.hash)

    def close(self) -> None:
        """Let running jobs end and drop waiting ones."""
        self._pool.close()

    def _hash(self, subject_id: str, password: str) -> StoredPassword:
        pepper_id = self._pepper.current()
        made = self._hasher.hash(self._keyed(pepper_id, subject_id, password))
        return StoredPassword(made, pepper_id)

    def _verify(self, stored: StoredPassword, subject_id: str, password: str) -> bool:
        keyed = self._keyed(stored.pepper_id, subject_id, password)
        try:
            return self._hasher.verify(stored.hash, keyed)
        except (VerificationError, InvalidHashError):
            return False

    # NIST SP 800-63B-4 section 3.1.1.2: a further keyed iteration with a secret kept apart.
    # The subject is part of it, so a hash copied to another person's row opens nothing.
    def _keyed(self, pepper_id: str, subject_id: str, password: str) -> bytes:
        message = subject_id.encode() + b"\x00" + password.encode()
        return base64.b64encode(self._pepper.mac(pepper_id, message))


# RFC 9106 section 4 names the variant; OWASP's minimum (19 MiB, 2 passes) is the default.
def create_hasher(*, memory_kib: int, passes: int, lanes: int) -> PasswordHasher:
    """Make the hasher of these parameters."""
    return PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=lanes, type=Type.ID)


def create_passwords(
    hasher: PasswordHasher, pepper: PasswordPepper, pool: BoundedPool, dummy_secret: str
) -> Passwords:
    """Hash a secret nobody knows as the dummy. Blocks for one hash: call it at start."""
    return Passwords(hasher, pepper, pool, hasher.hash(dummy_secret))
