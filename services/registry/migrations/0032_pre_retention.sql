-- What the retention job may take out, and the indexes by which it finds it.

CREATE INDEX person_ended_idx ON person (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX enrolment_expiry_idx ON enrolment (expires_at) WHERE state <> 'completed';
CREATE INDEX phone_code_sent_idx ON phone_code (sent_at);
CREATE INDEX contact_change_expiry_idx ON contact_change (expires_at)
    WHERE state NOT IN ('done', 'rejected');
CREATE INDEX lookup_at_idx ON lookup (at);
CREATE INDEX letter_ended_idx ON letter (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX letter_request_judged_idx ON letter_request (requested_at) WHERE outcome IS NOT NULL;
CREATE INDEX way_in_try_window_idx ON way_in_try (window_started_at);
CREATE INDEX video_appointment_start_idx ON video_appointment (starts_at);
CREATE INDEX video_case_opened_idx ON video_case (opened_at)
    WHERE applicant IS NOT NULL OR evidence IS NOT NULL;
CREATE INDEX activation_code_replaced_idx ON activation_code (replaced_at)
    WHERE state = 'replaced';
CREATE INDEX document_replaced_idx ON document (replaced_at) WHERE replaced_at IS NOT NULL;

GRANT DELETE ON enrolment, phone_code, contact, contact_change, letter, video_appointment,
    activation_code, document TO {{runtime_role}};
