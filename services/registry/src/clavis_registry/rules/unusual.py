"""Look-ups that somebody should ask about. Pure.

Real Decreto 311/2022 (ENS) op.exp.8: records of activity are reviewed for abnormal patterns. A
finding is a question to the officer, not an accusation.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

HOUR = timedelta(hours=1)


class Oddity(StrEnum):
    """Why a look-up stands out."""

    MANY = "many"
    OUT_OF_HOURS = "out_of_hours"
    SAME_SURNAME = "same_surname"
    SELF = "self"
    REPEATED = "repeated"


@dataclass(frozen=True)
class SeenLookup:
    """A look-up with what is needed to judge it."""

    lookup_id: int
    officer_id: str
    officer_surnames: frozenset[str]
    at: datetime
    office_open: bool
    subject_id: str | None
    subject_surnames: frozenset[str]


@dataclass(frozen=True)
class Limits:
    """How many look-ups an hour, and of the same person a day, are still ordinary."""

    per_hour: int
    same_person_per_day: int


def oddities(lookups: Sequence[SeenLookup], limits: Limits) -> dict[int, frozenset[Oddity]]:
    """Return what stands out, by look-up; ordinary ones are left out."""
    ordered = sorted(lookups, key=lambda seen: seen.at)
    busy = set(_in_a_row(ordered, limits.per_hour))
    repeated = _repeated(ordered, limits.same_person_per_day)
    found = {}
    for seen in ordered:
        odd = _alone(seen)
        odd |= {Oddity.MANY} if seen.lookup_id in busy else set()
        odd |= {Oddity.REPEATED} if seen.lookup_id in repeated else set()
        if odd:
            found[seen.lookup_id] = frozenset(odd)
    return found


def _alone(seen: SeenLookup) -> set[Oddity]:
    odd = set()
    if not seen.office_open:
        odd.add(Oddity.OUT_OF_HOURS)
    if seen.subject_id == seen.officer_id:
        odd.add(Oddity.SELF)
    elif seen.officer_surnames & seen.subject_surnames:
        odd.add(Oddity.SAME_SURNAME)
    return odd


def _in_a_row(ordered: Sequence[SeenLookup], most: int) -> Iterable[int]:
    """Find every look-up beyond the most of its officer within the hour before it."""
    recent: dict[str, list[datetime]] = {}
    for seen in ordered:
        times = [at for at in recent.get(seen.officer_id, []) if seen.at - at < HOUR]
        recent[seen.officer_id] = [*times, seen.at]
        if len(times) >= most:
            yield seen.lookup_id


def _repeated(ordered: Sequence[SeenLookup], most: int) -> set[int]:
    counts: Counter[tuple[str, str, object]] = Counter()
    found = set()
    for seen in ordered:
        if seen.subject_id is None:
            continue
        key = (seen.officer_id, seen.subject_id, seen.at.date())
        counts[key] += 1
        if counts[key] > most:
            found.add(seen.lookup_id)
    return found
