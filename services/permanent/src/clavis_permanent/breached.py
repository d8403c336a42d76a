"""The filter of breached and common passwords, shipped with the service and looked up in memory.

The file is a header of one line, then the truncated SHA-256 of every listed text in ascending
order. Nothing leaves the process: a password is never shown to anybody to be checked.
"""

from bisect import bisect_left
from collections.abc import Iterable
from pathlib import Path

from clavis_permanent.rules.breached import (
    DIGEST_BYTES,
    canonical,
    digest,
    forms,
    is_short_piece_repeated,
)

SHIPPED = Path(__file__).parent / "data" / "breached.bin"
_HEADER = b"clavis breached passwords 1\n"


class BreachedFileError(ValueError):
    """The file is not a filter of breached passwords."""


class BreachedPasswords:
    """Says whether a password, in any form that a guesser derives, is among those listed."""

    def __init__(self, content: bytes, context: Iterable[str] = ()) -> None:
        """Take a filter's bytes and words of the place. Raises BreachedFileError."""
        body = content.removeprefix(_HEADER)
        if len(body) == len(content) or len(body) % DIGEST_BYTES:
            raise BreachedFileError("not a filter of breached passwords")
        self._digests = _Digests(body)
        self._context = {canonical(word) for word in context}

    @classmethod
    def from_file(cls, path: Path, context: Iterable[str] = ()) -> "BreachedPasswords":
        """Read a filter. Raises BreachedFileError, OSError."""
        return cls(path.read_bytes(), context)

    def __len__(self) -> int:
        """Return how many texts are listed."""
        return len(self._digests)

    def lists(self, password: str) -> bool:
        """Say whether the normalised password may not be used."""
        if is_short_piece_repeated(password):
            return True
        return any(form in self._context or self._has(form) for form in forms(password))

    def _has(self, form: str) -> bool:
        wanted = digest(form)
        place = bisect_left(self._digests, wanted)
        return place < len(self._digests) and self._digests[place] == wanted


class _Digests:
    """The body of a filter as a sorted sequence, without a Python object for each entry."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def __len__(self) -> int:
        return len(self._body) // DIGEST_BYTES

    def __getitem__(self, place: int) -> bytes:
        return self._body[place * DIGEST_BYTES : (place + 1) * DIGEST_BYTES]


def build(texts: Iterable[str]) -> bytes:
    """Make a filter of these texts; equal texts make equal bytes, in whatever order they come."""
    digests = {digest(canonical(text)) for text in texts if text}
    return _HEADER + b"".join(sorted(digests))
