"""A new phone or e-mail address: named, proved by a code, and written with its consequences.

BOE-A-2015-14215 section 3.1: a phone changes only at an office or with a certificate; signing
certificates and password stay, a new activation code is issued. Section 3.2: an address changes
online or at an office and no code is issued.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from clavis_kit.metrics import OUTCOMES

from clavis_registry import texts
from clavis_registry.actions import contact_writing
from clavis_registry.actions.approvals import ApprovalKind, propose
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
from clavis_registry.actions.former_contact import phone_risks
from clavis_registry.actions.phone_codes import SentCode, issue_phone_code, send_phone_code
from clavis_registry.deps import Deps
from clavis_registry.errors import refuse
from clavis_registry.rules.contact import (
    PhoneVerdict,
    clean_phone_code,
    failed_attempt,
    phone_hint,
)
from clavis_registry.rules.identification import IdentifiedBy, shows_certificate
from clavis_registry.rules.life import PersonAct
from clavis_registry.rules.permissions import own_act_refusal
from clavis_registry.store import Unit
from clavis_registry.store.changes import ContactChange
from clavis_registry.store.offices import Officer
from clavis_registry.store.persons import Person

PHONE, EMAIL = "phone", "email"
PAGE = 50
_TEXTS = {PHONE: "change_code_sms", EMAIL: "change_code_mail"}


@dataclass(frozen=True)
class Target:
    """What is to be written: a canonical number or address."""

    kind: str
    value: str


@dataclass(frozen=True)
class Acceptance:
    """The terms that the person accepted with the new data."""

    version: str
    language: str

    def facts(self) -> dict[str, Any]:
        """Return what is kept as evidence. Raises terms-outdated."""
        known = self.language in texts.TEXT_LANGUAGES
        if self.version != texts.TERMS_VERSION or not known:
            raise refuse("terms-outdated")
        return {"terms_version": self.version, "terms_language": self.language}


@dataclass(frozen=True)
class Begun:
    """A change on its way and the code sent for it."""

    change_id: str
    sent: SentCode


@dataclass(frozen=True)
class Ended:
    """Where a change arrived; what a second officer looks at when one has to."""

    state: str
    approval_id: str | None = None
    risks: tuple[str, ...] = ()
    activation_code: str | None = None


async def begin_at_office(deps: Deps, officer: Officer, act: DeskAct, target: Target) -> Begun:
    """Begin a change for a person who is present; the code goes to the new number or address."""
    await admit(deps, officer, act)
    async with deps.transaction() as unit:
        person = await hold_served(unit, officer, act, PersonAct.CHANGE)
        change = _new(deps, person, target, IdentifiedBy.OFFICE, act.reason, officer)
        issued = await _begin(deps, unit, person, change, target)
    return Begun(change.change_id, await send_phone_code(deps, issued))


async def begin_online(deps: Deps, login: Login, target: Target) -> Begun:
    """Begin the citizen's own change. A phone needs a certificate."""
    if target.kind == PHONE and not shows_certificate(login.amr):
        raise refuse("certificate-required")
    async with deps.transaction() as unit:
        person = await hold_self(unit, login, PersonAct.CHANGE)
        change = _new(deps, person, target, login.identified_by, None, None)
        issued = await _begin(deps, unit, person, change, target)
    return Begun(change.change_id, await send_phone_code(deps, issued))


def _new(
    deps: Deps,
    person: Person,
    target: Target,
    identified: IdentifiedBy,
    reason: str | None,
    officer: Officer | None,
) -> ContactChange:
    now = deps.clock.now()
    return ContactChange(
        change_id=deps.new_id(),
        kind=target.kind,
        subject_id=person.subject_id,
        new_value=target.value,
        state="code_pending",
        identified_by=identified,
        officer_subject_id=officer.subject_id if officer else None,
        office_id=officer.office_id if officer else None,
        reason=reason,
        person_version=person.version,
        contact_version=person.contact_version,
        created_at=now,
        expires_at=now + timedelta(hours=deps.settings.draft_hours),
    )


async def _begin(
    deps: Deps, unit: Unit, person: Person, change: ContactChange, target: Target
) -> Any:
    contact = await unit.contacts.get(person.subject_id)
    if contact is None:
        raise LookupError("a registered person has contact data")
    proved_email = contact.email if contact.email_verified_at else None
    if target.value in {contact.verified_mobile, proved_email}:
        raise refuse("contact-unchanged")
    await unit.contact_changes.add(change)
    return await issue_phone_code(
        deps, unit, change.change_id, target.value, person.language or "", _TEXTS[target.kind]
    )


Asker = Officer | Login


async def held(unit: Unit, asker: Asker, change_id: str, kind: str | None = None) -> ContactChange:
    """Hold a change of the asker's office, or of the citizen.

    Raises change-not-found, and own-record for an officer whose change a colleague began.
    """
    if isinstance(asker, Officer):
        change = await unit.contact_changes.of_office(change_id, asker.office_id)
    else:
        change = await unit.contact_changes.of_person(change_id, asker.subject_id)
    if change is None or kind not in {None, change.kind}:
        raise refuse("change-not-found")
    if isinstance(asker, Officer) and (
        code := own_act_refusal(asker.subject_id, change.subject_id)
    ):
        raise refuse(code)
    return change


def _pending(deps: Deps, change: ContactChange) -> str:
    if change.state == "proved":
        raise refuse("change-already-proved")
    return _open(deps, change)


def _open(deps: Deps, change: ContactChange) -> str:
    if change.new_value is None or change.state == "awaiting_approval":
        raise refuse("change-done", state=change.state)
    if deps.clock.now() >= change.expires_at:
        raise refuse("change-expired")
    return change.new_value


async def resend(deps: Deps, asker: Asker, change_id: str) -> Begun:
    """Send another code; the newest is the one that counts."""
    async with deps.transaction() as unit:
        change = await held(unit, asker, change_id)
        value = _pending(deps, change)
        person = await unit.persons.get(change.subject_id)
        language = (person.language if person else None) or ""
        issued = await issue_phone_code(deps, unit, change_id, value, language, _TEXTS[change.kind])
    return Begun(change_id, await send_phone_code(deps, issued))


async def prove(deps: Deps, asker: Asker, change_id: str, typed: str) -> tuple[PhoneVerdict, int]:
    """Judge the code from the new number or address; return the verdict and the tries left."""
    now, policy = deps.clock.now(), deps.phone_code_policy
    code_hash = deps.keys.activation.bound(f"phone:{change_id}", clean_phone_code(typed))
    async with deps.transaction() as unit:
        _pending(deps, await held(unit, asker, change_id))
        if await unit.phone_codes.attempt(change_id, code_hash, policy, now):
            typist = asker.subject_id if isinstance(asker, Officer) else None
            await unit.contact_changes.prove(change_id, typist, now)
            verdict, left = PhoneVerdict.ACCEPTED, 0
        else:
            newest = await unit.phone_codes.newest(change_id)
            verdict, left = failed_attempt(newest, policy, now)
    OUTCOMES.labels("contact_change_proof", verdict).inc()
    return verdict, left


async def complete_at_office(
    deps: Deps, officer: Officer, change_id: str, accepted: Acceptance | None, kind: str
) -> Ended:
    """Write a proved change, or hand it to a second officer when it is risky."""
    terms = accepted.facts() if accepted else {}
    async with deps.transaction() as unit:
        change = await held(unit, officer, change_id, kind)
        person = await _completable(deps, unit, change, terms)
        risks = await phone_risks(deps, unit, person) if kind == PHONE else ()
        if risks:
            return await _hand_over(deps, unit, officer, change, terms, risks)
        # It was begun with the person present and identified.
        act = DeskAct("", change.reason or "", present=True, document_checked=True)
        origin = _with(at_office(officer, act), terms)
        await contact_writing.write(deps, unit, person, change, origin)
    OUTCOMES.labels("contact_change", change.kind).inc()
    return Ended("done")


async def complete_online(
    deps: Deps, login: Login, change_id: str, accepted: Acceptance | None, kind: str = PHONE
) -> Ended:
    """Write the citizen's own proved change; with a new phone comes a new activation code."""
    terms = accepted.facts() if accepted else {}
    async with deps.transaction() as unit:
        change = await held(unit, login, change_id, kind)
        await hold_self(unit, login, PersonAct.CHANGE)
        person = await _completable(deps, unit, change, terms)
        code = await contact_writing.write_online(
            deps, unit, person, change, _with(online(login), terms)
        )
    OUTCOMES.labels("contact_change", change.kind).inc()
    return Ended("done", activation_code=code)


def _with(origin: Origin, terms: dict[str, Any]) -> Origin:
    facts = {**origin.evidence, **terms}
    return Origin(origin.actor, origin.identified_by, facts, origin.office)


async def _completable(
    deps: Deps, unit: Unit, change: ContactChange, terms: dict[str, Any]
) -> Person:
    _open(deps, change)
    if change.state != "proved":
        raise refuse("change-not-proved")
    # A new phone is accepted anew, as the acceptance document says (section 3.1).
    if change.kind == PHONE and not terms:
        raise refuse("terms-outdated")
    return await contact_writing.hold_unchanged(unit, change)


async def _hand_over(
    deps: Deps,
    unit: Unit,
    officer: Officer,
    change: ContactChange,
    terms: dict[str, Any],
    risks: tuple[str, ...],
) -> Ended:
    facts = {
        "change_id": change.change_id,
        "phone_hint": phone_hint(change.new_value or ""),
        "risks": list(risks),
        **terms,
    }
    approval_id = await propose(
        deps, unit, officer, ApprovalKind.PHONE_CHANGE, change.subject_id, facts,
        change.reason or "",
    )  # fmt: skip
    until = deps.clock.now() + timedelta(days=deps.settings.approval_days)
    await unit.contact_changes.await_approval(change.change_id, until)
    return Ended("awaiting_approval", approval_id, risks)


async def unfinished(deps: Deps, officer: Officer) -> list[ContactChange]:
    """List what an interruption left behind at the office, newest first."""
    async with deps.reading() as unit:
        return await unit.contact_changes.open_at(officer.office_id, deps.clock.now(), PAGE)
