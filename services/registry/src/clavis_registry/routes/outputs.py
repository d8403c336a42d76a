"""What the registry answers."""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel

from clavis_registry import texts
from clavis_registry.actions.citizens import Record
from clavis_registry.actions.lookups import Summary
from clavis_registry.actions.phone_codes import SentCode
from clavis_registry.rules.contact import PhoneVerdict, mask_email, mask_phone, phone_hint
from clavis_registry.store.enrolments import EnrolmentRow
from clavis_registry.store.evidence import HistoryEntry
from clavis_registry.store.offices import Officer
from clavis_registry.store.persons import Person


class OfficeOut(BaseModel):
    """A registration office."""

    id: str
    name: str


class OfficerOut(BaseModel):
    """The officer behind the token."""

    name: str
    role: str
    office: OfficeOut

    @classmethod
    def of(cls, officer: Officer) -> "OfficerOut":
        """Show an officer."""
        office = OfficeOut(id=officer.office_id, name=officer.office_name)
        return cls(name=officer.name, role=officer.role, office=office)


class TermsSectionOut(BaseModel):
    """One headed paragraph of the terms."""

    title: str
    text: str


class TermsOut(BaseModel):
    """The terms in force, per language."""

    version: str
    languages: dict[str, list[TermsSectionOut]]

    @classmethod
    def in_force(cls) -> "TermsOut":
        """Show the terms of today."""
        return cls(
            version=texts.TERMS_VERSION,
            languages={
                language: [
                    TermsSectionOut(title=s.title, text=s.text) for s in texts.terms(language)
                ]
                for language in texts.TEXT_LANGUAGES
            },
        )


class PhoneCodeOut(BaseModel):
    """A code on its way; `delivered` is false when no carrier took it."""

    enrolment_id: str
    state: str
    phone_hint: str
    code_expires_at: datetime
    resend_at: datetime
    delivered: bool

    @classmethod
    def of(cls, enrolment_id: str, sent: SentCode) -> "PhoneCodeOut":
        """Show what was sent."""
        return cls(
            enrolment_id=enrolment_id,
            state="phone_pending",
            phone_hint=phone_hint(sent.mobile),
            code_expires_at=sent.expires_at,
            resend_at=sent.resend_at,
            delivered=sent.delivered,
        )


class PhoneProofOut(BaseModel):
    """The outcome of one attempt at the code."""

    verdict: PhoneVerdict
    state: str
    attempts_left: int | None = None

    @classmethod
    def of(cls, verdict: PhoneVerdict, left: int) -> "PhoneProofOut":
        """Show a verdict; the tries left matter only after a wrong one."""
        proved = verdict is PhoneVerdict.ACCEPTED
        state = "phone_proved" if proved else "phone_pending"
        wrong = verdict is PhoneVerdict.WRONG
        return cls(verdict=verdict, state=state, attempts_left=left if wrong else None)


class EnrolmentOut(BaseModel):
    """An enrolment as the console resumes it; the draft is gone once completed."""

    enrolment_id: str
    state: str
    reason: str
    phone_hint: str | None
    draft: dict[str, Any] | None
    created_at: datetime
    expires_at: datetime
    completed_at: datetime | None
    subject_id: str | None
    acceptance_printed: bool

    @classmethod
    def of(cls, row: EnrolmentRow) -> "EnrolmentOut":
        """Show an enrolment."""
        return cls(
            enrolment_id=row.enrolment_id,
            state=row.state,
            reason=row.reason,
            phone_hint=phone_hint(row.mobile) if row.mobile else None,
            draft=row.draft,
            created_at=row.created_at,
            expires_at=row.expires_at,
            completed_at=row.completed_at,
            subject_id=row.subject_id,
            acceptance_printed=row.acceptance_printed_at is not None,
        )


class EnrolmentsOut(BaseModel):
    """The unfinished enrolments of the office."""

    enrolments: list[EnrolmentOut]


class CompletedOut(BaseModel):
    """The person is entered; the acceptance document waits to be printed."""

    subject_id: str
    level: str | None
    acceptance: str


class AcceptanceOut(BaseModel):
    """Where the acceptance document can be fetched, once."""

    acceptance: str


class LookupOut(BaseModel):
    """A masked summary."""

    found: bool
    national_id: str
    status: str
    frozen: bool
    may_return: bool
    initials: str | None
    level: str | None
    channel: str | None
    enrolled_at: datetime | None
    phone: str | None
    email: str | None

    @classmethod
    def of(cls, summary: Summary) -> "LookupOut":
        """Show a summary."""
        return cls(**vars(summary))


class OwnDocumentOut(BaseModel):
    """The citizen's own document."""

    kind: str
    expires_on: date | None


class CitizenOut(BaseModel):
    """The citizen's own record. The phone and the address are masked: the session may be stolen."""

    name: str | None
    national_id: str
    status: str
    level: str | None
    channel: str | None
    enrolled_at: datetime | None
    last_strong_identification_at: datetime | None
    language: str | None
    document: OwnDocumentOut | None
    phone_masked: str | None
    email_masked: str | None

    @classmethod
    def of(cls, record: Record) -> "CitizenOut":
        """Show a record to its citizen."""
        person, document, contact = record.person, record.document, record.contact
        mobile = contact.verified_mobile if contact else None
        return cls(
            name=person.name.full if person.name else None,
            national_id=person.national_id,
            status=person.status,
            level=person.level,
            channel=person.channel,
            enrolled_at=person.enrolled_at,
            last_strong_identification_at=person.last_strong_identification_at,
            language=person.language,
            document=(
                OwnDocumentOut(kind=document.kind, expires_on=document.expires_on)
                if document
                else None
            ),
            phone_masked=mask_phone(mobile) if mobile else None,
            email_masked=mask_email(contact.email) if contact else None,
        )


class HistoryEntryOut(BaseModel):
    """A look-up or a change; `actor` is citizen, officer, operator or person (another one)."""

    at: datetime
    kind: str
    action: str
    actor: str
    office: str | None
    reason: str | None

    @classmethod
    def of(cls, entry: HistoryEntry) -> "HistoryEntryOut":
        """Show an entry."""
        return cls(**{name: getattr(entry, name) for name in cls.model_fields})


class HistoryOut(BaseModel):
    """Newest first. Ask again with `after` of `next` while it is there."""

    entries: list[HistoryEntryOut]
    next: str | None


class RenunciationOut(BaseModel):
    """The identity has ended; the proof is fetched with the same token while it lives."""

    proof_id: str
    renounced_at: datetime
    proof: str


class ClaimsOut(BaseModel):
    """The claims asked for that are known."""

    claims: dict[str, Any]


class SubjectOut(BaseModel):
    """The person of a number."""

    subject_id: str
    status: str
    level: str | None


class HolderOut(BaseModel):
    """What the issuing of a certificate needs to know of a person."""

    given_name: str | None
    first_surname: str | None
    second_surname: str | None
    national_id: str
    birth_date: date | None
    document_expires_on: date | None
    last_strong_identification_at: datetime | None
    status: str
    level: str | None

    @classmethod
    def of(cls, person: Person, document_expires_on: date | None) -> "HolderOut":
        """Show a person to the signing service."""
        return cls(
            given_name=person.given_name,
            first_surname=person.first_surname,
            second_surname=person.second_surname,
            national_id=person.national_id,
            birth_date=person.birth_date,
            document_expires_on=document_expires_on,
            last_strong_identification_at=person.last_strong_identification_at,
            status=person.status,
            level=person.level,
        )
