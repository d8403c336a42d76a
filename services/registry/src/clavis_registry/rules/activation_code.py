"""The code on the acceptance document, which starts the permanent password. Pure."""

from collections.abc import Callable

# Crockford's base 32: no I, L, O or U, which are misread or spell words.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 12  # 60 bits
GROUP = 4


def new_activation_code(random_below: Callable[[int], int]) -> str:
    """Draw a code in canonical form."""
    return "".join(ALPHABET[random_below(len(ALPHABET))] for _ in range(LENGTH))


def shown(code: str) -> str:
    """Group a canonical code as it is printed: XXXX-XXXX-XXXX."""
    return "-".join(code[i : i + GROUP] for i in range(0, LENGTH, GROUP))


def canonical(typed: str) -> str | None:
    """Return the canonical form, or None when it is no code."""
    text = typed.replace("-", "").replace(" ", "").upper()
    is_code = len(text) == LENGTH and all(character in ALPHABET for character in text)
    return text if is_code else None
