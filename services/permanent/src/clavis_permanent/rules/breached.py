"""The forms under which a password is looked up among those that everybody tries first."""

import hashlib
import re
import unicodedata

DIGEST_BYTES = 8
# What a guesser appends or prepends to a word; at least half of the password must be the word.
_AFFIXES = re.compile(r"^[\W\d_]*(.*?)[\W\d_]*$", re.DOTALL)
_SHORTEST_WORD = 5
# A password that is one piece repeated is no longer to a guesser than the piece.
_REPEATED = re.compile(r"(.+?)\1+", re.DOTALL)
_SHORT_PIECE = 3
_LOOKALIKES = str.maketrans("013457@$!", "oleastasi")


def canonical(text: str) -> str:
    """Return a text as it is stored in the list: lower case, no accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


# NIST SP 800-63B-4 section 3.1.1.2: the entire password is compared with the list. The forms are
# what a guesser derives from a listed one: case, accents, digits for letters, digits and signs
# around it, repetition.
def forms(password: str) -> set[str]:
    """Return the texts that must not be listed."""
    plain = canonical(password)
    found = {plain, plain.translate(_LOOKALIKES)}
    found |= {word for form in tuple(found) for word in _inner(form)}
    found |= {word.translate(_LOOKALIKES) for word in _inner(plain)}
    return found


def _inner(form: str) -> set[str]:
    words = set()
    affixed = _AFFIXES.match(form)
    if affixed and len(affixed[1]) >= max(_SHORTEST_WORD, len(form) / 2):
        words.add(affixed[1])
    repeated = _REPEATED.fullmatch(form)
    if repeated:
        words.add(repeated[1])
    return words


def is_short_piece_repeated(password: str) -> bool:
    """Say whether the password is one to three characters again and again."""
    repeated = _REPEATED.fullmatch(canonical(password))
    return repeated is not None and len(repeated[1]) <= _SHORT_PIECE


def digest(text: str) -> bytes:
    """Return the truncated hash under which a text stands in the filter."""
    return hashlib.sha256(text.encode()).digest()[:DIGEST_BYTES]
