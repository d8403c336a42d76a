"""What video identification takes and answers."""

from datetime import date, datetime
from typing import Any

from pydantic import AwareDatetime, BaseModel, Field, StrictBool

from clavis_registry.actions.entering import Applicant
from clavis_registry.actions.shared import canonical_id
from clavis_registry.actions.video_appointments import Arrival, Booking
from clavis_registry.actions.video_automatic import ProviderResult
from clavis_registry.actions.video_calls import Decision
from clavis_registry.errors import refuse
from clavis_registry.routes.inputs import (
    DocumentIn,
    Identifier,
    Language,
    Reason,
    ShortText,
    Text,
)
from clavis_registry.routes.online_models import TermsIn
from clavis_registry.routes.recording_models import NamedRecordingIn, RecordingIn
from clavis_registry.rules.contact import canonical_email
from clavis_registry.rules.identity import canonical_name
from clavis_registry.rules.person import PersonName
from clavis_registry.rules.video import Checklist
from clavis_registry.store.appointments import Appointment
from clavis_registry.store.videos import VideoCase

Token = Text


class AppointmentIn(BaseModel):
    """Who wants a call, when, in which language, and where the confirmation goes."""

    national_id: ShortText
    contrast: ShortText
    starts_at: AwareDatetime
    language: Language
    email: Text
    source: Text

    def contact(self) -> tuple[str, str]:
        """Return e-mail and language. Raises invalid-email."""
        email = canonical_email(self.email)
        if email is None:
            raise refuse("invalid-email")
        return email, self.language


class TokenIn(BaseModel):
    """The secret of a booking."""

    token: Token


class MoveIn(TokenIn):
    """Another slot."""

    starts_at: AwareDatetime


class SlotsOut(BaseModel):
    """When a call can be booked."""

    slots: list[datetime]


class AppointmentOut(BaseModel):
    """A booked call."""

    appointment_id: str
    starts_at: datetime
    language: str

    @classmethod
    def of(cls, appointment: Appointment) -> "AppointmentOut":
        """Show a booking."""
        return cls(**{name: getattr(appointment, name) for name in AppointmentOut.model_fields})


class BookingOut(AppointmentOut):
    """A new booking, with the secret that moves, cancels and begins it."""

    outcome: str = "booked"
    token: str

    @classmethod
    def booked(cls, booking: Booking) -> "BookingOut":
        """Show a new booking."""
        shown = AppointmentOut.of(booking.appointment)
        return cls(**shown.model_dump(), token=booking.token)


class ArrivalOut(BaseModel):
    """Where the person is: `place` in the queue, or what became of the call."""

    state: str
    place: int | None

    @classmethod
    def of(cls, arrival: Arrival) -> "ArrivalOut":
        """Show an arrival."""
        return cls(state=arrival.case.state, place=arrival.place)


class VideoContactIn(TokenIn):
    """Contact data after an accepted call."""

    mobile: ShortText
    email: Text
    language: Language


class AutomaticIn(BaseModel):
    """Number and contact data before an automatic identification."""

    national_id: ShortText
    mobile: ShortText
    email: Text
    language: Language


class AutomaticProofIn(TermsIn):
    """The code that came to the phone, and the acceptance of the terms."""

    code: ShortText


class AutomaticOut(BaseModel):
    """`proved`: the session at the provider goes by this reference."""

    outcome: str = "proved"
    reference: str


class StateOut(BaseModel):
    """Where an automatic identification is."""

    state: str


class ReadPersonIn(BaseModel):
    """A person as read from the document."""

    national_id: ShortText
    given_name: Text
    first_surname: Text
    second_surname: Text | None = None
    birth_date: date
    document: DocumentIn

    def applicant(self) -> Applicant:
        """Return canonical values; contact data come later. Raises a refusal."""
        second = canonical_name(self.second_surname) if self.second_surname else ""
        return Applicant(
            national_id=canonical_id(self.national_id),
            name=PersonName(
                canonical_name(self.given_name), canonical_name(self.first_surname), second or None
            ),
            birth_date=self.birth_date,
            document=self.document.canonical(),
            guardian=None,
            email="",
            mobile="",
            language="",
        )


class ChecklistIn(BaseModel):
    """What the agent saw."""

    consent_to_record: StrictBool
    live_person: StrictBool
    face_matches: StrictBool
    document_genuine: StrictBool
    data_read_out: StrictBool

    def checklist(self) -> Checklist:
        """Return the checklist as the rules take it."""
        return Checklist(**self.model_dump())


class DecisionIn(BaseModel):
    """The end of a call. To accept, everything is checked and the person is read out."""

    accept: StrictBool
    reason: Reason = Field(min_length=5)
    checklist: ChecklistIn
    recording: NamedRecordingIn
    person: ReadPersonIn | None = None

    def decision(self) -> Decision:
        """Return canonical values. Raises a refusal."""
        return Decision(
            accept=self.accept,
            reason=self.reason,
            checklist=self.checklist.checklist(),
            recording=(self.recording.provider, self.recording.recording_id),
            applicant=self.person.applicant() if self.person else None,
        )


class SecondLookIn(BaseModel):
    """What a second agent thinks of an accepted call."""

    accept: StrictBool
    reason: Reason = Field(min_length=5)


class ReviewIn(BaseModel):
    """What an official thinks of the evidence of an automatic case."""

    approve: StrictBool
    reason: Reason = Field(min_length=5)
    checklist: ChecklistIn


class CaseOut(BaseModel):
    """A case as agents see it."""

    case_id: str
    mode: str
    state: str
    language: str
    opened_at: datetime
    claimed: bool
    applicant: dict[str, Any] | None
    evidence: dict[str, Any] | None
    reason: str | None
    decided_at: datetime | None

    @classmethod
    def listed(cls, case: VideoCase) -> "CaseOut":
        """Show a case without whom it is about: to read that is to look somebody up."""
        hidden = {"applicant": None, "evidence": None, "reason": None}
        return cls.of(case).model_copy(update=hidden)

    @classmethod
    def of(cls, case: VideoCase) -> "CaseOut":
        """Show a case."""
        return cls(
            case_id=case.case_id,
            mode=case.mode,
            state=case.state,
            language=case.language,
            opened_at=case.opened_at,
            claimed=case.agent_id is not None,
            applicant=case.applicant,
            evidence=case.evidence,
            reason=case.reason,
            decided_at=case.decided_at,
        )


class CasesOut(BaseModel):
    """Cases in one state, oldest first."""

    cases: list[CaseOut]


class ProviderResultIn(BaseModel):
    """What a provider tells of one session; the reference is the one the session was made for."""

    reference: Identifier
    passed: StrictBool
    person: ReadPersonIn | None = None
    recording: RecordingIn
    checks: dict[ShortText, StrictBool | float | ShortText] = Field(
        default_factory=dict, max_length=30
    )

    def result(self, provider: str) -> ProviderResult:
        """Return canonical values. Raises a refusal."""
        return ProviderResult(
            provider=provider,
            reference=self.reference,
            passed=self.passed,
            applicant=self.person.applicant() if self.person else None,
            recording=self.recording.reference(),
            checks=dict(self.checks),
        )
