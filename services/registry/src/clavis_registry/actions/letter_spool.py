"""The printer's spool: letters made with a code that exists on paper only, and their way."""

import io
from typing import Any

import segno
from babel.dates import format_date
from clavis_kit.ids import is_id

from clavis_registry import texts
from clavis_registry.actions.consulting import keep_lookup
from clavis_registry.actions.enrolments import officer_actor
from clavis_registry.deps import Deps
from clavis_registry.errors import refuse
from clavis_registry.rules.letter import LetterEvent, LetterState, canonical_csv, new_csv, shown
from clavis_registry.rules.lookup import reason_refusal
from clavis_registry.rules.permissions import own_act_refusal, own_invitation_refusal
from clavis_registry.store import Unit
from clavis_registry.store.census import CensusRecord
from clavis_registry.store.evidence import Actor
from clavis_registry.store.letter_requests import OnRecord
from clavis_registry.store.letters import Letter, Printer
from clavis_registry.store.offices import Officer
from clavis_registry.store.postal import PostalAddress

TEMPLATE = "invitation.typ"
QR_ERROR_LEVEL = "m"


async def spool(deps: Deps, state: LetterState, limit: int = 200) -> list[Letter]:
    """List the letters in a state, oldest first."""
    async with deps.reading() as unit:
        return await unit.letters.spool(state, limit)


async def spool_at_office(
    deps: Deps, officer: Officer, state: LetterState, limit: int = 200
) -> list[Letter]:
    """List the letters in a state that the officer's organisation prints, oldest first."""
    async with deps.reading() as unit:
        return await unit.letters.spool_of(_printer(deps, officer.office_id), state, limit)


def _printer(deps: Deps, office_id: str) -> Printer:
    return Printer(office_id, deps.settings.letters_organisation)


# GDPR article 5(1)(f): name and address are for who was asked to write, not for every office.
async def _refuse_foreign(deps: Deps, unit: Unit, office_id: str | None, letter_id: str) -> None:
    """Refuse letters of other organisations as if there were none; operators have no office."""
    if office_id and not await unit.letters.is_of(_printer(deps, office_id), letter_id):
        raise refuse("letter-not-found")


async def make_letter(deps: Deps, letter_id: str) -> tuple[str, bytes]:
    """Return a code and the document that carries it; neither counts before `count_printed`."""
    async with deps.reading() as unit:
        letter = await unit.letters.get(letter_id)
        if letter is None:
            raise refuse("letter-not-found")
        if letter.state is not LetterState.QUEUED:
            raise refuse("letter-not-queued")
        person = await unit.census.get(letter.national_id_hash)
        address = await unit.postal_addresses.get(letter.national_id_hash)
    if person is None or address is None:
        raise refuse("address-not-on-record")
    csv = new_csv(deps.random_below)
    return csv, await deps.documents.render_pdf(TEMPLATE, _data(deps, letter, person, address, csv))


async def count_printed(
    deps: Deps, actor: Actor, letter_id: str, csv: str, reason: str | None = None
) -> None:
    """Put a letter's code in force. Of two printers at once one wins: letter-not-queued."""
    now = deps.clock.now()
    async with deps.transaction() as unit:
        expires_at = now + deps.settings.letter_policy.lifetime
        if not await unit.letters.printed(letter_id, csv_hash(deps, csv), now, expires_at):
            raise refuse("letter-not-queued")
        facts = {"letter_id": letter_id, **({"reason": reason} if reason else {})}
        subject_id = await _subject_of(unit, letter_id)
        await unit.evidence.audit(subject_id, actor, "letter-printed", now, facts)


async def _subject_of(unit: Unit, letter_id: str) -> str | None:
    record = await _on_record(unit, letter_id)
    return record.subject_id if record else None


async def _on_record(unit: Unit, letter_id: str) -> OnRecord | None:
    letter = await unit.letters.get(letter_id)
    return await unit.letter_requests.on_record(letter.national_id_hash) if letter else None


async def print_letter(deps: Deps, officer: Officer, letter_id: str, reason: str) -> bytes:
    """Make a letter and put its code in force at once, for a printer beside the screen.

    The paper shows name and address, so the officer states why and a look-up is kept. Raises
    reason-required, reason-invalid, own-record and own-invitation beside what making it raises.
    """
    if code := reason_refusal(reason):
        raise refuse(code)
    async with deps.reading() as unit:
        await _refuse_foreign(deps, unit, officer.office_id, letter_id)
        letter = await unit.letters.get(letter_id)
        record = await _on_record(unit, letter_id)
    if record and record.national_id:
        await keep_lookup(deps, officer, record.national_id, reason)
    if record and (code := own_act_refusal(officer.subject_id, record.subject_id or "")):
        raise refuse(code)
    if letter and (code := own_invitation_refusal(officer.subject_id, letter.officer_id)):
        raise refuse(code)
    csv, pdf = await make_letter(deps, letter_id)
    await count_printed(deps, officer_actor(officer), letter_id, csv, reason)
    return pdf


async def mark_sent(deps: Deps, actor: Actor, letter_id: str) -> None:
    """Keep that the post took a letter."""
    now = deps.clock.now()
    async with deps.transaction() as unit:
        await _refuse_foreign(deps, unit, actor.office_id, letter_id)
        if not await unit.letters.sent(letter_id, now):
            raise refuse("letter-not-printed")
        subject_id = await _subject_of(unit, letter_id)
        await unit.evidence.audit(subject_id, actor, "letter-sent", now, {"letter_id": letter_id})


async def mark_returned(deps: Deps, actor: Actor, scanned: str) -> str:
    """Keep that a letter came back, by its reference or by the code on it; return its id."""
    now = deps.clock.now()
    async with deps.transaction() as unit:
        letter = await _scanned(deps, unit, scanned)
        if letter is None:
            raise refuse("letter-not-found")
        await _refuse_foreign(deps, unit, actor.office_id, letter.letter_id)
        if not await unit.letters.end(
            letter.letter_id, LetterEvent.RETURN, LetterState.RETURNED, now
        ):
            raise refuse("letter-not-on-its-way")
        facts = {"letter_id": letter.letter_id}
        subject_id = await _subject_of(unit, letter.letter_id)
        await unit.evidence.audit(subject_id, actor, "letter-returned", now, facts)
    return letter.letter_id


async def _scanned(deps: Deps, unit: Unit, text: str) -> Letter | None:
    if csv := canonical_csv(text):
        return await unit.letters.by_csv(csv_hash(deps, csv))
    reference = text.strip().lower()
    return await unit.letters.get(reference) if is_id(reference) else None


def csv_hash(deps: Deps, csv: str) -> str:
    """Return what is kept of a code."""
    return deps.keys.activation.bound("letter", csv)


def completion_url(deps: Deps, csv: str) -> str:
    """Return the address in the QR code. The code is in the fragment: no server logs it."""
    return f"{deps.settings.oidc_issuer}/register/letter#{csv}"


def _data(
    deps: Deps, letter: Letter, person: CensusRecord, address: PostalAddress, csv: str
) -> dict[str, Any]:
    language = texts.text_language(letter.language)
    text, locale = texts.texts(language)["invitation"], texts.LOCALES[language]
    now = deps.clock.now()
    day, last = (
        format_date(deps.day_of(moment), "long", locale=locale)
        for moment in (now, now + deps.settings.letter_policy.lifetime)
    )
    url = completion_url(deps, csv)
    values = {"brand": deps.settings.brand, "last": last, "url": url.partition("#")[0]}
    return {
        "brand": deps.settings.brand,
        "language": language,
        "text": {name: sentence.format(**values) for name, sentence in text.items()},
        "address": [
            person.name.full,
            *address.lines,
            f"{address.postcode} {address.municipality}",
            address.province,
        ],
        "date": day,
        "code": shown(csv),
        "qr": _qr(url),
        "reference": letter.letter_id,
    }


def _qr(content: str) -> str:
    """Draw a QR code (ISO/IEC 18004) with its quiet zone, as SVG."""
    drawn = io.BytesIO()
    code = segno.make(content, error=QR_ERROR_LEVEL, micro=False)
    code.save(drawn, kind="svg", border=4, dark="#000000", light="#ffffff")
    return drawn.getvalue().decode()
