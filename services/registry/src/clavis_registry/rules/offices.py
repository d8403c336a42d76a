"""When an office is open, and what its directory entry may say. Pure."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time

Hours = Mapping[str, Sequence[Sequence[str]]]
WEEKDAYS = tuple("1234567")  # ISO 8601: Monday is 1
MAX_PERIODS = 4
SERVICES = frozenset(
    {
        "enrolment", "phone_change", "activation_code", "renewal", "renunciation", "rehabilitation",
        "certificate_revocation", "unfreezing", "accessible", "sign_language",
    }
)  # fmt: skip


def _time(text: str) -> time | None:
    try:
        return time.fromisoformat(text) if len(text) == len("09:00") else None
    except ValueError:
        return None


def hours_refusal(hours: Hours) -> str | None:
    """Refuse hours that are not periods within a day, in order and apart."""
    for weekday, periods in hours.items():
        if weekday not in WEEKDAYS or len(periods) > MAX_PERIODS:
            return "hours-invalid"
        times = [_time(text) for period in periods for text in period]
        if any(len(period) != 2 for period in periods) or None in times:  # noqa: PLR2004  from, to
            return "hours-invalid"
        moments = [moment for moment in times if moment is not None]
        if sorted(set(moments)) != moments:
            return "hours-invalid"
    return None


def entry_refusal(hours: Hours, services: Collection[str]) -> str | None:
    """Refuse a directory entry with impossible hours or services that nobody knows."""
    return hours_refusal(hours) or (None if SERVICES.issuperset(services) else "service-unknown")


def open_at(moment: datetime, hours: Hours, closures: Collection[date]) -> bool:
    """Say whether the office is open at a local moment; the closing minute is no longer."""
    if moment.date() in closures:
        return False
    now = moment.time().replace(tzinfo=None)
    periods = hours.get(str(moment.isoweekday()), ())
    return any(time.fromisoformat(a) <= now < time.fromisoformat(b) for a, b in periods)
