"""Spans of time as people write them: `7d`, `12h`, `30m`, `45s`. Pure."""

from __future__ import annotations

import re
from datetime import timedelta

_SPAN = re.compile(r"(\d{1,6})([dhms])")
_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}


def span(text: object) -> timedelta:
    """Read a span. Raises ValueError with a sentence."""
    found = _SPAN.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise ValueError("a span of time is a number and d, h, m or s, such as 7d")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})
