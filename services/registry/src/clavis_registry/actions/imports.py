"""People from another census, and the demo's: entered by the same act as everyone else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from clavis_registry.actions.entering import Act, Applicant, enter_person
from clavis_registry.actions.renunciations import end_by_renunciation
from clavis_registry.actions.shared import record_contact
from clavis_registry.deps import Deps
from clavis_registry.errors import refuse
from clavis_registry.rules import activation_code
from clavis_registry.rules.person import Channel, Status
from clavis_registry.store import Unit
from clavis_registry.store.evidence import Actor


@dataclass(frozen=True)
class ImportedPerson:
    """One entry of the file. Times default to now, the activation code to none."""

    applicant: Applicant
    channel: Channel
    consent_reference: str
    enrolled_at: datetime | None
    last_strong_identification_at: datetime | None
    activation_code: str | None
    renounced: bool
    consent: Mapping[str, str] = field(default_factory=dict)
    """What else is kept of the consent: version and language of the terms, and since when."""


class ImportOutcome(StrEnum):
    """What an entry did."""

    IMPORTED = "imported"
    UNCHANGED = "unchanged"


async def import_person(deps: Deps, entry: ImportedPerson) -> ImportOutcome:
    """Enter one person; one who is already known by more than a login is left as is."""
    async with deps.transaction() as unit:
        return await import_within(deps, unit, entry)


async def import_within(deps: Deps, unit: Unit, entry: ImportedPerson) -> ImportOutcome:
    """Enter one person in a larger transaction.

    BOE-A-2015-14215 section 7: convalidation needs the person's express consent, whose
    reference is kept as evidence.
    """
    known = await unit.persons.find(entry.applicant.national_id)
    if known is not None and known.status is not Status.NONE:
        return ImportOutcome.UNCHANGED
    # Nobody can be asked for a code here, so a number in use stays with its owner.
    if await unit.contacts.owner_of(entry.applicant.mobile) is not None:
        raise refuse("phone-in-use")
    person = await enter_person(deps, unit, entry.applicant, _act(deps, entry))
    if entry.activation_code is not None:
        await _keep_code(deps, unit, person.subject_id, entry.activation_code)
    if entry.renounced:
        reference = {"reference": entry.consent_reference, "imported": True}
        now = deps.clock.now()
        await unit.evidence.add(person.subject_id, "renunciation", reference, now)
        await end_by_renunciation(deps, unit, person.subject_id, Actor("operator"))
    return ImportOutcome.IMPORTED


def _act(deps: Deps, entry: ImportedPerson) -> Act:
    at = entry.enrolled_at or deps.clock.now()
    if at > deps.clock.now():
        raise refuse("enrolment-in-the-future")
    return Act(
        channel=entry.channel,
        at=at,
        actor=Actor("operator"),
        evidence={
            "consent_reference": entry.consent_reference,
            "imported": True,
            **entry.consent,
        },
        last_strong_identification_at=entry.last_strong_identification_at,
    )


async def _keep_code(deps: Deps, unit: Unit, subject_id: str, typed: str) -> None:
    code = activation_code.canonical(typed)
    if code is None:
        raise refuse("invalid-activation-code")
    code_hash = deps.keys.activation.bound(subject_id, code)
    await unit.activation_codes.replace(deps.new_id(), subject_id, code_hash, deps.clock.now())
    await record_contact(deps, unit, subject_id)
