"""Asking for an invitation letter, and deciding on it after the answer went out.

BOE-A-2015-14215 section 1.1: the letter goes to the address that the administration holds.
"""

from clavis_kit.metrics import OUTCOMES

from clavis_registry.actions.consulting import keep_lookup
from clavis_registry.actions.enrolments import officer_actor
from clavis_registry.actions.shared import canonical_id
from clavis_registry.actions.strangers import Stranger, knows_document, may_enter, stranger
from clavis_registry.deps import Deps
from clavis_registry.errors import refuse
from clavis_registry.rules.letter import (
    LetterState,
    RequestOutcome,
    Standing,
    request_outcome,
)
from clavis_registry.rules.life import Life
from clavis_registry.rules.lookup import reason_refusal
from clavis_registry.rules.permissions import own_act_refusal
from clavis_registry.rules.person import Channel
from clavis_registry.store import Unit
from clavis_registry.store.evidence import Actor
from clavis_registry.store.letter_requests import LetterRequest, OnRecord
from clavis_registry.store.letters import NewLetter
from clavis_registry.store.offices import Officer

BATCH = 50
NOBODY = "00000000-0000-0000-0000-000000000000"  # asked for, so that nobody costs as much
_OPEN = frozenset({LetterState.QUEUED, LetterState.PRINTED, LetterState.SENT})


async def ask_for_letter(
    deps: Deps, typed_id: str, contrast: str, language: str, source: str
) -> None:
    """Keep a request. Who it is for is looked at later, so the answer cannot tell."""
    who = stranger(deps, typed_id, contrast)
    request = LetterRequest(deps.new_id(), who.national_id_hash, who.contrast_hash, language)
    source_hash = deps.keys.activation.bound("source", source)
    async with deps.transaction() as unit:
        kept = await unit.letter_requests.ask(
            request, source_hash, deps.settings.requests_per_hour, deps.clock.now()
        )
    if not kept:
        raise refuse("too-many-requests")


async def judge_requests(deps: Deps) -> int:
    """Decide on the requests that wait; return how many."""
    async with deps.transaction() as unit:
        requests = await unit.letter_requests.open_requests(BATCH)
        for request in requests:
            outcome = await _judge(deps, unit, request)
            await unit.letter_requests.judged(request.request_id, outcome, deps.clock.now())
            OUTCOMES.labels("letter_request", outcome).inc()
    return len(requests)


async def _judge(deps: Deps, unit: Unit, request: LetterRequest) -> RequestOutcome:
    record = await unit.letter_requests.on_record(request.national_id_hash)
    who = Stranger("", request.national_id_hash, request.contrast_hash)
    identified = record.in_census and knows_document(deps, record.national_id, who, record)
    standing = await _standing(deps, unit, record, identified=identified)
    outcome = request_outcome(
        standing, deps.settings.letter_policy, deps.clock.now(), official=False
    )
    if outcome is RequestOutcome.QUEUED:
        new = NewLetter(deps.new_id(), request.national_id_hash, "citizen", None, request.language)
        await unit.letters.queue(new, deps.clock.now())
    return outcome


async def _standing(deps: Deps, unit: Unit, record: OnRecord, *, identified: bool) -> Standing:
    letter = record.letter if record.letter and record.letter.state in _OPEN else None
    return Standing(
        identified=identified,
        invitable=may_enter(deps, record, await life_of(unit, record), Channel.LETTER),
        has_address=record.has_address,
        open_state=letter.state if letter else None,
        open_since=(letter.printed_at or letter.requested_at) if letter else None,
    )


async def life_of(unit: Unit, record: OnRecord) -> Life:
    """Return where the person stands; one without a row never enrolled."""
    person = await unit.persons.get(record.subject_id or NOBODY)
    return person.life if person else Life()


async def invite(
    deps: Deps, actor: Actor, typed_id: str, language: str, reference: str | None
) -> RequestOutcome:
    """Queue a letter on the administration's own initiative; say what became of it."""
    national_id_hash = deps.keys.national_id.of(canonical_id(typed_id))
    now = deps.clock.now()
    async with deps.transaction() as unit:
        record = await unit.letter_requests.on_record(national_id_hash)
        standing = await _standing(deps, unit, record, identified=record.in_census)
        outcome = request_outcome(standing, deps.settings.letter_policy, now, official=True)
        if outcome is RequestOutcome.QUEUED:
            origin = "officer" if actor.kind == "officer" else "administration"
            new = NewLetter(
                deps.new_id(), national_id_hash, origin, reference, language,
                actor.office_id, actor.actor_id,
            )  # fmt: skip
            await unit.letters.queue(new, now)
        facts = {"outcome": outcome.value, **({"reason": reference} if reference else {})}
        await unit.evidence.audit(record.subject_id, actor, "letter-requested", now, facts)
    OUTCOMES.labels("letter_request", outcome).inc()
    return outcome


async def invite_at_office(
    deps: Deps, officer: Officer, typed_id: str, language: str, reason: str
) -> RequestOutcome:
    """Invite a person as an officer. What becomes of it tells of the person, so it is a look-up.

    Raises reason-required, reason-invalid and own-record.
    """
    national_id = canonical_id(typed_id)
    if code := reason_refusal(reason):
        raise refuse(code)
    await keep_lookup(deps, officer, national_id, reason)
    async with deps.reading() as unit:
        person = await unit.persons.find(national_id)
    if person and (code := own_act_refusal(officer.subject_id, person.subject_id)):
        raise refuse(code)
    return await invite(deps, officer_actor(officer), national_id, language, reason)
