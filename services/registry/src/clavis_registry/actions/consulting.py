"""Keeping that an officer turned to somebody's record, whatever comes of it."""

from clavis_registry.deps import Deps
from clavis_registry.store.evidence import Actor
from clavis_registry.store.offices import Officer


# GDPR article 5(1)(b) and (2), and Real Decreto 311/2022 (ENS) op.exp.8: an answer of refusal tells
# of the person as well, and what a refused act wrote is undone. So this commits before the act.
async def keep_lookup(deps: Deps, officer: Officer, national_id: str, reason: str) -> None:
    """Commit a look-up of a canonical number, found or not, for a reason that was judged."""
    actor = Actor("officer", officer.subject_id, officer.office_id)
    national_id_hash = deps.keys.national_id.of(national_id)
    async with deps.transaction() as unit:
        person = await unit.persons.find(national_id)
        subject_id = person.subject_id if person else None
        await unit.evidence.add_lookup(
            actor, national_id_hash, subject_id, reason, deps.clock.now()
        )
