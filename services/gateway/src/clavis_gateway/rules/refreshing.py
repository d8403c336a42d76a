"""What a refresh token that comes again means."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum


class Use(Enum):
    """How a refresh token that is being presented counts."""

    FIRST = "first"
    RETRY = "retry"
    """Its answer was lost: it gives a successor once more."""
    REPLAY = "replay"
    """Somebody else has it, or has its successor: the family ends."""


# RFC 9700 section 4.14.2: a used refresh token that returns was stolen, or its successor was. A
# request whose answer never arrived looks the same but for this: it comes within moments, and no
# successor has been used, because the one that was given never got there.
def use_of(
    *,
    consumed_at: datetime | None,
    retried_at: datetime | None,
    succeeded_at: datetime | None,
    now: datetime,
    grace: timedelta,
) -> Use:
    """Say how the presentation of a refresh token counts."""
    if consumed_at is None:
        return Use.FIRST
    lost = retried_at is None and succeeded_at is None and now - consumed_at < grace
    return Use.RETRY if lost else Use.REPLAY
