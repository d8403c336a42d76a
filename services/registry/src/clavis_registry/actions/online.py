"""Enrolling without an officer: contact data, phone proof, terms, entry, receipt."""

from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from clavis_kit.errors import ServiceError
from clavis_kit.keyed_hash import sha256_hex
from clavis_kit.metrics import OUTCOMES

from clavis_registry import texts
from clavis_registry.actions.drafts import applicant_from_draft, draft_of
from clavis_registry.actions.entering import Act, Applicant, enter_person
from clavis_registry.actions.phone_codes import (
    IssuedCode,
    SentCode,
    issue_phone_code,
    send_phone_code,
)
from clavis_registry.actions.shared import queue_sms
from clavis_registry.deps import Deps
from clavis_registry.errors import refuse
from clavis_registry.rules.contact import PhoneVerdict, clean_phone_code, failed_attempt
from clavis_registry.store import Unit
from clavis_registry.store.online_enrolments import (
    Completed,
    NewOnlineEnrolment,
    OnlineEnrolment,
)
from clavis_registry.store.persons import Person

PHONE_TEXT = "phone_code_online_sms"


@dataclass(frozen=True)
class Terms:
    """What the person ticked."""

    version: str
    language: str
    accepted: bool


@dataclass(frozen=True)
class Beginning:
    """What an act begins with."""

    channel: str
    purpose: str
    origin_id: str | None
    subject_id: str | None
    applicant: Applicant
    extra: dict[str, Any]


@dataclass(frozen=True)
class Entry:
    """A person entered without an officer; the receipt is fetched once with the token."""

    person: Person
    receipt_token: str
    with_code: bool


Proved = Entry | tuple[PhoneVerdict, int]


def refuse_terms(terms: Terms) -> None:
    """Raise when the terms in force were not accepted, in a language they are written in."""
    if not terms.accepted:
        raise refuse("terms-not-accepted")
    if terms.version != texts.TERMS_VERSION or terms.language not in texts.TEXT_LANGUAGES:
        raise refuse("terms-outdated")


async def begin(deps: Deps, unit: Unit, new: Beginning) -> tuple[str, IssuedCode]:
    """Keep a draft and a code for its phone; return the act's id and what is still to be sent."""
    now, act_id, applicant = deps.clock.now(), deps.new_id(), new.applicant
    await unit.online_enrolments.add(
        NewOnlineEnrolment(
            online_enrolment_id=act_id,
            channel=new.channel,
            purpose=new.purpose,
            origin_id=new.origin_id,
            national_id_hash=deps.keys.national_id.of(applicant.national_id),
            subject_id=new.subject_id,
            draft={**draft_of(applicant), "extra": new.extra},
            mobile=applicant.mobile,
            language=applicant.language,
            created_at=now,
            expires_at=now + timedelta(hours=deps.settings.draft_hours),
        )
    )
    issued = await issue_phone_code(
        deps, unit, act_id, applicant.mobile, applicant.language, PHONE_TEXT
    )
    return act_id, issued


def unfinished(deps: Deps, row: OnlineEnrolment | None) -> OnlineEnrolment:
    """Return an act that can be finished. Raises enrolment-not-found, -completed, -expired."""
    if row is None:
        raise refuse("enrolment-not-found")
    if row.state == "completed":
        raise refuse("enrolment-completed")
    if deps.clock.now() >= row.expires_at:
        raise refuse("enrolment-expired")
    return row


def ready(deps: Deps, row: OnlineEnrolment | None) -> tuple[OnlineEnrolment, dict[str, Any]]:
    """Return an act whose phone is proved, and its draft. Raises phone-not-proved as well."""
    row = unfinished(deps, row)
    if row.phone_proved_at is None or row.draft is None:
        raise refuse("phone-not-proved")
    return row, row.draft


async def resend(deps: Deps, act_id: str) -> SentCode:
    """Send another code; the newest is the one that counts."""
    async with deps.transaction() as unit:
        row = unfinished(deps, await unit.online_enrolments.lock(act_id))
        if row.phone_proved_at is not None or row.mobile is None:
            raise refuse("phone-already-proved")
        issued = await issue_phone_code(deps, unit, act_id, row.mobile, row.language, PHONE_TEXT)
    return await send_phone_code(deps, issued)


async def prove(
    deps: Deps, act_id: str, channel: str, typed: str, terms: Terms | None = None
) -> tuple[PhoneVerdict, int]:
    """Judge the code that came back. An act whose phone is proved already needs none.

    Terms accepted with the code are kept with the proof: nobody sees one without the other.
    Raises enrolment-not-found for an act of another channel.
    """
    now, policy = deps.clock.now(), deps.phone_code_policy
    code_hash = deps.keys.activation.bound(f"phone:{act_id}", clean_phone_code(typed))
    async with deps.transaction() as unit:
        row = unfinished(deps, await unit.online_enrolments.lock(act_id))
        if row.channel != channel:
            raise refuse("enrolment-not-found")
        if row.phone_proved_at is not None:
            return PhoneVerdict.ACCEPTED, 0
        if await unit.phone_codes.attempt(act_id, code_hash, policy, now):
            await unit.online_enrolments.phone_proved(act_id, now)
            if terms is not None:
                await unit.online_enrolments.keep_terms(act_id, (terms.version, terms.language))
            verdict, left = PhoneVerdict.ACCEPTED, 0
        else:
            verdict, left = failed_attempt(await unit.phone_codes.newest(act_id), policy, now)
    OUTCOMES.labels("phone_proof", verdict).inc()
    return verdict, left


async def or_resumed(
    deps: Deps, act_id: str, channel: str, code: str, entering: Awaitable[Proved]
) -> Proved:
    """Enter a person, or answer again who was entered when the answer got lost on its way.

    Whoever has the act and the code that proved its phone gets a new token of a receipt that was
    not made; the former one opens nothing any more. Raises enrolment-completed to everybody else.
    """
    try:
        return await entering
    except ServiceError as refused:
        if refused.code != "enrolment-completed":
            raise
        if entry := await _answered_again(deps, act_id, channel, code):
            return entry
        raise


async def _answered_again(deps: Deps, act_id: str, channel: str, code: str) -> Entry | None:
    now, token, policy = deps.clock.now(), deps.new_secret(), deps.phone_code_policy
    code_hash = deps.keys.activation.bound(f"phone:{act_id}", clean_phone_code(code))
    async with deps.transaction() as unit:
        if not await unit.phone_codes.proved_by(act_id, code_hash, policy):
            return None
        since = now - timedelta(hours=deps.settings.draft_hours)
        subject_id = await unit.online_enrolments.renew_receipt(
            act_id, channel, sha256_hex(token), since
        )
        person = await unit.persons.get(subject_id) if subject_id else None
    return Entry(person, token, with_code=True) if person else None


async def enter(deps: Deps, unit: Unit, row: OnlineEnrolment, act: Act, terms: Terms) -> Entry:
    """Enter the person of a proved draft and close the act, in the caller's transaction."""
    _, draft = ready(deps, row)
    applicant = applicant_from_draft(draft)
    evidence = {
        **act.evidence,
        "online_enrolment_id": row.online_enrolment_id,
        "terms_version": terms.version,
        "terms_language": terms.language,
    }
    act = Act(act.channel, act.at, act.actor, evidence, act.last_strong_identification_at)
    person = await enter_person(deps, unit, applicant, act)
    await queue_sms(deps, unit, person, "welcome", applicant.mobile)
    OUTCOMES.labels("enrolment", act.channel).inc()
    return await close(deps, unit, row, person, terms, with_code=True)


async def close(
    deps: Deps, unit: Unit, row: OnlineEnrolment, person: Person, terms: Terms, *, with_code: bool
) -> Entry:
    """Close an act whose effect is written, and make the token of its receipt."""
    token = deps.new_secret()
    done = Completed(
        subject_id=person.subject_id,
        terms=(terms.version, terms.language),
        receipt_hash=sha256_hex(token),
        with_code=with_code,
        at=deps.clock.now(),
    )
    await unit.online_enrolments.complete(row.online_enrolment_id, done)
    return Entry(person, token, with_code)
