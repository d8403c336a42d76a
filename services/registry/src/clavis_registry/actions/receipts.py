"""The receipt of an enrolment without an officer: made once, with an activation code."""

from dataclasses import dataclass
from typing import Any

from babel.dates import format_date
from clavis_kit.keyed_hash import sha256_hex

from clavis_registry import texts
from clavis_registry.actions.acceptance import moment
from clavis_registry.actions.shared import record_contact
from clavis_registry.deps import Deps
from clavis_registry.errors import refuse
from clavis_registry.rules.activation_code import new_activation_code, shown
from clavis_registry.rules.person import Status
from clavis_registry.store import Unit
from clavis_registry.store.evidence import Actor
from clavis_registry.store.online_enrolments import OnlineEnrolment
from clavis_registry.store.persons import Person

TEMPLATE = "receipt.typ"


@dataclass(frozen=True)
class Receipt:
    """What the person keeps; without a new code, `activation_code` is None."""

    pdf: bytes
    activation_code: str | None


async def receipt_by_token(deps: Deps, token: str) -> Receipt:
    """Make the receipt of whoever enrolled without a session. Raises receipt-not-found or -made."""
    async with deps.reading() as unit:
        row = await unit.online_enrolments.by_receipt(sha256_hex(token))
    return await _receipt(deps, row)


async def receipt_of_session(deps: Deps, act_id: str, channel: str) -> Receipt:
    """Make the receipt of an act whose id only the applicant's session has."""
    async with deps.reading() as unit:
        row = await unit.online_enrolments.get(act_id)
    return await _receipt(deps, row if row and row.channel == channel else None)


async def receipt_of(deps: Deps, subject_id: str, act_id: str) -> Receipt:
    """Make the receipt of a person's own act. Raises receipt-not-found or receipt-already-made."""
    async with deps.reading() as unit:
        row = await unit.online_enrolments.get(act_id)
    return await _receipt(deps, row if row and row.subject_id == subject_id else None)


async def _receipt(deps: Deps, row: OnlineEnrolment | None) -> Receipt:
    if row is None or row.subject_id is None or row.completed_at is None:
        raise refuse("receipt-not-found")
    if row.receipt_made_at is not None:
        raise refuse("receipt-already-made")
    code = new_activation_code(deps.random_below) if row.receipt_with_code else None
    printed = shown(code) if code else None
    async with deps.reading() as unit:
        data = await _data(deps, unit, row, row.subject_id)
    # Made before the claim: a renderer or seal that is busy costs neither code nor receipt.
    pdf = await deps.documents.render_pdf(TEMPLATE, {**data, "activation_code": printed})
    pdf = await deps.seal.seal(pdf)
    await _put_in_force(deps, row, row.subject_id, code)
    return Receipt(pdf, printed)


async def _put_in_force(
    deps: Deps, row: OnlineEnrolment, subject_id: str, code: str | None
) -> None:
    now = deps.clock.now()
    async with deps.transaction() as unit:
        person = await unit.persons.lock(subject_id)
        if person is None or person.status is not Status.REGISTERED:
            raise refuse("person-not-active")
        if not await unit.online_enrolments.claim_receipt(row.online_enrolment_id, now):
            raise refuse("receipt-already-made")
        await unit.evidence.audit(subject_id, Actor("citizen"), "receipt-made", now)
        if code is not None:
            code_hash = deps.keys.activation.bound(subject_id, code)
            await unit.activation_codes.replace(deps.new_id(), subject_id, code_hash, now)
            await record_contact(deps, unit, subject_id)


async def _data(deps: Deps, unit: Unit, row: OnlineEnrolment, subject_id: str) -> dict[str, Any]:
    language = texts.text_language(row.terms_language)
    person = await unit.persons.get(subject_id)
    if person is None or person.status is not Status.REGISTERED or person.name is None:
        raise refuse("person-not-active")
    text, version = texts.texts(language)["receipt"], row.terms_version or ""
    return {
        "brand": deps.settings.brand,
        "language": language,
        "text": text,
        "rows": await _rows(deps, unit, text, language, person),
        "reference": row.online_enrolment_id,
        "terms_heading": text["terms_heading"].format(version=version),
        "terms": [
            {"title": section.title, "text": section.text}
            for section in texts.terms(language, version)
        ],
    }


async def _rows(
    deps: Deps, unit: Unit, text: dict[str, Any], language: str, person: Person
) -> list[list[str]]:
    contact, locale = await unit.contacts.get(person.subject_id), texts.LOCALES[language]
    if contact is None or person.name is None or person.enrolled_at is None:
        raise LookupError("a registered person has a name and contact data")
    return [
        [text["name"], person.name.full],
        [text["national_id"], person.national_id],
        [
            text["birth_date"],
            format_date(person.birth_date, "long", locale=locale),
        ],
        [text["mobile"], contact.mobile],
        [text["email"], contact.email],
        [text["channel"], text["channels"][person.channel]],
        [text["level"], text["levels"][person.level]],
        [text["enrolled_at"], moment(deps, person.enrolled_at, language)],
    ]
