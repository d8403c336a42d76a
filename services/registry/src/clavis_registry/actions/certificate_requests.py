"""Asking for the signing certificates to be revoked, without leaving.

BOE-A-2015-14215 section 6.4: at an office or online; the person gets a receipt.
"""

from clavis_kit.metrics import OUTCOMES

from clavis_registry import events
from clavis_registry.actions.desk import (
    DeskAct,
    Login,
    Origin,
    admit,
    at_office,
    hold_self,
    hold_served,
    online,
)
from clavis_registry.actions.endings import announce
from clavis_registry.actions.shared import queue_mail
from clavis_registry.deps import Deps
from clavis_registry.errors import refuse
from clavis_registry.rules.identification import IdentifiedBy
from clavis_registry.rules.life import PersonAct
from clavis_registry.store import Unit
from clavis_registry.store.offices import Officer
from clavis_registry.store.persons import Person
from clavis_registry.store.sealed import CertificateRevocationRequest
from clavis_registry.texts import text_language

METHODS = {
    IdentifiedBy.OFFICE: "office",
    IdentifiedBy.LOGIN: "login",
    IdentifiedBy.CERTIFICATE: "certificate",
    IdentifiedBy.DNIE: "certificate",
}


async def request_at_office(
    deps: Deps, officer: Officer, act: DeskAct, *, key_compromise: bool
) -> CertificateRevocationRequest:
    """Take the request of a person who is present."""
    await admit(deps, officer, act)
    async with deps.transaction() as unit:
        person = await hold_served(unit, officer, act, PersonAct.CHANGE)
        origin = at_office(officer, act)
        return await _request(deps, unit, person, origin, key_compromise=key_compromise)


async def request_online(
    deps: Deps, login: Login, *, confirmed: bool, key_compromise: bool
) -> CertificateRevocationRequest:
    """Take the citizen's own request, by any login: it only takes something away."""
    if not confirmed:
        raise refuse("confirmation-required")
    async with deps.transaction() as unit:
        person = await hold_self(unit, login, PersonAct.CHANGE)
        return await _request(deps, unit, person, online(login), key_compromise=key_compromise)


async def _request(
    deps: Deps, unit: Unit, person: Person, origin: Origin, *, key_compromise: bool
) -> CertificateRevocationRequest:
    now = deps.clock.now()
    request = CertificateRevocationRequest(
        request_id=deps.new_id(),
        subject_id=person.subject_id,
        key_compromise=key_compromise,
        method=METHODS[origin.identified_by],
        acr=origin.evidence.get("acr"),
        office_id=origin.actor.office_id,
        language=text_language(person.language),
        requested_at=now,
    )
    await unit.sealed.add_request(request)
    changed = await unit.persons.raise_version(person.subject_id)
    fact = events.certificate_revocation_requested(changed, now, key_compromise=key_compromise)
    await announce(deps, unit, changed, fact)
    facts = {**origin.evidence, "key_compromise": key_compromise}
    await unit.evidence.add(person.subject_id, "certificate-revocation", facts, now)
    await unit.evidence.audit(
        person.subject_id, origin.actor, "certificate-revocation-requested", now, origin.reason
    )
    how = origin.told(person.language)
    await queue_mail(deps, unit, changed, "certificate_revocation", how=how)
    OUTCOMES.labels("certificate_revocation", request.method).inc()
    return request
