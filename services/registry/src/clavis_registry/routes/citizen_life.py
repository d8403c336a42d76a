"""The API of the citizen portal: change my data, stop everything, come back, end my certificate."""

from typing import Annotated, Any

from clavis_kit.loa import Loa
from fastapi import APIRouter, Depends, Response

from clavis_registry.actions import (
    activation_codes,
    certificate_requests,
    citizens,
    contact_changes,
    freezing,
    languages,
    own_changes,
    proofs,
    rehabilitations,
)
from clavis_registry.actions.contact_changes import EMAIL, PHONE
from clavis_registry.actions.desk import Login
from clavis_registry.deps import Deps
from clavis_registry.routes.access import CitizenOf, DepsOf
from clavis_registry.routes.inputs import PathId
from clavis_registry.routes.life_inputs import (
    AcceptanceIn,
    ActivationCodeIn,
    CertificateIn,
    CodeIn,
    EmailIn,
    LanguageIn,
    PhoneIn,
)
from clavis_registry.routes.life_outputs import (
    ActivationCodeOut,
    ChangeBegunOut,
    ChangeEndedOut,
    ChangeProofOut,
    LanguageOut,
    ProofOut,
    RehabilitatedOut,
    StandingOut,
)
from clavis_registry.rules.contact import PhoneVerdict

router = APIRouter(prefix="/citizen/v1", tags=["citizen"])
PDF: dict[int | str, dict[str, Any]] = {200: {"content": {"application/pdf": {}}}}


async def login_of(token: CitizenOf) -> Login:
    """Return what acts need to know of a session."""
    return Login(token.subject_id, token.amr, token.loa or Loa.LOW)


LoginOf = Annotated[Login, Depends(login_of)]


def pdf_response(pdf: bytes, name: str, *, status_code: int = 200) -> Response:
    """Answer with a document to keep."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.pdf"'}
    return Response(pdf, status_code, headers, media_type="application/pdf")


@router.get("/standing", summary="Where I stand, even after renouncing")
async def show_standing(token: CitizenOf, deps: DepsOf) -> StandingOut:
    """Return status, level and whether everything is stopped."""
    return StandingOut.of(await citizens.own_standing(deps, token.subject_id))


@router.post("/phone-changes", status_code=201, summary="Name a new phone; needs a certificate")
async def begin_phone(body: PhoneIn, login: LoginOf, deps: DepsOf) -> ChangeBegunOut:
    """Send a code to the new number. Another person's number moves when the code comes back."""
    return ChangeBegunOut.of(await contact_changes.begin_online(deps, login, body.target()))


@router.post("/email-changes", status_code=201, summary="Name a new e-mail address")
async def begin_email(body: EmailIn, login: LoginOf, deps: DepsOf) -> ChangeBegunOut:
    """Send a code to the new address."""
    return ChangeBegunOut.of(await contact_changes.begin_online(deps, login, body.target()))


@router.post("/phone-changes/{change_id}/codes", status_code=201, summary="Send another code")
@router.post("/email-changes/{change_id}/codes", status_code=201, summary="Send another code")
async def resend(change_id: PathId, login: LoginOf, deps: DepsOf) -> ChangeBegunOut:
    """Send a new code; the former one no longer counts."""
    return ChangeBegunOut.of(await contact_changes.resend(deps, login, change_id))


@router.post("/phone-changes/{change_id}/proof", summary="Try the code sent to the new phone")
async def prove_phone(
    change_id: PathId, body: CodeIn, login: LoginOf, deps: DepsOf
) -> ChangeProofOut:
    """Judge one attempt; the completion follows, with the terms."""
    return await _prove(deps, login, change_id, body.code)


@router.post("/email-changes/{change_id}/proof", summary="Try the code; the right one changes it")
async def prove_email(
    change_id: PathId, body: CodeIn, login: LoginOf, deps: DepsOf
) -> ChangeProofOut:
    """Judge one attempt and, when it was right, write the address."""
    judged = await _prove(deps, login, change_id, body.code)
    if judged.verdict is not PhoneVerdict.ACCEPTED:
        return judged
    ended = await contact_changes.complete_online(deps, login, change_id, None, EMAIL)
    return judged.model_copy(update={"state": ended.state})


async def _prove(deps: Deps, login: Login, change_id: str, code: str) -> ChangeProofOut:
    verdict, left = await contact_changes.prove(deps, login, change_id, code)
    state = "proved" if verdict is PhoneVerdict.ACCEPTED else "code_pending"
    return ChangeProofOut.of(verdict, left, state)


@router.post("/phone-changes/{change_id}/completion", summary="Accept the terms with the new phone")
async def complete_phone(
    change_id: PathId, body: AcceptanceIn, login: LoginOf, deps: DepsOf
) -> ChangeEndedOut:
    """Write the phone. The answer shows the new activation code, this once."""
    ended = await contact_changes.complete_online(deps, login, change_id, body.acceptance())
    return ChangeEndedOut.of(change_id, ended)


@router.post("/email-changes/{change_id}/completion", summary="Finish an interrupted change")
async def complete_email(change_id: PathId, login: LoginOf, deps: DepsOf) -> ChangeEndedOut:
    """Write an address whose code came back, where the line dropped in between."""
    ended = await contact_changes.complete_online(deps, login, change_id, None, EMAIL)
    return ChangeEndedOut.of(change_id, ended)


@router.get(
    "/phone-changes/{change_id}/acceptance.pdf",
    summary="The acceptance document of my new phone",
    response_class=Response,
    responses=PDF,
)
async def phone_acceptance(change_id: PathId, login: LoginOf, deps: DepsOf) -> Response:
    """Return the sealed document, without the activation code; for a day after the change."""
    pdf = await own_changes.acceptance(deps, login.subject_id, change_id, PHONE)
    return pdf_response(pdf, "acceptance")


@router.get(
    "/email-changes/{change_id}/acceptance.pdf",
    summary="The acceptance document of my new e-mail address",
    response_class=Response,
    responses=PDF,
)
async def email_acceptance(change_id: PathId, login: LoginOf, deps: DepsOf) -> Response:
    """Return the sealed document; for a day after the change."""
    pdf = await own_changes.acceptance(deps, login.subject_id, change_id, EMAIL)
    return pdf_response(pdf, "acceptance")


@router.post("/language", summary="Be written to in another language")
async def change_language(body: LanguageIn, login: LoginOf, deps: DepsOf) -> LanguageOut:
    """Change the language of messages."""
    person = await languages.change_language_online(deps, login, body.language)
    return LanguageOut(language=person.language or body.language)


@router.post(
    "/activation-codes",
    status_code=201,
    summary="A new activation code, by PIN, app or certificate",
)
async def issue_code(login: LoginOf, deps: DepsOf) -> ActivationCodeOut:
    """Show a new code once; the former one no longer works, blocked or not."""
    code, issued_at = await activation_codes.issue_online(deps, login)
    return ActivationCodeOut(activation_code=code, issued_at=issued_at)


@router.post(
    "/activation-codes/sheet",
    summary="The code on the screen as a PDF",
    response_class=Response,
    responses=PDF,
)
async def code_sheet(body: ActivationCodeIn, login: LoginOf, deps: DepsOf) -> Response:
    """Return the sheet for the code in force; nobody else's and no former one."""
    pdf = await activation_codes.own_sheet(deps, login, body.activation_code)
    return pdf_response(pdf, "activation-code")


@router.post(
    "/certificate-revocation", status_code=201, summary="Revoke my signing certificates, and stay"
)
async def revoke_certificate(body: CertificateIn, login: LoginOf, deps: DepsOf) -> ProofOut:
    """Ask the signing service to revoke; a sealed receipt is fetched from `proof`."""
    request = await certificate_requests.request_online(
        deps, login, confirmed=body.confirmed, key_compromise=body.key_compromise
    )
    path = f"/citizen/v1/certificate-revocation/{request.request_id}.pdf"
    return ProofOut(proof_id=request.request_id, at=request.requested_at, proof=path)


@router.get(
    "/certificate-revocation/{request_id}.pdf",
    summary="The sealed receipt of my request",
    response_class=Response,
    responses=PDF,
)
async def revocation_receipt(request_id: PathId, token: CitizenOf, deps: DepsOf) -> Response:
    """Return the receipt, the same at every call."""
    reader = proofs.Reader.citizen(token.subject_id)
    pdf = await proofs.revocation_request_pdf(deps, reader, request_id)
    return pdf_response(pdf, "certificate-revocation")


@router.post("/freeze", summary="Stop every method of mine at once")
async def freeze(login: LoginOf, deps: DepsOf) -> StandingOut:
    """Freeze. Nothing is given up; a certificate or an office undoes it."""
    return StandingOut.of(await freezing.freeze_myself(deps, login))


@router.post("/unfreezing", summary="Let my methods work again; needs a certificate")
async def unfreeze(login: LoginOf, deps: DepsOf) -> StandingOut:
    """Unfreeze."""
    return StandingOut.of(await freezing.unfreeze_myself(deps, login))


@router.post("/rehabilitation", summary="Undo my renunciation; needs a certificate")
async def rehabilitate(body: AcceptanceIn, login: LoginOf, deps: DepsOf) -> RehabilitatedOut:
    """Stand registered again, with the former data, at the advanced level."""
    back = await rehabilitations.rehabilitate_online(deps, login, body.acceptance())
    standing = StandingOut.of(back.person).model_dump()
    return RehabilitatedOut(**standing, phone_verified=back.phone_verified)
