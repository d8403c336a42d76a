"""What a caller may send, and its way to canonical values. Lengths are bounds, not rules."""

import unicodedata
from datetime import date
from typing import Annotated, Any, Literal

from clavis_kit.ids import is_id
from clavis_kit.national_id import NationalIdError, normalise
from fastapi import Path
from pydantic import AfterValidator, BaseModel, Field, StrictBool

from clavis_registry.actions.enrolments import Completion
from clavis_registry.actions.entering import Applicant
from clavis_registry.actions.papers import Papers
from clavis_registry.actions.shared import canonical_id
from clavis_registry.errors import refuse
from clavis_registry.rules.contact import canonical_email, canonical_mobile
from clavis_registry.rules.documents import OriginDocument, OriginKind, PersonKind
from clavis_registry.rules.identity import (
    Document,
    DocumentKind,
    Guardian,
    GuardianProof,
    canonical_document,
    canonical_name,
)
from clavis_registry.rules.lookup import canonical_reason
from clavis_registry.rules.person import PersonName
from clavis_registry.rules.presence import AcceptedBy, TickList

MAX_EVIDENCE_MEMBERS = 20
MAX_EVIDENCE_TEXT = 1000  # a distinguished name fits


def _identifier(text: str) -> str:
    if not is_id(text):
        raise ValueError("is not an identifier")
    return text.lower()


# RFC 8259 section 8.2: neither NUL nor half a surrogate pair can be stored as text.
def _text(text: str) -> str:
    if "\x00" in text or any("\ud800" <= symbol <= "\udfff" for symbol in text):
        raise ValueError("has characters that cannot be stored")
    return text


Text = Annotated[str, Field(max_length=400), AfterValidator(_text)]
Reason = Annotated[str, Field(max_length=400), AfterValidator(canonical_reason)]
ShortText = Annotated[str, Field(max_length=80), AfterValidator(_text)]
Language = Annotated[str, Field(pattern="^(es|ca|gl|eu|en)$")]
Identifier = Annotated[str, AfterValidator(_identifier)]
PathId = Annotated[str, Path(), AfterValidator(_identifier)]


class DocumentIn(BaseModel):
    """The identity document shown; `expires_on` is null for a permanent one."""

    kind: DocumentKind
    support_number: ShortText | None = None
    issued_on: date
    expires_on: date | None

    def canonical(self) -> Document:
        """Return the document in canonical form."""
        return canonical_document(
            Document(self.kind, self.support_number or None, self.issued_on, self.expires_on)
        )


class GuardianIn(BaseModel):
    """Who answers for a minor, and what proved it."""

    national_id: ShortText
    proof: GuardianProof


class ApplicantIn(BaseModel):
    """A person's data as typed."""

    national_id: ShortText
    given_name: Text
    first_surname: Text
    second_surname: Text | None = None
    birth_date: date
    document: DocumentIn
    guardian: GuardianIn | None = None
    email: Text
    mobile: ShortText
    language: Language

    def canonical(self) -> Applicant:
        """Return canonical values. Raises the refusal of the first one that has none."""
        national_id = canonical_id(self.national_id)
        email, mobile = canonical_email(self.email), canonical_mobile(self.mobile)
        if email is None:
            raise refuse("invalid-email")
        if mobile is None:
            raise refuse("invalid-phone")
        second = canonical_name(self.second_surname) if self.second_surname else ""
        return Applicant(
            national_id=national_id,
            name=PersonName(
                canonical_name(self.given_name), canonical_name(self.first_surname), second or None
            ),
            birth_date=self.birth_date,
            document=self.document.canonical(),
            guardian=_guardian(self.guardian),
            email=email,
            mobile=mobile,
            language=self.language,
        )


def _guardian(typed: GuardianIn | None) -> Guardian | None:
    if typed is None:
        return None
    try:
        return Guardian(normalise(typed.national_id), typed.proof)
    except NationalIdError as error:
        raise refuse("guardian-invalid") from error


class OriginDocumentIn(BaseModel):
    """The identity document of another country; `country` is ISO 3166-1 alpha-3."""

    kind: OriginKind
    number: ShortText
    country: ShortText | None = None
    expires_on: date | None = None

    def canonical(self) -> OriginDocument:
        """Return the document in canonical form."""
        number = "".join(self.number.replace("-", "").upper().split())
        country = self.country.strip().upper() if self.country else None
        return OriginDocument(self.kind, number, country, self.expires_on)


class EnrolmentIn(ApplicantIn):
    """An act at an office, with the reason for serving the person.

    `person_kind` follows from the document where it is left out; foreigners also show a document
    of origin. With purpose `renew` the identification of a registered person is renewed.
    """

    reason: Reason
    person_kind: PersonKind | None = None
    identity_document: OriginDocumentIn | None = None
    purpose: Literal["enrol", "renew"] = "enrol"

    def papers(self) -> Papers:
        """Return what is shown beside the document, in canonical form."""
        origin = self.identity_document
        return Papers(self.person_kind, origin.canonical() if origin else None, self.purpose)


class CompletionIn(BaseModel):
    """What the officer declares at the end; the guardian's ticks matter for a minor."""

    present: StrictBool
    document_checked: StrictBool
    photo_matches: StrictBool = True
    data_read_out: StrictBool = True
    guardian_present: StrictBool = False
    guardian_document_checked: StrictBool = False
    authority_checked: StrictBool = False
    accepted_by: AcceptedBy = AcceptedBy.PERSON
    terms_version: ShortText
    terms_language: ShortText

    def completion(self) -> Completion:
        """Return the declaration as the action takes it."""
        ticks = self.model_dump(exclude={"accepted_by", "terms_version", "terms_language"})
        return Completion(
            terms_version=self.terms_version,
            terms_language=self.terms_language,
            ticks=TickList(**ticks),
            accepted_by=self.accepted_by,
        )


class PhoneProofIn(BaseModel):
    """The code that the person read out."""

    code: ShortText


class ReasonIn(BaseModel):
    """Why something is done."""

    reason: Reason


class LookupIn(ReasonIn):
    """Whom an officer asks for, and why."""

    national_id: ShortText


class RenunciationIn(BaseModel):
    """The person's confirmation after the warning."""

    confirmed: StrictBool


class ClaimsIn(BaseModel):
    """Which claims a relying party may have of a person."""

    subject_id: ShortText
    claims: Annotated[list[ShortText], Field(max_length=50)]
    client_id: Text


class SubjectIn(BaseModel):
    """A certificate holder at the first login."""

    national_id: ShortText
    evidence: dict[str, Any] = Field(default_factory=dict)

    def facts(self) -> dict[str, Any]:
        """Return the evidence when it can be kept: few, short, printable texts and numbers."""
        fits = len(self.evidence) <= MAX_EVIDENCE_MEMBERS
        if not fits or not all(_storable(k) and _storable(v) for k, v in self.evidence.items()):
            raise refuse("evidence-invalid")
        return self.evidence

    def text(self, member: str) -> str | None:
        """Return a member of the evidence when it is a text."""
        value = self.evidence.get(member)
        return value if isinstance(value, str) else None


def _storable(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= MAX_EVIDENCE_TEXT and not any(
            unicodedata.category(character) in {"Cc", "Cs"} for character in value
        )
    if isinstance(value, list):
        return len(value) <= MAX_EVIDENCE_MEMBERS and all(_storable(item) for item in value)
    return value is None or isinstance(value, bool | int | float)


class HolderIn(BaseModel):
    """Whose certificate is to be issued."""

    subject_id: ShortText
