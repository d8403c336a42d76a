"""Enrolment, level up and renewal with a certificate or the DNIe, for the portal."""

import base64
import binascii
from datetime import date, datetime
from typing import Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field, StrictBool

from clavis_registry.actions import certificate_enrolments as acts
from clavis_registry.actions import online, receipts
from clavis_registry.actions.certificate_enrolments import Begun, Mismatch, TypedRequest
from clavis_registry.errors import refuse
from clavis_registry.routes.access import CitizenOf, DepsOf
from clavis_registry.routes.inputs import DocumentIn, PathId
from clavis_registry.routes.online_models import (
    CodeIn,
    CodeSentOut,
    ContactIn,
    EntryOut,
    VerdictOut,
)
from clavis_registry.rules.contact import PhoneVerdict
from clavis_registry.store.online_enrolments import OnlineEnrolment

router = APIRouter(prefix="/citizen/v1", tags=["certificate"])
MAX_SIGNATURE = 900_000  # a signed request in base64, below the limit of a body
PDF: dict[int | str, dict[str, Any]] = {200: {"content": {"application/pdf": {}}}}


class CertificateEnrolmentIn(ContactIn):
    """Contact data; birth date and document only where no record has them."""

    birth_date: date | None = None
    document: DocumentIn | None = None
    record_prevails: StrictBool = False

    def typed(self) -> TypedRequest:
        """Return canonical values. Raises a refusal."""
        return TypedRequest(
            *self.canonical(),
            self.language,
            self.birth_date,
            self.document.canonical() if self.document else None,
            self.record_prevails,
        )


class SignatureIn(BaseModel):
    """A detached CMS or CAdES signature, or the signed PDF, in base64; and the tick."""

    signature: str | None = Field(default=None, max_length=MAX_SIGNATURE)
    signed_pdf: str | None = Field(default=None, max_length=MAX_SIGNATURE)
    accepted: StrictBool

    def content(self) -> tuple[bytes, bool]:
        """Return the bytes and whether they are a PDF. Raises signature-invalid."""
        given = [text for text in (self.signature, self.signed_pdf) if text]
        if len(given) != 1:
            raise refuse("signature-invalid")
        try:
            return base64.b64decode(given[0], validate=True), bool(self.signed_pdf)
        except (binascii.Error, ValueError) as error:
            raise refuse("signature-invalid") from error


class MismatchOut(BaseModel):
    """Certificate and record name the person differently; the record prevails or is corrected."""

    outcome: str = "mismatch"
    certificate_name: str
    record_name: str

    @classmethod
    def of(cls, mismatch: Mismatch) -> "MismatchOut":
        """Show the two names to their owner."""
        return cls(certificate_name=mismatch.certificate, record_name=mismatch.record)


class BegunOut(CodeSentOut):
    """The phone is to be proved; these are the identity data that will be entered."""

    enrolment_id: str
    name: str
    national_id: str
    birth_date: date

    @classmethod
    def begun(cls, begun: Begun) -> "BegunOut":
        """Show what was begun."""
        sent, applicant = CodeSentOut.of(begun.act_id, begun.sent), begun.applicant
        return cls(
            **sent.model_dump(),
            enrolment_id=begun.act_id,
            name=applicant.name.full,
            national_id=applicant.national_id,
            birth_date=applicant.birth_date,
        )


class ProvedOut(BaseModel):
    """The phone is proved; the request can be fetched and signed."""

    outcome: str = "proved"
    request: str


class UnfinishedOut(BaseModel):
    """An act to resume, if there is one."""

    enrolment_id: str | None = None
    purpose: str | None = None
    state: str | None = None
    expires_at: datetime | None = None

    @classmethod
    def of(cls, row: OnlineEnrolment | None) -> "UnfinishedOut":
        """Show an act."""
        if row is None:
            return cls()
        return cls(
            enrolment_id=row.online_enrolment_id,
            purpose=row.purpose,
            state=row.state,
            expires_at=row.expires_at,
        )


async def _begin(
    body: CertificateEnrolmentIn, token: CitizenOf, deps: DepsOf, purpose: str
) -> BegunOut | MismatchOut:
    outcome = await acts.begin(deps, token.subject_id, body.typed(), purpose)
    return MismatchOut.of(outcome) if isinstance(outcome, Mismatch) else BegunOut.begun(outcome)


@router.post("/certificate-enrolments", summary="Enrol, or rise to advanced, with a certificate")
async def begin(
    body: CertificateEnrolmentIn, token: CitizenOf, deps: DepsOf
) -> BegunOut | MismatchOut:
    """Take contact data and send the phone code; a mismatch of names is shown first."""
    return await _begin(body, token, deps, acts.ENROL)


@router.post("/renewal", summary="Renew the identification with the DNIe")
async def renew(
    body: CertificateEnrolmentIn, token: CitizenOf, deps: DepsOf
) -> BegunOut | MismatchOut:
    """Take contact data and send the phone code; the steps after it are those of an enrolment."""
    return await _begin(body, token, deps, acts.RENEW)


@router.get("/certificate-enrolments", summary="What an interruption left behind")
async def unfinished(token: CitizenOf, deps: DepsOf) -> UnfinishedOut:
    """Return the newest act that can still be finished."""
    return UnfinishedOut.of(await acts.unfinished_act(deps, token.subject_id))


@router.post("/certificate-enrolments/{enrolment_id}/phone-codes", summary="Send another code")
async def resend(enrolment_id: PathId, token: CitizenOf, deps: DepsOf) -> CodeSentOut:
    """Send another code to the same phone."""
    await acts.own_act(deps, token.subject_id, enrolment_id)
    return CodeSentOut.of(enrolment_id, await online.resend(deps, enrolment_id))


@router.post("/certificate-enrolments/{enrolment_id}/phone-proof", summary="Prove the phone")
async def prove(
    enrolment_id: PathId, body: CodeIn, token: CitizenOf, deps: DepsOf
) -> ProvedOut | VerdictOut:
    """Judge the code that came to the phone."""
    await acts.own_act(deps, token.subject_id, enrolment_id)
    verdict, left = await online.prove(deps, enrolment_id, acts.CHANNEL, body.code)
    if verdict is not PhoneVerdict.ACCEPTED:
        return VerdictOut.of(verdict, left)
    return ProvedOut(request=f"/citizen/v1/certificate-enrolments/{enrolment_id}/request.pdf")


@router.get(
    "/certificate-enrolments/{enrolment_id}/request.pdf",
    summary="The request to be signed",
    response_class=Response,
    responses=PDF,
)
async def request_pdf(enrolment_id: PathId, token: CitizenOf, deps: DepsOf) -> Response:
    """Return the document: the same bytes every time, because they are what is signed."""
    pdf = await acts.request_pdf(deps, token.subject_id, enrolment_id)
    headers = {"Content-Disposition": 'attachment; filename="request.pdf"'}
    return Response(pdf, media_type="application/pdf", headers=headers)


@router.post("/certificate-enrolments/{enrolment_id}/signature", summary="Hand the signature in")
async def sign(
    enrolment_id: PathId, body: SignatureIn, token: CitizenOf, deps: DepsOf
) -> EntryOut | MismatchOut:
    """Verify signature and certificate, and enter or renew the person."""
    signature, in_pdf = body.content()
    outcome = await acts.sign(
        deps, token.subject_id, enrolment_id, signature, in_pdf=in_pdf, accepted=body.accepted
    )
    return MismatchOut.of(outcome) if isinstance(outcome, Mismatch) else EntryOut.of(outcome)


@router.post(
    "/certificate-enrolments/{enrolment_id}/receipt",
    summary="The receipt, once",
    response_class=Response,
    responses={**PDF, 410: {"description": "Already handed out"}},
)
async def receipt(enrolment_id: PathId, token: CitizenOf, deps: DepsOf) -> Response:
    """Return the receipt and put its activation code, if it has one, in force."""
    made = await receipts.receipt_of(deps, token.subject_id, enrolment_id)
    headers = {"Content-Disposition": 'attachment; filename="receipt.pdf"'}
    return Response(made.pdf, media_type="application/pdf", headers=headers)
