"""What auditors read, and supervisors of their own organisation."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from clavis_registry.deps import Deps
from clavis_registry.errors import refuse
from clavis_registry.rules.offices import open_at
from clavis_registry.rules.permissions import Role
from clavis_registry.rules.unusual import Limits, Oddity, SeenLookup, oddities
from clavis_registry.store.auditing import AuditFilter, AuditRow, LookupRow
from clavis_registry.store.offices import Officer

MAX_PERIOD = timedelta(days=366)
MAX_UNUSUAL_PERIOD = timedelta(days=31)
MAX_LOOKUPS = 50_000


@dataclass(frozen=True)
class Unusual:
    """A look-up that stands out."""

    lookup: LookupRow
    why: list[Oddity]


async def _scope(deps: Deps, officer: Officer) -> str | None:
    """Return the organisation whose entries may be read; None stands for all of them."""
    if officer.role is Role.AUDITOR:
        return None
    async with deps.reading() as unit:
        own = await unit.directory.organisation_of(officer.office_id)
    if own is None:
        raise refuse("office-not-found")
    return own


async def audit_page(
    deps: Deps, officer: Officer, wanted: AuditFilter, limit: int
) -> list[AuditRow]:
    """Read acts, newest first. Raises period-too-long."""
    if wanted.until - wanted.since > MAX_PERIOD:
        raise refuse("period-too-long")
    wanted = replace(wanted, organisation_id=await _scope(deps, officer))
    async with deps.reading() as unit:
        return await unit.auditing.events(wanted, limit)


async def unusual_lookups(
    deps: Deps, officer: Officer, since: datetime, until: datetime
) -> list[Unusual]:
    """Report look-ups that somebody should ask about, newest first. Raises period-too-long."""
    if until - since > MAX_UNUSUAL_PERIOD:
        raise refuse("period-too-long")
    scope = await _scope(deps, officer)
    async with deps.reading() as unit:
        rows = await unit.auditing.lookups(since, until, scope, MAX_LOOKUPS)
    limits = Limits(deps.settings.lookups_per_hour, deps.settings.lookups_of_one_per_day)
    found = oddities([_seen(deps, row) for row in rows], limits)
    return [Unusual(row, sorted(found[row.lookup_id])) for row in rows if row.lookup_id in found]


def _seen(deps: Deps, row: LookupRow) -> SeenLookup:
    # Without hours in the directory nothing is out of hours.
    is_open = not row.hours or open_at(row.at.astimezone(deps.zone), row.hours, row.closures)
    return SeenLookup(
        lookup_id=row.lookup_id,
        officer_id=row.officer_id,
        officer_surnames=frozenset(name.casefold() for name in row.officer_surnames),
        at=row.at,
        office_open=is_open,
        subject_id=row.subject_id,
        subject_surnames=frozenset(name.casefold() for name in row.subject_surnames),
    )
