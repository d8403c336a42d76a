"""The API of the office console: enrol, print, look up."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from clavis_registry.actions import acceptance, enrolments, lookups, phone_codes
from clavis_registry.routes.access import DepsOf, OfficerOf, require
from clavis_registry.routes.inputs import (
    CompletionIn,
    EnrolmentIn,
    LookupIn,
    PathId,
    PhoneProofIn,
    ReasonIn,
)
from clavis_registry.routes.outputs import (
    AcceptanceOut,
    CompletedOut,
    EnrolmentOut,
    EnrolmentsOut,
    LookupOut,
    OfficerOut,
    PhoneCodeOut,
    PhoneProofOut,
    TermsOut,
)
from clavis_registry.rules.permissions import Action

router = APIRouter(prefix="/officer/v1", tags=["office"])
State = Annotated[Literal["open"], Query(alias="state")]


def _acceptance_path(enrolment_id: str) -> str:
    return f"/officer/v1/enrolments/{enrolment_id}/acceptance.pdf"


@router.get("/me", summary="Who is logged in, and at which office")
async def show_officer(officer: OfficerOf) -> OfficerOut:
    """Return the officer behind the token."""
    return OfficerOut.of(officer)


@router.get("/terms", summary="The terms of use in force, to read out or show")
async def show_terms(_: OfficerOf) -> TermsOut:
    """Return the terms per language; completion names this version."""
    return TermsOut.in_force()


@router.post("/enrolments", status_code=201, summary="Start an enrolment and send the phone code")
async def start(body: EnrolmentIn, officer: OfficerOf, deps: DepsOf) -> PhoneCodeOut:
    """Check number, document and contact data, keep a draft, send the SMS code."""
    require(officer, Action.ENROL)
    enrolment_id, sent = await enrolments.start_enrolment(
        deps, officer, body.canonical(), body.reason, body.papers()
    )
    return PhoneCodeOut.of(enrolment_id, sent)


@router.get("/enrolments", summary="Unfinished enrolments of the office")
async def list_open(officer: OfficerOf, deps: DepsOf, _: State = "open") -> EnrolmentsOut:
    """Return what an interruption left behind, before the print as well, newest first."""
    require(officer, Action.ENROL)
    rows = await enrolments.open_enrolments(deps, officer)
    return EnrolmentsOut(enrolments=[EnrolmentOut.of(row) for row in rows])


@router.get("/enrolments/{enrolment_id}", summary="One enrolment, to resume it")
async def show(enrolment_id: PathId, officer: OfficerOf, deps: DepsOf) -> EnrolmentOut:
    """Return the draft or the completed act."""
    require(officer, Action.ENROL)
    return EnrolmentOut.of(await enrolments.find_enrolment(deps, officer, enrolment_id))


@router.post(
    "/enrolments/{enrolment_id}/phone-codes", status_code=201, summary="Send another phone code"
)
async def resend(enrolment_id: PathId, officer: OfficerOf, deps: DepsOf) -> PhoneCodeOut:
    """Send a new code; the former one no longer counts."""
    require(officer, Action.ENROL)
    sent = await phone_codes.resend_phone_code(deps, officer, enrolment_id)
    return PhoneCodeOut.of(enrolment_id, sent)


@router.post("/enrolments/{enrolment_id}/phone-proof", summary="Try the code the person reads out")
async def prove(
    enrolment_id: PathId, body: PhoneProofIn, officer: OfficerOf, deps: DepsOf
) -> PhoneProofOut:
    """Judge one attempt. A wrong code is an answer, not an error."""
    require(officer, Action.ENROL)
    return PhoneProofOut.of(*await phone_codes.prove_phone(deps, officer, enrolment_id, body.code))


@router.post("/enrolments/{enrolment_id}/completion", status_code=201, summary="Enter the person")
async def complete(
    enrolment_id: PathId, body: CompletionIn, officer: OfficerOf, deps: DepsOf
) -> CompletedOut:
    """Enter the person in the registry and announce it."""
    require(officer, Action.ENROL)
    person = await enrolments.complete_enrolment(deps, officer, enrolment_id, body.completion())
    return CompletedOut(
        subject_id=person.subject_id,
        level=person.level,
        acceptance=_acceptance_path(enrolment_id),
    )


@router.get(
    "/enrolments/{enrolment_id}/acceptance.pdf",
    summary="The acceptance document with the activation code, once",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}}, 410: {"description": "Already printed"}},
)
async def acceptance_pdf(enrolment_id: PathId, officer: OfficerOf, deps: DepsOf) -> Response:
    """Make the document and put its activation code in force."""
    require(officer, Action.ENROL)
    pdf = await acceptance.print_acceptance(deps, officer, enrolment_id)
    headers = {"Content-Disposition": 'inline; filename="acceptance.pdf"'}
    return Response(pdf, media_type="application/pdf", headers=headers)


@router.post(
    "/enrolments/{enrolment_id}/acceptance-reprints",
    status_code=201,
    summary="Allow one more print after a lost or spoilt one",
)
async def reprint(
    enrolment_id: PathId, body: ReasonIn, officer: OfficerOf, deps: DepsOf
) -> AcceptanceOut:
    """Let the document be made again, with a new activation code that replaces the former."""
    require(officer, Action.ENROL)
    await acceptance.allow_reprint(deps, officer, enrolment_id, body.reason)
    return AcceptanceOut(acceptance=_acceptance_path(enrolment_id))


@router.post("/lookups", summary="Look a person up, with a reason that the person will see")
async def look_up(body: LookupIn, officer: OfficerOf, deps: DepsOf) -> LookupOut:
    """Return a masked summary; the look-up is recorded."""
    require(officer, Action.LOOK_UP)
    return LookupOut.of(await lookups.look_up(deps, officer, body.national_id, body.reason))
