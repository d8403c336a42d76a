"""Renouncing with the code of the letter that enrolled the person, without a session.

BOE-A-2015-14215 section 2.1: who enrolled at the basic level by letter may also renounce with the
code of that letter. What was typed is kept and answered; who it is about is looked at afterwards,
so that neither the answer nor its time tells whether a number is anybody's.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from clavis_kit.errors import ServiceError
from clavis_kit.keyed_hash import sha256_hex
from clavis_kit.metrics import OUTCOMES

from clavis_registry.actions import proofs
from clavis_registry.actions.desk import Origin
from clavis_registry.actions.letter_spool import csv_hash
from clavis_registry.actions.letters import NOBODY
from clavis_registry.actions.phone_codes import IssuedCode, issue_phone_code, send_phone_code
from clavis_registry.actions.renunciations import renounce_held
from clavis_registry.actions.strangers import Stranger, knows_document, stranger
from clavis_registry.deps import Deps
from clavis_registry.errors import refuse
from clavis_registry.rules.contact import PhoneVerdict, clean_phone_code, failed_attempt
from clavis_registry.rules.identification import IdentifiedBy
from clavis_registry.rules.letter import LetterState, canonical_csv
from clavis_registry.rules.life import letter_renounces
from clavis_registry.store import Unit
from clavis_registry.store.evidence import Actor, Renunciation
from clavis_registry.store.letter_renunciations import AskingLimits, Judged, LetterRenunciation
from clavis_registry.store.letters import Letter
from clavis_registry.store.persons import Person

TEXT = "renunciation_code_sms"
BATCH = 50
_MISMATCH, _BLOCKED = Judged("mismatch"), Judged("blocked")


@dataclass(frozen=True)
class Typed:
    """What was typed: number, datum of the document, code of the letter."""

    national_id: str
    contrast: str
    csv: str
    language: str
    source: str


@dataclass(frozen=True)
class Asked:
    """The same for everybody: where a code is to be typed, and until when."""

    act_id: str
    expires_at: datetime


@dataclass(frozen=True)
class Renounced:
    """The person has renounced; the token fetches the proof once."""

    at: datetime
    proof_token: str


async def ask(deps: Deps, typed: Typed) -> Asked:
    """Keep the request. Raises letter-code-invalid and too-many-requests, whoever it is about."""
    who = stranger(deps, typed.national_id, typed.contrast)
    csv = canonical_csv(typed.csv)
    if csv is None:
        raise refuse("letter-code-invalid")
    settings, now, act_id = deps.settings, deps.clock.now(), deps.new_id()
    act = LetterRenunciation(
        act_id, who.national_id_hash, who.contrast_hash, csv_hash(deps, csv), typed.language
    )
    source = deps.keys.activation.bound("source", typed.source)
    limits = AskingLimits(settings.requests_per_hour, settings.way_in_tries_per_hour)
    until = now + deps.phone_code_policy.lifetime
    async with deps.transaction() as unit:
        if not await unit.letter_renunciations.ask(act, source, limits, now):
            raise refuse("too-many-requests")
        await _nobodys_code(deps, unit, act_id, now, until)
    return Asked(act_id, until)


async def _nobodys_code(
    deps: Deps, unit: Unit, act_id: str, now: datetime, until: datetime
) -> None:
    """Keep a code that nothing opens: codes typed for anybody's act are judged alike."""
    of_nobody = deps.keys.activation.bound("mobile", act_id)
    unknowable = deps.keys.activation.bound(f"phone:{act_id}", deps.new_secret())
    # Earlier than any real one, and the newest is the one that counts.
    before = now - timedelta(microseconds=1)
    await unit.phone_codes.add(deps.new_id(), act_id, (of_nobody, unknowable), before, until)


async def judge_acts(deps: Deps) -> int:
    """Decide on the acts that wait and send the codes; return how many were decided."""
    to_send: list[IssuedCode] = []
    async with deps.transaction() as unit:
        acts = await unit.letter_renunciations.open_acts(BATCH)
        for act in acts:
            judged, issued = await _judge(deps, unit, act)
            await unit.letter_renunciations.judged(act.act_id, judged, deps.clock.now())
            OUTCOMES.labels("letter_renunciation", judged.outcome).inc()
            to_send += [issued] if issued else []
    for issued in to_send:
        await send_phone_code(deps, issued)
    return len(acts)


async def _judge(
    deps: Deps, unit: Unit, act: LetterRenunciation
) -> tuple[Judged, IssuedCode | None]:
    record = await unit.letter_requests.on_record(act.national_id_hash)
    person = await unit.persons.get(record.subject_id or NOBODY)
    who = Stranger("", act.national_id_hash, act.contrast_hash)
    national_id = person.national_id if person else None
    knows = knows_document(deps, national_id, who, record)
    letter = record.letter if record.letter and record.letter.state is LetterState.USED else None
    if person is None or letter is None or not knows:
        return _MISMATCH, None
    if not hmac.compare_digest(letter.csv_hash or "", act.csv_hash):
        tries = deps.settings.letter_tries
        counted = await unit.letter_renunciations.count_wrong(letter.letter_id, tries)
        return (_MISMATCH if counted else _BLOCKED), None
    return await _send(deps, unit, act, person, letter)


async def _send(
    deps: Deps, unit: Unit, act: LetterRenunciation, person: Person, letter: Letter
) -> tuple[Judged, IssuedCode | None]:
    contact = await unit.contacts.get(person.subject_id)
    mobile = contact.verified_mobile if contact else None
    if mobile is None or not await _proves(deps, unit, person, letter.letter_id):
        return Judged("not_allowed"), None
    try:
        language = person.language or act.language
        issued = await issue_phone_code(deps, unit, act.act_id, mobile, language, TEXT)
    except ServiceError:
        return Judged("code_limit"), None
    return Judged("code_sent", letter.letter_id, person.subject_id), issued


async def _proves(deps: Deps, unit: Unit, person: Person, letter_id: str) -> bool:
    if not letter_renounces(person.life, person.channel, frozen=person.frozen):
        return False
    tries = deps.settings.letter_tries
    return await unit.letter_renunciations.still_proves(letter_id, person.subject_id, tries)


async def prove(
    deps: Deps, act_id: str, code: str, *, confirmed: bool
) -> Renounced | tuple[PhoneVerdict, int]:
    """Renounce once the code came back and the warning was confirmed.

    Try, consumption and effect are one transaction. Raises confirmation-required.
    """
    if not confirmed:
        raise refuse("confirmation-required")
    now, policy = deps.clock.now(), deps.phone_code_policy
    code_hash = deps.keys.activation.bound(f"phone:{act_id}", clean_phone_code(code))
    async with deps.transaction() as unit:
        if await unit.phone_codes.attempt(act_id, code_hash, policy, now):
            if done := await _renounce(deps, unit, act_id):
                return done
            verdict, left = PhoneVerdict.EXPIRED, 0
        else:
            verdict, left = failed_attempt(await unit.phone_codes.newest(act_id), policy, now)
    OUTCOMES.labels("letter_renunciation", verdict).inc()
    return verdict, left


async def _renounce(deps: Deps, unit: Unit, act_id: str) -> Renounced | None:
    """End the identity, when the letter proves it still: much may happen until a code is typed."""
    found = await unit.letter_renunciations.proved(act_id)
    person = await unit.persons.lock(found[0]) if found else None
    if found is None or person is None or not await _proves(deps, unit, person, found[1]):
        return None
    facts = {"letter_id": found[1], "phone_code_proved": True}
    origin = Origin(Actor("citizen"), IdentifiedBy.LETTER, facts)
    proof: Renunciation = await renounce_held(deps, unit, person, origin, ("letter", None))
    token = deps.new_secret()
    await unit.letter_renunciations.done(
        act_id, proof.proof_id, sha256_hex(token), proof.renounced_at
    )
    return Renounced(proof.renounced_at, token)


async def proof_by_token(deps: Deps, token: str) -> bytes:
    """Return the sealed proof, once. Raises renunciation-not-found."""
    now, proof_hash = deps.clock.now(), sha256_hex(token)
    since = now - timedelta(hours=deps.settings.draft_hours)
    async with deps.reading() as unit:
        found = await unit.letter_renunciations.of_proof(proof_hash, since)
    if found is None:
        raise refuse("renunciation-not-found")
    # Made before the claim: a renderer or seal that is busy costs no proof.
    proof_id, subject_id = found
    pdf = await proofs.renunciation_pdf(deps, proofs.Reader.citizen(subject_id), proof_id)
    async with deps.transaction() as unit:
        if not await unit.letter_renunciations.claim_proof(proof_hash, now):
            raise refuse("renunciation-not-found")
    return pdf
