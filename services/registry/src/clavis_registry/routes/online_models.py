"""What enrolments without an officer take and answer, whatever the way in."""

import base64
from datetime import datetime

from pydantic import BaseModel, StrictBool

from clavis_registry.actions.online import Entry, Terms
from clavis_registry.actions.phone_codes import SentCode
from clavis_registry.actions.receipts import Receipt
from clavis_registry.errors import refuse
from clavis_registry.routes.inputs import Language, ShortText, Text
from clavis_registry.rules.contact import (
    PhoneVerdict,
    canonical_email,
    canonical_mobile,
    phone_hint,
)


class ContactIn(BaseModel):
    """How to reach the person from now on."""

    mobile: ShortText
    email: Text
    language: Language

    def canonical(self) -> tuple[str, str]:
        """Return mobile and e-mail in canonical form. Raises invalid-phone or invalid-email."""
        mobile, email = canonical_mobile(self.mobile), canonical_email(self.email)
        if mobile is None:
            raise refuse("invalid-phone")
        if email is None:
            raise refuse("invalid-email")
        return mobile, email


class TermsIn(BaseModel):
    """The terms that the person read, and the tick."""

    terms_version: ShortText
    terms_language: ShortText
    accepted: StrictBool

    @property
    def terms(self) -> Terms:
        """The acceptance as the action takes it."""
        return Terms(self.terms_version, self.terms_language, self.accepted)


class OnlineProofIn(TermsIn):
    """The code that came to the phone, and the acceptance of the terms."""

    code: ShortText


class CodeIn(BaseModel):
    """The code that came to the phone."""

    code: ShortText


class ReceiptIn(BaseModel):
    """The token that the end of the enrolment gave."""

    receipt_token: Text


class CodeSentOut(BaseModel):
    """`code_sent`, `mismatch` (never says what did not match) or `limited` until `retry_at`."""

    outcome: str
    completion_id: str | None = None
    phone_hint: str | None = None
    expires_at: datetime | None = None
    resend_at: datetime | None = None
    delivered: bool | None = None
    retry_at: datetime | None = None

    @classmethod
    def of(cls, completion_id: str, sent: SentCode) -> "CodeSentOut":
        """Show what was sent."""
        return cls(
            outcome="code_sent",
            completion_id=completion_id,
            phone_hint=phone_hint(sent.mobile),
            expires_at=sent.expires_at,
            resend_at=sent.resend_at,
            delivered=sent.delivered,
        )


class VerdictOut(BaseModel):
    """What a code proved: nothing when `wrong`, `expired` or `locked`."""

    outcome: str
    attempts_left: int | None = None

    @classmethod
    def of(cls, verdict: PhoneVerdict, left: int) -> "VerdictOut":
        """Show a verdict; the tries left matter only after a wrong one."""
        wrong = verdict is PhoneVerdict.WRONG
        return cls(outcome=verdict, attempts_left=left if wrong else None)


class EntryOut(BaseModel):
    """The person is entered; the receipt, with the activation code, is fetched once."""

    outcome: str = "registered"
    subject_id: str
    level: str | None
    receipt_token: str
    with_activation_code: bool

    @classmethod
    def of(cls, entry: Entry) -> "EntryOut":
        """Show an entry."""
        return cls(
            subject_id=entry.person.subject_id,
            level=entry.person.level,
            receipt_token=entry.receipt_token,
            with_activation_code=entry.with_code,
        )


class ReceiptOut(BaseModel):
    """The receipt as PDF in base64, and the code to show beside it."""

    activation_code: str | None
    receipt_pdf: str

    @classmethod
    def of(cls, receipt: Receipt) -> "ReceiptOut":
        """Show a receipt."""
        return cls(
            activation_code=receipt.activation_code,
            receipt_pdf=base64.b64encode(receipt.pdf).decode(),
        )
