"""Enrolment of a device: the code that proves it and what is shown of the phone. Pure."""

import re

CODE_LENGTH = 6
_CODE_VALUES = 10**CODE_LENGTH
_HINT_VALUES = 1000
_SEPARATORS = re.compile(r"[\s\-.]")


def code_from_bytes(secret: bytes) -> str:
    """Spell a code of six digits from eight random bytes; the bias is below 10 to the -13."""
    return f"{int.from_bytes(secret[:8]) % _CODE_VALUES:0{CODE_LENGTH}d}"


def canonical_code(typed: str) -> str:
    """Return what was typed as it is compared: without separators."""
    return _SEPARATORS.sub("", typed)


def decoy_hint(keyed_hash: str) -> str:
    """Return what stands for the end of a phone that is not there.

    It follows from number and contrast datum together: asking twice gives the same, and another
    datum gives another, as the right one does, so that no answer stands out.
    """
    return f"{int(keyed_hash[:16], 16) % _HINT_VALUES:03d}"
