"""What the portal may do for a citizen, with the citizen's access token."""

from datetime import datetime
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from clavis_kit.access_tokens import AccessToken, bearer, require_loa
from clavis_kit.errors import ServiceError
from clavis_kit.ids import is_id
from clavis_kit.loa import Loa
from clavis_kit.metrics import OUTCOMES
from fastapi import APIRouter, Depends, Header, Request, Response, UploadFile
from pydantic import BaseModel, Field, SecretStr, field_validator

from clavis_signing.actions import documents, receipts, signing
from clavis_signing.actions.documents import Opened, Upload
from clavis_signing.deps import Deps
from clavis_signing.rules import Standing, short_code

PORTAL = "portal"
BASE = "/citizen/v1"
LANGUAGES = ("es", "en", "ca", "gl", "eu")
router = APIRouter(prefix=BASE, tags=["citizen"])


async def get_deps(request: Request) -> Deps:
    """Hand the application's parts to a route."""
    deps: Deps = request.app.state.deps
    return deps


DepsDep = Annotated[Deps, Depends(get_deps)]
TokenDep = Annotated[AccessToken, Depends(bearer(PORTAL))]


async def citizen(token: TokenDep) -> str:
    """Name the citizen: first-party tokens carry the subject id itself."""
    if not is_id(token.subject_id):
        raise ServiceError("invalid-token", 401, private="the subject is not an id of ours")
    return token.subject_id


async def signing_citizen(token: TokenDep, subject_id: Annotated[str, Depends(citizen)]) -> str:
    """Name a citizen who logged in well enough to sign."""
    require_loa(token, Loa.SUBSTANTIAL)
    return subject_id


async def language_of(accept_language: Annotated[str, Header()] = "es") -> str:
    """Pick the first language we speak (RFC 9110 section 12.5.4), Spanish failing all."""
    for part in accept_language[:200].split(","):
        primary = part.split(";")[0].strip().lower().split("-")[0]
        if primary in LANGUAGES:
            return primary
    return "es"


CitizenDep = Annotated[str, Depends(citizen)]
SigningCitizenDep = Annotated[str, Depends(signing_citizen)]
LanguageDep = Annotated[str, Depends(language_of)]


class CertificateState(BaseModel):
    """The certificate in hand."""

    state: Standing
    not_after: datetime | None = None


class TransactionOut(BaseModel):
    """A document ready to be looked at, and whether its owner may sign it."""

    transaction_id: str
    name: str
    size: int
    page_count: int
    sha256: str
    short_code: str
    eligible: bool
    obstacles: list[str]
    certificate: CertificateState
    will_issue: bool
    policies_url: str
    expires_at: datetime


class ChallengeIn(BaseModel):
    """The citizen looked at the document and, if asked, accepts the policies."""

    reviewed: bool
    policies_accepted: bool = False


class ChallengeOut(BaseModel):
    """Whether a code is on its way."""

    outcome: str
    phone_hint: str | None = None
    expires_at: datetime | None = None
    resend_at: datetime | None = None
    reason: str | None = None


class SignatureIn(BaseModel):
    """Both secrets."""

    password: SecretStr = Field(min_length=1, max_length=1024)
    otp: SecretStr = Field(min_length=1, max_length=32)

    @field_validator("password", "otp")
    @classmethod
    def is_text(cls, secret: SecretStr) -> SecretStr:
        """Refuse half a character (RFC 8259 section 8.2): no keyboard makes one."""
        secret.get_secret_value().encode("utf-8")
        return secret


class SignatureOut(BaseModel):
    """The verdict and, when signed, where to fetch what."""

    verdict: str
    signed_document: str | None = None
    receipt: str | None = None
    certificate_serial: str | None = None


class CertificateOut(BaseModel):
    """One certificate of the citizen."""

    serial_number: str
    state: str
    issued_at: datetime
    not_before: datetime
    not_after: datetime
    revoked_at: datetime | None
    reason: str | None


class CertificatesOut(BaseModel):
    """All certificates of the citizen, newest first."""

    certificates: list[CertificateOut]


@router.post("/transactions", status_code=201)
async def create_transaction(
    document: UploadFile, subject_id: CitizenDep, deps: DepsDep, language: LanguageDep
) -> TransactionOut:
    """Take a PDF in. What it may not contain has a stable code each."""
    # One byte more than allowed tells an oversized one without reading it all.
    content = await document.read(deps.settings.document_max_bytes + 1)
    media_type = (document.content_type or "").split(";")[0].strip().lower()
    upload = Upload(document.filename or "", media_type, content)
    opened = await documents.open_transaction(deps, subject_id, upload)
    return _transaction_out(deps, opened, language)


def _transaction_out(deps: Deps, opened: Opened, language: str) -> TransactionOut:
    transaction, readiness = opened.transaction, opened.readiness
    credential = readiness.credential
    locations = deps.authority.locations
    return TransactionOut(
        transaction_id=transaction.transaction_id,
        name=transaction.document_name or "",
        size=transaction.size_bytes,
        page_count=transaction.page_count,
        sha256=transaction.sha256,
        short_code=short_code(transaction.sha256),
        eligible=not readiness.obstacles,
        obstacles=[obstacle.value for obstacle in readiness.obstacles],
        certificate=CertificateState(
            state=readiness.standing, not_after=credential.not_after if credential else None
        ),
        will_issue=readiness.will_issue,
        policies_url=locations.policies("en" if language == "en" else "es"),
        expires_at=transaction.expires_at,
    )


@router.get("/transactions/{transaction_id}/pages/{number}", response_class=Response)
async def get_page(
    transaction_id: UUID, number: int, subject_id: CitizenDep, deps: DepsDep
) -> Response:
    """Show a page as a picture."""
    image = await documents.page_image(deps, subject_id, str(transaction_id), number)
    return Response(image, media_type="image/png")


@router.get("/transactions/{transaction_id}/pages/{number}/text", response_class=Response)
async def get_page_text(
    transaction_id: UUID, number: int, subject_id: CitizenDep, deps: DepsDep
) -> Response:
    """Give the text of a page to those who cannot see the picture."""
    text = await documents.page_text(deps, subject_id, str(transaction_id), number)
    return Response(text, media_type="text/plain; charset=utf-8")


@router.post("/transactions/{transaction_id}/challenge")
async def create_challenge(
    transaction_id: UUID,
    body: ChallengeIn,
    subject_id: SigningCitizenDep,
    deps: DepsDep,
    language: LanguageDep,
) -> ChallengeOut:
    """Send the code that signs this document."""
    requested = await signing.challenge(
        deps,
        subject_id,
        str(transaction_id),
        reviewed=body.reviewed,
        policies_accepted=body.policies_accepted,
        language=language,
    )
    return ChallengeOut.model_validate(requested, from_attributes=True)


@router.post("/transactions/{transaction_id}/signature")
async def create_signature(
    transaction_id: UUID, body: SignatureIn, subject_id: SigningCitizenDep, deps: DepsDep
) -> SignatureOut:
    """Sign. A wrong password or code is an answer, not an error."""
    outcome = await signing.sign(
        deps,
        subject_id,
        str(transaction_id),
        password=body.password.get_secret_value(),
        otp=body.otp.get_secret_value(),
    )
    OUTCOMES.labels("sign", outcome.verdict.value).inc()
    if outcome.verdict is not signing.SignVerdict.SIGNED:
        return SignatureOut(verdict=outcome.verdict.value)
    base = f"{BASE}/transactions/{transaction_id}"
    return SignatureOut(
        verdict=outcome.verdict.value,
        signed_document=f"{base}/signed.pdf",
        receipt=f"{base}/receipt.pdf",
        certificate_serial=outcome.certificate_serial,
    )


@router.get("/transactions/{transaction_id}/signed.pdf", response_class=Response)
async def get_signed_document(
    transaction_id: UUID, subject_id: CitizenDep, deps: DepsDep
) -> Response:
    """Hand over the signed document; it is forgotten soon after."""
    delivery = await documents.deliver_signed(deps, subject_id, str(transaction_id))
    stem = (delivery.name or "document.pdf").removesuffix(".pdf")
    return _pdf(delivery.content, f"{stem}.signed.pdf")


@router.get("/transactions/{transaction_id}/receipt.pdf", response_class=Response)
async def get_receipt(
    transaction_id: UUID, subject_id: CitizenDep, deps: DepsDep, language: LanguageDep
) -> Response:
    """Hand over the receipt of the signature."""
    receipt = await receipts.compose(deps, subject_id, str(transaction_id), language)
    return _pdf(receipt, f"receipt-{transaction_id}.pdf")


@router.get("/certificates")
async def list_certificates(subject_id: CitizenDep, deps: DepsDep) -> CertificatesOut:
    """List what the citizen holds and held."""
    held = await documents.certificates(deps, subject_id)
    views = [CertificateOut.model_validate(view, from_attributes=True) for view in held]
    return CertificatesOut(certificates=views)


def _pdf(content: bytes, name: str) -> Response:
    # RFC 6266 section 4.3 and RFC 8187: any name, without breaking the header.
    disposition = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return Response(
        content, media_type="application/pdf", headers={"Content-Disposition": disposition}
    )
