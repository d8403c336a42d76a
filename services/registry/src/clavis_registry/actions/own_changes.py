"""The acceptance document of a phone or address that the person changed without an officer.

BOE-A-2015-14215 sections 3.1 and 3.2: who changes data has another acceptance document made. Here
no hand signs it: the seal of the registry stands for what the login and the code proved.
"""

from typing import Any

from clavis_registry import texts
from clavis_registry.actions.acceptance import moment
from clavis_registry.deps import Deps
from clavis_registry.errors import refuse
from clavis_registry.rules.person import Status
from clavis_registry.store import Unit
from clavis_registry.store.changes import ContactChange
from clavis_registry.store.persons import Person

TEMPLATE = "act_receipt.typ"


async def acceptance(deps: Deps, subject_id: str, change_id: str, kind: str) -> bytes:
    """Return the sealed document, made once and the same at every call.

    Raises change-not-found, change-not-done, change-expired when it was never asked for in its
    time, and record-changed when the data are others by now.
    """
    async with deps.transaction() as unit:
        change = await unit.contact_changes.of_person(change_id, subject_id)
        if change is None or change.kind != kind:
            raise refuse("change-not-found")
        if kept := await unit.sealed.get(change_id):
            return kept
        if change.state != "done":
            raise refuse("change-not-done")
        if deps.clock.now() >= change.expires_at:
            raise refuse("change-expired")
        data = await _data(deps, unit, change, await _unchanged_since(unit, change))
    pdf = await deps.seal.seal(await deps.documents.render_pdf(TEMPLATE, data))
    async with deps.transaction() as unit:
        return await unit.sealed.keep(
            change_id, subject_id, f"{kind}-change", pdf, deps.clock.now()
        )


async def _unchanged_since(unit: Unit, change: ContactChange) -> Person:
    person = await unit.persons.get(change.subject_id)
    if person is None or person.status is not Status.REGISTERED:
        raise refuse("citizen-not-active")
    # The change itself was the next version of what others know of the person.
    if person.contact_version != change.contact_version + 1:
        raise refuse("record-changed")
    return person


async def _data(deps: Deps, unit: Unit, change: ContactChange, person: Person) -> dict[str, Any]:
    language = texts.text_language(person.language)
    catalogue, now = texts.texts(language), deps.clock.now()
    text = {**catalogue["acceptance"], **catalogue["own_change"]}
    contact = await unit.contacts.get(person.subject_id)
    if contact is None or person.name is None:
        raise LookupError("a registered person has a name and contact data")
    rows = [
        [text["name"], person.name.full],
        [text["national_id"], person.national_id],
        [text["mobile"], contact.mobile],
        [text["email"], contact.email],
        [text["level"], text["levels"][person.level]],
        [text["identified"], catalogue["how"][change.identified_by].format(office="")],
        [text["made_at"], moment(deps, now, language)],
        [text["reference"], change.change_id],
    ]
    return {
        "brand": deps.settings.brand,
        "language": language,
        "text": text,
        "rows": rows,
        "reference": change.change_id,
    }
