"""Video calls: an agent claims, checks, decides; a sample gets a second look; then the entry.

Orden ETD/465/2021 articles 4-12: consent, a person alive, the document, the phone held, reasons
for every rejection. The video itself is carried outside; what is kept is where it lies.
"""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from clavis_kit.keyed_hash import sha256_hex
from clavis_kit.metrics import OUTCOMES

from clavis_registry.actions import online
from clavis_registry.actions.drafts import applicant_from_draft, draft_of
from clavis_registry.actions.enrolments import officer_actor
from clavis_registry.actions.entering import Act, Applicant, refuse_unfit, refuse_unwelcome
from clavis_registry.actions.online import Beginning, Proved, Terms
from clavis_registry.actions.phone_codes import SentCode, send_phone_code
from clavis_registry.actions.video_recordings import announced
from clavis_registry.deps import Deps
from clavis_registry.errors import refuse
from clavis_registry.rules.contact import PhoneVerdict
from clavis_registry.rules.identity import same_name
from clavis_registry.rules.permissions import own_act_refusal
from clavis_registry.rules.person import Channel
from clavis_registry.rules.video import (
    Checklist,
    RecordingReference,
    VideoEvent,
    VideoState,
    after,
    is_sampled,
    second_look_refusal,
)
from clavis_registry.store import Unit
from clavis_registry.store.census import CensusRecord
from clavis_registry.store.evidence import Actor
from clavis_registry.store.offices import Officer
from clavis_registry.store.videos import VideoCase

CHANNEL = "video_call"
DRAWS = 10_000
LISTED = 100
_CLAIMED = frozenset({VideoState.CLAIMED, VideoState.IN_REVIEW})


@dataclass(frozen=True)
class Decision:
    """What an agent decides at the end of a call; `applicant` as read from the document.

    `recording` is named by its provider and its id there.
    """

    accept: bool
    reason: str
    checklist: Checklist
    recording: tuple[str, str]
    applicant: Applicant | None


def recorded(recording: RecordingReference) -> dict[str, Any]:
    """Write a reference as JSON values."""
    times = {
        "started_at": recording.started_at.isoformat(),
        "ended_at": recording.ended_at.isoformat(),
    }
    return {**asdict(recording), **times}


def follow(case: VideoCase, event: VideoEvent) -> VideoState:
    """Return the state that follows. Raises video-case-moved-on when none does."""
    state = after(case.state, event)
    if state is None:
        raise refuse("video-case-moved-on", state=case.state.value)
    return state


async def held_case(unit: Unit, case_id: str) -> VideoCase:
    """Read a case and hold it. Raises video-case-not-found."""
    case = await unit.videos.lock(case_id)
    if case is None:
        raise refuse("video-case-not-found")
    return case


async def list_cases(deps: Deps, state: VideoState) -> list[VideoCase]:
    """List the cases in a state, oldest first."""
    async with deps.reading() as unit:
        return await unit.videos.in_states([state], LISTED)


async def show_case(deps: Deps, agent: Officer, case_id: str) -> tuple[VideoCase, bool]:
    """Return a case, and whether this agent sees whom it is about.

    Whoever claimed it does, and has looked the person up by claiming; whoever may look a second
    time does as well, and that is a look-up of its own.
    """
    async with deps.transaction() as unit:
        case = await held_case(unit, case_id)
        own = case.agent_id == agent.subject_id
        if case.state in _CLAIMED and own:
            return case, True
        if case.state is not VideoState.SECOND_LOOK or own:
            return case, False
        subject_id = await _served(unit, agent, case)
        await _looked_up(unit, agent, case, subject_id, deps.clock.now())
        return case, True


async def claim(deps: Deps, agent: Officer, case_id: str, *, automatic: bool) -> VideoCase:
    """Take a waiting call, or an automatic case to review. Of two agents, one gets it."""
    now = deps.clock.now()
    async with deps.transaction() as unit:
        case = await held_case(unit, case_id)
        event = VideoEvent.TAKE_REVIEW if automatic else VideoEvent.CLAIM
        state = follow(case, event)
        subject_id = await _served(unit, agent, case)
        await unit.videos.move(
            case_id, case.state, state, agent_id=agent.subject_id, claimed_at=now
        )
        await _looked_up(unit, agent, case, subject_id, now)
        return await held_case(unit, case_id)


async def _served(unit: Unit, agent: Officer, case: VideoCase) -> str | None:
    """Return whom a case is about, when the registry knows them. Raises own-record."""
    person = await unit.persons.by_hash(case.national_id_hash)
    subject_id = person.subject_id if person else case.subject_id
    if code := own_act_refusal(agent.subject_id, subject_id or ""):
        raise refuse(code)
    return subject_id


async def _looked_up(
    unit: Unit, agent: Officer, case: VideoCase, subject_id: str | None, now: datetime
) -> None:
    # GDPR article 5(1)(b): the person sees who looked, and why.
    reason = "Video identification" if case.language == "en" else "Identificación por vídeo"
    await unit.evidence.add_lookup(
        officer_actor(agent), case.national_id_hash, subject_id, reason, now
    )


async def release(deps: Deps, agent: Officer, case_id: str) -> None:
    """Give a claimed case back; another agent may take one whose agent has gone silent."""
    patience = timedelta(minutes=deps.settings.video_claim_minutes)
    async with deps.transaction() as unit:
        case = await held_case(unit, case_id)
        state = follow(case, VideoEvent.RELEASE)
        silent = case.claimed_at is not None and deps.clock.now() >= case.claimed_at + patience
        if case.agent_id != agent.subject_id and not silent:
            raise refuse("video-case-not-yours")
        subject_id = await _served(unit, agent, case)
        await unit.videos.move(case_id, case.state, state, agent_id=None, claimed_at=None)
        facts, now = {"case_id": case_id}, deps.clock.now()
        await unit.evidence.audit(subject_id, officer_actor(agent), "video-released", now, facts)


async def abandon(deps: Deps, agent: Officer, case_id: str, reason: str) -> None:
    """Close a call whose person has gone."""
    async with deps.transaction() as unit:
        case = await held_case(unit, case_id)
        state = follow(case, VideoEvent.ABANDON)
        _refuse_foreign(case, agent)
        subject_id, now = await _served(unit, agent, case), deps.clock.now()
        await unit.videos.move(case_id, case.state, state, reason=reason, decided_at=now)
        facts = {"case_id": case_id, "reason": reason}
        await unit.evidence.audit(subject_id, officer_actor(agent), "video-abandoned", now, facts)


def _refuse_foreign(case: VideoCase, agent: Officer) -> None:
    if case.agent_id is not None and case.agent_id != agent.subject_id:
        raise refuse("video-case-not-yours")


async def decide(deps: Deps, agent: Officer, case_id: str, decision: Decision) -> VideoCase:
    """Accept or refuse a call; of the accepted ones a sample waits for a second agent."""
    now = deps.clock.now()
    async with deps.transaction() as unit:
        case = await held_case(unit, case_id)
        _refuse_foreign(case, agent)
        subject_id = await _served(unit, agent, case)
        recording = await announced(unit, case_id, *decision.recording)
        event = await _event(deps, unit, case, decision)
        state = follow(case, event)
        applicant = draft_of(decision.applicant) if decision.applicant and decision.accept else None
        await unit.videos.move(
            case_id, case.state, state,
            applicant=applicant, evidence=recorded(recording),
            checklist=asdict(decision.checklist), reason=decision.reason, decided_at=now,
        )  # fmt: skip
        facts = {"case_id": case_id, "decision": event.value}
        await unit.evidence.audit(subject_id, officer_actor(agent), "video-decided", now, facts)
        OUTCOMES.labels("video_call", event).inc()
        return await held_case(unit, case_id)


async def _event(deps: Deps, unit: Unit, case: VideoCase, decision: Decision) -> VideoEvent:
    if not decision.accept:
        return VideoEvent.REFUSE
    if not decision.checklist.complete or decision.applicant is None:
        raise refuse("checklist-incomplete")
    applicant = decision.applicant
    # Whoever booked typed this number: another one is another person.
    if deps.keys.national_id.of(applicant.national_id) != case.national_id_hash:
        raise refuse("signer-differs")
    refuse_unfit(applicant, deps.day_of(deps.clock.now()))
    await refuse_unwelcome(deps, unit, applicant.national_id, Channel.VIDEO_CALL)
    sampled = is_sampled(deps.random_below(DRAWS), DRAWS, deps.settings.video_sample_fraction)
    # Orden ETD/465/2021 article 9: what was read is compared with the official data. A difference
    # may be a late register or a false document, and who is in no register may be nobody: one
    # agent alone does not say which.
    known = await unit.census.get(case.national_id_hash)
    alone = _agrees(known, applicant) if known else not deps.settings.video_unknown_second_look
    return VideoEvent.ACCEPT if alone and not sampled else VideoEvent.SAMPLE


def _agrees(known: CensusRecord, read: Applicant) -> bool:
    same = same_name(known.name, read.name) and known.birth_date == read.birth_date
    return same and known.document == read.document


async def second_look(
    deps: Deps, agent: Officer, case_id: str, reason: str, *, accept: bool
) -> VideoCase:
    """Confirm or overturn what another agent accepted."""
    now = deps.clock.now()
    async with deps.transaction() as unit:
        case = await held_case(unit, case_id)
        event = VideoEvent.CONFIRM if accept else VideoEvent.OVERTURN
        state = follow(case, event)
        if code := second_look_refusal(case.agent_id, agent.subject_id):
            raise refuse(code)
        subject_id = await _served(unit, agent, case)
        await _looked_up(unit, agent, case, subject_id, now)
        erased = {} if accept else {"applicant": None}
        await unit.videos.move(
            case_id, case.state, state, second_agent_id=agent.subject_id, second_reason=reason,
            second_decided_at=now, **erased,
        )  # fmt: skip
        facts = {"case_id": case_id, "decision": event.value}
        await unit.evidence.audit(subject_id, officer_actor(agent), "video-second-look", now, facts)
        return await held_case(unit, case_id)


async def begin_completion(
    deps: Deps, token: str, contact: tuple[str, str, str]
) -> tuple[str, SentCode]:
    """Take contact data after an accepted call and send the phone code."""
    mobile, email, language = contact
    async with deps.transaction() as unit:
        case = await _of_token(unit, token)
        if case.state is not VideoState.ACCEPTED or case.applicant is None:
            raise refuse("video-case-moved-on", state=case.state.value)
        read = {**case.applicant, "mobile": mobile, "email": email, "language": language}
        applicant = applicant_from_draft(read)
        new = Beginning(CHANNEL, "enrol", case.case_id, None, applicant, {})
        act_id, issued = await online.begin(deps, unit, new)
        await unit.videos.move(case.case_id, case.state, case.state, online_enrolment_id=act_id)
    return act_id, await send_phone_code(deps, issued)


async def _of_token(unit: Unit, token: str) -> VideoCase:
    appointment = await unit.appointments.by_token(sha256_hex(token))
    found = await unit.videos.of_appointment(appointment.appointment_id) if appointment else None
    if found is None:
        raise refuse("video-case-not-found")
    return await held_case(unit, found.case_id)


async def prove(deps: Deps, act_id: str, code: str, terms: Terms) -> Proved:
    """Enter the person once the code came back and the terms are accepted."""
    entering = _enter(deps, act_id, code, terms)
    return await online.or_resumed(deps, act_id, CHANNEL, code, entering)


async def _enter(deps: Deps, act_id: str, code: str, terms: Terms) -> Proved:
    online.refuse_terms(terms)
    verdict, left = await online.prove(deps, act_id, CHANNEL, code)
    if verdict is not PhoneVerdict.ACCEPTED:
        return verdict, left
    async with deps.transaction() as unit:
        row, _ = online.ready(deps, await unit.online_enrolments.lock(act_id))
        if row.channel != CHANNEL or row.origin_id is None:
            raise refuse("enrolment-not-found")
        case = await held_case(unit, row.origin_id)
        state = follow(case, VideoEvent.COMPLETE)
        evidence = {"case_id": case.case_id, "recording": case.evidence}
        act = Act(Channel.VIDEO_CALL, deps.clock.now(), Actor("citizen"), evidence)
        entry = await online.enter(deps, unit, row, act, terms)
        await unit.videos.move(
            case.case_id, case.state, state, subject_id=entry.person.subject_id, applicant=None
        )
    return entry
