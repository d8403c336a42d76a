"""Levels of assurance, and whether a login is good enough."""

from __future__ import annotations

from collections.abc import Sequence

LOW = "http://eidas.europa.eu/LoA/low"
SUBSTANTIAL = "http://eidas.europa.eu/LoA/substantial"
HIGH = "http://eidas.europa.eu/LoA/high"


def reaches(acr: str | None, needed: str, levels: Sequence[str]) -> bool:
    """Say whether an acr is the one needed, or stands above it in the order of levels."""
    if acr == needed:
        return True
    if acr not in levels or needed not in levels:
        return False
    return levels.index(acr) > levels.index(needed)


# OpenID Connect Core 1.0 section 2 (auth_time): seconds since the person was last asked.
def recent(auth_time: int | None, max_age: int, now: float, leeway: int) -> bool:
    """Say whether a login is at most `max_age` seconds old; one of unknown age is not."""
    return auth_time is not None and now - auth_time <= max_age + leeway
