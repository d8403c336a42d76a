"""Another identity document: shown at an office, or told by the civil register.

BOE-A-2015-14215 section 3.2: number and name are not the citizen's to change; a real change of
them ends the identity ex officio (section 2.2) and the person enrols with the new ones.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from clavis_registry import events
from clavis_registry.actions.desk import (
    DeskAct,
    admit,
    at_office,
    hold_served,
)
from clavis_registry.actions.endings import announce
from clavis_registry.actions.shared import canonical_id, queue_mail, record_contact
from clavis_registry.deps import Deps
from clavis_registry.errors import refuse
from clavis_registry.rules.identity import Document, document_refusal, same_name
from clavis_registry.rules.life import PersonAct, refusal
from clavis_registry.rules.person import PersonName
from clavis_registry.store import Unit
from clavis_registry.store.evidence import Actor
from clavis_registry.store.offices import Officer
from clavis_registry.store.persons import Person
from clavis_registry.texts import text_language, texts


class DocumentCause(StrEnum):
    """Why there is another document."""

    RENEWAL = "renewal"
    DUPLICATE = "duplicate"
    OTHER_KIND = "other_kind"


@dataclass(frozen=True)
class ShownDocument:
    """A document on the officer's desk: what it is and the name printed on it."""

    document: Document
    name: PersonName
    cause: DocumentCause


@dataclass(frozen=True)
class ToldDocument:
    """One line of the civil register's feed."""

    national_id: str
    document: Document
    source_reference: str


class FeedOutcome(StrEnum):
    """What a line of a feed did."""

    CHANGED = "changed"
    UNCHANGED = "unchanged"
    UNKNOWN_PERSON = "unknown_person"


async def change_document(
    deps: Deps, officer: Officer, act: DeskAct, shown: ShownDocument
) -> Person:
    """Record the document that a person who is present shows. Raises identity-data-differ."""
    await admit(deps, officer, act)
    async with deps.transaction() as unit:
        person = await hold_served(unit, officer, act, PersonAct.CHANGE)
        if person.name is None or not same_name(person.name, shown.name):
            raise refuse("identity-data-differ")
        _refuse(deps, person, shown.document)
        if await unit.documents.current(person.subject_id) == shown.document:
            raise refuse("document-unchanged")
        origin = at_office(officer, act)
        how = origin.told(person.language)
        facts = {**origin.evidence, "cause": shown.cause}
        return await _write(deps, unit, person, shown.document, (origin.actor, facts, how))


def _refuse(deps: Deps, person: Person, document: Document) -> None:
    today = deps.day_of(deps.clock.now())
    if code := document_refusal(person.national_id, document, today):
        raise refuse(code)


async def refresh_document(deps: Deps, told: ToldDocument) -> FeedOutcome:
    """Take over the document that the civil register tells. Telling it twice changes nothing.

    The contrast datum follows, so that people are asked what their new document says.
    """
    national_id = canonical_id(told.national_id)
    async with deps.transaction() as unit:
        found = await unit.persons.find(national_id)
        person = await unit.persons.lock(found.subject_id) if found else None
        if person is None or refusal(person.life, PersonAct.CHANGE):
            return FeedOutcome.UNKNOWN_PERSON
        if await unit.documents.current(person.subject_id) == told.document:
            return FeedOutcome.UNCHANGED
        _refuse(deps, person, told.document)
        how = texts(text_language(person.language))["how"]["feed"]
        facts = {"source_reference": told.source_reference}
        await _write(deps, unit, person, told.document, (Actor("operator"), facts, how))
    return FeedOutcome.CHANGED


async def _write(
    deps: Deps,
    unit: Unit,
    person: Person,
    document: Document,
    because: tuple[Actor, dict[str, Any], str],
) -> Person:
    actor, facts, how = because
    now = deps.clock.now()
    await unit.documents.replace(deps.new_id(), person.subject_id, document, now)
    changed = await unit.persons.raise_version(person.subject_id)
    fact = events.document_changed(changed, now, document_expires_on=document.expires_on)
    await announce(deps, unit, changed, fact)
    await unit.evidence.add(
        person.subject_id, "document-change", {**facts, "document_kind": document.kind}, now
    )
    reason = {name: facts[name] for name in ("reason",) if name in facts}
    await unit.evidence.audit(person.subject_id, actor, "document-changed", now, reason)
    await record_contact(deps, unit, person.subject_id)
    await queue_mail(deps, unit, changed, "document_changed", how=how)
    return changed
