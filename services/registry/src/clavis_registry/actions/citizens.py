"""What a citizen sees of their own record."""

from dataclasses import dataclass
from datetime import datetime

from clavis_registry.actions.desk import Login
from clavis_registry.deps import Deps
from clavis_registry.errors import refuse
from clavis_registry.rules.identification import reads_own_past
from clavis_registry.rules.identity import Document
from clavis_registry.rules.person import Status
from clavis_registry.store.contacts import Contact
from clavis_registry.store.evidence import HistoryEntry, HistoryPlace
from clavis_registry.store.persons import Person

HISTORY_PAGE = 100


@dataclass(frozen=True)
class Record:
    """A person with document and contact data, where there are any."""

    person: Person
    document: Document | None
    contact: Contact | None


async def own_record(deps: Deps, subject_id: str) -> Record:
    """Read the record of a living person. Raises citizen-not-active."""
    record = await _record(deps, subject_id)
    # A token outlives its person by minutes: an ended identity reads nothing with it.
    if record is None or record.person.status not in {Status.NONE, Status.REGISTERED}:
        raise refuse("citizen-not-active")
    return record


async def own_past(deps: Deps, login: Login) -> Record:
    """Read the record for what is kept of it, also after its end. Raises citizen-not-active."""
    record = await _record(deps, login.subject_id)
    if record is None or not reads_own_past(record.person.status, login.amr):
        raise refuse("citizen-not-active")
    return record


async def _record(deps: Deps, subject_id: str) -> Record | None:
    async with deps.reading() as unit:
        person = await unit.persons.get(subject_id)
        if person is None:
            return None
        return Record(
            person,
            await unit.documents.current(subject_id),
            await unit.contacts.get(subject_id),
        )


async def own_standing(deps: Deps, subject_id: str) -> Person:
    """Read where a person stands; one who renounced may come back. Raises citizen-not-active."""
    async with deps.reading() as unit:
        person = await unit.persons.get(subject_id)
    if person is None or person.status is Status.DECEASED:
        raise refuse("citizen-not-active")
    return person


async def own_history(
    deps: Deps, login: Login, before: HistoryPlace | None, limit: int = HISTORY_PAGE
) -> list[HistoryEntry]:
    """Read look-ups and changes, newest first, those before a place."""
    await own_past(deps, login)
    async with deps.reading() as unit:
        until = before or HistoryPlace(datetime.max.replace(tzinfo=deps.zone), "", 0)
        return await unit.evidence.history(login.subject_id, until, limit)
