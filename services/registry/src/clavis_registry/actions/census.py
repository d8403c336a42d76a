"""The feed of the civil register: who people are, enrolled or not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from clavis_registry.actions.addresses import keep_address
from clavis_registry.deps import Deps
from clavis_registry.errors import refuse
from clavis_registry.rules.identity import Document, birth_date_refusal, name_refusal
from clavis_registry.rules.person import PersonName
from clavis_registry.store.census import CensusRecord
from clavis_registry.store.postal import PostalAddress


@dataclass(frozen=True)
class CensusEntry:
    """One line of the feed, all values canonical; without an address none is changed."""

    national_id: str
    name: PersonName
    birth_date: date
    document: Document
    address: PostalAddress | None


def refuse_impossible(deps: Deps, entry: CensusEntry) -> None:
    """Raise why an entry cannot be true. That the document has expired is no reason."""
    today = deps.day_of(deps.clock.now())
    code = name_refusal(entry.name) or birth_date_refusal(entry.birth_date, today)
    if code:
        raise refuse(code)


async def take_census(deps: Deps, entries: Sequence[CensusEntry], source: str) -> None:
    """Write entries in one transaction; telling them twice changes nothing."""
    now, hashed = deps.clock.now(), deps.keys.national_id
    records = [
        CensusRecord(
            entry.national_id,
            hashed.of(entry.national_id),
            entry.name,
            entry.birth_date,
            entry.document,
        )
        for entry in entries
    ]
    async with deps.transaction() as unit:
        await unit.census.put(records, source, now)
        for entry in entries:
            if entry.address is not None:
                address_of = hashed.of(entry.national_id)
                await keep_address(deps, unit, address_of, entry.address, source)
