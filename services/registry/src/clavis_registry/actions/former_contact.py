"""What becomes of the contact data that a person had before: they are told, and looked at twice."""

from clavis_registry.actions.shared import queue_mail, queue_sms
from clavis_registry.deps import Deps
from clavis_registry.rules.contact import mask_email, phone_hint
from clavis_registry.rules.credentials import RESTORED, PhoneChangeRisks
from clavis_registry.rules.person import Status
from clavis_registry.store import Unit
from clavis_registry.store.contacts import Contact
from clavis_registry.store.persons import Person


async def recently_restored(deps: Deps, unit: Unit, person: Person) -> bool:
    """Say whether the person left, came back or was unfrozen a short while ago."""
    if person.status is Status.REVOKED:
        return False  # two officers found that the cause has gone
    since = deps.clock.now() - RESTORED
    return await unit.evidence.restored_since(person.subject_id, since)


async def phone_risks(deps: Deps, unit: Unit, person: Person) -> tuple[str, ...]:
    """Return the names of what makes a change of this person's phone worth a second look."""
    weighed = PhoneChangeRisks(
        signs=await unit.held_certificates.signs(person.subject_id, deps.clock.now()),
        frozen=person.frozen,
        is_officer=await unit.offices.active_officer(person.subject_id) is not None,
        restored=await recently_restored(deps, unit, person),
    )
    return tuple(weighed.names())


async def tell_former(
    deps: Deps, unit: Unit, person: Person, former: Contact, new: Contact
) -> None:
    """Tell the number and the address that an enrolment is about to replace.

    A number that is another person's by now is not written to.
    """
    owner = await unit.contacts.owner_of(former.mobile)
    if former.mobile != new.mobile and owner in {None, person.subject_id}:
        await queue_sms(deps, unit, person, "phone_changed_old", former.mobile)
    if former.mobile != new.mobile:
        await queue_mail(deps, unit, person, "phone_replaced", hint=phone_hint(new.mobile))
    if former.email != new.email:
        await queue_mail(deps, unit, person, "email_replaced", address=mask_email(new.email))
