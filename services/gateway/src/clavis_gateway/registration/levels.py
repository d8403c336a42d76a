"""What a relying party decides about levels and sessions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clavis_kit.loa import Loa, from_acr

from clavis_gateway.oidc.authlib_adapter.metadata import MetadataError

_LEVELS = tuple(level.name.lower() for level in Loa)
_MAX_ALIASES = 20
_MAX_ALIAS_CHARACTERS = 200


# OpenID Connect Core 1.0 section 3.1.2.1: acr_values are separated by spaces, so none holds one.
def acr_aliases(value: object) -> dict[str, str]:
    """Read the client's own names of levels, each leading to low, substantial or high."""
    if not isinstance(value, dict) or len(value) > _MAX_ALIASES:
        raise MetadataError(f"acr_aliases must map at most {_MAX_ALIASES} names to levels")
    for alias, level in value.items():
        if not _is_acr(alias):
            raise MetadataError("acr_aliases must be named in visible ASCII without spaces")
        if level not in _LEVELS:
            raise MetadataError(f"acr_aliases: {alias} must be low, substantial or high")
        if from_acr(alias) is not None:
            raise MetadataError(f"acr_aliases: {alias} has its meaning already")
    return dict(value)


def _is_acr(alias: object) -> bool:
    return (
        isinstance(alias, str)
        and 0 < len(alias) <= _MAX_ALIAS_CHARACTERS
        and alias.isascii()
        and alias.isprintable()
        and not set(alias) & {" ", '"', "\\"}
    )


def seconds(description: Mapping[str, Any], name: str) -> int | None:
    """Read a number of seconds, or None for no bound."""
    value = description.get(name)
    if value is None or _is_seconds(value):
        return value
    raise MetadataError(f"{name} must be a positive number of seconds")


def level_max_age(value: object) -> dict[str, int]:
    """Read after how many seconds each level must be proved again."""
    if not isinstance(value, dict) or not value.keys() <= set(_LEVELS):
        raise MetadataError("level_max_age must name low, substantial or high")
    if not all(_is_seconds(age) for age in value.values()):
        raise MetadataError("level_max_age must hold positive numbers of seconds")
    return dict(value)


def _is_seconds(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**31
