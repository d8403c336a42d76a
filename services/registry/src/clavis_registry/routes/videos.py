"""Video: for people without a session, for agents, and for providers."""

from typing import Annotated

from clavis_kit.service_tokens import caller
from fastapi import APIRouter, Depends, Query, Request

from clavis_registry.actions import (
    online,
    receipts,
    video_appointments,
    video_automatic,
    video_calls,
    video_recordings,
    video_reviews,
)
from clavis_registry.routes.access import DepsOf, OfficerOf, require
from clavis_registry.routes.inputs import PathId, ReasonIn
from clavis_registry.routes.online_models import (
    CodeSentOut,
    ContactIn,
    EntryOut,
    OnlineProofIn,
    ReceiptOut,
    VerdictOut,
)
from clavis_registry.routes.providers import provider_of
from clavis_registry.routes.recording_models import (
    AnnouncedOut,
    AnnouncementIn,
    RecordingOut,
    RecordingsOut,
)
from clavis_registry.routes.video_models import (
    AppointmentIn,
    AppointmentOut,
    ArrivalOut,
    AutomaticIn,
    AutomaticOut,
    AutomaticProofIn,
    BookingOut,
    CaseOut,
    CasesOut,
    DecisionIn,
    MoveIn,
    ProviderResultIn,
    ReviewIn,
    SecondLookIn,
    SlotsOut,
    StateOut,
    TokenIn,
    VideoContactIn,
)
from clavis_registry.rules.contact import PhoneVerdict
from clavis_registry.rules.permissions import Action
from clavis_registry.rules.video import VideoState

internal = APIRouter(prefix="/internal/v1", tags=["video"])
office = APIRouter(prefix="/officer/v1", tags=["video"])
provider = APIRouter(prefix="/provider/v1", tags=["video"])
FromGateway = Annotated[str, Depends(caller("gateway"))]
_REVIEWED = frozenset({VideoState.AUTO_PASSED, VideoState.IN_REVIEW})


@internal.get("/video-slots", summary="When a video call can be booked")
async def slots(_: FromGateway, deps: DepsOf) -> SlotsOut:
    """Return the beginnings of calls that have a desk free."""
    return SlotsOut(slots=await video_appointments.free_slots(deps))


@internal.post("/video-appointments", status_code=201, summary="Book a video call")
async def book(body: AppointmentIn, _: FromGateway, deps: DepsOf) -> BookingOut:
    """Book a call. Nobody is looked up, so the answer is the same for everybody."""
    typed = (body.national_id, body.contrast)
    booking = await video_appointments.book(
        deps, typed, body.starts_at, body.contact(), body.source
    )
    return BookingOut.booked(booking)


@internal.post("/video-appointments/move", summary="Move a booked call")
async def move(body: MoveIn, _: FromGateway, deps: DepsOf) -> AppointmentOut:
    """Take another slot."""
    return AppointmentOut.of(await video_appointments.move(deps, body.token, body.starts_at))


@internal.post("/video-appointments/cancellation", status_code=204, summary="Give a call up")
async def cancel(body: TokenIn, _: FromGateway, deps: DepsOf) -> None:
    """Give the slot back."""
    await video_appointments.cancel(deps, body.token)


@internal.post("/video-appointments/arrival", summary="Enter the queue, or ask for the place in it")
async def arrive(body: TokenIn, _: FromGateway, deps: DepsOf) -> ArrivalOut:
    """Begin a booked call; later, tell what became of it."""
    return ArrivalOut.of(await video_appointments.arrive(deps, body.token))


@internal.post("/video-completions", summary="Contact data after an accepted call")
async def complete(body: VideoContactIn, _: FromGateway, deps: DepsOf) -> CodeSentOut:
    """Send the phone code."""
    contact = ContactIn(mobile=body.mobile, email=body.email, language=body.language)
    typed = (*contact.canonical(), body.language)
    return CodeSentOut.of(*await video_calls.begin_completion(deps, body.token, typed))


@internal.post("/video-completions/{completion_id}/phone-codes", summary="Send another code")
async def resend(completion_id: PathId, _: FromGateway, deps: DepsOf) -> CodeSentOut:
    """Send another code to the same phone."""
    return CodeSentOut.of(completion_id, await online.resend(deps, completion_id))


@internal.post("/video-completions/{completion_id}/proof", summary="Prove the phone and enter")
async def prove(
    completion_id: PathId, body: OnlineProofIn, _: FromGateway, deps: DepsOf
) -> EntryOut | VerdictOut:
    """Enter the person at the basic level."""
    outcome = await video_calls.prove(deps, completion_id, body.code, body.terms)
    return VerdictOut.of(*outcome) if isinstance(outcome, tuple) else EntryOut.of(outcome)


@internal.post("/video-automatic", summary="Begin an automatic identification")
async def begin_automatic(body: AutomaticIn, _: FromGateway, deps: DepsOf) -> CodeSentOut:
    """Send the phone code; the session at the provider follows its proof."""
    contact = ContactIn(mobile=body.mobile, email=body.email, language=body.language)
    typed = (*contact.canonical(), body.language)
    return CodeSentOut.of(*await video_automatic.begin(deps, body.national_id, typed))


@internal.post("/video-automatic/{reference}/phone-codes", summary="Send another code")
async def resend_automatic(reference: PathId, _: FromGateway, deps: DepsOf) -> CodeSentOut:
    """Send another code to the same phone."""
    return CodeSentOut.of(reference, await online.resend(deps, reference))


@internal.post("/video-automatic/{reference}/proof", summary="Prove the phone, accept the terms")
async def prove_automatic(
    reference: PathId, body: AutomaticProofIn, _: FromGateway, deps: DepsOf
) -> AutomaticOut | VerdictOut:
    """Return the reference by which the provider's session goes."""
    verdict, left = await video_automatic.prove(deps, reference, body.code, body.terms)
    if verdict is not PhoneVerdict.ACCEPTED:
        return VerdictOut.of(verdict, left)
    return AutomaticOut(reference=reference)


@internal.get("/video-automatic/{reference}", summary="What became of an identification")
async def automatic_state(reference: PathId, _: FromGateway, deps: DepsOf) -> StateOut:
    """Return where the session is."""
    return StateOut(state=await video_automatic.state_of(deps, reference))


@internal.post("/video-automatic/{reference}/receipt", summary="The receipt, once")
async def automatic_receipt(reference: PathId, _: FromGateway, deps: DepsOf) -> ReceiptOut:
    """Return the receipt as PDF and put its activation code in force."""
    channel = video_automatic.CHANNEL
    return ReceiptOut.of(await receipts.receipt_of_session(deps, reference, channel))


@office.get("/video-cases", summary="Cases that wait, or were decided")
async def list_cases(
    agent: OfficerOf, deps: DepsOf, state: Annotated[VideoState, Query()] = VideoState.QUEUED
) -> CasesOut:
    """Return the cases in a state, oldest first, without whom they are about."""
    require(agent, Action.REVIEW_VIDEO if state in _REVIEWED else Action.DECIDE_VIDEO)
    cases = await video_calls.list_cases(deps, state)
    return CasesOut(cases=[CaseOut.listed(case) for case in cases])


@office.get("/video-cases/{case_id}", summary="One case")
async def show_case(case_id: PathId, agent: OfficerOf, deps: DepsOf) -> CaseOut:
    """Return a case; whom it is about only to its agent and to who looks a second time."""
    require(agent, Action.DECIDE_VIDEO)
    case, whole = await video_calls.show_case(deps, agent, case_id)
    return CaseOut.of(case) if whole else CaseOut.listed(case)


@office.post("/video-cases/{case_id}/claim", summary="Take a call")
async def claim(case_id: PathId, agent: OfficerOf, deps: DepsOf) -> CaseOut:
    """Take a waiting call; of two agents one gets it."""
    require(agent, Action.DECIDE_VIDEO)
    return CaseOut.of(await video_calls.claim(deps, agent, case_id, automatic=False))


@office.post("/video-cases/{case_id}/release", status_code=204, summary="Give a case back")
async def release(case_id: PathId, agent: OfficerOf, deps: DepsOf) -> None:
    """Put a case back into its queue."""
    require(agent, Action.DECIDE_VIDEO)
    await video_calls.release(deps, agent, case_id)


@office.post("/video-cases/{case_id}/abandonment", status_code=204, summary="The person has gone")
async def abandon(case_id: PathId, body: ReasonIn, agent: OfficerOf, deps: DepsOf) -> None:
    """Close a call without a decision."""
    require(agent, Action.DECIDE_VIDEO)
    await video_calls.abandon(deps, agent, case_id, body.reason)


@office.get("/video-cases/{case_id}/recordings", summary="What the provider announced of a call")
async def recordings(case_id: PathId, agent: OfficerOf, deps: DepsOf) -> RecordingsOut:
    """Return the recordings that a decision can name."""
    require(agent, Action.DECIDE_VIDEO)
    found = await video_recordings.of_case(deps, case_id)
    return RecordingsOut(recordings=[RecordingOut.of(one) for one in found])


@office.post("/video-cases/{case_id}/decision", summary="Accept or refuse a call")
async def decide(case_id: PathId, body: DecisionIn, agent: OfficerOf, deps: DepsOf) -> CaseOut:
    """Decide with checklist, reason and evidence; a sample of the accepted waits for another."""
    require(agent, Action.DECIDE_VIDEO)
    return CaseOut.of(await video_calls.decide(deps, agent, case_id, body.decision()))


@office.post("/video-cases/{case_id}/second-look", summary="Confirm or overturn an accepted call")
async def second_look(
    case_id: PathId, body: SecondLookIn, agent: OfficerOf, deps: DepsOf
) -> CaseOut:
    """Decide on a sampled call, as another agent than the first."""
    require(agent, Action.DECIDE_VIDEO)
    return CaseOut.of(
        await video_calls.second_look(deps, agent, case_id, body.reason, accept=body.accept)
    )


@office.post("/video-cases/{case_id}/review-claim", summary="Take an automatic case")
async def claim_review(case_id: PathId, agent: OfficerOf, deps: DepsOf) -> CaseOut:
    """Take an automatic case to review its evidence."""
    require(agent, Action.REVIEW_VIDEO)
    return CaseOut.of(await video_calls.claim(deps, agent, case_id, automatic=True))


@office.post("/video-cases/{case_id}/review", summary="Approve or reject an automatic case")
async def review(case_id: PathId, body: ReviewIn, agent: OfficerOf, deps: DepsOf) -> CaseOut:
    """Make the person advanced, or remove them."""
    require(agent, Action.REVIEW_VIDEO)
    checklist = body.checklist.checklist()
    return CaseOut.of(
        await video_reviews.review(
            deps, agent, case_id, checklist, body.reason, approve=body.approve
        )
    )


@provider.post("/video-results", summary="A provider tells the result of a session")
async def take_result(request: Request, body: ProviderResultIn, deps: DepsOf) -> StateOut:
    """Take a result signed by the provider; telling it twice changes nothing."""
    name = await provider_of(request, deps)
    case = await video_automatic.take_result(deps, body.result(name))
    return StateOut(state=case.state)


@provider.post("/video-recordings", summary="A provider announces the recording of a call")
async def announce(request: Request, body: AnnouncementIn, deps: DepsOf) -> AnnouncedOut:
    """Take a reference signed by the provider; telling it twice changes nothing."""
    name = await provider_of(request, deps)
    await video_recordings.announce(deps, body.case_id, body.reference(name))
    return AnnouncedOut()
