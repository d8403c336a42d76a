"""The e-mail address of who enrolled without a session, proved by a code right afterwards.

It is an open change of address (see `contact_changes`) to the one already written: nobody has to do
it, and a person with a session proves the same address there.
"""

from datetime import timedelta

from clavis_kit.keyed_hash import sha256_hex
from clavis_kit.metrics import OUTCOMES

from clavis_registry.actions.contact_changes import EMAIL, Begun
from clavis_registry.actions.phone_codes import issue_phone_code, send_phone_code
from clavis_registry.actions.shared import record_contact
from clavis_registry.deps import Deps
from clavis_registry.errors import refuse
from clavis_registry.rules.contact import PhoneVerdict, clean_phone_code, failed_attempt
from clavis_registry.rules.identification import IdentifiedBy
from clavis_registry.rules.life import PersonAct, refusal
from clavis_registry.store import Unit
from clavis_registry.store.changes import ContactChange
from clavis_registry.store.evidence import Actor
from clavis_registry.store.persons import Person

TEXT = "change_code_mail"


async def begin(deps: Deps, receipt_token: str) -> Begun:
    """Send a code to the address given at the enrolment. Whoever has the receipt's token enrolled.

    Raises receipt-not-found, contact-unchanged when it is proved, phone-code-too-soon or -limit.
    """
    now = deps.clock.now()
    async with deps.transaction() as unit:
        person = await _enrolled(deps, unit, receipt_token)
        contact = await unit.contacts.get(person.subject_id)
        if contact is None or contact.email_verified_at is not None:
            raise refuse("contact-unchanged")
        change = ContactChange(
            change_id=deps.new_id(),
            kind=EMAIL,
            subject_id=person.subject_id,
            new_value=contact.email,
            state="code_pending",
            identified_by=IdentifiedBy.LOGIN,
            officer_subject_id=None,
            office_id=None,
            reason=None,
            person_version=person.version,
            contact_version=person.contact_version,
            created_at=now,
            expires_at=now + timedelta(hours=deps.settings.draft_hours),
        )
        await unit.contact_changes.add(change)
        issued = await issue_phone_code(
            deps, unit, change.change_id, contact.email, person.language or "", TEXT
        )
    return Begun(change.change_id, await send_phone_code(deps, issued))


async def _enrolled(deps: Deps, unit: Unit, receipt_token: str) -> Person:
    row = await unit.online_enrolments.by_receipt(sha256_hex(receipt_token))
    if row is None or row.subject_id is None or row.completed_at is None:
        raise refuse("receipt-not-found")
    if deps.clock.now() >= row.completed_at + timedelta(hours=deps.settings.draft_hours):
        raise refuse("enrolment-expired")
    person = await unit.persons.lock(row.subject_id)
    if person is None:
        raise LookupError("an act that entered somebody has a person")
    if code := refusal(person.life, PersonAct.CHANGE):
        raise refuse(code)
    return person


async def prove(
    deps: Deps, receipt_token: str, change_id: str, typed: str
) -> tuple[PhoneVerdict, int]:
    """Judge the code that came back; a right one proves the address at once."""
    now, policy = deps.clock.now(), deps.phone_code_policy
    code_hash = deps.keys.activation.bound(f"phone:{change_id}", clean_phone_code(typed))
    async with deps.transaction() as unit:
        person = await _enrolled(deps, unit, receipt_token)
        change = await _open(deps, unit, change_id, person)
        if await unit.phone_codes.attempt(change_id, code_hash, policy, now):
            await _write(deps, unit, person, change)
            verdict, left = PhoneVerdict.ACCEPTED, 0
        else:
            newest = await unit.phone_codes.newest(change_id)
            verdict, left = failed_attempt(newest, policy, now)
    OUTCOMES.labels("email_proof", verdict).inc()
    return verdict, left


async def _open(deps: Deps, unit: Unit, change_id: str, person: Person) -> ContactChange:
    change = await unit.contact_changes.of_person(change_id, person.subject_id)
    if change is None or change.kind != EMAIL:
        raise refuse("change-not-found")
    if change.new_value is None:
        raise refuse("change-done", state=change.state)
    if deps.clock.now() >= change.expires_at:
        raise refuse("change-expired")
    contact = await unit.contacts.get(person.subject_id)
    if contact is None or contact.email != change.new_value:
        raise refuse("record-changed")
    return change


async def _write(deps: Deps, unit: Unit, person: Person, change: ContactChange) -> None:
    now = deps.clock.now()
    await unit.contacts.put_email(person.subject_id, change.new_value or "", now)
    await record_contact(deps, unit, person.subject_id)
    facts = {"change_id": change.change_id, "code_proved": True}
    await unit.evidence.add(person.subject_id, "email-change", facts, now)
    await unit.evidence.audit(person.subject_id, Actor("citizen"), "email-proved", now)
    await unit.contact_changes.finish(change.change_id, "done", now)
