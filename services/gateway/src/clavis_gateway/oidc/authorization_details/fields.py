"""Members of authorization details, each judged by a function."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

Judge = Callable[[object], bool]


class DetailsError(ValueError):
    """An element is not what its type demands; the text names the member, never its value."""


# RFC 9396 section 5: unknown members, wrong types, invalid values and missing members are refused.
def judge(
    value: object, required: Mapping[str, Judge], optional: Mapping[str, Judge], where: str
) -> dict[str, Any]:
    """Return an object whose members are all known and good. Raises DetailsError."""
    if not isinstance(value, dict):
        raise DetailsError(f"{where} is not an object")
    members = {**required, **optional}
    for name in required:
        if name not in value:
            raise DetailsError(f"{where} lacks {name}")
    for name, member in value.items():
        if name not in members:
            raise DetailsError(f"{where} has an unknown member")
        if not members[name](member):
            raise DetailsError(f"{name} of {where} is not valid")
    return value


def text(longest: int) -> Judge:
    """Judge text that a person may read: not empty, no control or direction characters."""

    def good(value: object) -> bool:
        if not isinstance(value, str) or not 0 < len(value) <= longest or not value.strip():
            return False
        # Unicode Standard Annex 9: overrides could show another name than the one signed.
        return not any(unicodedata.category(character)[0] == "C" for character in value)

    return good


def one_of(*values: str) -> Judge:
    """Judge a word of a list, without case."""
    return lambda value: isinstance(value, str) and value.lower() in values


def whole(smallest: int, largest: int) -> Judge:
    """Judge a whole number; true and false are none."""
    return lambda value: (
        isinstance(value, int) and not isinstance(value, bool) and smallest <= value <= largest
    )


def many(judge_one: Judge, most: int) -> Judge:
    """Judge a list that is not empty."""
    return lambda value: (
        isinstance(value, list)
        and 0 < len(value) <= most
        and all(judge_one(item) for item in value)
    )
