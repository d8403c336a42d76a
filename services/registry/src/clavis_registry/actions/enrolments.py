"""Enrolment at an office, from the first question to the entry in the registry."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from clavis_kit.metrics import OUTCOMES

from clavis_registry import texts
from clavis_registry.actions.consulting import keep_lookup
from clavis_registry.actions.drafts import applicant_from_draft, draft_of
from clavis_registry.actions.entering import (
    Act,
    Applicant,
    enter_person,
    refuse_other_phone,
    refuse_unfit,
    refuse_unwelcome,
)
from clavis_registry.actions.papers import RENEW, Papers
from clavis_registry.actions.phone_codes import SentCode, issue_phone_code, send_phone_code
from clavis_registry.actions.renewing import Renewed, refuse_renewal, renew_person
from clavis_registry.actions.shared import queue_sms
from clavis_registry.deps import Deps
from clavis_registry.errors import refuse
from clavis_registry.rules.identity import own_enrolment_refusal
from clavis_registry.rules.lookup import reason_refusal
from clavis_registry.rules.person import Channel
from clavis_registry.rules.presence import (
    AcceptedBy,
    TickList,
    acceptance_refusal,
    presence_refusal,
)
from clavis_registry.store import Unit
from clavis_registry.store.enrolments import EnrolmentRow, NewEnrolment
from clavis_registry.store.evidence import Actor
from clavis_registry.store.offices import Officer
from clavis_registry.store.persons import Person


@dataclass(frozen=True)
class Completion:
    """What the officer declares at the end."""

    terms_version: str
    terms_language: str
    ticks: TickList
    accepted_by: AcceptedBy = AcceptedBy.PERSON


def officer_actor(officer: Officer) -> Actor:
    """Name the officer and the office in the audit trail."""
    return Actor("officer", officer.subject_id, officer.office_id)


async def start_enrolment(
    deps: Deps, officer: Officer, applicant: Applicant, reason: str, papers: Papers | None = None
) -> tuple[str, SentCode]:
    """Keep a draft and send the code to the phone; return the enrolment's id."""
    if code := reason_refusal(reason):
        raise refuse(code)
    now = deps.clock.now()
    refuse_unfit(applicant, deps.day_of(now))
    shown = papers or Papers()
    shown.refuse_insufficient(applicant.document, deps.day_of(now))
    await keep_lookup(deps, officer, applicant.national_id, reason)
    enrolment_id = deps.new_id()
    async with deps.transaction() as unit:
        await _refuse_own(unit, officer, applicant)
        await _refuse_unknown(deps, unit, officer, applicant, shown)
        await unit.enrolments.add(
            NewEnrolment(
                enrolment_id=enrolment_id,
                office_id=officer.office_id,
                officer_subject_id=officer.subject_id,
                national_id_hash=deps.keys.national_id.of(applicant.national_id),
                mobile=applicant.mobile,
                draft={**draft_of(applicant), "papers": shown.facts(applicant.document)},
                reason=reason,
                created_at=now,
                expires_at=now + timedelta(hours=deps.settings.draft_hours),
                purpose=shown.purpose,
            )
        )
        issued = await issue_phone_code(
            deps, unit, enrolment_id, applicant.mobile, applicant.language
        )
    return enrolment_id, await send_phone_code(deps, issued)


# Segregation of duties (ISO/IEC 27002:2022 control 5.3).
async def _refuse_own(unit: Unit, officer: Officer, applicant: Applicant) -> None:
    me = await unit.persons.get(officer.subject_id)
    own = me.national_id if me else None
    if code := own_enrolment_refusal(own, applicant.national_id, applicant.guardian):
        raise refuse(code)


async def _refuse_unknown(
    deps: Deps, unit: Unit, officer: Officer, applicant: Applicant, papers: Papers
) -> None:
    """Raise why the act is not for the person of the number."""
    if papers.purpose != RENEW:
        known = await refuse_unwelcome(deps, unit, applicant.national_id, Channel.OFFICE)
        if known is not None:
            await refuse_other_phone(deps, unit, known, applicant.mobile, Channel.OFFICE)
        return
    person = await unit.persons.find(applicant.national_id)
    if person is None:
        raise refuse("not-registered")
    act = Act(Channel.OFFICE, deps.clock.now(), officer_actor(officer), {})
    await refuse_renewal(deps, unit, person, applicant, act)


async def find_enrolment(deps: Deps, officer: Officer, enrolment_id: str) -> EnrolmentRow:
    """Read an enrolment of the officer's own office."""
    async with deps.reading() as unit:
        row = await unit.enrolments.get(enrolment_id, officer.office_id)
    if row is None:
        raise refuse("enrolment-not-found")
    return row


async def open_enrolments(deps: Deps, officer: Officer) -> list[EnrolmentRow]:
    """List the unfinished enrolments of the office, so that none is lost with a power cut."""
    async with deps.reading() as unit:
        return await unit.enrolments.open_drafts(officer.office_id, deps.clock.now())


async def complete_enrolment(
    deps: Deps, officer: Officer, enrolment_id: str, completion: Completion
) -> Person:
    """Enter the person in the registry. Of two officers at once, one wins."""
    _refuse_terms(completion)
    async with deps.transaction() as unit:
        row = await unit.enrolments.lock(enrolment_id, officer.office_id)
        draft = _completable(deps, row)
        applicant = applicant_from_draft(draft)
        await _refuse_own(unit, officer, applicant)
        _refuse_incomplete(deps, applicant, completion)
        act = _office_act(deps, officer, enrolment_id, completion, row)
        renews = row is not None and row.purpose == RENEW
        done = await (_renew if renews else _enter)(deps, unit, applicant, act)
        terms = (completion.terms_version, completion.terms_language)
        await unit.enrolments.complete(
            enrolment_id, done.person.subject_id, terms, act.at, with_code=done.with_code
        )
    OUTCOMES.labels("enrolment", "renewed" if renews else "completed").inc()
    return done.person


async def _enter(deps: Deps, unit: Unit, applicant: Applicant, act: Act) -> Renewed:
    person = await enter_person(deps, unit, applicant, act)
    await queue_sms(deps, unit, person, "welcome", applicant.mobile)
    return Renewed(person, with_code=True)


async def _renew(deps: Deps, unit: Unit, applicant: Applicant, act: Act) -> Renewed:
    known = await unit.persons.find(applicant.national_id)
    person = await unit.persons.lock(known.subject_id) if known else None
    if person is None:
        raise refuse("not-registered")
    return await renew_person(deps, unit, person, applicant, act)


def _refuse_incomplete(deps: Deps, applicant: Applicant, completion: Completion) -> None:
    today = deps.day_of(deps.clock.now())
    code = presence_refusal(completion.ticks, applicant.birth_date, today) or acceptance_refusal(
        completion.accepted_by, applicant.birth_date, today
    )
    if code:
        raise refuse(code)


def _refuse_terms(completion: Completion) -> None:
    known = completion.terms_language in texts.TEXT_LANGUAGES
    if completion.terms_version != texts.TERMS_VERSION or not known:
        raise refuse("terms-outdated")


def _completable(deps: Deps, row: EnrolmentRow | None) -> dict[str, Any]:
    if row is None:
        raise refuse("enrolment-not-found")
    if row.draft is None:
        at = row.completed_at.isoformat() if row.completed_at else None
        raise refuse("enrolment-completed", subject_id=row.subject_id, completed_at=at)
    if deps.clock.now() >= row.expires_at:
        raise refuse("enrolment-expired")
    if row.phone_proved_at is None:
        raise refuse("phone-not-proved")
    return row.draft


def _office_act(
    deps: Deps,
    officer: Officer,
    enrolment_id: str,
    completion: Completion,
    row: EnrolmentRow | None,
) -> Act:
    return Act(
        channel=Channel.OFFICE,
        at=deps.clock.now(),
        actor=officer_actor(officer),
        evidence={
            "enrolment_id": enrolment_id,
            **vars(completion.ticks),
            "accepted_by": completion.accepted_by,
            **_papers(row),
            "terms_version": completion.terms_version,
            "terms_language": completion.terms_language,
            "reason": row.reason if row else "",
        },
    )


def _papers(row: EnrolmentRow | None) -> dict[str, Any]:
    kept = row.draft.get("papers") if row and row.draft else None
    return dict(kept or {})
