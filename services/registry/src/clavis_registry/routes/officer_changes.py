"""The API of the office console: other phones, addresses, languages, documents and codes."""

from fastapi import APIRouter, Response

from clavis_registry.actions import (
    activation_codes,
    contact_changes,
    contact_writing,
    document_changes,
    languages,
)
from clavis_registry.actions.contact_changes import EMAIL, PHONE
from clavis_registry.routes.access import DepsOf, OfficerOf, require
from clavis_registry.routes.citizen_life import PDF, pdf_response
from clavis_registry.routes.inputs import PathId
from clavis_registry.routes.life_inputs import (
    AcceptanceIn,
    CodeIn,
    DeskDocumentIn,
    DeskEmailIn,
    DeskIn,
    DeskLanguageIn,
    DeskPhoneIn,
)
from clavis_registry.routes.life_outputs import (
    ChangeBegunOut,
    ChangeEndedOut,
    ChangeProofOut,
    LanguageOut,
    OpenChangeOut,
    OpenChangesOut,
    StandingOut,
)
from clavis_registry.rules.contact import PhoneVerdict
from clavis_registry.rules.permissions import Action

router = APIRouter(prefix="/officer/v1", tags=["office"])


@router.get("/changes", summary="Unfinished changes of the office")
async def list_open(officer: OfficerOf, deps: DepsOf) -> OpenChangesOut:
    """Return what an interruption left behind, newest first."""
    require(officer, Action.CHANGE_CONTACT)
    changes = await contact_changes.unfinished(deps, officer)
    return OpenChangesOut(changes=[OpenChangeOut.of(change) for change in changes])


@router.post("/phone-changes", status_code=201, summary="Begin a change of phone")
async def begin_phone(body: DeskPhoneIn, officer: OfficerOf, deps: DepsOf) -> ChangeBegunOut:
    """Send a code to the new number. Another person's number moves when the code comes back."""
    require(officer, Action.CHANGE_CONTACT)
    begun = await contact_changes.begin_at_office(deps, officer, body.act(), body.target())
    return ChangeBegunOut.of(begun)


@router.post("/email-changes", status_code=201, summary="Begin a change of e-mail address")
async def begin_email(body: DeskEmailIn, officer: OfficerOf, deps: DepsOf) -> ChangeBegunOut:
    """Send a code to the new address."""
    require(officer, Action.CHANGE_CONTACT)
    begun = await contact_changes.begin_at_office(deps, officer, body.act(), body.target())
    return ChangeBegunOut.of(begun)


@router.post("/phone-changes/{change_id}/codes", status_code=201, summary="Send another code")
@router.post("/email-changes/{change_id}/codes", status_code=201, summary="Send another code")
async def resend(change_id: PathId, officer: OfficerOf, deps: DepsOf) -> ChangeBegunOut:
    """Send a new code; the former one no longer counts."""
    require(officer, Action.CHANGE_CONTACT)
    return ChangeBegunOut.of(await contact_changes.resend(deps, officer, change_id))


@router.post("/phone-changes/{change_id}/proof", summary="Try the code the person reads out")
@router.post("/email-changes/{change_id}/proof", summary="Try the code the person reads out")
async def prove(
    change_id: PathId, body: CodeIn, officer: OfficerOf, deps: DepsOf
) -> ChangeProofOut:
    """Judge one attempt; the completion follows."""
    require(officer, Action.CHANGE_CONTACT)
    verdict, left = await contact_changes.prove(deps, officer, change_id, body.code)
    state = "proved" if verdict is PhoneVerdict.ACCEPTED else "code_pending"
    return ChangeProofOut.of(verdict, left, state)


@router.post(
    "/phone-changes/{change_id}/completion", summary="Write the phone, or ask for approval"
)
async def complete_phone(
    change_id: PathId, body: AcceptanceIn, officer: OfficerOf, deps: DepsOf
) -> ChangeEndedOut:
    """Write the phone; with a certificate, a freeze or a public post another officer decides."""
    require(officer, Action.CHANGE_CONTACT)
    ended = await contact_changes.complete_at_office(
        deps, officer, change_id, body.acceptance(), PHONE
    )
    return ChangeEndedOut.of(change_id, ended)


@router.post("/email-changes/{change_id}/completion", summary="Write the e-mail address")
async def complete_email(change_id: PathId, officer: OfficerOf, deps: DepsOf) -> ChangeEndedOut:
    """Write the address that was proved."""
    require(officer, Action.CHANGE_CONTACT)
    ended = await contact_changes.complete_at_office(deps, officer, change_id, None, EMAIL)
    return ChangeEndedOut.of(change_id, ended)


@router.post(
    "/phone-changes/{change_id}/acceptance",
    status_code=201,
    summary="The acceptance document of the new phone, with its activation code, once",
    response_class=Response,
    responses={201: {"content": {"application/pdf": {}}}, 410: {"description": "Already printed"}},
)
async def print_acceptance(change_id: PathId, officer: OfficerOf, deps: DepsOf) -> Response:
    """Make the document and put its activation code in force."""
    require(officer, Action.ISSUE_ACTIVATION_CODE)
    pdf = await contact_writing.print_acceptance(deps, officer, change_id)
    return pdf_response(pdf, "acceptance", status_code=201)


@router.post(
    "/email-changes/{change_id}/acceptance",
    status_code=201,
    summary="The acceptance document of the new e-mail address",
    response_class=Response,
    responses={201: {"content": {"application/pdf": {}}}},
)
async def print_email_acceptance(change_id: PathId, officer: OfficerOf, deps: DepsOf) -> Response:
    """Make the document to be signed; it brings no activation code."""
    require(officer, Action.CHANGE_CONTACT)
    pdf = await contact_writing.print_email_acceptance(deps, officer, change_id)
    return pdf_response(pdf, "acceptance", status_code=201)


@router.post("/language-changes", summary="Write to a person in another language")
async def change_language(body: DeskLanguageIn, officer: OfficerOf, deps: DepsOf) -> LanguageOut:
    """Change the language of messages."""
    require(officer, Action.CHANGE_CONTACT)
    person = await languages.change_language_at_office(deps, officer, body.act(), body.language)
    return LanguageOut(language=person.language or body.language)


@router.post("/document-changes", summary="Record a renewed, duplicate or other document")
async def change_document(body: DeskDocumentIn, officer: OfficerOf, deps: DepsOf) -> StandingOut:
    """Record the document shown. Another name or number is no change: see revocations."""
    require(officer, Action.CHANGE_DOCUMENT)
    person = await document_changes.change_document(deps, officer, body.act(), body.shown())
    return StandingOut.of(person)


@router.post(
    "/activation-codes",
    status_code=201,
    summary="A new activation code, on paper",
    response_class=Response,
    responses={201: PDF[200]},
)
async def issue_code(body: DeskIn, officer: OfficerOf, deps: DepsOf) -> Response:
    """Make the sheet with a new code; the former one no longer works, blocked or not."""
    require(officer, Action.ISSUE_ACTIVATION_CODE)
    pdf = await activation_codes.issue_at_office(deps, officer, body.act())
    return pdf_response(pdf, "activation-code", status_code=201)
