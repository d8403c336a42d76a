"""An official looks at what the machine passed: advanced, or removed."""

from clavis_kit.metrics import OUTCOMES

from clavis_registry import events
from clavis_registry.actions.endings import announce, end_by_revocation
from clavis_registry.actions.enrolments import officer_actor
from clavis_registry.actions.shared import queue_mail, record_contact
from clavis_registry.actions.video_calls import follow, held_case
from clavis_registry.deps import Deps
from clavis_registry.errors import refuse
from clavis_registry.rules.person import (
    Cause,
    Channel,
    Status,
    level_of,
    strong_identification_at,
)
from clavis_registry.rules.video import Checklist, VideoEvent
from clavis_registry.store import Unit
from clavis_registry.store.offices import Officer
from clavis_registry.store.persons import Enrolled, Person
from clavis_registry.store.videos import VideoCase


async def review(
    deps: Deps, agent: Officer, case_id: str, checklist: Checklist, reason: str, *, approve: bool
) -> VideoCase:
    """Approve or reject the evidence of an automatic case, by the agent who claimed it.

    Whoever proved themselves better in the meantime keeps that: the case is superseded.
    """
    if approve and not checklist.complete:
        raise refuse("checklist-incomplete")
    now = deps.clock.now()
    async with deps.transaction() as unit:
        case = await held_case(unit, case_id)
        follow(case, VideoEvent.APPROVE)
        if case.agent_id != agent.subject_id:
            raise refuse("video-case-not-yours")
        if case.subject_id == agent.subject_id:
            raise refuse("own-record")
        person = await unit.persons.lock(case.subject_id or "")
        event = await _effect(deps, unit, agent, case, person, approve=approve, reason=reason)
        await unit.videos.move(
            case_id, case.state, follow(case, event), checklist=dict(vars(checklist)),
            reason=reason, decided_at=now,
        )  # fmt: skip
        OUTCOMES.labels("video_review", event).inc()
        return await held_case(unit, case_id)


async def _effect(
    deps: Deps,
    unit: Unit,
    agent: Officer,
    case: VideoCase,
    person: Person | None,
    *,
    approve: bool,
    reason: str,
) -> VideoEvent:
    waits = (
        person is not None
        and person.status is Status.REGISTERED
        and person.channel is Channel.VIDEO_AUTOMATIC
    )
    if person is None or not waits:
        return VideoEvent.SUPERSEDE
    if approve:
        await _raise(deps, unit, agent, case, person)
        return VideoEvent.APPROVE
    facts = {"case_reference": case.case_id, "reason": reason}
    await end_by_revocation(deps, unit, person, Cause.VIDEO_REJECTED, officer_actor(agent), facts)
    return VideoEvent.REJECT


# Contact data stay as they are now: the phone may have become somebody else's meanwhile.
async def _raise(deps: Deps, unit: Unit, agent: Officer, case: VideoCase, person: Person) -> None:
    now, channel = deps.clock.now(), Channel.VIDEO_REVIEWED
    if person.name is None or person.birth_date is None or person.language is None:
        raise LookupError("a registered person has a name, a birth date and a language")
    raised = await unit.persons.save_enrolled(
        person.subject_id,
        Enrolled(
            name=person.name,
            birth_date=person.birth_date,
            language=person.language,
            level=level_of(channel),
            channel=channel,
            enrolled_at=now,
            last_strong_identification_at=strong_identification_at(channel, now),
        ),
    )
    facts = {"case_id": case.case_id, "recording": case.evidence, "channel": channel}
    await unit.evidence.add(person.subject_id, "enrolment", facts, now)
    await unit.evidence.audit(person.subject_id, officer_actor(agent), "level-raised", now)
    await announce(deps, unit, raised, events.level_raised(raised, now))
    await record_contact(deps, unit, person.subject_id)
    await queue_mail(deps, unit, raised, "video_approved")
