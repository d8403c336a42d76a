"""Automatic identification by video: before it, and what the provider tells of it.

A person whom the machine passes is basic at once; an official looks at the evidence later.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from clavis_kit.errors import ServiceError
from clavis_kit.metrics import OUTCOMES
from clavis_kit.national_id import NationalIdKind, kind_of

from clavis_registry.actions import online
from clavis_registry.actions.drafts import draft_of
from clavis_registry.actions.entering import Act, Applicant, refuse_unfit, refuse_unwelcome
from clavis_registry.actions.online import Terms
from clavis_registry.actions.phone_codes import SentCode, issue_phone_code, send_phone_code
from clavis_registry.actions.shared import canonical_id
from clavis_registry.actions.video_calls import follow, held_case, recorded
from clavis_registry.deps import Deps
from clavis_registry.errors import refuse
from clavis_registry.rules.contact import PhoneVerdict
from clavis_registry.rules.identity import same_name
from clavis_registry.rules.person import Channel
from clavis_registry.rules.video import (
    RecordingReference,
    VideoEvent,
    VideoState,
    recording_refusal,
)
from clavis_registry.store import Unit
from clavis_registry.store.evidence import Actor
from clavis_registry.store.online_enrolments import NewOnlineEnrolment, OnlineEnrolment
from clavis_registry.store.videos import NewCase, VideoCase

CHANNEL = "video_automatic"


@dataclass(frozen=True)
class ProviderResult:
    """What a provider tells of one session; `applicant` as the machine read the document."""

    provider: str
    reference: str
    passed: bool
    applicant: Applicant | None
    recording: RecordingReference
    checks: dict[str, Any]


async def begin(deps: Deps, typed_id: str, contact: tuple[str, str, str]) -> tuple[str, SentCode]:
    """Take number and contact data and send the phone code; nobody is looked up.

    Raises video-automatic-off where no provider is known, dni-only, and the limits of codes.
    """
    if deps.video_providers is None:
        raise refuse("video-automatic-off")
    national_id = canonical_id(typed_id)
    if kind_of(national_id) is not NationalIdKind.DNI:
        raise refuse("dni-only")
    mobile, email, language = contact
    now, act_id = deps.clock.now(), deps.new_id()
    async with deps.transaction() as unit:
        await unit.online_enrolments.add(
            NewOnlineEnrolment(
                online_enrolment_id=act_id,
                channel=CHANNEL,
                purpose="enrol",
                origin_id=None,
                national_id_hash=deps.keys.national_id.of(national_id),
                subject_id=None,
                draft={"email": email, "mobile": mobile, "language": language},
                mobile=mobile,
                language=language,
                created_at=now,
                expires_at=now + timedelta(hours=deps.settings.draft_hours),
            )
        )
        issued = await issue_phone_code(deps, unit, act_id, mobile, language, online.PHONE_TEXT)
    return act_id, await send_phone_code(deps, issued)


async def prove(deps: Deps, act_id: str, code: str, terms: Terms) -> tuple[PhoneVerdict, int]:
    """Prove the phone and keep the acceptance; the act's id is the reference at the provider."""
    online.refuse_terms(terms)
    return await online.prove(deps, act_id, CHANNEL, code, terms)


async def take_result(deps: Deps, result: ProviderResult) -> VideoCase:
    """Open the case of a session and do what follows; telling it twice changes nothing."""
    if code := recording_refusal(result.recording, deps.clock.now()):
        raise refuse(code)
    async with deps.transaction() as unit:
        row = await unit.online_enrolments.lock(result.reference)
        if row is None or row.channel != CHANNEL or row.phone_proved_at is None:
            raise refuse("video-case-not-found")
        # BOE-A-2015-14215 1.2: the terms are accepted before anything is entered.
        terms = _accepted(row)
        known = await unit.videos.by_reference(result.provider, result.reference)
        if known is not None:
            return known
        case = await _open(deps, unit, row, result)
        reason = await _against(deps, unit, row, result)
        event = VideoEvent.FAIL if reason else VideoEvent.PASS
        subject_id = None if reason else await _enter(deps, unit, row, case, result, terms)
        await unit.videos.move(
            case.case_id, case.state, follow(case, event), subject_id=subject_id, reason=reason,
        )  # fmt: skip
        OUTCOMES.labels("video_automatic", event).inc()
        return await held_case(unit, case.case_id)


def _accepted(row: OnlineEnrolment) -> Terms:
    if row.terms_version is None or row.terms_language is None:
        raise refuse("terms-not-accepted")
    return Terms(row.terms_version, row.terms_language, accepted=True)


async def _open(deps: Deps, unit: Unit, row: OnlineEnrolment, result: ProviderResult) -> VideoCase:
    case_id = deps.new_id()
    new = NewCase(
        case_id=case_id,
        mode="automatic",
        state=VideoState.SUBMITTED,
        appointment_id=None,
        online_enrolment_id=row.online_enrolment_id,
        national_id_hash=row.national_id_hash,
        language=row.language,
        opened_at=deps.clock.now(),
    )
    await unit.videos.open(new)
    await unit.videos.move(
        case_id, VideoState.SUBMITTED, VideoState.SUBMITTED,
        evidence={**recorded(result.recording), "checks": result.checks},
        provider=result.provider, provider_reference=result.reference,
    )  # fmt: skip
    return await held_case(unit, case_id)


async def _against(
    deps: Deps, unit: Unit, row: OnlineEnrolment, result: ProviderResult
) -> str | None:
    """Return the code of what speaks against the person, or None."""
    applicant = result.applicant
    if not result.passed or applicant is None:
        return "provider-failed"
    if deps.keys.national_id.of(applicant.national_id) != row.national_id_hash:
        return "signer-differs"
    try:
        refuse_unfit(applicant, deps.day_of(deps.clock.now()))
        await refuse_unwelcome(deps, unit, applicant.national_id, Channel.VIDEO_AUTOMATIC)
    except ServiceError as refused:
        return refused.code
    # Orden ETD/465/2021 article 9: what was read is compared with the official data.
    known = await unit.census.get(row.national_id_hash)
    if known is None:
        return None
    same = same_name(known.name, applicant.name) and known.birth_date == applicant.birth_date
    return None if same and known.document == applicant.document else "identity-data-differ"


async def _enter(
    deps: Deps,
    unit: Unit,
    row: OnlineEnrolment,
    case: VideoCase,
    result: ProviderResult,
    terms: Terms,
) -> str:
    if result.applicant is None or row.draft is None:
        raise LookupError("who passed has an identity and contact data")
    applicant = replace(
        result.applicant, **{name: row.draft[name] for name in ("email", "mobile", "language")}
    )
    filled = replace(row, draft=draft_of(applicant))
    evidence = {"case_id": case.case_id, "recording": case.evidence}
    act = Act(Channel.VIDEO_AUTOMATIC, deps.clock.now(), Actor("citizen"), evidence)
    entry = await online.enter(deps, unit, filled, act, terms)
    return entry.person.subject_id


async def state_of(deps: Deps, act_id: str) -> str:
    """Return where a session is: phone_pending, phone_proved, or the state of its case."""
    async with deps.reading() as unit:
        row = await unit.online_enrolments.get(act_id)
        if row is None or row.channel != CHANNEL:
            raise refuse("enrolment-not-found")
        case = await unit.videos.of_act(act_id)
    return case.state if case else row.state
