"""Enrolling with the code of an invitation letter: state of the letter, completion, proof.

BOE-A-2015-14215 section 1.1. Until number, datum and code are right together, nothing here tells
whether the number is anybody's.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime

from clavis_kit.metrics import OUTCOMES

from clavis_registry.actions import online
from clavis_registry.actions.entering import Act, Applicant, refuse_unfit
from clavis_registry.actions.letter_spool import csv_hash
from clavis_registry.actions.letters import life_of
from clavis_registry.actions.online import Beginning, Proved, Terms
from clavis_registry.actions.phone_codes import IssuedCode, SentCode, send_phone_code
from clavis_registry.actions.strangers import (
    Stranger,
    charge,
    knows_document,
    may_enter,
    on_a_beat,
    stranger,
)
from clavis_registry.deps import Deps
from clavis_registry.errors import refuse
from clavis_registry.rules.contact import PhoneVerdict
from clavis_registry.rules.letter import LetterEvent, LetterState, canonical_csv
from clavis_registry.rules.person import Channel
from clavis_registry.store import Unit
from clavis_registry.store.evidence import Actor
from clavis_registry.store.letter_requests import OnRecord
from clavis_registry.store.letters import Letter
from clavis_registry.store.postal import PostalAddress

CHANNEL = "letter"
_NO_HASH = "0" * 64
_USABLE = frozenset({LetterState.PRINTED, LetterState.SENT})


@dataclass(frozen=True)
class Limited:
    """Too many tries at a number, be it anybody's or not."""

    retry_at: datetime


@dataclass(frozen=True)
class LetterStatus:
    """What who knows the document may know of the letter."""

    state: str
    letter: Letter | None
    address_hint: str | None


@dataclass(frozen=True)
class CodeSent:
    """Number, datum and code were right; the phone is to be proved now."""

    completion_id: str
    sent: SentCode


@dataclass(frozen=True)
class TypedCompletion:
    """What was typed, contact data canonical."""

    national_id: str
    contrast: str
    csv: str
    mobile: str
    email: str
    language: str


async def letter_status(
    deps: Deps, typed_id: str, typed_contrast: str
) -> LetterStatus | Limited | None:
    """Return the state of a person's letter, or None when number and datum are not together."""
    async with on_a_beat(deps):
        return await _letter_status(deps, typed_id, typed_contrast)


async def _letter_status(
    deps: Deps, typed_id: str, typed_contrast: str
) -> LetterStatus | Limited | None:
    who = stranger(deps, typed_id, typed_contrast)
    async with deps.transaction() as unit:
        until = await charge(deps, unit, who)
        record = await unit.letter_requests.on_record(who.national_id_hash)
        asked = await unit.letter_requests.last_request(who.national_id_hash)
        address = await unit.postal_addresses.get(who.national_id_hash)
    known = knows_document(deps, record.national_id, who, record) and record.in_census
    if until is not None:
        return Limited(until)
    if not known:
        return None
    return LetterStatus(_state(record.letter, asked), record.letter, _hint(address))


def _state(letter: Letter | None, asked: tuple[datetime, str | None] | None) -> str:
    if asked and (letter is None or asked[0] > letter.requested_at):
        newer = asked[1] or "requested"
        # Refusals that leave the former letter as it was say nothing new.
        if letter is None or newer not in {"already_queued", "too_soon", "mismatch"}:
            return newer if newer != "mismatch" else "none"
    return letter.state.value if letter else "none"


def _hint(address: PostalAddress | None) -> str | None:
    return f"{address.lines[0][:1]}***, {address.postcode}" if address else None


async def begin_completion(deps: Deps, typed: TypedCompletion) -> CodeSent | Limited | None:
    """Send the phone code when all is right together; None when anything is not."""
    async with on_a_beat(deps):
        return await _begin_completion(deps, typed)


async def _begin_completion(deps: Deps, typed: TypedCompletion) -> CodeSent | Limited | None:
    who = stranger(deps, typed.national_id, typed.contrast)
    csv = canonical_csv(typed.csv)
    if csv is None:
        raise refuse("letter-code-invalid")
    async with deps.transaction() as unit:
        until = await charge(deps, unit, who)
        record = await unit.letter_requests.on_record(who.national_id_hash)
        letter = await _judge(deps, unit, who, record, csv, allowed=until is None)
        begun = await _begin(deps, unit, who, letter, typed) if letter else None
    OUTCOMES.labels("letter_completion", "code_sent" if begun else "refused").inc()
    if begun is not None:
        return CodeSent(begun[0], await send_phone_code(deps, begun[1]))
    return Limited(until) if until else None


async def _judge(
    deps: Deps, unit: Unit, who: Stranger, record: OnRecord, csv: str, *, allowed: bool
) -> Letter | None:
    """Return the letter when everything is right, and write down the try either way."""
    letter, policy = record.letter, deps.settings.letter_policy
    knows = knows_document(deps, record.national_id, who, record)
    printed = (letter.csv_hash if letter else None) or _NO_HASH
    same_code = hmac.compare_digest(csv_hash(deps, csv), printed)
    enters = may_enter(deps, record, await life_of(unit, record), Channel.LETTER)
    counts = allowed and letter is not None and _counts(deps, letter, record.letter_failures)
    right = knows and same_code and enters and counts
    # Only who knows the document can use a letter up: nobody else's guesses end it.
    wrong = int(knows and counts and not same_code)
    await unit.tries.settle(
        who.national_id_hash, letter.letter_id if letter else None, wrong, right=right
    )
    if letter and wrong and record.letter_failures + wrong >= policy.tries:
        now = deps.clock.now()
        await unit.letters.end(letter.letter_id, LetterEvent.BLOCK, LetterState.BLOCKED, now)
    return letter if right else None


def _counts(deps: Deps, letter: Letter, failures: int) -> bool:
    fresh = letter.expires_at is not None and deps.clock.now() < letter.expires_at
    return letter.state in _USABLE and fresh and failures < deps.settings.letter_policy.tries


async def _begin(
    deps: Deps, unit: Unit, who: Stranger, letter: Letter, typed: TypedCompletion
) -> tuple[str, IssuedCode]:
    known = await unit.census.get(who.national_id_hash)
    if known is None:
        raise LookupError("a letter that counts is that of a person on record")
    applicant = Applicant(
        national_id=known.national_id,
        name=known.name,
        birth_date=known.birth_date,
        document=known.document,
        guardian=None,
        email=typed.email,
        mobile=typed.mobile,
        language=typed.language,
    )
    refuse_unfit(applicant, deps.day_of(deps.clock.now()))
    new = Beginning(CHANNEL, "enrol", letter.letter_id, None, applicant, {})
    return await online.begin(deps, unit, new)


async def prove(deps: Deps, completion_id: str, code: str, terms: Terms) -> Proved:
    """Enter the person once the code came back and the terms are accepted."""
    entering = _enter(deps, completion_id, code, terms)
    return await online.or_resumed(deps, completion_id, CHANNEL, code, entering)


async def _enter(deps: Deps, completion_id: str, code: str, terms: Terms) -> Proved:
    online.refuse_terms(terms)
    verdict, left = await online.prove(deps, completion_id, CHANNEL, code)
    if verdict is not PhoneVerdict.ACCEPTED:
        return verdict, left
    now = deps.clock.now()
    async with deps.transaction() as unit:
        row, _ = online.ready(deps, await unit.online_enrolments.lock(completion_id))
        if row.channel != CHANNEL or row.origin_id is None:
            raise refuse("enrolment-not-found")
        # Single use: of two completions with one letter, one ends it.
        if not await unit.letters.end(row.origin_id, LetterEvent.USE, LetterState.USED, now):
            raise refuse("letter-ended")
        act = Act(Channel.LETTER, now, Actor("citizen"), {"letter_id": row.origin_id})
        return await online.enter(deps, unit, row, act, terms)
