-- A person asks for everything that is held about them: found by the person, whatever its state.

CREATE INDEX document_subject_idx ON document (subject_id, checked_at);
CREATE INDEX activation_code_subject_idx ON activation_code (subject_id, issued_at);
CREATE INDEX renunciation_subject_idx ON renunciation (subject_id, renounced_at);
CREATE INDEX certificate_revocation_request_subject_idx
    ON certificate_revocation_request (subject_id, requested_at);
