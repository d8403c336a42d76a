"""Another census in bulk: a chunk of people per transaction, each chunk entered once.

BOE-A-2015-14215 section 7: users of another census may be convalidated with their express consent
and equivalent guarantees; missing data are completed, so a line without them is rejected.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import asyncpg
from clavis_kit.errors import ServiceError
from clavis_kit.sealed_batch import BatchSealer

from clavis_registry import events, texts
from clavis_registry.actions.entering import Applicant, refuse_unfit
from clavis_registry.actions.imports import ImportedPerson, ImportOutcome, import_within
from clavis_registry.actions.shared import contact_details
from clavis_registry.deps import Deps
from clavis_registry.rules.person import Channel, Status, is_minor, level_of
from clavis_registry.store import Unit
from clavis_registry.store.convalidations import Counts, Entered, KnownPeople
from clavis_registry.store.persons import Person

CHUNK_LINES = 1_000
MAX_ATTEMPTS = 5


@dataclass(frozen=True)
class Candidate:
    """One line in canonical form, or the code of why it has none."""

    line: int
    applicant: Applicant | None
    code: str | None = None
    consented_on: date | None = None


@dataclass(frozen=True)
class Consent:
    """Where the consents of a census are kept, and which terms of use they accept."""

    reference: str
    terms_version: str


@dataclass(frozen=True)
class Chunk:
    """Consecutive lines of a file."""

    run_id: str
    number: int
    consent: Consent
    candidates: Sequence[Candidate]


async def enter_chunk(deps: Deps, chunk: Chunk) -> Counts | None:
    """Enter a chunk in one transaction; None when it was entered before.

    Somebody may enrol the same person or prove the same phone at this moment: then the chunk is
    judged again.
    """
    for attempt in range(1, MAX_ATTEMPTS + 1):
        try:
            async with deps.transaction() as unit:
                if not await unit.convalidations.claim_chunk(chunk.run_id, chunk.number):
                    return None
                return await _enter(deps, unit, chunk)
        except (asyncpg.UniqueViolationError, ServiceError):
            if attempt == MAX_ATTEMPTS:
                raise
    return None


async def _enter(deps: Deps, unit: Unit, chunk: Chunk) -> Counts:
    fit, rejections = _fit(deps, chunk.candidates)
    hashes = {c.line: deps.keys.national_id.of(a.national_id) for c, a in fit}
    known = await unit.convalidations.known(
        [a.national_id for _, a in fit], list(hashes.values()), [a.mobile for _, a in fit]
    )
    new, half_known, unchanged = _sorted(fit, hashes, known, rejections)
    if new:
        now = deps.clock.now()
        await unit.convalidations.add(_prepared(deps, new, hashes, chunk), now)
    imported = len(new)
    for candidate, applicant in half_known:
        imported += await _one_by_one(deps, unit, candidate, applicant, chunk, rejections)
    counts = Counts(imported, unchanged, len(rejections))
    await unit.convalidations.close_chunk(chunk.run_id, chunk.number, counts, rejections)
    return counts


def _consented(chunk: Chunk, candidate: Candidate, applicant: Applicant) -> dict[str, str]:
    """Return what is kept of the consent: where it is, which terms it accepts, since when."""
    kept = {
        "consent_reference": chunk.consent.reference,
        "terms_version": chunk.consent.terms_version,
        "terms_language": texts.text_language(applicant.language),
    }
    if candidate.consented_on:
        kept["consented_on"] = candidate.consented_on.isoformat()
    return kept


_Fit = list[tuple[Candidate, Applicant]]


def _fit(deps: Deps, candidates: Sequence[Candidate]) -> tuple[_Fit, list[tuple[int, str]]]:
    today = deps.day_of(deps.clock.now())
    fit: _Fit = []
    rejections: list[tuple[int, str]] = []
    for candidate in candidates:
        if candidate.applicant is None:
            rejections.append((candidate.line, candidate.code or "malformed-line"))
            continue
        try:
            refuse_unfit(candidate.applicant, today)
        except ServiceError as error:
            rejections.append((candidate.line, error.code))
        else:
            fit.append((candidate, candidate.applicant))
    return fit, rejections


def _sorted(
    fit: _Fit, hashes: dict[int, str], known: KnownPeople, rejections: list[tuple[int, str]]
) -> tuple[_Fit, _Fit, int]:
    """Tell apart who is new, who is known by a login only, and who is known already."""
    new: _Fit = []
    half_known: _Fit = []
    unchanged = 0
    numbers: set[str] = set()
    mobiles = set(known.mobiles)
    for candidate, applicant in fit:
        status = known.statuses.get(applicant.national_id)
        if applicant.national_id in numbers:
            rejections.append((candidate.line, "repeated-in-file"))
        elif status not in {None, Status.NONE}:
            unchanged += 1
        elif hashes[candidate.line] in known.dead:
            rejections.append((candidate.line, "person-deceased"))
        # Nobody can be asked for a code here, so a number in use stays with its owner.
        elif applicant.mobile in mobiles:
            rejections.append((candidate.line, "phone-in-use"))
        else:
            mobiles.add(applicant.mobile)
            (new if status is None else half_known).append((candidate, applicant))
        numbers.add(applicant.national_id)
    return new, half_known, unchanged


async def _one_by_one(
    deps: Deps,
    unit: Unit,
    candidate: Candidate,
    applicant: Applicant,
    chunk: Chunk,
    rejections: list[tuple[int, str]],
) -> int:
    entry = ImportedPerson(
        applicant=applicant,
        channel=Channel.CONVALIDATION,
        consent_reference=chunk.consent.reference,
        consent=_consented(chunk, candidate, applicant),
        enrolled_at=None,
        last_strong_identification_at=None,
        activation_code=None,
        renounced=False,
    )
    try:
        outcome = await import_within(deps, unit, entry)
    except ServiceError as error:
        rejections.append((candidate.line, error.code))
        return 0
    return 1 if outcome is ImportOutcome.IMPORTED else 0


def _prepared(deps: Deps, new: _Fit, hashes: dict[int, str], chunk: Chunk) -> list[Entered]:
    sealer = BatchSealer(deps.keys.contact_readers)
    return [
        _entered(
            deps, sealer, applicant, hashes[candidate.line], _consented(chunk, candidate, applicant)
        )
        for candidate, applicant in new
    ]


def _person(deps: Deps, applicant: Applicant, national_id_hash: str) -> Person:
    name = applicant.name
    return Person(
        subject_id=deps.new_id(),
        national_id=applicant.national_id,
        national_id_hash=national_id_hash,
        given_name=name.given_name,
        first_surname=name.first_surname,
        second_surname=name.second_surname,
        birth_date=applicant.birth_date,
        language=applicant.language,
        status=Status.REGISTERED,
        level=level_of(Channel.CONVALIDATION),
        channel=Channel.CONVALIDATION,
        enrolled_at=deps.clock.now(),
        ended_at=None,
        last_strong_identification_at=None,
        version=1,
        contact_version=1,
    )


def _entered(
    deps: Deps,
    sealer: BatchSealer,
    applicant: Applicant,
    national_id_hash: str,
    consent: dict[str, str],
) -> Entered:
    now, document = deps.clock.now(), applicant.document
    person = _person(deps, applicant, national_id_hash)
    details = contact_details(deps.keys, person, document, applicant.email, applicant.mobile, None)
    sealed = sealer.seal(details.SerializeToString(deterministic=True))
    fact = events.registered(
        person,
        now,
        document_expires_on=document.expires_on,
        minor=is_minor(applicant.birth_date, deps.day_of(now)),
    )
    return Entered(
        person=person,
        document_id=deps.new_id(),
        document=document,
        email=applicant.email,
        mobile=applicant.mobile,
        evidence=_evidence(applicant, consent),
        events=(
            events.wrap(fact, person, deps.new_id(), now),
            events.contact_changed(person, sealed, deps.new_id(), now),
        ),
    )


def _evidence(applicant: Applicant, consent: dict[str, str]) -> str:
    facts: dict[str, object] = {
        **consent,
        "imported": True,
        "channel": Channel.CONVALIDATION,
        "document_kind": applicant.document.kind,
    }
    if applicant.guardian:
        facts["guardian"] = {
            "national_id": applicant.guardian.national_id,
            "proof": applicant.guardian.proof,
        }
    return json.dumps(facts)
