"""What a caller may send about changes, endings and returns, and its way to canonical values."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field, StrictBool

from clavis_registry.actions.approvals import Decision
from clavis_registry.actions.contact_changes import EMAIL, PHONE, Acceptance, Target
from clavis_registry.actions.desk import DeskAct
from clavis_registry.actions.document_changes import DocumentCause, ShownDocument
from clavis_registry.actions.renunciations import Leaving
from clavis_registry.actions.revocations import Case
from clavis_registry.actions.shared import canonical_id
from clavis_registry.errors import refuse
from clavis_registry.routes.inputs import DocumentIn, Language, Reason, ShortText, Text
from clavis_registry.rules.contact import canonical_email, canonical_mobile
from clavis_registry.rules.identity import canonical_name
from clavis_registry.rules.person import Cause, PersonName

CaseReference = Annotated[str, Field(max_length=80, pattern=r"^[\w ./:-]*$")]


class DeskIn(BaseModel):
    """Whom an act concerns and why; for most, that the person is present and was identified."""

    national_id: ShortText
    reason: Reason
    present: StrictBool = False
    document_checked: StrictBool = False

    def act(self) -> DeskAct:
        """Return the act with a canonical number. Raises a refusal."""
        return DeskAct(
            canonical_id(self.national_id), self.reason, self.present, self.document_checked
        )


class NameIn(BaseModel):
    """A name as the document on the desk writes it."""

    given_name: Text
    first_surname: Text
    second_surname: Text | None = None

    def canonical(self) -> PersonName:
        """Return the name in canonical form."""
        second = canonical_name(self.second_surname) if self.second_surname else ""
        return PersonName(
            canonical_name(self.given_name), canonical_name(self.first_surname), second or None
        )


class PhoneIn(BaseModel):
    """A new mobile number."""

    mobile: ShortText

    def target(self) -> Target:
        """Return the number in E.164. Raises invalid-phone."""
        mobile = canonical_mobile(self.mobile)
        if mobile is None:
            raise refuse("invalid-phone")
        return Target(PHONE, mobile)


class EmailIn(BaseModel):
    """A new e-mail address."""

    email: Text

    def target(self) -> Target:
        """Return the canonical address. Raises invalid-email."""
        email = canonical_email(self.email)
        if email is None:
            raise refuse("invalid-email")
        return Target(EMAIL, email)


class DeskPhoneIn(DeskIn, PhoneIn):
    """A new phone for a person at a desk."""


class DeskEmailIn(DeskIn, EmailIn):
    """A new address for a person at a desk."""


class LanguageIn(BaseModel):
    """The language of messages."""

    language: Language


class DeskLanguageIn(DeskIn, LanguageIn):
    """Another language for a person at a desk."""


class CodeIn(BaseModel):
    """The code that was sent."""

    code: ShortText


class AcceptanceIn(BaseModel):
    """The terms accepted with new data; an e-mail address needs none."""

    terms_version: ShortText
    terms_language: ShortText

    def acceptance(self) -> Acceptance:
        """Return what the rules judge."""
        return Acceptance(self.terms_version, self.terms_language)


class DeskDocumentIn(DeskIn, NameIn):
    """A document that a person at a desk shows, with the name on it."""

    cause: DocumentCause
    document: DocumentIn

    def shown(self) -> ShownDocument:
        """Return the document in canonical form."""
        return ShownDocument(self.document.canonical(), self.canonical(), self.cause)


class CaseIn(DeskIn):
    """An act ex officio: the person need not be there, the case is named."""

    case_reference: CaseReference

    def case(self) -> Case:
        """Return the case."""
        return Case(self.case_reference.strip())


class RevocationIn(CaseIn):
    """Why an identity is revoked."""

    cause: Annotated[Cause, Field(description="security or identity_data_changed")]


class DeathIn(BaseModel):
    """One death, as the civil registry tells it."""

    national_id: ShortText
    died_on: date
    source_reference: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[ -~]+$")]


class OfficerDeathIn(DeathIn):
    """A death as an officer records it: to turn to a record has a reason."""

    reason: Reason


class LeavingIn(DeskIn):
    """A person who renounces at a desk; the name is for one who never enrolled."""

    signed: StrictBool
    name: NameIn | None = None

    def leaving(self) -> Leaving:
        """Return what the action needs."""
        return Leaving(self.name.canonical() if self.name else None, self.signed)


class DeskRehabilitationIn(DeskIn, AcceptanceIn):
    """A person at a desk who renounced and comes back."""


class DeskCertificateIn(DeskIn):
    """A person at a desk who wants the signing certificates revoked."""

    key_compromise: StrictBool = False


class CertificateIn(BaseModel):
    """The citizen's request to revoke the signing certificates, after the warning."""

    confirmed: StrictBool
    key_compromise: StrictBool = False


class DecisionIn(BaseModel):
    """What the second officer says, and why."""

    decision: Decision
    reason: Reason


class ActivationCodeIn(BaseModel):
    """The code that the citizen has on the screen."""

    activation_code: ShortText
