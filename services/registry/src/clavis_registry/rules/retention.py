"""How long each kind of datum is kept. Pure.

GDPR article 5(1)(e): no longer than the purpose needs. What a law keeps longer stays as long as
that law says and no longer.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Datum(StrEnum):
    """Kinds of data that end, in the order in which they are taken out."""

    PHONE_CODE = "phone_code"
    DRAFT = "draft"
    ONLINE_DRAFT = "online_draft"
    CONTACT_CHANGE = "contact_change"
    WAY_IN_TRY = "way_in_try"
    LETTER_REQUEST = "letter_request"
    LETTER_RENUNCIATION = "letter_renunciation"
    LETTER = "letter"
    VIDEO_APPOINTMENT = "video_appointment"
    ACTIVATION_CODE = "activation_code"
    ENDED_CONTACT = "ended_contact"
    LOOKUP = "lookup"
    VIDEO_REFERENCE = "video_reference"
    VIDEO_RECORDING = "video_recording"
    DOCUMENT = "document"
    EVIDENCE = "evidence"
    AUDIT_FACTS = "audit_facts"
    SEALED_DOCUMENT = "sealed_document"
    FINISHED_ENROLMENT = "finished_enrolment"
    FINISHED_ONLINE = "finished_online"
    FINISHED_CHANGE = "finished_change"
    DECIDED_PROPOSAL = "decided_proposal"


@dataclass(frozen=True)
class RetentionPolicy:
    """Days after which each kind of datum goes, counted from when it was last of use."""

    drafts: int
    codes: int
    letters: int
    contacts: int
    lookups: int
    evidence: int

    def days(self, datum: Datum) -> int:
        """Return the days of a kind."""
        return int(getattr(self, _DAYS[datum]))

    def cutoff(self, datum: Datum, now: datetime) -> datetime:
        """Return the moment before which data of a kind have had their time."""
        return now - timedelta(days=self.days(datum))


_DAYS = {
    Datum.PHONE_CODE: "codes",
    Datum.DRAFT: "drafts",
    Datum.ONLINE_DRAFT: "drafts",
    Datum.CONTACT_CHANGE: "drafts",
    Datum.WAY_IN_TRY: "codes",
    Datum.LETTER_REQUEST: "letters",
    Datum.LETTER_RENUNCIATION: "codes",
    Datum.LETTER: "letters",
    Datum.VIDEO_APPOINTMENT: "drafts",
    Datum.ACTIVATION_CODE: "letters",
    # BOE-A-2015-14215 section 2.2: after an ending, contact data serve only to tell the person.
    Datum.ENDED_CONTACT: "contacts",
    # Ley Organica 3/2018 article 72.1: infringements can be pursued for three years.
    Datum.LOOKUP: "lookups",
    # Orden ETD/465/2021 and Ley 6/2020 article 9.3.a: fifteen years for what proves an identity.
    Datum.VIDEO_REFERENCE: "evidence",
    Datum.VIDEO_RECORDING: "evidence",
    Datum.DOCUMENT: "evidence",
    Datum.EVIDENCE: "evidence",
    Datum.AUDIT_FACTS: "evidence",
    Datum.SEALED_DOCUMENT: "evidence",
    Datum.FINISHED_ENROLMENT: "evidence",
    Datum.FINISHED_ONLINE: "evidence",
    Datum.FINISHED_CHANGE: "evidence",
    Datum.DECIDED_PROPOSAL: "evidence",
}
