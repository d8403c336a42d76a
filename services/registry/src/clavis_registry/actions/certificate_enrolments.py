"""Enrolling, rising to the advanced level or renewing with a certificate or the DNIe.

BOE-A-2015-14215 section 1.2: identity comes from the certificate, the civil register's data
prevail, the request is signed with the certificate.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from babel.dates import format_date
from clavis_certificates.judge import CertificateJudge
from clavis_certificates.profile import CertificateHolder, Purpose, Refusal
from clavis_certificates.signatures import (
    SignatureInvalidError,
    Signed,
    verify_detached,
    verify_pdf,
)
from clavis_kit.metrics import OUTCOMES

from clavis_registry import texts
from clavis_registry.actions import online
from clavis_registry.actions.acceptance import moment
from clavis_registry.actions.drafts import applicant_from_draft
from clavis_registry.actions.entering import Act, Applicant, refuse_unfit, refuse_unwelcome
from clavis_registry.actions.online import Beginning, Entry, Terms
from clavis_registry.actions.phone_codes import SentCode, send_phone_code
from clavis_registry.actions.renewing import refuse_renewal, renew_person
from clavis_registry.deps import Deps
from clavis_registry.errors import refuse
from clavis_registry.rules.identity import Document, newest, same_name
from clavis_registry.rules.person import Channel, PersonName, Status
from clavis_registry.store import Unit
from clavis_registry.store.evidence import Actor
from clavis_registry.store.online_enrolments import OnlineEnrolment
from clavis_registry.store.persons import Person

CHANNEL = "certificate"
TEMPLATE = "enrolment_request.typ"
ENROL, RENEW = "enrol", "renew"


@dataclass(frozen=True)
class TypedRequest:
    """What the citizen types; birth date and document only where no record has them."""

    mobile: str
    email: str
    language: str
    birth_date: date | None
    document: Document | None
    record_prevails: bool


@dataclass(frozen=True)
class Mismatch:
    """What certificate and civil register say differently; the citizen corrects or accepts."""

    certificate: str
    record: str


@dataclass(frozen=True)
class Begun:
    """The phone is to be proved now."""

    act_id: str
    applicant: Applicant
    sent: SentCode


async def begin(deps: Deps, subject_id: str, typed: TypedRequest, purpose: str) -> Begun | Mismatch:
    """Keep a request and send the phone code. Raises why this person cannot come in this way."""
    _judge_of(deps)
    channel = Channel.CERTIFICATE_DNIE if purpose == RENEW else Channel.CERTIFICATE_SOFTWARE
    async with deps.transaction() as unit:
        person = await unit.persons.lock(subject_id)
        if person is None:
            raise refuse("citizen-not-active")
        applicant = await _applicant(unit, person, typed)
        act = Act(channel, deps.clock.now(), Actor("citizen"), {})
        if purpose == RENEW:
            await refuse_renewal(deps, unit, person, applicant, act)
        else:
            await refuse_unwelcome(deps, unit, person.national_id, channel)
            refuse_unfit(applicant, deps.day_of(deps.clock.now()))
        if person.name and not (typed.record_prevails or same_name(person.name, applicant.name)):
            return Mismatch(person.name.full, applicant.name.full)
        new = Beginning(
            CHANNEL, purpose, None, subject_id, applicant, {"prevails": typed.record_prevails}
        )
        act_id, issued = await online.begin(deps, unit, new)
    return Begun(act_id, applicant, await send_phone_code(deps, issued))


def _judge_of(deps: Deps) -> CertificateJudge:
    if deps.certificates is None:
        raise refuse("certificates-off")
    return deps.certificates


async def _applicant(unit: Unit, person: Person, typed: TypedRequest) -> Applicant:
    """Put together who applies: the register's data, else the record's, else what was typed."""
    known = await unit.census.get(person.national_id_hash)
    held = await unit.documents.current(person.subject_id)
    document = newest(known.document if known else None, held) or typed.document
    birth_date = (known.birth_date if known else None) or person.birth_date or typed.birth_date
    name = known.name if known else person.name
    if document is None or birth_date is None or name is None:
        raise refuse("record-incomplete")
    return Applicant(
        national_id=person.national_id,
        name=name,
        birth_date=birth_date,
        document=document,
        guardian=None,
        email=typed.email,
        mobile=typed.mobile,
        language=typed.language,
    )


async def own_act(deps: Deps, subject_id: str, act_id: str) -> OnlineEnrolment:
    """Read a person's own act. Raises enrolment-not-found."""
    async with deps.reading() as unit:
        row = await unit.online_enrolments.get(act_id)
    return _own(row, subject_id)


def _own(row: OnlineEnrolment | None, subject_id: str) -> OnlineEnrolment:
    if row is None or row.channel != CHANNEL or row.subject_id != subject_id:
        raise refuse("enrolment-not-found")
    return row


async def request_pdf(deps: Deps, subject_id: str, act_id: str) -> bytes:
    """Return the document to be signed: made once, the same bytes ever after."""
    row, draft = online.ready(deps, await own_act(deps, subject_id, act_id))
    if row.request_pdf is not None:
        return row.request_pdf
    made = await deps.documents.render_pdf(TEMPLATE, _data(deps, row, applicant_from_draft(draft)))
    terms = (texts.TERMS_VERSION, texts.text_language(row.language))
    async with deps.transaction() as unit:
        held = await unit.online_enrolments.lock(act_id)
        if held is not None and held.request_pdf is not None:
            return held.request_pdf
        await unit.online_enrolments.keep_request(act_id, made, terms)
    return made


def _data(deps: Deps, row: OnlineEnrolment, applicant: Applicant) -> dict[str, Any]:
    language = texts.text_language(row.language)
    text, locale = texts.texts(language)["enrolment_request"], texts.LOCALES[language]
    rows = [
        [text["name"], applicant.name.full],
        [text["national_id"], applicant.national_id],
        [text["birth_date"], format_date(applicant.birth_date, "long", locale=locale)],
        [text["mobile"], applicant.mobile],
        [text["email"], applicant.email],
        [text["date"], moment(deps, deps.clock.now(), language)],
    ]
    chosen = {"title": text["titles"][row.purpose], "intro": text["intros"][row.purpose]}
    return {
        "brand": deps.settings.brand,
        "language": language,
        "text": {**text, **chosen},
        "rows": rows,
        "reference": row.online_enrolment_id,
        "terms_heading": text["terms_heading"].format(version=texts.TERMS_VERSION),
        "terms": [
            {"title": section.title, "text": section.text} for section in texts.terms(language)
        ],
    }


async def sign(
    deps: Deps, subject_id: str, act_id: str, signature: bytes, *, in_pdf: bool, accepted: bool
) -> Entry | Mismatch:
    """Judge the signature and do what the request asks for. Raises why it cannot be done."""
    row, draft = online.ready(deps, await own_act(deps, subject_id, act_id))
    if row.request_pdf is None:
        raise refuse("request-not-made")
    if not accepted:
        raise refuse("terms-not-accepted")
    holder = await _holder(deps, signature, row.request_pdf, in_pdf=in_pdf)
    applicant = applicant_from_draft(draft)
    if holder.national_id != applicant.national_id:
        raise refuse("signer-differs")
    named = PersonName(holder.given_name, holder.surnames)
    if not (draft["extra"]["prevails"] or same_name(named, applicant.name)):
        return Mismatch(named.full, applicant.name.full)
    return await _effect(deps, subject_id, act_id, holder)


async def _holder(
    deps: Deps, signature: bytes, document: bytes, *, in_pdf: bool
) -> CertificateHolder:
    verify = verify_pdf if in_pdf else verify_detached
    try:
        signed: Signed = await _judge_of(deps).run(verify, signature, document)
    except SignatureInvalidError as error:
        raise refuse("signature-invalid") from error
    outcome = await _judge_of(deps).judge(signed.certificate, signed.chain, Purpose.SIGNATURE)
    if isinstance(outcome, Refusal):
        raise refuse("signature-not-accepted", reason=outcome.value)
    return outcome


async def _effect(deps: Deps, subject_id: str, act_id: str, holder: CertificateHolder) -> Entry:
    card = holder.on_identity_card
    channel = Channel.CERTIFICATE_DNIE if card else Channel.CERTIFICATE_SOFTWARE
    act = Act(channel, deps.clock.now(), Actor("citizen"), {"signature": holder.evidence()})
    async with deps.transaction() as unit:
        locked = _own(await unit.online_enrolments.lock(act_id), subject_id)
        row, draft = online.ready(deps, locked)
        terms = Terms(row.terms_version or "", row.terms_language or "", accepted=True)
        if row.purpose == ENROL:
            entry = await online.enter(deps, unit, row, act, terms)
        else:
            entry = await _renew(deps, unit, row, applicant_from_draft(draft), act, terms)
    OUTCOMES.labels("certificate_enrolment", channel).inc()
    return entry


async def _renew(
    deps: Deps, unit: Unit, row: OnlineEnrolment, applicant: Applicant, act: Act, terms: Terms
) -> Entry:
    person = await unit.persons.lock(row.subject_id or "")
    if person is None or person.status is not Status.REGISTERED:
        raise refuse("citizen-not-active")
    facts = {
        "terms_version": terms.version,
        "terms_language": terms.language,
        "online_enrolment_id": row.online_enrolment_id,
    }
    signed = replace(act, evidence={**act.evidence, **facts})
    renewed = await renew_person(deps, unit, person, applicant, signed)
    return await online.close(deps, unit, row, renewed.person, terms, with_code=renewed.with_code)


async def unfinished_act(deps: Deps, subject_id: str) -> OnlineEnrolment | None:
    """Return the newest act that an interruption left behind, or None."""
    async with deps.reading() as unit:
        return await unit.online_enrolments.unfinished(subject_id, deps.clock.now())
