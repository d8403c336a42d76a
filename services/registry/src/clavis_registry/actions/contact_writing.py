"""Writing a proved change of phone or e-mail address, with its events, evidence and notices."""

from datetime import timedelta
from typing import Any

from clavis_registry import events
from clavis_registry.actions.acceptance import TEMPLATE, acceptance_data
from clavis_registry.actions.activation_codes import put_in_force
from clavis_registry.actions.desk import Origin
from clavis_registry.actions.endings import announce
from clavis_registry.actions.enrolments import officer_actor
from clavis_registry.actions.shared import queue_mail, queue_sms, record_contact, take_phone
from clavis_registry.deps import Deps
from clavis_registry.errors import refuse
from clavis_registry.rules.activation_code import new_activation_code, shown
from clavis_registry.rules.contact import mask_email, phone_hint
from clavis_registry.rules.identification import IdentifiedBy
from clavis_registry.rules.life import PersonAct, refusal
from clavis_registry.rules.permissions import own_act_refusal
from clavis_registry.store import Unit
from clavis_registry.store.approvals import Approval
from clavis_registry.store.changes import ContactChange
from clavis_registry.store.evidence import Actor
from clavis_registry.store.offices import Officer
from clavis_registry.store.persons import Person
from clavis_registry.texts import TERMS_VERSION


async def hold_unchanged(unit: Unit, change: ContactChange) -> Person:
    """Hold the person of a change. Raises record-changed when something happened meanwhile.

    Of two changes of one person in the same second, one is written and the other sees this.
    """
    person = await unit.persons.lock(change.subject_id)
    if person is None:
        raise refuse("not-registered")
    if code := refusal(person.life, PersonAct.CHANGE):
        raise refuse(code)
    begun_upon = (change.person_version, change.contact_version)
    if begun_upon != (person.version, person.contact_version):
        raise refuse("record-changed")
    return person


async def write(
    deps: Deps, unit: Unit, person: Person, change: ContactChange, origin: Origin
) -> None:
    """Write a change for a person whose row is held."""
    value = change.new_value
    if value is None:
        raise refuse("change-done", state=change.state)
    if change.kind == "phone":
        await _write_phone(deps, unit, person, value, origin)
    else:
        await _write_email(deps, unit, person, value, origin)
    await record_contact(deps, unit, person.subject_id)
    await _prove(deps, unit, change, origin)
    await unit.contact_changes.finish(change.change_id, "done", deps.clock.now())


async def write_online(
    deps: Deps, unit: Unit, person: Person, change: ContactChange, origin: Origin
) -> str | None:
    """Write a citizen's own change; return the new activation code that a new phone brings."""
    code = None
    if change.kind == "phone":
        code = new_activation_code(deps.random_below)
        await put_in_force(deps, unit, person.subject_id, code)
    await write(deps, unit, person, change, origin)
    return shown(code) if code else None


async def _write_phone(deps: Deps, unit: Unit, person: Person, mobile: str, origin: Origin) -> None:
    now = deps.clock.now()
    contact = await unit.contacts.get(person.subject_id)
    former = contact.verified_mobile if contact else None
    await take_phone(deps, unit, person.subject_id, mobile)
    await unit.contacts.put_phone(person.subject_id, mobile, now)
    changed = await unit.persons.raise_version(person.subject_id)
    await announce(deps, unit, changed, events.phone_changed(changed, now, verified=True))
    how = origin.told(person.language)
    await queue_mail(deps, unit, person, "phone_changed", hint=phone_hint(mobile), how=how)
    if former is not None:
        await queue_sms(deps, unit, person, "phone_changed_old", former)


async def _write_email(deps: Deps, unit: Unit, person: Person, email: str, origin: Origin) -> None:
    values = {"address": mask_email(email), "how": origin.told(person.language)}
    # To the former address first: whoever reads it learns that it is no longer used.
    await queue_mail(deps, unit, person, "email_changed", **values)
    await unit.contacts.put_email(person.subject_id, email, deps.clock.now())
    await queue_mail(deps, unit, person, "email_changed", **values)


async def _prove(deps: Deps, unit: Unit, change: ContactChange, origin: Origin) -> None:
    now = deps.clock.now()
    facts = {**origin.evidence, "change_id": change.change_id, "code_proved": True}
    await unit.evidence.add(change.subject_id, f"{change.kind}-change", facts, now)
    await unit.evidence.audit(
        change.subject_id, origin.actor, f"{change.kind}-changed", now, origin.reason
    )


async def approved(deps: Deps, unit: Unit, approval: Approval, decider: Officer) -> None:
    """Write the change that a second officer approved."""
    change = await _waiting(unit, approval)
    # ENS op.acc.3: whoever began the change or typed its code is no second pair of eyes, whoever
    # handed it over.
    if decider.subject_id in {change.officer_subject_id, change.proved_by}:
        raise refuse("own-proposal")
    person = await hold_unchanged(unit, change)
    proposer = Actor("officer", approval.proposer_subject_id, approval.office_id)
    facts = {
        **approval.facts,
        "reason": approval.reason,
        "approval_id": approval.approval_id,
        "decided_by": decider.subject_id,
        "code_typed_by": change.proved_by,
    }
    origin = Origin(proposer, IdentifiedBy.OFFICE, facts, approval.office_name)
    await write(deps, unit, person, change, origin)


async def rejected(deps: Deps, unit: Unit, approval: Approval, decider: Officer) -> None:
    """Drop the change that a second officer rejected; the number proved for it is forgotten."""
    change = await _waiting(unit, approval)
    now = deps.clock.now()
    await unit.contact_changes.finish(change.change_id, "rejected", now)
    await unit.evidence.audit(
        change.subject_id, officer_actor(decider), "phone-change-dropped", now
    )


async def _waiting(unit: Unit, approval: Approval) -> ContactChange:
    change = await unit.contact_changes.hold(approval.facts["change_id"])
    if change is None or change.state != "awaiting_approval":
        raise refuse("change-done", state=change.state if change else None)
    return change


async def print_acceptance(deps: Deps, officer: Officer, change_id: str) -> bytes:
    """Return the acceptance document of a changed phone with a new activation code, once."""
    data, subject_id = await _written(deps, officer, change_id, "phone")
    code = new_activation_code(deps.random_below)
    # Rendered before the claim: a renderer that is busy or fails costs neither code nor print.
    pdf = await deps.documents.render_pdf(TEMPLATE, {**data, "activation_code": shown(code)})
    async with deps.transaction() as unit:
        await unit.persons.lock(subject_id)
        if not await unit.contact_changes.claim_print(change_id, deps.clock.now()):
            raise refuse("acceptance-already-printed")
        await put_in_force(deps, unit, subject_id, code)
        await _keep_print(deps, unit, officer, subject_id, change_id)
        await record_contact(deps, unit, subject_id)
    return pdf


async def _keep_print(
    deps: Deps, unit: Unit, officer: Officer, subject_id: str, change_id: str
) -> None:
    # The document shows the person's data: that it was taken out is in their history.
    await unit.evidence.audit(
        subject_id, officer_actor(officer), "acceptance-printed", deps.clock.now(),
        {"change_id": change_id},
    )  # fmt: skip


# BOE-A-2015-14215 section 3.2: other data than the phone bring a new acceptance document to be
# signed, and no new activation code.
async def print_email_acceptance(deps: Deps, officer: Officer, change_id: str) -> bytes:
    """Return the acceptance document of a changed e-mail address, as often as asked in its time."""
    data, subject_id = await _written(deps, officer, change_id, "email")
    pdf = await deps.documents.render_pdf(TEMPLATE, {**data, "activation_code": None})
    async with deps.transaction() as unit:
        await _keep_print(deps, unit, officer, subject_id, change_id)
    return pdf


async def _written(
    deps: Deps, officer: Officer, change_id: str, kind: str
) -> tuple[dict[str, Any], str]:
    """Return what the document of a written change says, and whose it is.

    Raises change-not-found, own-record, change-not-done and change-expired.
    """
    async with deps.transaction() as unit:
        change = await unit.contact_changes.of_office(change_id, officer.office_id)
        if change is None or change.kind != kind:
            raise refuse("change-not-found")
        if own := own_act_refusal(officer.subject_id, change.subject_id):
            raise refuse(own)
        if change.state != "done":
            raise refuse("change-not-done")
        # An old change is no way to today's data, nor to a code of somebody who is not there.
        if deps.clock.now() >= change.expires_at + timedelta(hours=deps.settings.draft_hours):
            raise refuse("change-expired")
        person = await unit.persons.get(change.subject_id)
        terms = (TERMS_VERSION, person.language if person else None)
        data = await acceptance_data(deps, unit, change.subject_id, officer, change_id, terms)
    return data, change.subject_id
