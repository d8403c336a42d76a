"""The acceptance document: made once, with an activation code that exists nowhere else.

The code is drawn when the document is made and only its hash is kept, so there is no moment at
which it could be read from the database.
"""

from datetime import datetime, timedelta
from typing import Any

from babel.dates import format_date, format_datetime

from clavis_registry import texts
from clavis_registry.actions.enrolments import find_enrolment, officer_actor
from clavis_registry.actions.shared import record_contact
from clavis_registry.deps import Deps
from clavis_registry.errors import refuse
from clavis_registry.rules.activation_code import new_activation_code, shown
from clavis_registry.rules.lookup import reason_refusal
from clavis_registry.rules.person import Status
from clavis_registry.store import Unit
from clavis_registry.store.enrolments import EnrolmentRow
from clavis_registry.store.offices import Officer

TEMPLATE = "acceptance.typ"


async def print_acceptance(deps: Deps, officer: Officer, enrolment_id: str) -> bytes:
    """Return the PDF with a new activation code, once.

    Raises enrolment-not-completed, acceptance-already-printed and acceptance-too-late.
    """
    row = await find_enrolment(deps, officer, enrolment_id)
    if row.subject_id is None:
        raise refuse("enrolment-not-completed")
    _refuse_late(deps, row)
    if row.acceptance_printed_at is not None:
        raise refuse("acceptance-already-printed")
    code = new_activation_code(deps.random_below) if row.with_code else None
    async with deps.reading() as unit:
        data = await _document_data(deps, unit, row, officer, row.subject_id)
    # Rendered before the claim: a renderer that is busy or fails costs neither code nor print.
    pdf = await deps.documents.render_pdf(
        TEMPLATE, {**data, "activation_code": shown(code) if code else None}
    )
    await _put_in_force(deps, officer, row.subject_id, enrolment_id, code)
    return pdf


# The person waits at the desk for it. Later another code is an act of its own, with the person
# present and a look-up that they see (BOE-A-2015-14215 section 5.4).
def _refuse_late(deps: Deps, row: EnrolmentRow) -> None:
    lifetime = timedelta(hours=deps.settings.draft_hours)
    if row.completed_at is not None and deps.clock.now() >= row.completed_at + lifetime:
        raise refuse("acceptance-too-late")


async def _put_in_force(
    deps: Deps, officer: Officer, subject_id: str, enrolment_id: str, code: str | None
) -> None:
    now = deps.clock.now()
    async with deps.transaction() as unit:
        person = await unit.persons.lock(subject_id)
        if person is None or person.status is not Status.REGISTERED:
            raise refuse("person-not-active")
        if not await unit.enrolments.claim_print(enrolment_id, now):
            raise refuse("acceptance-already-printed")
        if code is not None:
            code_hash = deps.keys.activation.bound(subject_id, code)
            await unit.activation_codes.replace(deps.new_id(), subject_id, code_hash, now)
        await unit.evidence.audit(subject_id, officer_actor(officer), "acceptance-printed", now)
        await record_contact(deps, unit, subject_id)


async def allow_reprint(deps: Deps, officer: Officer, enrolment_id: str, reason: str) -> None:
    """Let a lost or spoilt document be made again, with a new code that replaces the old one."""
    if code := reason_refusal(reason):
        raise refuse(code)
    row = await find_enrolment(deps, officer, enrolment_id)
    _refuse_late(deps, row)
    async with deps.transaction() as unit:
        if not await unit.enrolments.allow_print_again(enrolment_id):
            raise refuse("acceptance-not-printed")
        await unit.evidence.audit(
            row.subject_id,
            officer_actor(officer),
            "acceptance-reprint-allowed",
            deps.clock.now(),
            {"reason": reason},
        )


async def _document_data(
    deps: Deps, unit: Unit, row: EnrolmentRow, officer: Officer, subject_id: str
) -> dict[str, Any]:
    terms = (row.terms_version or "", row.terms_language)
    return await acceptance_data(deps, unit, subject_id, officer, row.enrolment_id, terms)


async def acceptance_data(
    deps: Deps,
    unit: Unit,
    subject_id: str,
    officer: Officer,
    reference: str,
    terms: tuple[str, str | None],
) -> dict[str, Any]:
    """Return what the template says of a registered person, all but the activation code.

    `terms` are version and language of what the person accepted.
    """
    version, language = terms[0], texts.text_language(terms[1])
    text = texts.texts(language)["acceptance"]
    return {
        "brand": deps.settings.brand,
        "language": language,
        "text": text,
        "rows": await _rows(deps, unit, text, language, officer, subject_id),
        "reference": reference,
        "terms_heading": text["terms_heading"].format(version=version),
        "terms": [
            {"title": section.title, "text": section.text}
            for section in texts.terms(language, version)
        ],
    }


async def _rows(
    deps: Deps, unit: Unit, text: dict[str, Any], language: str, officer: Officer, subject_id: str
) -> list[list[str]]:
    person = await unit.persons.get(subject_id)
    document = await unit.documents.current(subject_id)
    contact = await unit.contacts.get(subject_id)
    if person is None or person.status is not Status.REGISTERED or person.name is None:
        raise refuse("person-not-active")
    if document is None or contact is None or person.enrolled_at is None:
        raise LookupError("a registered person has a document and contact data")
    expiry, locale = document.expires_on, texts.LOCALES[language]
    until = format_date(expiry, "long", locale=locale) if expiry else text["no_expiry"]
    return [
        [text["name"], person.name.full],
        [text["national_id"], person.national_id],
        [text["birth_date"], format_date(person.birth_date, "long", locale=locale)],
        [text["document"], text["document_kinds"][document.kind]],
        [text["document_expiry"], until],
        [text["mobile"], contact.mobile],
        [text["email"], contact.email],
        [text["level"], text["levels"][person.level]],
        [text["enrolled_at"], moment(deps, person.enrolled_at, language)],
        [text["office"], officer.office_name],
    ]


def moment(deps: Deps, at: datetime, language: str) -> str:
    """Write a moment on the office's clock, as the language does."""
    return format_datetime(at, "long", tzinfo=deps.zone, locale=texts.LOCALES[language])
