"""Everything the registry holds about one person, section by section."""

from dataclasses import dataclass
from typing import Any

from clavis_kit.db import Connection

# Secrets (hashes of codes), the names of officers and what is held under the number of another
# person stay out; everything else about the person is here. $1 is the subject id, $2 the keyed
# hash of the number.
SECTIONS: dict[str, str] = {
    "person": """
        SELECT national_id, given_name, first_surname, second_surname, birth_date, language,
               status, level, channel, enrolled_at, ended_at, last_strong_identification_at,
               frozen_at, frozen_origin, revocation_cause, cause_gone_at, created_at
          FROM person WHERE subject_id = $1::uuid
    """,
    "documents": """
        SELECT kind, support_number, issued_on, expires_on, checked_at, replaced_at
          FROM document WHERE subject_id = $1::uuid ORDER BY checked_at
    """,
    "contact": """
        SELECT email, mobile, phone_verified_at, phone_lost_at, email_verified_at
          FROM contact WHERE subject_id = $1::uuid
    """,
    "activation_codes": """
        SELECT state, issued_at, used_at, blocked_at, replaced_at
          FROM activation_code WHERE subject_id = $1::uuid ORDER BY issued_at
    """,
    "evidence": """
        SELECT recorded_at, kind, facts FROM evidence
         WHERE subject_id = $1::uuid ORDER BY recorded_at, evidence_id
    """,
    "acts": """
        SELECT at, action, actor_kind, office.name AS office, facts
          FROM audit_event LEFT JOIN office USING (office_id)
         WHERE subject_id = $1::uuid ORDER BY at, audit_event_id
    """,
    "lookups": """
        SELECT seen.at, office.name AS office, seen.reason
          FROM (SELECT * FROM lookup WHERE subject_id = $1::uuid
                UNION ALL
                SELECT * FROM lookup WHERE subject_id IS NULL AND national_id_hash = $2::text
               ) AS seen
          JOIN office USING (office_id) ORDER BY seen.at, seen.lookup_id
    """,
    "renunciations": """
        SELECT renounced_at, method, acr FROM renunciation
         WHERE subject_id = $1::uuid ORDER BY renounced_at
    """,
    "certificate_revocation_requests": """
        SELECT requested_at, method, acr, key_compromise FROM certificate_revocation_request
         WHERE subject_id = $1::uuid ORDER BY requested_at
    """,
    "contact_changes": """
        SELECT created_at, kind, state, identified_by, new_value, done_at FROM contact_change
         WHERE subject_id = $1::uuid ORDER BY created_at
    """,
    "sealed_documents": """
        SELECT sealed_at, kind FROM sealed_document WHERE subject_id = $1::uuid ORDER BY sealed_at
    """,
    "online_enrolments": """
        SELECT created_at, channel, purpose, state, language, terms_version, completed_at
          FROM online_enrolment WHERE subject_id = $1::uuid ORDER BY created_at
    """,
    "video_cases": """
        SELECT opened_at, mode, state, provider, provider_reference, evidence, decided_at, reason
          FROM video_case WHERE subject_id = $1::uuid ORDER BY opened_at
    """,
    "video_recordings": """
        SELECT recording.provider, recording_id, started_at, ended_at, announced_at
          FROM video_case JOIN video_recording AS recording USING (case_id)
         WHERE subject_id = $1::uuid ORDER BY announced_at
    """,
    # Whoever booked typed the e-mail address: it may be somebody else's.
    "video_appointments": """
        SELECT created_at, starts_at, state, language FROM video_appointment
         WHERE national_id_hash = $2::text ORDER BY created_at
    """,
    "letters": """
        SELECT requested_at, origin, state, language, printed_at, sent_at, ended_at
          FROM letter WHERE national_id_hash = $2::text ORDER BY requested_at
    """,
    "letter_requests": """
        SELECT requested_at, language, outcome FROM letter_request
         WHERE national_id_hash = $2::text ORDER BY requested_at
    """,
    "letter_renunciations": """
        SELECT requested_at, language, outcome, done_at FROM letter_renunciation
         WHERE national_id_hash = $2::text ORDER BY requested_at
    """,
    "tries": """
        SELECT window_started_at, tries FROM way_in_try WHERE national_id_hash = $2::text
    """,
    "deaths": """
        SELECT died_on, source_reference, received_at, corrected_at FROM death_notice
         WHERE national_id_hash = $2::text
    """,
    "postal_address": """
        SELECT lines, postcode, municipality, province, source, received_at
          FROM postal_address WHERE national_id_hash = $2::text
    """,
    "census_record": """
        SELECT given_name, first_surname, second_surname, birth_date, document_kind,
               support_number, issued_on, expires_on, source, received_at
          FROM census_record WHERE national_id_hash = $2::text
    """,
    "signing_certificates": """
        SELECT serial_number, not_after FROM held_certificate WHERE subject_id = $1::uuid
    """,
    "appointment": """
        SELECT office.name AS office, role, active, added_at
          FROM officer JOIN office USING (office_id) WHERE subject_id = $1::uuid
    """,
}


@dataclass(frozen=True)
class Export:
    """Rows of each section as plain values; empty sections stay, to show that nothing is there."""

    sections: dict[str, list[dict[str, Any]]]


class ExportStore:
    """Reads for the person alone."""

    def __init__(self, db: Connection) -> None:
        """Use a connection in one snapshot."""
        self._db = db

    async def everything(self, subject_id: str, national_id_hash: str) -> Export:
        """Read every section."""
        sections = {}
        for name, sql in SECTIONS.items():
            # Both values are always given: a section uses the one it needs.
            text = f"WITH who AS (SELECT $1::uuid, $2::text) {sql}"
            rows = await self._db.fetch(text, subject_id, national_id_hash)
            sections[name] = [dict(row) for row in rows]
        return Export(sections)
