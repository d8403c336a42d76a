"""Reading JSON that strangers wrote: bounded in size, depth and number of parts, each name once.

Pure. What is refused here would otherwise cost time out of proportion to its length, mean one thing
to one reader and another to the next, or fail where it is stored.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any


class JsonRefusedError(ValueError):
    """The text is no JSON that we read. `reason` is stable and holds nothing of the text."""

    def __init__(self, reason: str) -> None:
        """Keep why: too_long, too_many_parts, too_deep, repeated_member, bad_text, not_json."""
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a document may be."""

    bytes: int = 65536
    parts: int = 1000
    """Objects and arrays together, counted before anything is parsed."""
    depth: int = 12


DEFAULT = Limits()


# RFC 8259 section 9: a parser may set limits on size, depth, and the character contents of strings.
# Section 4: names should be unique; which of two counts differs between readers, so two are none.
def loads(text: str | bytes, limits: Limits = DEFAULT) -> Any:
    """Parse a document. Raises JsonRefusedError."""
    if len(text) > limits.bytes:
        raise JsonRefusedError("too_long")
    try:
        spelled = text.decode("utf-8") if isinstance(text, bytes) else text
    except UnicodeDecodeError as error:
        raise JsonRefusedError("bad_text") from error
    if spelled.count("[") + spelled.count("{") > limits.parts:
        raise JsonRefusedError("too_many_parts")
    try:
        value = json.loads(spelled, object_pairs_hook=_unique, parse_constant=_no_constant)
    except JsonRefusedError:
        raise
    except RecursionError as error:
        raise JsonRefusedError("too_deep") from error
    except ValueError as error:
        raise JsonRefusedError("not_json") from error
    _check_depth(value, limits.depth)
    if "\\u" in spelled or "\x00" in spelled:
        _check_text(value)
    return value


def load_object(text: str | bytes, limits: Limits = DEFAULT) -> dict[str, Any]:
    """Parse a document that must be an object. Raises JsonRefusedError."""
    value = loads(text, limits)
    if not isinstance(value, dict):
        raise JsonRefusedError("not_json")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise JsonRefusedError("repeated_member")
    return members


# RFC 8259 section 6: NaN and Infinity are no JSON; no comparison with NaN means what it says.
def _no_constant(_: str) -> None:
    raise JsonRefusedError("not_json")


def _check_depth(value: object, allowed: int) -> None:
    level = [value]
    for _ in range(allowed + 1):
        level = [child for parent in level for child in _children(parent)]
        if not level:
            return
    raise JsonRefusedError("too_deep")


def _children(value: object) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


# RFC 8259 section 8.2: half a surrogate pair is no character; neither it nor NUL can be stored.
def _check_text(value: object) -> None:
    spelled = json.dumps(value, ensure_ascii=False)
    if "\\u0000" in spelled.replace("\\\\", "") or any("\ud800" <= c <= "\udfff" for c in spelled):
        raise JsonRefusedError("bad_text")
