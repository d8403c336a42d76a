"""What has had its time: rows to delete and payloads to erase, a bounded number at once."""

from datetime import datetime

from clavis_kit.db import Connection

from clavis_registry.rules.retention import Datum

RETENTION_LOCK = 0x52657461696E  # "Retain": one job per database at a time

# Of each kind: one statement that takes out up to $2 rows older than $1 and returns one row each.
_DELETIONS: dict[Datum, str] = {
    Datum.PHONE_CODE: """
        DELETE FROM phone_code WHERE phone_code_id IN (
            SELECT phone_code_id FROM phone_code WHERE sent_at < $1 LIMIT $2)
        RETURNING true
    """,
    Datum.DRAFT: """
        DELETE FROM enrolment WHERE enrolment_id IN (
            SELECT enrolment_id FROM enrolment
             WHERE state <> 'completed' AND expires_at < $1 LIMIT $2)
        RETURNING true
    """,
    Datum.ONLINE_DRAFT: """
        DELETE FROM online_enrolment WHERE online_enrolment_id IN (
            SELECT online_enrolment_id FROM online_enrolment
             WHERE state <> 'completed' AND expires_at < $1 LIMIT $2)
        RETURNING true
    """,
    Datum.CONTACT_CHANGE: """
        DELETE FROM contact_change WHERE change_id IN (
            SELECT change_id FROM contact_change
             WHERE state NOT IN ('done', 'rejected') AND expires_at < $1 LIMIT $2)
        RETURNING true
    """,
    Datum.WAY_IN_TRY: """
        DELETE FROM way_in_try WHERE national_id_hash IN (
            SELECT national_id_hash FROM way_in_try WHERE window_started_at < $1 LIMIT $2)
        RETURNING true
    """,
    Datum.LETTER_REQUEST: """
        DELETE FROM letter_request WHERE request_id IN (
            SELECT request_id FROM letter_request
             WHERE outcome IS NOT NULL AND requested_at < $1 LIMIT $2)
        RETURNING true
    """,
    Datum.LETTER_RENUNCIATION: """
        DELETE FROM letter_renunciation WHERE act_id IN (
            SELECT act_id FROM letter_renunciation WHERE requested_at < $1 LIMIT $2)
        RETURNING true
    """,
    # Who stands enrolled by a letter may renounce with it (BOE-A-2015-14215 section 2.1).
    Datum.LETTER: """
        DELETE FROM letter WHERE letter_id IN (
            SELECT letter_id FROM letter
             WHERE ended_at IS NOT NULL AND ended_at < $1
               AND NOT (state = 'used' AND EXISTS (
                        SELECT FROM person
                         WHERE person.national_id_hash = letter.national_id_hash
                           AND person.status = 'registered' AND person.channel = 'letter'))
             LIMIT $2)
        RETURNING true
    """,
    Datum.VIDEO_APPOINTMENT: """
        DELETE FROM video_appointment WHERE appointment_id IN (
            SELECT appointment_id FROM video_appointment AS appointment
             WHERE starts_at < $1
               AND NOT EXISTS (SELECT FROM video_case
                                WHERE video_case.appointment_id = appointment.appointment_id)
             LIMIT $2)
        RETURNING true
    """,
    Datum.ACTIVATION_CODE: """
        DELETE FROM activation_code WHERE activation_code_id IN (
            SELECT activation_code_id FROM activation_code
             WHERE state = 'replaced' AND replaced_at < $1 LIMIT $2)
        RETURNING true
    """,
    # A revoked person may be told one day that the cause has gone: their address stays.
    Datum.ENDED_CONTACT: """
        DELETE FROM contact WHERE subject_id IN (
            SELECT person.subject_id FROM person JOIN contact USING (subject_id)
             WHERE person.ended_at IS NOT NULL AND person.ended_at < $1
               AND person.status IN ('renounced', 'deceased') LIMIT $2)
        RETURNING true
    """,
    Datum.VIDEO_REFERENCE: """
        UPDATE video_case SET applicant = NULL, evidence = NULL WHERE case_id IN (
            SELECT case_id FROM video_case
             WHERE (applicant IS NOT NULL OR evidence IS NOT NULL) AND opened_at < $1 LIMIT $2)
        RETURNING true
    """,
    Datum.VIDEO_RECORDING: """
        DELETE FROM video_recording WHERE (provider, recording_id) IN (
            SELECT provider, recording_id FROM video_recording WHERE announced_at < $1 LIMIT $2)
        RETURNING true
    """,
    Datum.DOCUMENT: """
        DELETE FROM document WHERE document_id IN (
            SELECT document_id FROM document
             WHERE replaced_at IS NOT NULL AND replaced_at < $1 LIMIT $2)
        RETURNING true
    """,
    # Acts that came to an end tell why and by whom: as long as the evidence they left.
    Datum.FINISHED_ENROLMENT: """
        DELETE FROM enrolment WHERE enrolment_id IN (
            SELECT act.enrolment_id FROM person JOIN enrolment AS act USING (subject_id)
             WHERE person.ended_at IS NOT NULL AND person.ended_at < $1
               AND act.completed_at < $1 LIMIT $2)
        RETURNING true
    """,
    Datum.FINISHED_ONLINE: """
        DELETE FROM online_enrolment WHERE online_enrolment_id IN (
            SELECT act.online_enrolment_id
              FROM person JOIN online_enrolment AS act USING (subject_id)
             WHERE person.ended_at IS NOT NULL AND person.ended_at < $1
               AND act.completed_at < $1 LIMIT $2)
        RETURNING true
    """,
    Datum.FINISHED_CHANGE: """
        DELETE FROM contact_change WHERE change_id IN (
            SELECT act.change_id FROM person JOIN contact_change AS act USING (subject_id)
             WHERE person.ended_at IS NOT NULL AND person.ended_at < $1
               AND act.state IN ('done', 'rejected') AND act.created_at < $1 LIMIT $2)
        RETURNING true
    """,
    Datum.DECIDED_PROPOSAL: """
        DELETE FROM approval WHERE approval_id IN (
            SELECT act.approval_id FROM person JOIN approval AS act USING (subject_id)
             WHERE person.ended_at IS NOT NULL AND person.ended_at < $1
               AND act.state <> 'open' AND act.proposed_at < $1 LIMIT $2)
        RETURNING true
    """,
}
# Of each sealed kind: the table, and what finds keys of payloads whose time is over. Fifteen years
# count from the end of the identity that the evidence is about.
_ERASURES: dict[Datum, tuple[str, str]] = {
    Datum.LOOKUP: (
        "lookup",
        """
        SELECT lookup_id::text FROM lookup
         WHERE at < $1 AND payload_salt IS NOT NULL LIMIT $2
        """,
    ),
    Datum.EVIDENCE: (
        "evidence",
        """
        SELECT evidence_id::text FROM person JOIN evidence USING (subject_id)
         WHERE person.ended_at IS NOT NULL AND person.ended_at < $1
           AND evidence.recorded_at < $1 AND evidence.payload_salt IS NOT NULL LIMIT $2
        """,
    ),
    Datum.AUDIT_FACTS: (
        "audit_event",
        """
        SELECT audit_event_id::text FROM person JOIN audit_event USING (subject_id)
         WHERE person.ended_at IS NOT NULL AND person.ended_at < $1
           AND audit_event.at < $1 AND audit_event.payload_salt IS NOT NULL LIMIT $2
        """,
    ),
    Datum.SEALED_DOCUMENT: (
        "sealed_document",
        """
        SELECT document_id::text FROM person JOIN sealed_document USING (subject_id)
         WHERE person.ended_at IS NOT NULL AND person.ended_at < $1
           AND sealed_document.sealed_at < $1 AND sealed_document.payload_salt IS NOT NULL
         LIMIT $2
        """,
    ),
}


class RetentionStore:
    """Takes out what has had its time."""

    def __init__(self, db: Connection) -> None:
        """Use a connection that the caller commits."""
        self._db = db

    async def may_run(self) -> bool:
        """Take the job's turn until the transaction ends; False when another has it."""
        taken: bool = await self._db.fetchval(
            "SELECT pg_try_advisory_xact_lock($1)", RETENTION_LOCK
        )
        return taken

    async def remove(self, datum: Datum, before: datetime, now: datetime, limit: int) -> int:
        """Take out up to `limit` data of a kind from before a moment; return how many."""
        if datum in _DELETIONS:
            return len(await self._db.fetch(_DELETIONS[datum], before, limit))
        table, finding = _ERASURES[datum]
        keys = [row[0] for row in await self._db.fetch(finding, before, limit)]
        # The database decides again: nothing goes before the law's minimum or without its place
        # in the chain.
        erased: int = await self._db.fetchval(
            "SELECT redact($1, $2::text[], $3, $4)", table, keys, datum.value, now
        )
        return erased
